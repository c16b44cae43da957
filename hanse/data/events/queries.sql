-- ensure_month --
-- Makes the monthly partition of a moment.
SELECT ensure_month('events', %(moment)s);

-- claim_messages --
-- Registers messages that nobody sent before; sorted, so that two batches never block each other.
INSERT INTO event_messages (message_key, event_id)
SELECT * FROM unnest(%(message_keys)s, %(event_ids)s) AS sent (message_key, event_id)
ORDER BY message_key
ON CONFLICT DO NOTHING;

-- owners_of_messages --
-- The events that messages were written as; an index lookup for each, whatever the planner thinks of the table.
SELECT message_key, found.event_id
FROM unnest(%(message_keys)s) AS sent (message_key)
CROSS JOIN LATERAL (SELECT event_id FROM event_messages WHERE event_messages.message_key = sent.message_key LIMIT 1) AS found;

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

-- matching_dead_letters --
-- Open dead letters of events that a rule chooses, the oldest first, locked for the transaction that is about to close them.
SELECT * FROM dead_letters
WHERE state = 'open' AND kind = 'event'
  AND (%(reason)s::text IS NULL OR reason = %(reason)s OR starts_with(reason, %(reason)s))
  AND (%(field)s::text IS NULL OR field = %(field)s)
  AND (%(name)s::text IS NULL OR payload ->> 'event' = %(name)s)
  AND (%(source)s::text IS NULL OR source = %(source)s)
ORDER BY created_at, dead_letter_id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED;

-- count_matching_dead_letters --
-- How many open dead letters of events a rule chooses.
SELECT count(*) AS count FROM dead_letters
WHERE state = 'open' AND kind = 'event'
  AND (%(reason)s::text IS NULL OR reason = %(reason)s OR starts_with(reason, %(reason)s))
  AND (%(field)s::text IS NULL OR field = %(field)s)
  AND (%(name)s::text IS NULL OR payload ->> 'event' = %(name)s)
  AND (%(source)s::text IS NULL OR source = %(source)s);
