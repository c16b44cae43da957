-- ensure_months --
-- Makes the monthly partitions that the staged decisions fall into.
SELECT ensure_month('decisions', month)
FROM (SELECT DISTINCT date_trunc('month', decided_at, 'UTC') AS month FROM staged_decisions) AS months;

-- ensure_month --
-- Makes the monthly partition of a moment.
SELECT ensure_month('decisions', %(moment)s);

-- commit_soon --
-- Does not wait for the disk at the end of this transaction: these entries are written behind the answer anyway.
SET LOCAL synchronous_commit TO off;

-- insert_staged --
-- Adds the staged decisions to the log; one that is there already is never changed.
INSERT INTO decisions (
    decision_id, operation, capability, profile_id, model_version, arm, arm_probability, basis, reason, request, answer, decided_at,
    experiment_id, variant, variant_probability
)
SELECT decision_id, operation, capability, profile_id, model_version, arm, arm_probability, basis, reason, request, answer, decided_at,
    experiment_id, variant, variant_probability
FROM staged_decisions
ON CONFLICT (decision_id, decided_at) DO NOTHING;
