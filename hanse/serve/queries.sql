-- report_progress --
-- How far a job is and what it is doing.
INSERT INTO job_progress (job_id, progress_score, note, result, error, updated_at)
VALUES (%(job_id)s, %(progress_score)s, %(note)s, %(result)s, %(error)s, %(now)s)
ON CONFLICT (job_id) DO UPDATE SET
    progress_score = excluded.progress_score, note = excluded.note, result = excluded.result, error = excluded.error,
    updated_at = excluded.updated_at;

-- list_jobs --
-- The newest jobs, with their progress and times.
SELECT
    job.id AS job_id, job.task_name AS name, job.args AS arguments, job.status::text AS state, job.attempts, job.scheduled_at,
    job.abort_requested, progress.progress_score, progress.note, progress.result, progress.error,
    (SELECT min(at) FROM procrastinate_events AS event WHERE event.job_id = job.id AND event.type IN ('deferred', 'deferred_for_retry')) AS queued_at,
    (SELECT max(at) FROM procrastinate_events AS event WHERE event.job_id = job.id AND event.type = 'started') AS started_at,
    (SELECT max(at) FROM procrastinate_events AS event
     WHERE event.job_id = job.id AND event.type IN ('succeeded', 'failed', 'cancelled', 'aborted')) AS ended_at
FROM procrastinate_jobs AS job
LEFT JOIN job_progress AS progress ON progress.job_id = job.id
WHERE (%(state)s::text IS NULL OR job.status::text = %(state)s)
  AND (%(name)s::text IS NULL OR job.task_name = %(name)s)
  AND (%(job_id)s::bigint IS NULL OR job.id = %(job_id)s)
  AND (%(before)s::bigint IS NULL OR job.id < %(before)s)
ORDER BY job.id DESC
LIMIT %(limit)s;

-- delete_old_jobs --
-- Jobs that ended long ago.
WITH old AS (
    DELETE FROM procrastinate_jobs
    WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted')
      AND NOT EXISTS (SELECT FROM procrastinate_events AS event WHERE event.job_id = procrastinate_jobs.id AND event.at >= %(before)s)
    RETURNING id
)
DELETE FROM job_progress WHERE job_id IN (SELECT id FROM old);
