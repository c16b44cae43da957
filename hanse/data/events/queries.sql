-- ensure_month --
-- Makes the monthly partition of a moment.
SELECT ensure_month('events', %(moment)s);

-- claim_messages --
-- Registers messages that nobody has sent lately; sorted, so that two batches never block each other.
INSERT INTO recent_messages (message_key, event_id)
SELECT * FROM unnest(%(message_keys)s, %(event_ids)s) AS sent (message_key, event_id)
ORDER BY message_key
ON CONFLICT DO NOTHING;

-- settled_messages --
-- Which of some messages were sent longer ago; an index lookup for each, whatever the planner thinks of the table. A statement of its own
-- after the claim, so that it sees what has been moved here meanwhile.
SELECT sent.message_key
FROM unnest(%(message_keys)s) AS sent (message_key)
WHERE EXISTS (SELECT FROM settled_messages WHERE settled_messages.message_key = sent.message_key OFFSET 0);

-- give_back_messages --
-- Takes back the claim on messages that were sent longer ago.
DELETE FROM recent_messages
USING unnest(%(message_keys)s, %(event_ids)s) AS sent (message_key, event_id)
WHERE recent_messages.message_key = sent.message_key AND recent_messages.event_id = sent.event_id;

-- owners_of_messages --
-- The events that messages were written as.
SELECT sent.message_key, found.event_id
FROM unnest(%(message_keys)s) AS sent (message_key)
CROSS JOIN LATERAL (SELECT event_id FROM event_messages WHERE event_messages.message_key = sent.message_key LIMIT 1) AS found;

-- recent_messages --
-- How many messages have not been moved yet, counted only up to a number.
SELECT count(*) AS least FROM (SELECT FROM recent_messages LIMIT %(enough)s) AS counted;

-- settle_messages --
-- Moves the messages between two keys to where the old ones are, in order.
WITH moved AS (
    DELETE FROM recent_messages WHERE message_key >= %(first)s AND message_key <= %(last)s RETURNING message_key, event_id
)
INSERT INTO settled_messages (message_key, event_id)
SELECT message_key, event_id FROM moved ORDER BY message_key
ON CONFLICT DO NOTHING;

-- is_empty --
-- Whether the log has no event at all.
SELECT NOT EXISTS (SELECT FROM events) AS empty;

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

-- search --
-- Events, the latest first, from a place in that order on. Planned anew each time, so that what is not asked for costs nothing.
SELECT event_id, type, name, profile_id, user_id, anonymous_id, decision_id, source, occurred_at, received_at, properties, context
FROM events
WHERE occurred_at >= %(since)s AND occurred_at < %(until)s
  AND (%(profile_id)s::uuid IS NULL OR profile_id = ANY(profile_members(%(profile_id)s)))
  AND (%(name)s::text IS NULL OR name = %(name)s)
  AND (%(type)s::text IS NULL OR type = %(type)s)
  AND (%(source)s::text IS NULL OR source = %(source)s)
  AND (%(before_at)s::timestamptz IS NULL OR (occurred_at, event_id) < (%(before_at)s, %(before_id)s::uuid))
ORDER BY occurred_at DESC, event_id DESC
LIMIT %(limit)s;

-- count --
-- How many events there are, in groups where such are asked for. Planned anew each time, as above.
SELECT
    CASE %(by)s::text
        WHEN 'name' THEN coalesce(name, type)
        WHEN 'type' THEN type
        WHEN 'source' THEN source
        WHEN 'day' THEN to_char(occurred_at AT TIME ZONE %(time_zone)s, 'YYYY-MM-DD')
    END AS key,
    count(*) AS count
FROM events
WHERE occurred_at >= %(since)s AND occurred_at < %(until)s
  AND (%(profile_id)s::uuid IS NULL OR profile_id = ANY(profile_members(%(profile_id)s)))
  AND (%(name)s::text IS NULL OR name = %(name)s)
  AND (%(type)s::text IS NULL OR type = %(type)s)
  AND (%(source)s::text IS NULL OR source = %(source)s)
GROUP BY 1
ORDER BY CASE WHEN %(by)s::text = 'day' THEN NULL ELSE count(*) END DESC NULLS LAST, 1
LIMIT %(limit)s;

-- count_arrivals --
-- How many events came in each quarter of a second since an id was given out, by the ends of the months' primary keys alone.
SELECT left(event_id::text, %(digits)s) AS quarter, count(*) AS count
FROM events
WHERE event_id >= %(since)s
GROUP BY 1;

-- arrivals --
-- The events of some quarters of a second, in short, the latest first.
SELECT event_id, type, name, source, occurred_at, user_id IS NOT NULL AS identified
FROM events
WHERE event_id BETWEEN %(since)s AND %(until)s AND left(event_id::text, %(digits)s) = ANY(%(quarters)s::text[])
ORDER BY event_id DESC;

-- writing --
-- The transactions that are writing just now to this database, and when they began. (A snapshot does not list the newest of them.)
SELECT backend_xid::text::bigint AS number, coalesce(xact_start, now()) AS begun_at
FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL;

-- events_by_id --
-- Some events whole, the latest arrival first. The time they happened in leads to their months.
SELECT event_id, message_id, type, name, profile_id, user_id, anonymous_id, decision_id, source, occurred_at, original_at, sent_at, received_at,
    properties, context
FROM events
WHERE event_id = ANY(%(event_ids)s::uuid[]) AND occurred_at BETWEEN %(first)s AND %(last)s
ORDER BY event_id DESC;

-- latest_arrivals --
-- The latest events that fit, among the last few thousand that came: the rare one among millions is not looked for here.
SELECT event_id, message_id, type, name, profile_id, user_id, anonymous_id, decision_id, source, occurred_at, original_at, sent_at, received_at,
    properties, context
FROM (
    SELECT * FROM events WHERE %(since)s::uuid IS NULL OR event_id >= %(since)s ORDER BY event_id DESC LIMIT %(among)s
) AS latest
WHERE (%(name)s::text IS NULL OR name = %(name)s)
  AND (%(type)s::text IS NULL OR type = %(type)s)
  AND (%(source)s::text IS NULL OR source = %(source)s)
  AND (%(identified)s::boolean IS NULL OR (user_id IS NOT NULL) = %(identified)s)
ORDER BY event_id DESC
LIMIT %(limit)s;
