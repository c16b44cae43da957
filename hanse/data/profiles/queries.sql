-- find_identities --
-- The profiles that some identities belong to, and whether those profiles have a user id; an index lookup for each identity,
-- whatever the planner thinks of the tables.
SELECT kind, value, found.profile_id,
       kind = 'user_id' OR EXISTS (SELECT FROM identities AS other WHERE other.profile_id = found.profile_id AND other.kind = 'user_id') AS has_user_id
FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS wanted (kind, value)
CROSS JOIN LATERAL (
    SELECT profile_id FROM identities WHERE identities.kind = wanted.kind AND identities.value = wanted.value LIMIT 1
) AS found;

-- lock_identities --
-- One transaction at a time makes new identities, so that nobody becomes two profiles.
SELECT pg_advisory_xact_lock(hashtext('hanse.identities'));

-- find_profile --
-- The profile of one identity.
SELECT profile_id FROM identities WHERE kind = %(kind)s AND value = %(value)s;

-- insert_staged_identities --
-- Adds the staged identities whose key is not taken yet; the first owner keeps a key.
INSERT INTO identities (kind, value, profile_id, source, created_at)
SELECT kind, value, profile_id, source, created_at FROM staged_identities
ON CONFLICT (kind, value) DO NOTHING;

-- count --
-- How many persons and companies there are.
SELECT kind, count(*) AS count FROM profiles GROUP BY kind;
