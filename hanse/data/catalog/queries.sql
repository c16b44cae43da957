-- page --
-- Products that match, from a place in the order on. `{key}` is one of the columns of `found` that sort; `{after}` and `{direction}`
-- are < and DESC, or > and ASC. Price and stock are looked up for the page alone.
WITH found AS (
    SELECT
        product_id,
        coalesce(
            title ->> %(language)s, title ->> 'de', title ->> 'en', title ->> 'und', (SELECT value FROM jsonb_each_text(title) LIMIT 1), product_id
        ) AS title,
        coalesce(
            category ->> %(language)s, category ->> 'de', category ->> 'en', category ->> 'und', (SELECT value FROM jsonb_each_text(category) LIMIT 1)
        ) AS category,
        brand, state, image_url,
        coalesce(statistics.units, 0) AS units,
        coalesce(statistics.revenue_minor, 0) AS revenue_minor,
        statistics.currency AS revenue_currency,
        updated_at
    FROM products LEFT JOIN product_statistics AS statistics USING (product_id)
    WHERE (%(state)s::text IS NULL OR state = %(state)s)
      AND (%(category)s::text IS NULL OR EXISTS (
          SELECT FROM jsonb_each_text(category) AS path
          WHERE path.value = %(category)s OR starts_with(path.value, %(category)s || ' > ')
      ))
      AND (%(patterns)s::text[] = '{{}}' OR concat_ws(
          ' ', product_id, brand, gtin, (SELECT string_agg(text.value, ' ') FROM jsonb_each_text(title) AS text)
      ) ILIKE ALL (%(patterns)s))
), sortable AS (
    -- Titles sort by DIN 5007-1: ä like a, ß like ss; the same on every machine, whatever collations it has.
    SELECT *, replace(translate(lower(title), 'äöüáàâãåéèêëíìîïóòôõúùûçñ', 'aouaaaaaeeeeiiiioooouuucn'), 'ß', 'ss') COLLATE "C" AS title_key
    FROM found
), chosen AS (
    SELECT *
    FROM sortable
    WHERE %(after_id)s::text IS NULL OR ({key}, product_id COLLATE "C") {after} (%(after_key)s, %(after_id)s)
    ORDER BY {key} {direction}, product_id COLLATE "C" {direction}
    LIMIT %(limit)s
)
SELECT chosen.*, price.amount_minor, price.currency, pieces.stock
FROM chosen
LEFT JOIN LATERAL (
    SELECT amount_minor, currency
    FROM prices
    WHERE prices.product_id = chosen.product_id AND price_list = 'list'
      AND valid_from <= coalesce(%(now)s, now()) AND valid_until > coalesce(%(now)s, now())
    ORDER BY min_quantity, valid_from DESC, currency
    LIMIT 1
) AS price ON true
LEFT JOIN LATERAL (
    SELECT sum(quantity)::double precision AS stock FROM stock WHERE stock.product_id = chosen.product_id
) AS pieces ON true
ORDER BY {key} {direction}, product_id COLLATE "C" {direction};

-- product --
-- One product with its own columns.
SELECT product_id, parent_id, state, title, description, category, brand, gtin, url, image_url, attributes, text_origins, media, source, created_at,
       updated_at
FROM products
WHERE product_id = %(product_id)s;

-- variants --
-- The variants of a product.
SELECT product_id, title, state FROM products WHERE parent_id = %(product_id)s ORDER BY product_id;

-- prices --
-- All prices of a product that hold at a moment.
SELECT price_list, min_quantity, amount_minor, currency, nullif(valid_from, '-infinity') AS valid_from, nullif(valid_until, 'infinity') AS valid_until
FROM prices
WHERE product_id = %(product_id)s AND valid_from <= coalesce(%(now)s, now()) AND valid_until > coalesce(%(now)s, now())
ORDER BY price_list <> 'list', price_list, currency, min_quantity, valid_from DESC;

-- stock --
-- How many pieces of a product are where.
SELECT location, quantity::double precision AS quantity, updated_at FROM stock WHERE product_id = %(product_id)s ORDER BY location;

-- relations --
-- What a product belongs to: it is <kind> these.
SELECT kind, related_id AS product_id, quantity, title, state
FROM product_relations JOIN products ON products.product_id = related_id
WHERE product_relations.product_id = %(product_id)s
ORDER BY kind, related_id;

-- inverse_relations --
-- What belongs to a product: these are <kind> it.
SELECT kind, products.product_id, quantity, title, state
FROM product_relations JOIN products USING (product_id)
WHERE related_id = %(product_id)s
ORDER BY kind, products.product_id;

-- documents --
-- The texts about a product, without their bodies.
SELECT document_id, kind, language, title, url, page_count, updated_at
FROM documents
WHERE product_ids @> ARRAY[%(product_id)s]
ORDER BY kind, title, document_id;

-- statistics --
-- What sold of a product.
SELECT product_id, orders, units, returned_units, revenue_minor, currency, units_by_month, last_sold_at
FROM product_statistics
WHERE product_id = %(product_id)s;

-- categories --
-- How many products stand directly in each category.
SELECT coalesce(
           category ->> %(language)s, category ->> 'de', category ->> 'en', category ->> 'und', (SELECT value FROM jsonb_each_text(category) LIMIT 1)
       ) AS path, count(*) AS products
FROM products
WHERE category <> '{}'
GROUP BY path;

