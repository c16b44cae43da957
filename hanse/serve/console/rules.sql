-- brands --
-- The brands of what is sold, those of most products first.
SELECT brand, count(*) AS products FROM products WHERE brand <> '' AND state = 'active' GROUP BY brand ORDER BY products DESC, brand LIMIT %(limit)s;

-- attributes --
-- The names of attributes that products have, the most frequent first.
SELECT name FROM products CROSS JOIN LATERAL jsonb_object_keys(attributes) AS name WHERE state = 'active' GROUP BY name ORDER BY count(*) DESC, name LIMIT %(limit)s;

-- titles --
-- What some products are called.
SELECT product_id, title FROM products WHERE product_id = ANY(%(product_ids)s);
