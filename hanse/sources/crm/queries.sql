-- put_target --
-- Makes a target, or changes one; its system stays, and secrets that are not given stay too.
INSERT INTO crm_targets (target_id, name, system, options, mapping, entry_kinds, trait_names, secrets, created_at)
VALUES (
    %(target_id)s, %(name)s, %(system)s, %(options)s, %(mapping)s, %(entry_kinds)s, %(trait_names)s, %(secrets)s, %(now)s
)
ON CONFLICT (name) DO UPDATE
SET system = excluded.system, options = excluded.options, mapping = excluded.mapping, entry_kinds = excluded.entry_kinds,
    trait_names = excluded.trait_names, secrets = excluded.secrets,
    state = CASE WHEN crm_targets.state = 'removed' THEN 'active' ELSE crm_targets.state END,
    hold_until = NULL, last_error = NULL, last_error_at = NULL;

-- targets --
-- All targets with how they are doing.
SELECT target_id, name, system, state, options, mapping, created_at, last_delivered_at, last_error, last_error_at,
    (SELECT count(*) FROM crm_deliveries AS one WHERE one.target_id = target.target_id AND state = 'waiting') AS waiting,
    (SELECT count(*) FROM crm_deliveries AS one WHERE one.target_id = target.target_id AND state = 'dead') AS dead,
    (SELECT count(*) FROM crm_deliveries AS one WHERE one.target_id = target.target_id AND state = 'delivered') AS delivered,
    (SELECT count(*) FROM crm_deliveries AS one WHERE one.target_id = target.target_id AND state = 'withheld') AS withheld
FROM crm_targets AS target
WHERE state <> 'removed' AND (%(name)s::text IS NULL OR name = %(name)s)
ORDER BY name;

-- target_by_name --
-- One target with its secrets.
SELECT * FROM crm_targets WHERE name = %(name)s;

-- lock_target --
-- The same, for the transaction that changes it.
SELECT * FROM crm_targets WHERE name = %(name)s FOR UPDATE;

-- put_state --
-- Changes the state of a target.
UPDATE crm_targets SET state = %(state)s, hold_until = NULL,
    secrets = CASE WHEN %(state)s = 'removed' THEN NULL ELSE secrets END
WHERE name = %(name)s AND state <> 'removed'
RETURNING target_id;

-- forget_target --
-- Forgets what waits for a target that is removed.
DELETE FROM crm_deliveries WHERE target_id = %(target_id)s;

-- forget_people --
-- Forgets who is who in a target that is removed.
DELETE FROM crm_people WHERE target_id = %(target_id)s;

-- due_targets --
-- The active targets for which something is due.
SELECT target_id FROM crm_targets AS target
WHERE state = 'active' AND coalesce(hold_until, '-infinity') <= %(now)s
  AND EXISTS (SELECT FROM crm_deliveries AS one WHERE one.target_id = target.target_id AND one.state = 'waiting' AND next_attempt_at <= %(now)s)
ORDER BY target_id;

-- take_target --
-- Has a target for one run, unless another run has it or it is not to be used.
UPDATE crm_targets SET busy_until = %(busy_until)s
WHERE target_id = %(target_id)s AND state = 'active' AND coalesce(busy_until, '-infinity') <= %(now)s AND coalesce(hold_until, '-infinity') <= %(now)s
RETURNING *;

-- keep_target --
-- Keeps a target for a while longer; gives nothing back where it is to be left alone now.
UPDATE crm_targets SET busy_until = %(busy_until)s
WHERE target_id = %(target_id)s AND state = 'active' AND coalesce(hold_until, '-infinity') <= %(now)s
RETURNING target_id;

-- leave_target --
-- Gives a target free.
UPDATE crm_targets SET busy_until = NULL WHERE target_id = %(target_id)s;

-- hold_target --
-- Leaves a target alone until a moment.
UPDATE crm_targets SET hold_until = greatest(hold_until, %(hold_until)s) WHERE target_id = %(target_id)s;

-- note_success --
-- Notes that something arrived.
UPDATE crm_targets SET last_delivered_at = %(now)s, last_error = NULL, last_error_at = NULL WHERE target_id = %(target_id)s;

-- note_failure --
-- Notes what went wrong.
UPDATE crm_targets SET last_error = %(reason)s, last_error_at = %(now)s WHERE target_id = %(target_id)s;

-- due --
-- What is due for a target, in order; whoever has something earlier that is not due yet waits for it.
SELECT delivery_id, number, profile_id, entry_id, what, version, remote_id, attempts, created_at
FROM crm_deliveries AS one
WHERE target_id = %(target_id)s AND state = 'waiting' AND number > %(after)s AND next_attempt_at <= %(now)s
  AND (profile_id IS NULL OR NOT EXISTS (
      SELECT FROM crm_deliveries AS earlier
      WHERE earlier.target_id = %(target_id)s AND earlier.state = 'waiting' AND earlier.profile_id = one.profile_id
        AND earlier.number < one.number AND earlier.next_attempt_at > %(now)s
  ))
ORDER BY number
LIMIT %(limit)s;

-- entry --
-- One entry.
SELECT entry_id, kind, profile_id, subject, text, facts, language, purpose, operation, decision_id, occurred_at
FROM entries WHERE entry_id = %(entry_id)s;

