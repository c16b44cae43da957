-- prices_differ --
-- Whether the prices of a changed product are others than one side of the change says: a part of statements below.
change.{side} ? 'prices' AND (
    SELECT coalesce(jsonb_agg(to_jsonb(step) ORDER BY price_list COLLATE "C", min_quantity, currency, valid_from NULLS FIRST), '[]')
    FROM price_steps(change.product_id, %(now)s) AS step
    WHERE (price_list, min_quantity, currency) IN (
        SELECT price_list, min_quantity, currency
        FROM jsonb_to_recordset(coalesce(change.before -> 'prices', '[]') || coalesce(change.after -> 'prices', '[]')) AS key (price_list text, min_quantity integer, currency text)
    )
) IS DISTINCT FROM (
    SELECT coalesce(jsonb_agg(to_jsonb(step) ORDER BY price_list COLLATE "C", min_quantity, currency, valid_from NULLS FIRST), '[]')
    FROM (
        SELECT price_list, min_quantity, currency, amount_minor, CASE WHEN valid_from > %(now)s THEN valid_from END AS valid_from, valid_until
        FROM jsonb_to_recordset(change.{side} -> 'prices')
            AS said (price_list text, min_quantity integer, currency text, amount_minor bigint, valid_from timestamptz, valid_until timestamptz)
        WHERE coalesce(valid_until, 'infinity') > %(now)s
    ) AS step
)

-- relations_differ --
-- Whether the relations that a product states are others than one side of a change says: a part of statements below.
change.{side} ? 'relations' AND change.{side} -> 'relations' IS DISTINCT FROM (
    SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'product_id', product_id, 'kind', kind, 'related_id', related_id, 'quantity', quantity, 'type', attributes ->> 'type'
           )) ORDER BY product_id COLLATE "C", kind COLLATE "C", related_id COLLATE "C"), '[]')
    FROM product_relations AS stated
    WHERE stated.source = %(source)s AND stated.stated_by = change.product_id
)

-- fields_differ --
-- Whether the fields of a product are others than one side of a change says: a part of statements below.
EXISTS (
    SELECT FROM (SELECT to_jsonb(product) AS present OFFSET 0) AS one  -- made once and not once a field
    CROSS JOIN jsonb_each(change.{side} - 'prices' - 'relations') AS field
    WHERE field.value IS DISTINCT FROM one.present -> field.key
)

-- outdated --
-- Products that are no longer as they were when the revision was proposed.
SELECT change.product_id
FROM catalog_changes AS change LEFT JOIN products AS product USING (product_id)
WHERE change.revision_id = %(revision_id)s
  AND (
      (change.action = 'new') <> (product.product_id IS NULL)
      OR (change.action <> 'new' AND (product.source <> %(source)s OR {fields} OR {prices} OR {relations}))
  )
ORDER BY change.product_id;

-- add_products --
-- Writes the new products.
INSERT INTO products (
    product_id, parent_id, state, title, description, category, brand, gtin, url, image_url, attributes, text_origins, media, source,
    created_at, updated_at
)
SELECT told.product_id, told.parent_id, told.state, told.title, told.description, told.category, told.brand, told.gtin, told.url, told.image_url,
       told.attributes, coalesce(told.text_origins, '{}'), told.media, %(source)s, %(now)s, %(now)s
FROM catalog_changes AS change
CROSS JOIN LATERAL jsonb_populate_record(NULL::products, change.after || jsonb_build_object('product_id', change.product_id)) AS told
WHERE change.revision_id = %(revision_id)s AND change.action = 'new';

-- write_products --
-- Writes one side of the changes into the products that are there.
UPDATE products
SET parent_id = told.parent_id, state = told.state, title = told.title, description = told.description, category = told.category,
    brand = told.brand, gtin = told.gtin, url = told.url, image_url = told.image_url, attributes = told.attributes,
    text_origins = told.text_origins, media = told.media, updated_at = %(now)s
FROM (
    SELECT told.*
    FROM catalog_changes AS change
    JOIN products AS product USING (product_id)
    CROSS JOIN LATERAL jsonb_populate_record(product, change.{side}) AS told
    WHERE change.revision_id = %(revision_id)s AND change.action <> 'new' AND change.is_undone = %(is_undone)s
      AND change.{side} - 'prices' - 'relations' <> '{{}}'
) AS told
WHERE told.product_id = products.product_id;

