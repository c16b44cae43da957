-- duplicates --
-- Of entries with the same number only the last counts.
WITH last AS (
    SELECT product_id, max(position) AS position FROM feed_entries GROUP BY product_id HAVING count(*) > 1
), removed AS (
    DELETE FROM feed_entries AS entry USING last
    WHERE entry.product_id = last.product_id AND entry.position < last.position
    RETURNING entry.product_id, entry.line, last.position
)
INSERT INTO feed_findings
SELECT 'duplicate_product', removed.line, removed.product_id, jsonb_build_object('again', kept.line)
FROM removed JOIN feed_entries AS kept ON kept.position = removed.position;

-- other_sources --
-- Products of another source are not touched.
WITH removed AS (
    DELETE FROM feed_entries AS entry USING products
    WHERE products.product_id = entry.product_id AND products.source <> %(source)s
    RETURNING entry.product_id, entry.line, products.source
)
INSERT INTO feed_findings SELECT 'other_source', line, product_id, jsonb_build_object('owner', source) FROM removed;

-- not_there --
-- What is not there can neither be deleted nor get prices.
WITH removed AS (
    DELETE FROM feed_entries AS entry
    WHERE mode <> 'put' AND NOT EXISTS (SELECT FROM products WHERE products.product_id = entry.product_id)
    RETURNING product_id, line, mode
)
INSERT INTO feed_findings
SELECT CASE mode WHEN 'prices' THEN 'price_of_unknown' ELSE 'not_there' END, line, product_id, '{}' FROM removed;

-- unknown_parents --
-- A variant of what is not there becomes a product of its own; a group of variants that only has a name may stay.
WITH orphans AS (
    UPDATE feed_entries AS entry SET parent_id = NULL
    FROM (SELECT position, parent_id FROM feed_entries WHERE mode = 'put' AND parent_line IS NOT NULL) AS was
    WHERE was.position = entry.position
      AND NOT EXISTS (SELECT FROM feed_entries AS other WHERE other.product_id = was.parent_id AND other.mode = 'put')
      AND NOT EXISTS (SELECT FROM products WHERE products.product_id = was.parent_id)
    RETURNING entry.product_id, entry.parent_line, was.parent_id
)
INSERT INTO feed_findings SELECT 'unknown_parent', parent_line, product_id, jsonb_build_object('related', parent_id) FROM orphans;

-- cyclic_variants --
-- Of products that are variants of each other in a circle, the first in the file becomes a product of its own.
WITH RECURSIVE parents AS MATERIALIZED (
    SELECT product_id, parent_id, coalesce(parent_line, line) AS line FROM feed_entries WHERE mode = 'put' AND parent_id IS NOT NULL
    UNION ALL
    SELECT product_id, parent_id, NULL FROM products
    WHERE parent_id IS NOT NULL AND NOT EXISTS (SELECT FROM feed_entries AS entry WHERE entry.product_id = products.product_id AND mode = 'put')
), walk AS (
    SELECT first.product_id AS start_id, first.line, first.parent_id AS at_id, ARRAY[first.product_id] AS path, first.line AS least
    FROM parents AS first JOIN parents AS next ON next.product_id = first.parent_id
    WHERE first.line IS NOT NULL
    UNION ALL
    SELECT walk.start_id, walk.line, parents.parent_id, walk.path || walk.at_id, least(walk.least, parents.line)
    FROM walk JOIN parents ON parents.product_id = walk.at_id
    WHERE walk.at_id <> ALL (walk.path) AND cardinality(walk.path) < 50
), circles AS (
    SELECT start_id, line, path FROM walk WHERE at_id = start_id AND line = least
), cut AS (
    UPDATE feed_entries AS entry SET parent_id = NULL FROM circles
    WHERE entry.product_id = circles.start_id AND entry.mode = 'put'
    RETURNING entry.product_id, circles.line, circles.path
)
INSERT INTO feed_findings
SELECT 'cyclic_variants', line, product_id, jsonb_build_object('path', array_to_string(path || product_id, ' > ')) FROM cut;

-- unknown_relations --
-- Relations to what is not there are left out, and those of entries that are not taken; the first of several says the quantity.
WITH removed AS (
    DELETE FROM feed_relations AS one
    WHERE NOT EXISTS (SELECT FROM feed_entries AS entry WHERE entry.position = one.position)
       OR (
           NOT EXISTS (
               SELECT FROM feed_entries AS entry
               WHERE entry.product_id = CASE one.owner_id WHEN one.product_id THEN one.related_id ELSE one.product_id END AND entry.mode = 'put'
           )
           AND NOT EXISTS (
               SELECT FROM products
               WHERE products.product_id = CASE one.owner_id WHEN one.product_id THEN one.related_id ELSE one.product_id END
           )
       )
    RETURNING position, owner_id, line, CASE owner_id WHEN product_id THEN related_id ELSE product_id END AS other_id
)
INSERT INTO feed_findings
SELECT 'unknown_related', line, owner_id, jsonb_build_object('related', other_id)
FROM removed WHERE EXISTS (SELECT FROM feed_entries AS entry WHERE entry.position = removed.position);

-- drop_prices_of_others --
-- Prices of entries that are not taken are left out.
DELETE FROM feed_prices AS one WHERE NOT EXISTS (SELECT FROM feed_entries AS entry WHERE entry.position = one.position);

-- drop_relations_there --
-- Relations that somebody else has stated already stay theirs.
DELETE FROM feed_relations AS one USING product_relations AS other
WHERE other.product_id = one.product_id AND other.kind = one.kind AND other.related_id = one.related_id
  AND (other.source IS DISTINCT FROM %(source)s OR other.stated_by IS DISTINCT FROM one.owner_id);

-- unplaced --
-- Categories of products that are nowhere.
INSERT INTO feed_findings
SELECT 'unplaced_product', min(line), NULL, jsonb_build_object('product', product_id)
FROM feed_placements AS place
WHERE NOT EXISTS (SELECT FROM feed_entries AS entry WHERE entry.product_id = place.product_id)
  AND NOT EXISTS (SELECT FROM products WHERE products.product_id = place.product_id)
GROUP BY product_id;

-- place --
-- Of several categories of a product the first counts.
UPDATE feed_entries AS entry SET category = first.category
FROM (SELECT DISTINCT ON (product_id) product_id, category FROM feed_placements ORDER BY product_id, position) AS first
WHERE first.product_id = entry.product_id;
