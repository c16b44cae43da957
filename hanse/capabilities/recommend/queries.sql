-- categories --
-- The category paths, in whatever languages there are, that each product is in.
SELECT product_id, array(SELECT path.value FROM jsonb_each_text(category) AS path ORDER BY path.key) AS paths
FROM products
WHERE category <> '{}'
ORDER BY product_id;

-- seen --
-- The latest products that a person looked at or put into a cart, the oldest first; days count from the first of them.
SELECT product_id, (row_number() OVER (ORDER BY occurred_at) - 1)::int AS step,
       extract(epoch FROM occurred_at - min(occurred_at) OVER ()) / 86400.0::float8 AS days
FROM (
    SELECT one.*
    FROM unnest(profile_members(%(profile_id)s)) AS member
    CROSS JOIN LATERAL (
        SELECT properties->>'product_id' AS product_id, occurred_at
        FROM events
        WHERE profile_id = member AND name IN ('Product Viewed', 'Product Added') AND properties->>'product_id' <> ''
        ORDER BY occurred_at DESC
        LIMIT %(most)s
    ) AS one
    ORDER BY occurred_at DESC
    LIMIT %(most)s
) AS latest
ORDER BY occurred_at;

-- bought --
-- The latest lines of the orders of a customer, the oldest first; what came in one order has one step. Who acts for a company orders for it.
SELECT product_id, (dense_rank() OVER (ORDER BY occurred_at, event_id) - 1)::int AS step,
       extract(epoch FROM occurred_at - min(occurred_at) OVER ()) / 86400.0::float8 AS days
FROM (
    SELECT one.*
    FROM unnest(profile_buyers(%(profile_id)s)) AS member
    CROSS JOIN LATERAL (
        SELECT line.product_id, event_id, occurred_at
        FROM events
        CROSS JOIN LATERAL jsonb_to_recordset(
            CASE jsonb_typeof(properties->'products') WHEN 'array' THEN properties->'products' ELSE '[]' END
        ) AS line (product_id text)
        WHERE profile_id = member AND name = 'Order Completed' AND line.product_id <> ''
        ORDER BY occurred_at DESC, event_id DESC
        LIMIT %(most)s
    ) AS one
    ORDER BY occurred_at DESC, event_id DESC
    LIMIT %(most)s
) AS latest
ORDER BY occurred_at, event_id, product_id;

-- related --
-- What belongs to some products in a way, what belongs to several of them first.
SELECT product_id, min(related_id) AS related_id
FROM product_relations
WHERE related_id = ANY(%(product_ids)s) AND kind = %(kind)s AND product_id <> ALL(%(product_ids)s)
GROUP BY product_id
ORDER BY count(*) DESC, product_id
LIMIT %(most)s;

-- newest --
-- The products that were added last; where a product is at hand, those of its category first.
SELECT product_id
FROM products
WHERE state = 'active' AND product_id <> ALL(%(without)s)
ORDER BY coalesce(category = (SELECT category FROM products WHERE product_id = %(at_hand)s), false) DESC, created_at DESC, product_id
LIMIT %(most)s;

-- arranged_pages --
-- The pages whose blocks were put in order often enough to learn from.
SELECT request->>'page' AS page
FROM decisions
WHERE capability = 'recommend' AND operation = 'recommend.arrange' AND arm = 'treated' AND decided_at >= %(since)s
GROUP BY 1
HAVING count(*) >= %(least)s
ORDER BY 1;

-- arranged --
-- The latest orders of blocks of a page, the oldest first, with the moment and whether the block that stood first was clicked.
SELECT blocks, features, decided_at, clicked
FROM (
    SELECT answer->'blocks' AS blocks, answer->'features' AS features, decided_at, decision_id, EXISTS (
        SELECT FROM events
        WHERE events.decision_id = decisions.decision_id AND name = 'Promotion Clicked' AND properties->>'promotion_id' = answer->'blocks'->>0
    ) AS clicked
    FROM decisions
    WHERE capability = 'recommend' AND operation = 'recommend.arrange' AND arm = 'treated' AND decided_at >= %(since)s AND request->>'page' = %(page)s
    ORDER BY decided_at DESC, decision_id DESC
    LIMIT %(most)s
) AS latest
ORDER BY decided_at, decision_id;
