-- ensure_months --
-- Makes the monthly partitions that the staged events fall into; what is older than the year 2000 stays in the default one.
SELECT ensure_month('events', month)
FROM (SELECT DISTINCT date_trunc('month', occurred_at, 'UTC') AS month FROM staged_events WHERE occurred_at >= '2000-01-01') AS months;

-- take_new --
-- Registers the staged messages and leaves only those that nobody sent before; sorted, so that two batches never block each other.
WITH taken AS (
    INSERT INTO event_messages (message_key, event_id)
    SELECT DISTINCT ON (message_key) message_key, event_id
    FROM staged_events JOIN staged_event_messages USING (event_id)
    ORDER BY message_key, event_id
    ON CONFLICT DO NOTHING
    RETURNING event_id
)
DELETE FROM staged_events WHERE event_id NOT IN (SELECT event_id FROM taken);

-- taken --
-- Which of the staged events are new.
SELECT event_id FROM staged_events;

-- insert_staged --
-- Writes the staged events, in the order they came, into the log.
INSERT INTO events (
    event_id, message_id, type, name, profile_id, user_id, anonymous_id, decision_id, source,
    occurred_at, original_at, sent_at, received_at, properties, context
)
SELECT
    event_id, message_id, type, name, profile_id, user_id, anonymous_id, decision_id, source,
    occurred_at, original_at, sent_at, received_at, properties, context
FROM staged_events
ORDER BY event_id;

-- has_source --
-- Whether anything came from a source.
SELECT EXISTS (SELECT FROM events WHERE source = %(source)s) AS found;

-- count_by_name --
-- How many events of each name happened in a period.
SELECT coalesce(name, type) AS name, count(*) AS count
FROM events
WHERE occurred_at >= %(since)s AND occurred_at < %(until)s
GROUP BY 1
ORDER BY count DESC, name;

-- count_by_day --
-- How many events happened on each day of a period, in a time zone.
SELECT (occurred_at AT TIME ZONE %(time_zone)s)::date AS day, count(*) AS count
FROM events
WHERE occurred_at >= %(since)s AND occurred_at < %(until)s
GROUP BY 1
ORDER BY 1;

-- count_by_source --
-- How many events each source has sent, and when the last one came.
SELECT source, count(*) AS count, max(received_at) AS last_received_at, max(occurred_at) AS last_occurred_at
FROM events
GROUP BY source
ORDER BY count DESC, source;
