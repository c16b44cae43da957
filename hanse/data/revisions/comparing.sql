-- compare_prices --
-- Which prices would change, for the lists that an entry names: what the file says from now on, and behind it what held already.
-- What the file has twice for a time is decided by the later begin; quantities of such a list that the file leaves out end.
INSERT INTO compared_prices
WITH named AS MATERIALIZED (
    SELECT DISTINCT product_id, price_list FROM feed_prices
), said AS (
    SELECT product_id, price_list, min_quantity, currency, amount_minor,
           unnest(
               tstzmultirange(tstzrange(greatest(valid_from, %(now)s), coalesce(valid_until, 'infinity')))
               - coalesce(range_agg(tstzrange(coalesce(valid_from, '-infinity'), coalesce(valid_until, 'infinity'))) OVER later, '{}')
           ) AS span
    FROM feed_prices
    WHERE coalesce(valid_until, 'infinity') > %(now)s
    WINDOW later AS (
        PARTITION BY product_id, price_list, min_quantity, currency
        ORDER BY coalesce(valid_from, '-infinity') DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
), held AS MATERIALIZED (
    SELECT named.product_id, step.price_list, step.min_quantity, step.currency, step.amount_minor,
           tstzrange(coalesce(step.valid_from, %(now)s), coalesce(step.valid_until, 'infinity')) AS span
    FROM (SELECT DISTINCT product_id FROM named JOIN products USING (product_id)) AS known
    CROSS JOIN LATERAL price_steps(known.product_id, %(now)s) AS step
    JOIN named ON named.product_id = known.product_id AND named.price_list = step.price_list
), covered AS (
    -- what the file says only of the past leaves the present alone
    SELECT product_id, price_list, min_quantity, currency, coalesce(range_agg(said.span), '{}') AS spans
    FROM feed_prices LEFT JOIN said USING (product_id, price_list, min_quantity, currency) GROUP BY 1, 2, 3, 4
), becomes AS (
    SELECT product_id, price_list, min_quantity, currency, amount_minor, unnest(range_agg(span)) AS span
    FROM (
        SELECT * FROM said
        UNION ALL
        SELECT held.product_id, held.price_list, held.min_quantity, held.currency, held.amount_minor, unnest(tstzmultirange(held.span) - covered.spans)
        FROM held JOIN covered USING (product_id, price_list, min_quantity, currency)
    ) AS parts
    GROUP BY 1, 2, 3, 4, 5
), before AS (
    SELECT product_id, price_list, min_quantity, currency,
           jsonb_agg(jsonb_build_object(
               'price_list', price_list, 'min_quantity', min_quantity, 'currency', currency, 'amount_minor', amount_minor,
               'valid_from', CASE WHEN lower(span) > %(now)s THEN lower(span) END, 'valid_until', nullif(upper(span), 'infinity')
           ) ORDER BY lower(span)) AS steps,
           min(amount_minor) FILTER (WHERE lower(span) <= %(now)s) AS present
    FROM held GROUP BY 1, 2, 3, 4
), after AS (
    SELECT product_id, price_list, min_quantity, currency,
           jsonb_agg(jsonb_build_object(
               'price_list', price_list, 'min_quantity', min_quantity, 'currency', currency, 'amount_minor', amount_minor,
               'valid_from', CASE WHEN lower(span) > %(now)s THEN lower(span) END, 'valid_until', nullif(upper(span), 'infinity')
           ) ORDER BY lower(span)) AS steps,
           (array_agg(amount_minor ORDER BY lower(span)))[1] AS next
    FROM becomes GROUP BY 1, 2, 3, 4
), different AS (
    SELECT product_id, price_list, min_quantity, currency, before.steps AS before, after.steps AS after,
           CASE WHEN before.present > 0 THEN abs(after.next::double precision / before.present - 1) END AS jump
    FROM before FULL JOIN after USING (product_id, price_list, min_quantity, currency)
    WHERE before.steps IS DISTINCT FROM after.steps
)
SELECT product_id,
       coalesce(jsonb_agg(step.one ORDER BY price_list, min_quantity, currency, step.number) FILTER (WHERE step.is_before), '[]'),
       coalesce(jsonb_agg(step.one ORDER BY price_list, min_quantity, currency, step.number) FILTER (WHERE NOT step.is_before), '[]'),
       max(jump) FILTER (WHERE jump >= %(price_jump_share)s)
FROM different
CROSS JOIN LATERAL (
    SELECT one, number, true AS is_before FROM jsonb_array_elements(different.before) WITH ORDINALITY AS each (one, number)
    UNION ALL
    SELECT one, number, false FROM jsonb_array_elements(different.after) WITH ORDINALITY AS each (one, number)
) AS step
GROUP BY product_id;

-- find_jumps --
-- Prices that jump, each with the line of its new price.
INSERT INTO feed_findings
WITH jumping AS MATERIALIZED (
    SELECT product_id, before, after FROM compared_prices WHERE jump IS NOT NULL
), lines AS MATERIALIZED (
    SELECT product_id, price_list, min_quantity, currency, amount_minor, min(line) AS line
    FROM feed_prices WHERE product_id IN (SELECT product_id FROM jumping)
    GROUP BY 1, 2, 3, 4, 5
)
SELECT 'price_jump', said.line, compared.product_id, jsonb_build_object(
    'price_list', old.one ->> 'price_list', 'before_minor', (old.one ->> 'amount_minor')::bigint, 'after_minor', (new.one ->> 'amount_minor')::bigint,
    'currency', old.one ->> 'currency', 'min_quantity', (old.one ->> 'min_quantity')::integer,
    'percent', round(((new.one ->> 'amount_minor')::numeric / (old.one ->> 'amount_minor')::numeric - 1) * 100)
)
FROM jumping AS compared
CROSS JOIN LATERAL (
    SELECT one FROM jsonb_array_elements(compared.before) AS step (one) WHERE one ->> 'valid_from' IS NULL AND (one ->> 'amount_minor')::bigint > 0
) AS old
CROSS JOIN LATERAL (
    SELECT step.one FROM jsonb_array_elements(compared.after) AS step (one)
    WHERE step.one ->> 'price_list' = old.one ->> 'price_list' AND step.one -> 'min_quantity' = old.one -> 'min_quantity'
      AND step.one -> 'currency' = old.one -> 'currency'
    ORDER BY step.one ->> 'valid_from' NULLS FIRST LIMIT 1
) AS new
LEFT JOIN lines AS said
    ON said.product_id = compared.product_id AND said.price_list = old.one ->> 'price_list' AND said.currency = old.one ->> 'currency'
    AND said.min_quantity = (old.one ->> 'min_quantity')::integer AND said.amount_minor = (new.one ->> 'amount_minor')::bigint
WHERE abs((new.one ->> 'amount_minor')::double precision / (old.one ->> 'amount_minor')::double precision - 1) >= %(price_jump_share)s;

-- compare_relations --
-- Which relations would change, by the product whose entry states them.
INSERT INTO compared_relations
WITH said AS (
    SELECT owner_id, jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'product_id', product_id, 'kind', kind, 'related_id', related_id, 'quantity', quantity, 'type', nullif(type, '')
           )) ORDER BY product_id COLLATE "C", kind COLLATE "C", related_id COLLATE "C") AS relations
    FROM feed_relations GROUP BY owner_id
), known AS (
    SELECT stated_by AS owner_id, jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'product_id', product_id, 'kind', kind, 'related_id', related_id, 'quantity', quantity, 'type', attributes ->> 'type'
           )) ORDER BY product_id COLLATE "C", kind COLLATE "C", related_id COLLATE "C") AS relations
    FROM product_relations
    WHERE source = %(source)s AND stated_by IN (SELECT product_id FROM feed_entries WHERE mode = 'put')
    GROUP BY stated_by
)
SELECT owner_id, coalesce(known.relations, '[]'), coalesce(said.relations, '[]')
FROM said FULL JOIN known USING (owner_id)
WHERE said.relations IS DISTINCT FROM known.relations;

