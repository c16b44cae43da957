-- try_lock --
-- Takes the lock on copying until the end of the transaction, where nobody has it.
SELECT pg_try_advisory_xact_lock(%(key)s) AS locked;

-- last_numbers --
-- The highest sequence numbers that anybody has taken, committed or not.
SELECT
    coalesce(pg_sequence_last_value(pg_get_serial_sequence('events', 'sequence')::regclass), 0) AS log,
    coalesce(pg_sequence_last_value(pg_get_serial_sequence('decisions', 'sequence')::regclass), 0) AS decisions;

-- next_transaction --
-- The number of the transaction that comes next: whoever has begun to write has a smaller one.
SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS number;

-- oldest_transaction --
-- The number of the oldest transaction that is still writing, or of the next one where none is.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS number;

-- positions --
-- How far each dataset has been copied.
SELECT dataset, sequence FROM lake_positions;

-- put_position --
-- Notes how far a dataset has been copied, and that so many rows more (or, of one written whole, so many in all) lie there.
INSERT INTO lake_positions (dataset, sequence, rows, copied_at)
VALUES (%(dataset)s, %(sequence)s, %(rows)s, %(now)s)
ON CONFLICT (dataset) DO UPDATE
SET sequence = excluded.sequence,
    rows = excluded.rows + CASE WHEN %(appended)s THEN lake_positions.rows ELSE 0 END,
    copied_at = excluded.copied_at;

-- log --
-- Events by order of arrival, without what is personal by its place: traits and, but for the page, the context; none of restricted people.
SELECT
    event_id::text,
    sequence,
    type,
    name,
    profile_id::text,
    decision_id::text,
    source,
    occurred_at,
    received_at,
    coalesce(context #>> '{page,path}', properties ->> 'path', context #>> '{page,url}', properties ->> 'url') AS page,
    CASE WHEN type IN ('track', 'page', 'screen') THEN properties::text ELSE '{}' END AS properties,
    coalesce(properties ->> 'channel', context ->> 'channel') AS channel,
    context #>> '{device,type}' AS device,
    context ->> 'userAgent' AS user_agent,
    context ->> 'locale' AS locale
FROM events
WHERE sequence > %(after)s AND sequence <= %(until)s
  AND NOT EXISTS (SELECT FROM profiles AS kept WHERE kept.profile_id = events.profile_id AND kept.restricted_at IS NOT NULL)
ORDER BY sequence;

-- decisions --
-- Decisions by the order in which they were logged.
SELECT
    decision_id::text,
    sequence,
    operation,
    capability,
    profile_id::text,
    model_version,
    arm,
    arm_probability,
    basis,
    reason,
    request::text,
    answer::text,
    decided_at
FROM decisions
WHERE sequence > %(after)s AND sequence <= %(until)s
  AND NOT EXISTS (SELECT FROM profiles AS kept WHERE kept.profile_id = decisions.profile_id AND kept.restricted_at IS NOT NULL)
ORDER BY sequence;

-- products_mark --
-- Changes whenever any product does: each version of a row has its place and the transaction that wrote it.
SELECT count(*)::text || ':' || coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)::numeric), 0)::text AS mark FROM products;

-- products --
-- The catalog, with the best title there is for a language.
SELECT
    product_id,
    parent_id,
    state,
    coalesce(
        title ->> %(language)s,
        title ->> 'de',
        title ->> 'en',
        title ->> 'und',
        (SELECT value FROM jsonb_each_text(title) ORDER BY key LIMIT 1)
    ) AS title,
    title ->> 'de' AS title_de,
    title ->> 'en' AS title_en,
    category ->> 'de' AS category_de,
    category ->> 'en' AS category_en,
    brand,
    attributes::text
FROM products
ORDER BY product_id;

-- relations_mark --
-- Changes whenever any relation does.
SELECT count(*)::text || ':' || coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)::numeric), 0)::text AS mark FROM product_relations;

-- relations --
-- How products belong together.
SELECT product_id, kind, related_id, quantity FROM product_relations ORDER BY product_id, kind, related_id;

-- prices_mark --
-- Changes whenever any price does.
SELECT count(*)::text || ':' || coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)::numeric), 0)::text AS mark FROM prices;

-- prices --
-- Net prices; null where a price holds always.
SELECT
    product_id,
    price_list,
    min_quantity,
    nullif(valid_from, '-infinity') AS valid_from,
    nullif(valid_until, 'infinity') AS valid_until,
    amount_minor,
    currency
FROM prices
ORDER BY product_id, price_list, min_quantity, valid_from;

-- merges_mark --
-- Changes whenever other profiles are one person.
SELECT count(*)::text || ':' || coalesce(sum(hashtextextended(profile_id::text || merged_into::text, 0)::numeric), 0)::text AS mark
FROM profiles WHERE merged_into IS NOT NULL;

-- merges --
-- Which profiles are the same person as another one.
SELECT profile_id::text, merged_into::text AS canonical_id FROM profiles WHERE merged_into IS NOT NULL ORDER BY profile_id;
