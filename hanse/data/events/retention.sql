-- rules --
-- How long events are kept.
SELECT type, name, keep_days FROM event_retention ORDER BY type, name;

-- put_rule --
-- Sets how long some events are kept.
INSERT INTO event_retention (type, name, keep_days, updated_by, updated_at)
VALUES (%(type)s, %(name)s, %(keep_days)s, %(by)s, %(now)s)
ON CONFLICT (type, name) DO UPDATE SET keep_days = excluded.keep_days, updated_by = excluded.updated_by, updated_at = excluded.updated_at;

-- remove_rule --
-- Takes a rule back.
DELETE FROM event_retention WHERE type = %(type)s AND name = %(name)s;

-- months_before --
-- The monthly partitions that end before a moment, oldest first.
SELECT partition FROM (
    SELECT
        inhrelid::regclass::text AS partition,
        to_date(substring(inhrelid::regclass::text FROM 'events_(\d{4}_\d{2})$'), 'YYYY_MM')::timestamp AT TIME ZONE 'UTC' AS first
    FROM pg_inherits WHERE inhparent = 'events'::regclass
) AS months
WHERE first IS NOT NULL AND (first AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC' <= %(before)s
ORDER BY first;

-- wait_briefly --
-- Gives up where somebody reads the log for long: whoever writes would have to wait behind us.
SET LOCAL lock_timeout TO '2s';

-- drop_month --
-- Drops a monthly partition whole.
SELECT drop_month(%(partition)s);

-- delete_events --
-- Deletes some of the events that have been kept long enough by the rule that is theirs: of a name before of a type before of all.
WITH old AS (
    SELECT events.event_id, events.occurred_at
    FROM events
    CROSS JOIN LATERAL (
        SELECT keep_days FROM event_retention AS rule
        WHERE rule.type IN (events.type, '*') AND rule.name IN (events.name, '*')
        ORDER BY rule.name = '*', rule.type = '*'
        LIMIT 1
    ) AS rule
    WHERE events.occurred_at < %(now)s - (SELECT min(keep_days) FROM event_retention WHERE type <> 'dead_letter') * interval '1 day'
      AND events.occurred_at < %(now)s - rule.keep_days * interval '1 day'
    LIMIT %(limit)s
)
DELETE FROM events USING old WHERE events.event_id = old.event_id AND events.occurred_at = old.occurred_at;

-- delete_dead_letters --
-- Deletes some of the dead letters of events that have been kept long enough.
DELETE FROM dead_letters
WHERE dead_letter_id IN (
    SELECT dead_letter_id FROM dead_letters
    WHERE kind = 'event'
      AND created_at < %(now)s - (SELECT keep_days FROM event_retention WHERE type = 'dead_letter' AND name = '*') * interval '1 day'
    LIMIT %(limit)s
);

-- count_due --
-- How many events and dead letters some rules would delete now. The rule of each kind of event is found once, not for each event.
WITH rule AS MATERIALIZED (
    SELECT * FROM unnest(%(types)s::text[], %(names)s::text[], %(days)s::integer[]) AS each (type, name, keep_days)
),
least AS (
    SELECT %(now)s - min(keep_days) * interval '1 day' AS before FROM rule WHERE type <> 'dead_letter'
),
kind AS MATERIALIZED (
    SELECT counted.*, %(now)s - ruling.keep_days * interval '1 day' AS before
    FROM (
        SELECT type, coalesce(name, '') AS name FROM events WHERE occurred_at < (SELECT before FROM least) GROUP BY 1, 2
    ) AS counted
    CROSS JOIN LATERAL (
        SELECT keep_days FROM rule
        WHERE rule.type IN (counted.type, '*') AND rule.name IN (nullif(counted.name, ''), '*')
        ORDER BY rule.name = '*', rule.type = '*'
        LIMIT 1
    ) AS ruling
),
due AS (
    SELECT count(*) AS events, min(events.occurred_at) AS oldest_at
    FROM events JOIN kind ON kind.type = events.type AND kind.name = coalesce(events.name, '')
    WHERE events.occurred_at < (SELECT before FROM least) AND events.occurred_at < kind.before
)
SELECT due.events, due.oldest_at, (
    SELECT count(*) FROM dead_letters
    WHERE kind = 'event'
      AND created_at < %(now)s - (SELECT keep_days FROM rule WHERE type = 'dead_letter' AND name = '*') * interval '1 day'
) AS dead_letters
FROM due;
