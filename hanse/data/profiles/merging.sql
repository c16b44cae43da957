-- lock --
-- One transaction at a time says who is one person.
SELECT pg_advisory_xact_lock(hashtext('hanse.identities'));

-- members --
-- All profiles that are the same person as one.
SELECT profile_members(%(profile_id)s) AS members;

-- canonical --
-- The profile that stands for one.
SELECT coalesce(merged_into, profile_id) AS profile_id FROM profiles WHERE profile_id = %(profile_id)s;

-- put_links --
-- Adds links; one that is there already gets the earlier time, and joins again where a person says so once more. Returns what is new.
INSERT INTO profile_links (link_id, profile_id, other_id, cause, evidence, actor, linked_at, recorded_at)
SELECT link_id, one, other, cause, evidence::jsonb, actor, linked_at, recorded_at
FROM unnest(
    %(link_ids)s::uuid[], %(ones)s::uuid[], %(others)s::uuid[], %(causes)s::text[], %(evidences)s::text[], %(actors)s::text[],
    %(linked_ats)s::timestamptz[], %(recorded_ats)s::timestamptz[]
) AS said (link_id, one, other, cause, evidence, actor, linked_at, recorded_at)
ON CONFLICT (profile_id, other_id, cause) DO UPDATE SET
    linked_at = CASE WHEN profile_links.cut_at IS NULL THEN least(profile_links.linked_at, excluded.linked_at) ELSE excluded.linked_at END,
    evidence = excluded.evidence, actor = excluded.actor, recorded_at = excluded.recorded_at, refused = NULL, cut_at = NULL, cut_by = NULL
WHERE excluded.linked_at < profile_links.linked_at OR (profile_links.cut_at IS NOT NULL AND profile_links.cause = 'person')
RETURNING profile_id, other_id, cause, linked_at;

-- clusters --
-- All profiles that are one person with some, each with the one that stands for them.
WITH roots AS (SELECT DISTINCT coalesce(merged_into, profile_id) AS root_id FROM profiles WHERE profile_id = ANY(%(profile_ids)s))
SELECT root_id AS profile_id, root_id FROM roots
UNION ALL
SELECT profiles.profile_id, root_id FROM roots JOIN profiles ON profiles.merged_into = root_id;

-- links --
-- All links of some profiles that nobody took back.
SELECT profile_id, other_id, cause, linked_at, refused FROM profile_links WHERE profile_id = ANY(%(profile_ids)s) AND cut_at IS NULL
UNION
SELECT profile_id, other_id, cause, linked_at, refused FROM profile_links WHERE other_id = ANY(%(profile_ids)s) AND cut_at IS NULL;

-- identities --
-- The identities of some profiles.
SELECT profile_id, kind, value, shared_at IS NOT NULL AS is_shared FROM identities WHERE profile_id = ANY(%(profile_ids)s);

-- separations --
-- Of which other profiles a person said that they are different people.
SELECT profile_id, other_id FROM profile_separations WHERE profile_id = ANY(%(profile_ids)s) OR other_id = ANY(%(profile_ids)s);

-- point --
-- Has profiles point at the one that stands for them.
UPDATE profiles SET merged_into = pointed.into_id
FROM unnest(%(profile_ids)s::uuid[], %(into)s::uuid[]) AS pointed (profile_id, into_id)
WHERE profiles.profile_id = pointed.profile_id;

-- refuse --
-- Notes why links join nobody, or that they do.
UPDATE profile_links SET refused = found.reason
FROM unnest(%(ones)s::uuid[], %(others)s::uuid[], %(causes)s::text[], %(reasons)s::text[]) AS found (profile_id, other_id, cause, reason)
WHERE profile_links.profile_id = found.profile_id AND profile_links.other_id = found.other_id AND profile_links.cause = found.cause;

-- share --
-- Notes that many people use the identities of some profiles.
UPDATE identities SET shared_at = %(now)s WHERE profile_id = ANY(%(profile_ids)s) AND shared_at IS NULL;

-- cut_link --
-- Takes one link back that joins two profiles.
UPDATE profile_links SET cut_at = %(now)s, cut_by = %(actor)s
WHERE link_id = %(link_id)s AND cut_at IS NULL AND refused IS NULL
RETURNING profile_id, other_id;

-- separate --
-- Notes that two profiles are different people.
INSERT INTO profile_separations (profile_id, other_id, actor, reason, separated_at)
VALUES (%(profile_id)s, %(other_id)s, %(actor)s, %(reason)s, %(now)s)
ON CONFLICT (profile_id, other_id) DO NOTHING;

-- unseparate --
-- Forgets that two profiles are different people.
DELETE FROM profile_separations WHERE profile_id = %(profile_id)s AND other_id = %(other_id)s;

-- history --
-- The merge log of a person, the newest first, with what was taken back.
WITH members AS (SELECT unnest(profile_members(%(profile_id)s)) AS profile_id)
SELECT DISTINCT link.link_id, link.profile_id, link.other_id, link.cause, link.evidence, link.actor, link.linked_at, link.refused, link.cut_at, link.cut_by
FROM profile_links AS link JOIN members ON members.profile_id IN (link.profile_id, link.other_id)
ORDER BY link.linked_at DESC, link.link_id DESC;
