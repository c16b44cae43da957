-- by_day --
-- How many events each source sent for each day of a period, in a time zone; how many name nobody, and how many came from a clock that
-- was off. One pass over the period; a day begins at a full quarter of an hour everywhere, so that quarters are summed up before.
SELECT (quarter AT TIME ZONE %(time_zone)s)::date AS day, source, sum(count)::bigint AS count, sum(nobody)::bigint AS nobody, sum(skewed)::bigint AS skewed
FROM (
    SELECT
        date_bin('15 minutes', occurred_at, '2000-01-01 00:00+00') AS quarter,
        source,
        count(*) AS count,
        count(*) FILTER (WHERE user_id IS NULL AND anonymous_id IS NULL) AS nobody,
        count(*) FILTER (WHERE original_at < occurred_at - %(tolerance)s OR original_at > occurred_at + %(tolerance)s) AS skewed
    FROM events
    WHERE occurred_at >= %(since)s AND occurred_at < %(until)s
    GROUP BY 1, 2
) AS counted
GROUP BY 1, 2
ORDER BY 1, 2;

-- names --
-- How many track events of each name there were in a period, the most first.
SELECT name, count(*) AS count, max(occurred_at) AS last_at
FROM events
WHERE type = 'track' AND name IS NOT NULL AND occurred_at >= %(since)s AND occurred_at < %(until)s
GROUP BY name
ORDER BY count DESC, name
LIMIT %(limit)s;

-- properties --
-- How many of the latest events of each name lack a property, or carry it as something that it cannot be; with three of each.
WITH expected AS MATERIALIZED (
    SELECT name, property, kind, needed, split_part(property, '[', 1) AS outer_property
    FROM unnest(%(names)s::text[], %(properties)s::text[], %(kinds)s::text[], %(needed)s::boolean[])
        AS each (name, property, kind, needed)
),
sample AS MATERIALIZED (
    SELECT wanted.name, latest.event_id, latest.properties
    FROM (SELECT DISTINCT name FROM expected) AS wanted
    CROSS JOIN LATERAL (
        SELECT event_id, properties FROM events
        WHERE events.name = wanted.name AND events.type = 'track' AND occurred_at >= %(since)s AND occurred_at < %(until)s
        ORDER BY occurred_at DESC
        LIMIT %(sample)s
    ) AS latest
),
carried AS (
    SELECT expected.name, expected.property, expected.kind, expected.needed, sample.event_id,
        sample.properties -> expected.outer_property AS value
    FROM sample JOIN expected USING (name)
    OFFSET 0  -- so that the value is taken out once
),
typed AS (
    SELECT *, CASE WHEN value = '""' THEN 'null' ELSE coalesce(jsonb_typeof(value), 'null') END AS type FROM carried
    OFFSET 0
),
checked AS (
    SELECT name, property, event_id,
        CASE
            WHEN NOT needed THEN false
            WHEN kind LIKE 'each %%' THEN
                type = 'array' AND jsonb_path_exists(value, '$[*] ? (!exists(@.product_id) || @.product_id == null || @.product_id == "")')
            ELSE type = 'null'
        END AS is_missing,
        CASE
            WHEN type = 'null' THEN false
            WHEN kind = 'text' THEN type NOT IN ('string', 'number')
            WHEN kind = 'number' THEN type <> 'number'
            WHEN kind = 'currency' THEN NOT (value #>> '{}' = ANY(%(currencies)s::text[]))
            WHEN kind = 'list' THEN type <> 'array'
            WHEN property = 'products[].product_id' THEN
                jsonb_path_exists(value, '$[*].product_id ? (@.type() != "string" && @.type() != "number" && @ != null)')
            WHEN property = 'products[].price' THEN jsonb_path_exists(value, '$[*].price ? (@.type() != "number" && @ != null)')
            WHEN property = 'products[].quantity' THEN jsonb_path_exists(value, '$[*].quantity ? (@.type() != "number" && @ != null)')
            WHEN property = 'products[].position' THEN jsonb_path_exists(value, '$[*].position ? (@.type() != "number" && @ != null)')
            ELSE false
        END AS is_wrong
    FROM typed
)
SELECT name, property, count(*) AS checked,
    count(*) FILTER (WHERE is_missing) AS missing,
    count(*) FILTER (WHERE is_wrong) AS wrong,
    (array_agg(event_id) FILTER (WHERE is_missing))[1:3] AS missing_ids,
    (array_agg(event_id) FILTER (WHERE is_wrong))[1:3] AS wrong_ids
FROM checked
GROUP BY name, property
ORDER BY name, property;

-- of_name --
-- The latest events of each of some names, three of each.
SELECT wanted.name, latest.event_id
FROM unnest(%(names)s::text[]) AS wanted (name)
CROSS JOIN LATERAL (
    SELECT event_id FROM events
    WHERE events.name = wanted.name AND type = 'track' AND occurred_at >= %(since)s AND occurred_at < %(until)s
    ORDER BY occurred_at DESC
    LIMIT 3
) AS latest;

-- nobody --
-- The latest events of a period that name nobody, three of them, among the latest ones.
SELECT event_id FROM (
    SELECT event_id, occurred_at, user_id, anonymous_id FROM events
    WHERE occurred_at >= %(since)s AND occurred_at < %(until)s
    ORDER BY occurred_at DESC
    LIMIT %(sample)s
) AS latest
WHERE user_id IS NULL AND anonymous_id IS NULL
LIMIT 3;

-- skewed --
-- The latest events of a period whose sender's clock was off, three of them, among the latest ones.
SELECT event_id FROM (
    SELECT event_id, occurred_at, original_at FROM events
    WHERE occurred_at >= %(since)s AND occurred_at < %(until)s
    ORDER BY occurred_at DESC
    LIMIT %(sample)s
) AS latest
WHERE original_at < occurred_at - %(tolerance)s OR original_at > occurred_at + %(tolerance)s
LIMIT 3;

-- message_ids --
-- The senders' ids of some events.
SELECT event_id, message_id FROM events WHERE event_id = ANY(%(event_ids)s::uuid[]) AND occurred_at >= %(since)s AND occurred_at < %(until)s;

-- dead_letters --
-- How many dead letters of each kind came in a period, and how many of them are open.
SELECT kind, count(*) AS count, count(*) FILTER (WHERE state = 'open') AS open
FROM dead_letters
WHERE created_at >= %(since)s AND created_at < %(until)s
GROUP BY kind
ORDER BY kind;
