-- undated --
-- How many lines lack only the date.
SELECT count(*) FROM checked WHERE problem = 'ordered_at:missing';

-- date_lines --
-- Gives lines without a date that of another line of their order: some shops write it on the first line only.
UPDATE checked SET ordered_at = known.ordered_at, problem = NULL
FROM (SELECT order_id, min(ordered_at) AS ordered_at FROM checked WHERE problem IS NULL GROUP BY order_id) AS known
WHERE checked.order_id = known.order_id AND checked.problem = 'ordered_at:missing';

-- order_currencies --
-- The currency of each order: that of its first line which says one.
CREATE TABLE order_currencies AS
SELECT order_id, arg_min(currency, place) AS currency FROM checked WHERE currency IS NOT NULL AND problem IS NULL GROUP BY order_id;

-- refuse_other_currencies --
-- Refuses lines in another currency than that of their order.
UPDATE checked SET problem = 'currency:other_currency'
FROM order_currencies
WHERE checked.order_id = order_currencies.order_id AND checked.currency <> order_currencies.currency AND problem IS NULL;

-- cancellations --
-- Whether numbers such as C536379 are cancellations: beside plain numbers, and mostly with negative quantities; and how many
-- of their lines have a positive quantity all the same.
SELECT
    coalesce(plain AND negative >= positive AND negative > 0, false), positive
FROM (
    SELECT
        bool_or(regexp_full_match(order_id, '\d+')) AS plain,
        count(*) FILTER (order_id LIKE 'C%' AND regexp_full_match(order_id, 'C\d+') AND quantity < 0) AS negative,
        count(*) FILTER (order_id LIKE 'C%' AND regexp_full_match(order_id, 'C\d+') AND quantity > 0) AS positive
    FROM checked
    WHERE problem IS NULL
);

-- months --
-- The months, from 2000 on, in which there are orders.
SELECT DISTINCT date_trunc('month', ordered_at)::TIMESTAMP FROM checked WHERE problem IS NULL AND ordered_at >= TIMESTAMP '2000-01-01' ORDER BY 1;

-- count_orders --
-- How many lines there are, and how many orders and refunds they make.
SELECT count(*), count(DISTINCT (order_id, coalesce(quantity < 0, total < 0))) FROM checked WHERE problem IS NULL;

-- orders --
-- One part of the lines, grouped to orders and refunds, with their properties as the e-commerce specification names them. A row
-- of a file that only knows totals is one line without a product.
WITH lines AS (
    SELECT
        *,
        coalesce(quantity < 0, total < 0) OR (<cancelling> AND regexp_full_match(order_id, 'C\d+')) AS refund,
        abs(quantity) AS pieces,
        coalesce(abs(quantity) * price, abs(total)) AS amount
    FROM checked
    WHERE problem IS NULL AND hash(order_id) % <parts> = <part>
),
products AS (
    SELECT *, CASE
        WHEN product_id IS NULL THEN NULL
        WHEN name IS NULL THEN to_json({product_id: product_id, price: price::DOUBLE, quantity: pieces})
        ELSE to_json({product_id: product_id, name: name, price: price::DOUBLE, quantity: pieces})
    END::VARCHAR AS product
    FROM lines
),
grouped AS (
    SELECT
        order_id,
        refund,
        min(ordered_at) AS ordered_at,
        arg_min(customer_id, place) AS customer_id,
        arg_min(email, place) AS email,
        arg_min(country, place) AS country,
        coalesce(arg_min(currency, place), any_value(default_currency)) AS currency,
        count(*) AS lines,
        sum(amount) AS total,
        string_agg(product, ',' ORDER BY place) AS products
    FROM products
    GROUP BY order_id, refund
),
precise AS (SELECT code, any_value(digits) AS digits FROM currencies GROUP BY code),
rounded AS (
    SELECT grouped.*, CASE digits WHEN 0 THEN round(total, 0)::DOUBLE WHEN 3 THEN round(total, 3)::DOUBLE ELSE round(total, 2)::DOUBLE END AS amount
    FROM grouped LEFT JOIN precise ON precise.code = grouped.currency
)
SELECT
    order_id, refund, ordered_at, customer_id, email, country, lines,
    '{"order_id":' || to_json(order_id)
    || ',"currency":' || to_json(currency)
    || ',"total":' || to_json(amount)
    || ',"revenue":' || to_json(amount)
    || CASE WHEN country IS NULL THEN '' ELSE ',"country":' || to_json(country) END
    || ',"products":[' || coalesce(products, '') || ']}' AS properties
FROM rounded
ORDER BY ordered_at, order_id;

-- make_products --
-- Each product of the orders: its most frequent name (of equally frequent ones the latest) and its latest price above zero.
CREATE TABLE products AS
WITH names AS (
    SELECT product_id, arg_max(name, (lines, latest)) AS name
    FROM (
        SELECT product_id, name, count(*) AS lines, max(place) AS latest
        FROM checked
        WHERE problem IS NULL AND name IS NOT NULL
        GROUP BY product_id, name
    )
    GROUP BY product_id
),
prices AS (
    SELECT
        product_id,
        arg_max(price, (ordered_at, place)) FILTER (price > 0) AS price,
        arg_max(coalesce(checked.currency, order_currencies.currency, default_currency), (ordered_at, place)) FILTER (price > 0) AS currency
    FROM checked LEFT JOIN order_currencies USING (order_id)
    WHERE problem IS NULL AND product_id IS NOT NULL
    GROUP BY product_id
)
SELECT product_id, name, price, currency FROM prices LEFT JOIN names USING (product_id) ORDER BY product_id;

-- page_of_products --
-- Some of the products of the orders.
SELECT product_id, name, price, currency FROM products WHERE rowid >= $first AND rowid < $last ORDER BY rowid;