-- end_prices --
-- Ends the prices that change: what began already holds until now, what would begin later is gone.
WITH key AS MATERIALIZED (
    SELECT DISTINCT change.product_id, said.price_list, said.min_quantity, said.currency
    FROM catalog_changes AS change
    CROSS JOIN LATERAL jsonb_to_recordset((change.before -> 'prices') || (change.after -> 'prices'))
        AS said (price_list text, min_quantity integer, currency text)
    WHERE change.revision_id = %(revision_id)s AND change.action <> 'new' AND change.is_undone = %(is_undone)s
), removed AS (
    DELETE FROM prices USING key
    WHERE prices.product_id = key.product_id AND prices.price_list = key.price_list AND prices.min_quantity = key.min_quantity
      AND prices.currency = key.currency AND prices.valid_from >= %(now)s
)
UPDATE prices SET valid_until = %(now)s FROM key
WHERE prices.product_id = key.product_id AND prices.price_list = key.price_list AND prices.min_quantity = key.min_quantity
  AND prices.currency = key.currency AND prices.valid_from < %(now)s AND prices.valid_until > %(now)s;

-- write_prices --
-- Writes the prices of one side of the changes, each for as long as it holds; those of a new product hold from ever.
INSERT INTO prices (product_id, price_list, min_quantity, currency, amount_minor, valid_from, valid_until)
SELECT change.product_id, said.price_list, said.min_quantity, said.currency, said.amount_minor,
       CASE
           WHEN said.valid_from > %(now)s THEN said.valid_from
           WHEN change.action = 'new' THEN coalesce(said.valid_from, '-infinity')
           ELSE %(now)s
       END,
       coalesce(said.valid_until, 'infinity')
FROM catalog_changes AS change
CROSS JOIN LATERAL jsonb_to_recordset(change.{side} -> 'prices')
    AS said (price_list text, min_quantity integer, currency text, amount_minor bigint, valid_from timestamptz, valid_until timestamptz)
WHERE change.revision_id = %(revision_id)s AND change.is_undone = %(is_undone)s AND coalesce(said.valid_until, 'infinity') > %(now)s;

-- remove_relations --
-- Removes what the changed products stated so far.
DELETE FROM product_relations USING catalog_changes AS change
WHERE change.revision_id = %(revision_id)s AND change.action <> 'new' AND change.is_undone = %(is_undone)s AND change.after ? 'relations'
  AND product_relations.stated_by = change.product_id AND product_relations.source = %(source)s;

-- write_relations --
-- Writes what the products state on one side of the changes; what somebody else has stated meanwhile stays theirs.
INSERT INTO product_relations (product_id, kind, related_id, quantity, attributes, source, stated_by)
SELECT said.product_id, said.kind, said.related_id, said.quantity,
       CASE WHEN said.type IS NULL THEN '{{}}' ELSE jsonb_build_object('type', said.type) END, %(source)s, change.product_id
FROM catalog_changes AS change
CROSS JOIN LATERAL jsonb_to_recordset(change.{side} -> 'relations')
    AS said (product_id text, kind text, related_id text, quantity integer, type text)
JOIN products AS one ON one.product_id = said.product_id
JOIN products AS other ON other.product_id = said.related_id
WHERE change.revision_id = %(revision_id)s AND change.is_undone = %(is_undone)s
ON CONFLICT DO NOTHING;

-- mark_undone --
-- Marks the changes that can be undone: nobody has changed since what they wrote, or built on a product they added.
UPDATE catalog_changes AS change SET is_undone = true
FROM products AS product
WHERE change.revision_id = %(revision_id)s AND product.product_id = change.product_id
  AND NOT ({fields} OR {prices} OR {relations})
  AND NOT (change.action = 'new' AND (
      EXISTS (SELECT FROM stock WHERE stock.product_id = change.product_id)
      OR EXISTS (SELECT FROM product_relations AS other WHERE other.product_id = change.product_id AND other.source IS DISTINCT FROM %(source)s)
      OR EXISTS (SELECT FROM product_relations AS other WHERE other.related_id = change.product_id AND other.source IS DISTINCT FROM %(source)s)
      OR EXISTS (SELECT FROM products AS variant WHERE variant.parent_id = change.product_id AND variant.source <> %(source)s)
      OR EXISTS (SELECT FROM documents WHERE documents.product_ids @> ARRAY[change.product_id])
      OR EXISTS (SELECT FROM prices AS other WHERE other.product_id = change.product_id AND NOT coalesce(change.after -> 'prices', '[]') @> jsonb_build_array(
          jsonb_build_object('price_list', other.price_list, 'min_quantity', other.min_quantity, 'currency', other.currency)
      ))
  ));

-- remove_products --
-- Removes the products that the revision added.
DELETE FROM products USING catalog_changes AS change
WHERE change.revision_id = %(revision_id)s AND change.action = 'new' AND change.is_undone AND products.product_id = change.product_id;

-- kept --
-- Changes that were not undone.
SELECT product_id FROM catalog_changes WHERE revision_id = %(revision_id)s AND NOT is_undone ORDER BY product_id;