-- compare_products --
-- What would change of each product: a file replaces what it says, texts language by language; what it does not say stays.
-- A text that stays the same keeps its mark, another has the one that it comes with: `catalog.origins` does so for other sources.
INSERT INTO catalog_changes (revision_id, product_id, action, before, after, line, price_jump_share)
WITH sides AS NOT MATERIALIZED (
    SELECT entry.product_id, entry.line, products.product_id IS NULL AS is_new, prices.jump,
           CASE WHEN entry.mode = 'prices' THEN '{}' ELSE jsonb_build_object(
               'parent_id', coalesce(entry.parent_id, CASE WHEN entry.parent_line IS NULL THEN products.parent_id END),
               'state', CASE products.state WHEN 'draft' THEN 'draft' ELSE 'active' END,
               'title', coalesce(products.title, '{}') || entry.title,
               'description', coalesce(products.description, '{}') || entry.description,
               'category', coalesce(products.category, '{}') || coalesce(entry.category, '{}'),
               'brand', coalesce(entry.brand, products.brand),
               'gtin', coalesce(entry.gtin, products.gtin),
               'url', coalesce(entry.url, products.url),
               'image_url', coalesce(entry.image_url, products.image_url),
               'attributes', entry.attributes,
               'text_origins', CASE
                   WHEN entry.text_origins = '{}' AND coalesce(products.text_origins, '{}') = '{}' THEN '{}'
                   ELSE (
                       SELECT coalesce(jsonb_object_agg(field, marks), '{}')
                       FROM (
                           SELECT field, jsonb_object_agg(language, mark) AS marks
                           FROM (VALUES
                               ('title', coalesce(products.title, '{}'), entry.title), ('description', coalesce(products.description, '{}'), entry.description)
                           ) AS text (field, known, said)
                           CROSS JOIN LATERAL jsonb_object_keys(known || said) AS language
                           CROSS JOIN LATERAL (SELECT coalesce(
                               CASE WHEN said -> language IS NULL OR said -> language = known -> language THEN products.text_origins -> field -> language END,
                               entry.text_origins -> field -> language
                           ) AS mark) AS marked
                           WHERE mark IS NOT NULL
                           GROUP BY field
                       ) AS marked_fields
                   )
               END,
               'media', entry.media
           ) END || CASE WHEN prices.after IS NULL THEN '{}' ELSE jsonb_build_object('prices', prices.after) END
                 || CASE WHEN relations.after IS NULL THEN '{}' ELSE jsonb_build_object('relations', relations.after) END AS after,
           to_jsonb(products) || CASE WHEN prices.before IS NULL THEN '{}' ELSE jsonb_build_object('prices', prices.before) END
                 || CASE WHEN relations.before IS NULL THEN '{}' ELSE jsonb_build_object('relations', relations.before) END AS before
    FROM feed_entries AS entry
    LEFT JOIN products USING (product_id)
    LEFT JOIN compared_prices AS prices USING (product_id)
    LEFT JOIN compared_relations AS relations USING (product_id)
    WHERE entry.mode <> 'delete'
)
SELECT %(revision_id)s, product_id, 'new', '{}', after, line, NULL FROM sides WHERE is_new
UNION ALL
SELECT %(revision_id)s, product_id, 'changed', different.before, different.after, line, jump
FROM (SELECT * FROM sides WHERE NOT is_new OFFSET 0) AS sides  -- so that each side is made once and not once a field
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(key, sides.before -> key) AS before, jsonb_object_agg(key, value) AS after
    FROM jsonb_each(sides.after) WHERE value IS DISTINCT FROM sides.before -> key
) AS different
WHERE different.after IS NOT NULL;