-- newest_entry --
-- The newest entry of some kinds.
SELECT entry_id, kind, profile_id, subject, text, facts, language, purpose, operation, decision_id, occurred_at
FROM entries
WHERE (%(kind)s = '*' OR kind = %(kind)s) AND (kind = ANY(%(kinds)s::text[]) OR '*' = ANY(%(kinds)s::text[]))
ORDER BY occurred_at DESC, entry_id
LIMIT 1;

-- identities --
-- By what a person is known, the surest of each kind.
SELECT DISTINCT ON (kind) kind, value FROM identities WHERE profile_id = ANY(profile_members(%(profile_id)s)) ORDER BY kind, created_at, value;

-- remote_id --
-- Who a person is in the CRM.
SELECT remote_id FROM crm_people
WHERE target_id = %(target_id)s AND profile_id = ANY(profile_members(%(profile_id)s)) AND remote_id IS NOT NULL
ORDER BY profile_id LIMIT 1;

-- put_person --
-- Keeps of whom the CRM was told, and who they are there.
INSERT INTO crm_people (target_id, profile_id, person, remote_id)
SELECT %(target_id)s, profile_id, %(person)s, %(remote_id)s FROM profiles WHERE profile_id = %(profile_id)s
ON CONFLICT (target_id, profile_id) DO UPDATE
SET person = excluded.person, remote_id = coalesce(excluded.remote_id, crm_people.remote_id)
WHERE (crm_people.person, crm_people.remote_id) IS DISTINCT FROM (excluded.person, coalesce(excluded.remote_id, crm_people.remote_id));

-- finish --
-- Notes what became of a delivery; traits that changed meanwhile go on waiting.
UPDATE crm_deliveries
SET state = %(state)s, reason = %(reason)s, attempts = attempts + 1, finished_at = %(now)s,
    remote_id = CASE WHEN %(state)s = 'dead' THEN remote_id END
WHERE delivery_id = %(delivery_id)s AND state = 'waiting' AND version = %(version)s;

-- postpone --
-- Notes why a delivery did not arrive, and when it is tried again.
UPDATE crm_deliveries SET attempts = attempts + 1, next_attempt_at = %(next_attempt_at)s, reason = %(reason)s
WHERE delivery_id = %(delivery_id)s AND state = 'waiting';

-- dead --
-- What could not be delivered to a target, the oldest first.
SELECT delivery_id, what, kind, crm_deliveries.profile_id, attempts, reason, created_at, finished_at
FROM crm_deliveries LEFT JOIN entries USING (entry_id)
WHERE target_id = %(target_id)s AND state = 'dead'
ORDER BY number
LIMIT %(limit)s;

-- supersede --
-- Drops dead traits where newer ones wait already.
DELETE FROM crm_deliveries AS one
WHERE target_id = %(target_id)s AND state = 'dead' AND what = 'traits' AND (%(delivery_id)s::uuid IS NULL OR delivery_id = %(delivery_id)s)
  AND EXISTS (
      SELECT FROM crm_deliveries AS newer
      WHERE newer.target_id = one.target_id AND newer.profile_id = one.profile_id AND newer.what = 'traits'
        AND (newer.state = 'waiting' OR (newer.state = 'dead' AND newer.number > one.number))
  );

-- replay --
-- Lets dead letters wait again, from the first attempt on.
UPDATE crm_deliveries SET state = 'waiting', attempts = 0, next_attempt_at = 'epoch', finished_at = NULL
WHERE target_id = %(target_id)s AND state = 'dead' AND (%(delivery_id)s::uuid IS NULL OR delivery_id = %(delivery_id)s);

-- erase_known --
-- The targets that know some people, by the keys and ids they have there.
SELECT DISTINCT target_id, mapping ->> 'person' AS person_kind, person, remote_id
FROM crm_targets JOIN crm_people USING (target_id)
WHERE state <> 'removed' AND profile_id = ANY(%(profile_ids)s::uuid[])
UNION
SELECT target_id, mapping ->> 'person', value, NULL
FROM crm_targets AS target JOIN identities ON identities.kind = mapping ->> 'person'
WHERE state <> 'removed' AND profile_id = ANY(%(profile_ids)s::uuid[])
  AND NOT EXISTS (SELECT FROM crm_people AS told WHERE told.target_id = target.target_id AND told.profile_id = ANY(%(profile_ids)s::uuid[]));

-- erase --
-- Forgets what waits, is dead or was delivered about some people.
DELETE FROM crm_deliveries WHERE profile_id = ANY(%(profile_ids)s::uuid[]);

-- erase_entries --
-- Forgets the entries about some people.
DELETE FROM entries WHERE profile_id = ANY(%(profile_ids)s::uuid[]);

-- put_erasure --
-- Has a target told that somebody was erased.
INSERT INTO crm_deliveries (target_id, what, remote_id, created_at) VALUES (%(target_id)s, 'erasure', %(remote_id)s, %(now)s);

-- sweep_deliveries --
-- Forgets what was done with long ago.
DELETE FROM crm_deliveries WHERE state IN ('delivered', 'withheld', 'dead') AND finished_at < %(before)s;

-- sweep_entries --
-- Forgets old entries that nothing waits for.
DELETE FROM entries WHERE occurred_at < %(before)s AND NOT EXISTS (SELECT FROM crm_deliveries WHERE crm_deliveries.entry_id = entries.entry_id);
