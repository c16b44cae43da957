-- categories --
-- The category paths, in whatever languages there are, that each product is in.
SELECT product_id, array(SELECT path.value FROM jsonb_each_text(category) AS path ORDER BY path.key) AS paths
FROM products
WHERE category <> '{}'
ORDER BY product_id;