-- summaries --
-- What capabilities show of some products and compare: texts, picture, some attributes, pieces at all places and the price for everybody,
-- with the moment at which that price may change.
SELECT product_id, title, category, state, image_url, url, price.amount_minor, price.currency, parent_id, brand, created_at,
       (SELECT sum(quantity)::double precision FROM stock WHERE stock.product_id = products.product_id) AS stock,
       (SELECT jsonb_object_agg(name, attributes -> name) FROM unnest(%(attributes)s::text[]) AS name WHERE attributes ? name) AS attributes,
       nullif(least(price.valid_until, next.valid_from), 'infinity') AS fresh_until
FROM products
LEFT JOIN LATERAL (
    SELECT amount_minor, currency, valid_until
    FROM prices
    WHERE prices.product_id = products.product_id AND price_list = 'list' AND valid_from <= %(now)s AND valid_until > %(now)s
    ORDER BY min_quantity, valid_from DESC, currency
    LIMIT 1
) AS price ON true
LEFT JOIN LATERAL (
    SELECT min(valid_from) AS valid_from
    FROM prices
    WHERE prices.product_id = products.product_id AND price_list = 'list' AND valid_from > %(now)s
) AS next ON true
WHERE product_id = ANY (%(product_ids)s);

-- described --
-- What the products that are sold are called and described as, by their ids, from one of these on.
SELECT product_id, title, category, brand, attributes, description
FROM products
WHERE state = 'active' AND product_id COLLATE "C" > %(after)s
ORDER BY product_id COLLATE "C"
LIMIT %(most)s;

-- pictured --
-- The pictures of the products that are sold, by their ids, from one of these on.
SELECT product_id, address
FROM (
    SELECT own.product_id, coalesce(
               own.image_url,
               (SELECT file ->> 'reference' FROM jsonb_array_elements(own.media) AS file WHERE file ->> 'kind' = 'image' LIMIT 1),
               parent.image_url
           ) AS address
    FROM products AS own LEFT JOIN products AS parent ON parent.product_id = own.parent_id
    WHERE own.state = 'active' AND own.product_id COLLATE "C" > %(after)s
) AS sold
WHERE address <> ''
ORDER BY product_id COLLATE "C"
LIMIT %(most)s;

-- sold --
-- How many products are sold.
SELECT count(*) AS count FROM products WHERE state = 'active';

-- drop_later_prices --
-- Deletes what would have begun later of the prices that are said anew.
DELETE FROM prices USING staged_prices AS said
WHERE (prices.product_id, prices.price_list, prices.min_quantity, prices.currency) = (said.product_id, said.price_list, said.min_quantity, said.currency)
    AND prices.valid_from >= %(now)s;

-- end_prices --
-- Ends the prices that others take the place of; those that stay the same hold on.
UPDATE prices SET valid_until = CASE WHEN prices.amount_minor = said.amount_minor THEN 'infinity' ELSE %(now)s END
FROM staged_prices AS said
WHERE (prices.product_id, prices.price_list, prices.min_quantity, prices.currency) = (said.product_id, said.price_list, said.min_quantity, said.currency)
    AND prices.valid_until > %(now)s
    AND prices.valid_until <> CASE WHEN prices.amount_minor = said.amount_minor THEN 'infinity' ELSE %(now)s END;

-- begin_prices --
-- Begins the prices that are new: now, or ever since where nothing was known before.
INSERT INTO prices (product_id, price_list, min_quantity, currency, amount_minor, valid_from)
SELECT said.product_id, said.price_list, said.min_quantity, said.currency, said.amount_minor, CASE WHEN bool_or(known.product_id IS NULL) THEN '-infinity' ELSE %(now)s END
FROM staged_prices AS said
LEFT JOIN prices AS known USING (product_id, price_list, min_quantity, currency)
GROUP BY said.product_id, said.price_list, said.min_quantity, said.currency, said.amount_minor
HAVING NOT coalesce(bool_or(known.valid_until > %(now)s), false);

-- document_pages --
-- Pages of documents, and the bodies of those without pages, by document and page, from a place in this order on.
SELECT document_id, kind, language, title, url, product_ids, source, updated_at, page, coalesce(document_pages.text, body) AS text
FROM documents LEFT JOIN document_pages USING (document_id)
WHERE document_id >= %(after)s AND (document_id > %(after)s OR page > %(after_page)s)
  AND (%(document_ids)s::text[] IS NULL OR document_id = ANY (%(document_ids)s))
ORDER BY document_id, page
LIMIT %(most)s;

-- drop_pages --
-- Deletes the pages of a document.
DELETE FROM document_pages WHERE document_id = %(document_id)s;

-- take_staged_pages --
-- Gives a document the staged pages.
INSERT INTO document_pages (document_id, page, text)
SELECT document_id, page, text FROM staged_document_pages WHERE document_id = %(document_id)s;

-- documents_of_source --
-- The documents that came as files from a source.
SELECT document_id, path, title, digest, attributes FROM documents WHERE source = %(source)s AND path IS NOT NULL;

-- relink_document --
-- Links a document to other products.
UPDATE documents SET product_ids = %(product_ids)s, attributes = %(attributes)s, updated_at = %(now)s WHERE document_id = %(document_id)s;

-- note_numbers --
-- Notes by which numbers of the catalog a document was linked, where that changed nothing.
UPDATE documents SET attributes = attributes || %(attributes)s WHERE document_id = %(document_id)s;

-- withdraw_documents --
-- Deletes documents with their pages.
DELETE FROM documents WHERE document_id = ANY (%(document_ids)s);

-- product_numbers --
-- By what products are named in texts, from a product on: id, GTIN and the attributes that hold numbers.
SELECT product_id, gtin, (
    SELECT jsonb_agg(attribute.value) FROM jsonb_each(attributes) AS attribute WHERE lower(attribute.key) = ANY (%(names)s)
) AS numbers
FROM products
WHERE product_id > %(after)s
ORDER BY product_id
LIMIT %(most)s;