-- find_gone --
-- Products that the file deletes, and, of a whole catalog, those of its source that it does not name.
INSERT INTO catalog_changes (revision_id, product_id, action, before, after, line)
SELECT %(revision_id)s, products.product_id, 'gone', jsonb_build_object('state', state), '{"state": "discontinued"}', entry.line
FROM products LEFT JOIN feed_entries AS entry USING (product_id)
WHERE products.source = %(source)s AND state <> 'discontinued'
  AND (entry.mode = 'delete' OR (%(is_whole)s AND entry.product_id IS NULL));

-- count_source --
-- How many products of a source are sold.
SELECT count(*) AS products FROM products WHERE source = %(source)s AND state <> 'discontinued';

-- count_entries --
-- How many products the file has, of those that are taken.
SELECT count(*) AS entries FROM feed_entries;

-- count_changes --
-- How much would change.
SELECT count(*) FILTER (WHERE action = 'new') AS new, count(*) FILTER (WHERE action = 'changed') AS changed,
       count(*) FILTER (WHERE action = 'gone') AS gone, count(price_jump_share) AS price_jumps,
       count(*) FILTER (WHERE action <> 'gone' OR line IS NOT NULL) AS named
FROM catalog_changes WHERE revision_id = %(revision_id)s;

-- count_findings --
-- How often each kind of finding occurs.
SELECT code, count(*) AS count FROM feed_findings GROUP BY code;

-- keep_findings --
-- Keeps the findings, by line; of each kind as many as anybody would read.
INSERT INTO catalog_findings (revision_id, position, code, line, product_id, facts)
SELECT %(revision_id)s, row_number() OVER (ORDER BY line NULLS FIRST, code, product_id), code, line, product_id, facts
FROM (SELECT *, row_number() OVER (PARTITION BY code ORDER BY line) AS number FROM feed_findings) AS numbered
WHERE number <= %(most)s;
