-- begin --
-- Notes that an import has begun.
INSERT INTO imports (import_id, kind, file_name, source, state, started_by, started_at)
VALUES (%(import_id)s, %(kind)s, %(file_name)s, %(source)s, 'running', %(started_by)s, %(now)s);

-- hold --
-- Says, until the transaction ends, that an import is really running.
SELECT pg_advisory_xact_lock(hashtext('hanse.imports'), hashtext(%(import_id)s::text));

-- fail_abandoned --
-- Fails the imports that say they are running while nobody holds them: their process was killed.
UPDATE imports SET state = 'failed', error = 'It broke off: the process that ran it is gone.', finished_at = %(now)s
WHERE state = 'running' AND started_at < %(now)s - interval '1 minute'
  AND pg_try_advisory_xact_lock(hashtext('hanse.imports'), hashtext(import_id::text));

-- finish --
-- Notes how an import went.
UPDATE imports
SET state = 'done', columns = %(columns)s, counts = %(counts)s, findings = %(findings)s, reject_file = %(reject_file)s, finished_at = %(now)s
WHERE import_id = %(import_id)s;

-- fail --
-- Notes why an import came to nothing.
UPDATE imports SET state = 'failed', error = %(error)s, finished_at = %(now)s WHERE import_id = %(import_id)s;

-- find --
-- One import.
SELECT * FROM imports WHERE import_id = %(import_id)s;

-- list_imports --
-- The newest imports, or those before a certain one.
SELECT * FROM imports
WHERE %(before)s::uuid IS NULL
   OR (started_at, import_id) < (SELECT started_at, import_id FROM imports WHERE import_id = %(before)s)
ORDER BY started_at DESC, import_id DESC
LIMIT %(limit)s;

-- insert_staged_dead_letters --
-- Keeps the staged dead letters; one that is there already, open or closed, stays as it is.
INSERT INTO dead_letters (dead_letter_id, kind, source, import_id, line, field, reason, payload, created_at)
SELECT dead_letter_id, kind, source, import_id, line, field, reason, payload, created_at FROM staged_dead_letters
ON CONFLICT (dead_letter_id) DO NOTHING;

-- fits --
-- Which dead letters somebody asks for: a part of the two statements below.
(%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(import_id)s::uuid IS NULL OR import_id = %(import_id)s)
  AND (%(source)s::text IS NULL OR source = %(source)s)
  AND (%(field)s::text IS NULL OR field = %(field)s)
  AND (%(reason)s::text IS NULL OR reason = %(reason)s)
  AND (%(name)s::text IS NULL OR payload ->> 'event' = %(name)s)

-- list_dead_letters --
-- Dead letters, newest first and by line within an import, from a place in that order on.
SELECT * FROM dead_letters
WHERE (%(state)s::text IS NULL OR state = %(state)s)
  AND {fits}
  AND (
      %(created_at)s::timestamptz IS NULL
      OR created_at < %(created_at)s
      OR (created_at = %(created_at)s AND (coalesce(line, 0), dead_letter_id) > (%(line)s, %(dead_letter_id)s::uuid))
  )
ORDER BY created_at DESC, coalesce(line, 0), dead_letter_id
LIMIT %(limit)s;

-- dead_letter --
-- One dead letter.
SELECT * FROM dead_letters WHERE dead_letter_id = %(dead_letter_id)s;

-- lock_dead_letter --
-- One dead letter, for the transaction that is about to close it.
SELECT * FROM dead_letters WHERE dead_letter_id = %(dead_letter_id)s FOR UPDATE;

-- close_dead_letter --
-- Closes a dead letter that is still open.
UPDATE dead_letters SET state = %(state)s, closed_at = %(now)s WHERE dead_letter_id = %(dead_letter_id)s AND state = 'open';

-- dismiss --
-- Closes those of some dead letters that are still open, without replaying them.
UPDATE dead_letters SET state = 'dismissed', closed_at = %(now)s
WHERE dead_letter_id = ANY(%(dead_letter_ids)s::uuid[]) AND state = 'open';

-- dead_letter_groups --
-- What is wrong with the open dead letters: those that have it in common together, the most first, with the newest as example.
SELECT found.*, example.dead_letter_id AS example_id
FROM (
    SELECT kind, field, reason, source, count(*) AS count, max(created_at) AS newest_at
    FROM dead_letters
    WHERE state = 'open'
      AND {fits}
    GROUP BY kind, field, reason, source
    ORDER BY count DESC, newest_at DESC, kind, field, reason, source
    LIMIT %(limit)s
) AS found
CROSS JOIN LATERAL (
    SELECT dead_letter_id FROM dead_letters AS one
    WHERE one.state = 'open' AND one.kind = found.kind AND one.created_at = found.newest_at
      AND one.field = found.field AND one.reason = found.reason AND one.source = found.source
      AND (%(import_id)s::uuid IS NULL OR one.import_id = %(import_id)s)
      AND (%(name)s::text IS NULL OR one.payload ->> 'event' = %(name)s)
    LIMIT 1
) AS example
ORDER BY found.count DESC, found.newest_at DESC, found.kind, found.field, found.reason, found.source;

-- count_open --
-- How many dead letters of each kind wait for somebody.
SELECT kind, count(*) AS count FROM dead_letters WHERE state = 'open' GROUP BY kind ORDER BY kind;
