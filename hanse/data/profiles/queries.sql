-- find_identities --
-- The profiles that some identities belong to, and whether many people use them; an index lookup for each identity, whatever the planner
-- thinks of the table.
SELECT kind, value, found.profile_id, found.shared_at IS NOT NULL AS is_shared
FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS wanted (kind, value)
CROSS JOIN LATERAL (
    SELECT profile_id, shared_at FROM identities WHERE identities.kind = wanted.kind AND identities.value = wanted.value LIMIT 1
) AS found;

-- find_canonical --
-- The profiles that stand for those whom some identities belong to, looked up in the same way.
SELECT kind, value, found.profile_id
FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS wanted (kind, value)
CROSS JOIN LATERAL (
    SELECT coalesce(profile.merged_into, profile.profile_id) AS profile_id
    FROM identities AS known JOIN profiles AS profile USING (profile_id)
    WHERE known.kind = wanted.kind AND known.value = wanted.value LIMIT 1
) AS found;

-- links_said --
-- Which pairs of profiles are linked by events already, since a moment or earlier.
SELECT one, other
FROM unnest(%(ones)s::uuid[], %(others)s::uuid[], %(moments)s::timestamptz[]) AS said (one, other, moment)
WHERE EXISTS (
    SELECT FROM profile_links AS link
    WHERE link.profile_id = said.one AND link.other_id = said.other AND link.cause = 'event' AND link.linked_at <= said.moment
    OFFSET 0
);

-- add_identities --
-- Makes profiles and adds identities, in order, so that two batches never block each other; one that somebody else has just added is left out.
WITH made AS (
    INSERT INTO profiles (profile_id, created_at, updated_at)
    SELECT profile_id, %(now)s, %(now)s FROM unnest(%(fresh)s::uuid[]) AS fresh (profile_id)
)
INSERT INTO identities (kind, value, profile_id, source, created_at)
SELECT kind, value, profile_id, source, %(now)s
FROM unnest(%(kinds)s::text[], %(values)s::text[], %(profile_ids)s::uuid[], %(sources)s::text[]) AS added (kind, value, profile_id, source)
ON CONFLICT (kind, value) DO NOTHING;

-- take_back_identities --
-- Undoes that for a batch of which one identity was left out.
WITH gone AS (
    DELETE FROM identities
    USING unnest(%(kinds)s::text[], %(values)s::text[], %(profile_ids)s::uuid[]) AS added (kind, value, profile_id)
    WHERE identities.kind = added.kind AND identities.value = added.value AND identities.profile_id = added.profile_id
)
DELETE FROM profiles WHERE profile_id = ANY(%(fresh)s::uuid[]);

-- count_identities --
-- By how many identities somebody is known, all profiles that are the same person together; two are enough to tell.
SELECT count(*) AS count
FROM (SELECT FROM identities WHERE profile_id = ANY(profile_members(%(profile_id)s)) LIMIT 2) AS known;

-- find_profile --
-- The profile that stands for whoever an identity belongs to.
SELECT coalesce(profile.merged_into, profile.profile_id) AS profile_id
FROM identities AS known JOIN profiles AS profile USING (profile_id)
WHERE known.kind = %(kind)s AND known.value = %(value)s;

-- hold_newcomers --
-- The records that some identities belong to, held, as far as nobody is writing anything about them.
SELECT profile_id FROM profiles
WHERE profile_id IN (
    SELECT profile_id FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS wanted (kind, value) JOIN identities USING (kind, value)
)
ORDER BY profile_id
FOR UPDATE SKIP LOCKED;

-- forget_newcomers --
-- Forgets those of some records whose people are made of them alone, and of whom nothing is known but by which keys.
WITH people AS (
    SELECT root_id FROM (SELECT DISTINCT coalesce(merged_into, profile_id) AS root_id FROM profiles WHERE profile_id = ANY(%(profile_ids)s::uuid[])) AS roots
    WHERE NOT EXISTS (
        SELECT FROM profiles AS record
        WHERE (record.profile_id = root_id OR record.merged_into = root_id) AND (
            record.profile_id <> ALL(%(profile_ids)s::uuid[])
            OR EXISTS (SELECT FROM traits WHERE traits.profile_id = record.profile_id)
            OR EXISTS (SELECT FROM events WHERE events.profile_id = record.profile_id)
            OR EXISTS (SELECT FROM decisions WHERE decisions.profile_id = record.profile_id)
            OR EXISTS (SELECT FROM consents WHERE consents.profile_id = record.profile_id)
            OR EXISTS (SELECT FROM memberships WHERE record.profile_id IN (company_id, member_id))
            OR EXISTS (SELECT FROM installations WHERE installations.profile_id = record.profile_id)
            OR EXISTS (SELECT FROM price_lists WHERE price_lists.profile_id = record.profile_id)
            OR EXISTS (SELECT FROM contracts WHERE contracts.profile_id = record.profile_id)
            OR EXISTS (SELECT FROM customer_notes WHERE customer_notes.profile_id = record.profile_id)
            OR EXISTS (SELECT FROM entries WHERE entries.profile_id = record.profile_id)
        )
    )
)
DELETE FROM profiles USING people WHERE profiles.profile_id = root_id OR profiles.merged_into = root_id;

-- insert_staged_identities --
-- Adds the staged identities whose key is not taken yet; the first owner keeps a key.
INSERT INTO identities (kind, value, profile_id, source, created_at)
SELECT kind, value, profile_id, source, created_at FROM staged_identities
ON CONFLICT (kind, value) DO NOTHING;

-- count --
-- How many persons and companies there are.
SELECT kind, count(*) AS count FROM profiles GROUP BY kind;
