-- insert --
-- Makes an experiment, unless there is one of its name.
INSERT INTO experiments (experiment_id, name, operation, placement, hypothesis, measure, variants, created_by, created_at)
VALUES (%(experiment_id)s, %(name)s, %(operation)s, %(placement)s, %(hypothesis)s, %(measure)s, %(variants)s::jsonb, %(created_by)s, %(now)s)
ON CONFLICT (name) DO NOTHING
RETURNING *;

-- list --
-- Experiments, the running ones first, then the newest.
SELECT * FROM experiments
WHERE (%(state)s::text IS NULL OR state = %(state)s) AND (%(operation)s::text IS NULL OR operation = %(operation)s)
ORDER BY state = 'running' DESC, created_at DESC, name;

-- find --
-- One experiment by its id or its name.
SELECT * FROM experiments WHERE experiment_id = %(experiment_id)s OR name = %(name)s;

-- lock --
-- Has whoever starts an experiment wait until another one who does is done.
SELECT pg_advisory_xact_lock(hashtext('hanse.experiments'));

-- overlapping --
-- A running experiment on the same answers: of the operation, in the same place or in all.
SELECT name FROM experiments
WHERE state = 'running' AND operation = %(operation)s
  AND (placement IS NULL OR %(placement)s::text IS NULL OR placement = %(placement)s)
LIMIT 1;

-- start --
-- Starts a draft.
UPDATE experiments SET state = 'running', started_at = %(now)s WHERE experiment_id = %(experiment_id)s AND state = 'draft' RETURNING *;

-- stop --
-- Stops a running experiment.
UPDATE experiments SET state = 'stopped', stopped_at = %(now)s WHERE experiment_id = %(experiment_id)s AND state = 'running' RETURNING *;
