-- records --
-- Customers with what is given of them, and their keys that no others use; without those that must not be matched. The stamp names the rows
-- it all comes from by the transactions that wrote them.
SELECT root.profile_id, whole.stamp, profile_traits(whole.members) AS traits, known.keys
FROM (
    SELECT DISTINCT coalesce(one.merged_into, one.profile_id) AS profile_id
    FROM profiles AS one
    WHERE one.profile_id = ANY(%(profile_ids)s::uuid[])
        OR (%(profile_ids)s::uuid[] IS NULL AND EXISTS (SELECT FROM traits WHERE traits.profile_id = one.profile_id AND source <> 'computed'))
) AS root
JOIN profiles AS stands ON stands.profile_id = root.profile_id AND stands.kind = 'person'
CROSS JOIN LATERAL (
    SELECT array_agg(member.profile_id) AS members,
        string_agg(member.profile_id || ':' || member.xmin || ':' || said.stamp, ' ' ORDER BY member.profile_id) AS stamp,
        bool_or(said.count > 0) AS is_known, bool_or(member.restricted_at IS NOT NULL) AS is_restricted
    FROM profiles AS member
    CROSS JOIN LATERAL (
        SELECT count(*) AS count, coalesce(sum(hashtextextended(name || source || traits.xmin, 0)::numeric), 0) AS stamp
        FROM traits WHERE traits.profile_id = member.profile_id AND source <> 'computed'
    ) AS said
    WHERE member.profile_id = root.profile_id OR member.merged_into = root.profile_id
) AS whole
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(kind, value ORDER BY created_at, value) AS keys
    FROM identities WHERE identities.profile_id = ANY(whole.members) AND kind IN ('email', 'phone') AND shared_at IS NULL
) AS known ON true
WHERE whole.is_known AND NOT whole.is_restricted
    AND NOT EXISTS (SELECT FROM erasures WHERE erasures.state = 'waiting' AND erasures.profile_id = ANY(whole.members))
ORDER BY root.profile_id;

-- stamps --
-- The present stamps of some customers that may be matched.
SELECT root.profile_id, whole.stamp
FROM profiles AS root
CROSS JOIN LATERAL (
    SELECT array_agg(member.profile_id) AS members,
        string_agg(member.profile_id || ':' || member.xmin || ':' || said.stamp, ' ' ORDER BY member.profile_id) AS stamp,
        bool_or(member.restricted_at IS NOT NULL) AS is_restricted
    FROM profiles AS member
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(hashtextextended(name || source || traits.xmin, 0)::numeric), 0) AS stamp
        FROM traits WHERE traits.profile_id = member.profile_id AND source <> 'computed'
    ) AS said
    WHERE member.profile_id = root.profile_id OR member.merged_into = root.profile_id
) AS whole
WHERE root.profile_id = ANY(%(profile_ids)s::uuid[]) AND root.merged_into IS NULL AND root.kind = 'person' AND NOT whole.is_restricted
    AND NOT EXISTS (SELECT FROM erasures WHERE erasures.state = 'waiting' AND erasures.profile_id = ANY(whole.members));

-- changes --
-- Changes that were not matched yet, oldest first.
SELECT change.change_id, change.profile_id, coalesce(profile.merged_into, profile.profile_id) AS root_id
FROM (SELECT change_id, profile_id FROM match_changes ORDER BY change_id LIMIT %(limit)s) AS change
JOIN profiles AS profile USING (profile_id);

-- forget_changes --
-- Forgets changes that are matched.
DELETE FROM match_changes WHERE change_id = ANY(%(change_ids)s::bigint[]);

-- all_changes --
-- Changes that can be seen: what is read afterwards has them.
SELECT change_id FROM match_changes;

-- compact_changes --
-- Keeps the newest change of each profile only, while nothing is matched yet.
DELETE FROM match_changes AS older
USING match_changes AS newer WHERE newer.profile_id = older.profile_id AND newer.change_id > older.change_id;

-- add_model --
-- Keeps what was trained, and nothing older.
WITH older AS (DELETE FROM match_models)
INSERT INTO match_models (model_id, trained_at, records, parameters, findings, counts)
VALUES (%(model_id)s, %(now)s, %(records)s, %(parameters)s, %(findings)s, %(counts)s);

-- model --
-- What was trained last.
SELECT model_id, trained_at, records, parameters, findings, counts FROM match_models ORDER BY trained_at DESC LIMIT 1;

-- training --
-- What came of the last training.
SELECT trained_at, records, findings, counts FROM match_models ORDER BY trained_at DESC LIMIT 1;

-- clear_records --
-- Forgets the keys of all records.
DELETE FROM match_records;

-- keep_staged_records --
-- Keeps the keys of staged records that are still there.
INSERT INTO match_records (profile_id, keys)
SELECT staged.profile_id, staged.keys FROM staged_match_records AS staged JOIN profiles USING (profile_id)
ON CONFLICT (profile_id) DO UPDATE SET keys = excluded.keys;

-- sort_keys --
-- Brings what was kept into the order of the index: until then every look for a key reads all of it.
SELECT gin_clean_pending_list('match_records_keys');

-- forget_records --
-- Forgets the keys of records that another stands for now, or that must not be matched.
DELETE FROM match_records WHERE profile_id = ANY(%(profile_ids)s::uuid[]);

-- sharing --
-- Records that share a key with others; a key that too many share gives none.
SELECT profile_id FROM records_sharing(%(keys)s::bigint[], %(most)s::int[]) AS found (profile_id);

-- end --
-- The record of a customer by which a link names them best: one with a key that is not shared, and the surest of those.
SELECT member.profile_id
FROM profiles AS member LEFT JOIN identities AS key ON key.profile_id = member.profile_id
WHERE member.profile_id = ANY(profile_members(%(profile_id)s))
ORDER BY key.shared_at IS NOT NULL, key.kind IS NULL, key.kind = 'anonymous_id', array_position(%(order)s::text[], key.kind), member.profile_id
LIMIT 1;

-- apart --
-- Whether somebody said that two are different people.
SELECT profiles_apart(%(one)s, %(other)s) AS found;

-- link --
-- The entry of the merge log by which two were matched.
SELECT link_id, refused, cut_at FROM profile_links WHERE profile_id = %(one)s AND other_id = %(other)s AND cause = 'match';

-- put_proposal --
-- Keeps a pair: a new one, or one that was found again. What people decided stays.
INSERT INTO match_proposals (
    proposal_id, profile_id, other_id, probability, reason, evidence, decision, decided_at, decided_by, link_id, found_at
)
VALUES (
    %(proposal_id)s, %(one)s, %(other)s, %(probability)s, %(reason)s, %(evidence)s, %(decision)s, %(decided_at)s, %(decided_by)s, %(link_id)s,
    %(now)s
)
ON CONFLICT (profile_id, other_id) DO UPDATE SET
    probability = excluded.probability, reason = excluded.reason, evidence = excluded.evidence, decision = excluded.decision,
    decided_at = excluded.decided_at, decided_by = excluded.decided_by, link_id = excluded.link_id, found_at = excluded.found_at
RETURNING proposal_id;

-- forget_proposals --
-- Forgets pairs that wait and were not found again since a time, and pairs that became one person otherwise.
DELETE FROM match_proposals USING match_pairs AS pair
WHERE match_proposals.proposal_id = pair.proposal_id AND pair.decision IS NULL AND pair.proposal_id <> ALL(%(kept_ids)s::uuid[])
    AND (pair.found_at <= %(before)s OR pair.state = 'joined');

-- forget_waiting --
-- Forgets pairs of some customers that wait and were not found again.
DELETE FROM match_proposals USING match_pairs AS pair
WHERE match_proposals.proposal_id = pair.proposal_id AND pair.decision IS NULL AND pair.proposal_id <> ALL(%(kept_ids)s::uuid[])
    AND (pair.one_id = ANY(%(profile_ids)s::uuid[]) OR pair.two_id = ANY(%(profile_ids)s::uuid[]));

-- page --
-- Pairs in one state, the likeliest first, or those decided last; a page of them.
SELECT pair.proposal_id, pair.one_id, pair.two_id, pair.probability, pair.reason, pair.state, pair.found_at, pair.decision, pair.decided_at, pair.decided_by,
    profile_traits(profile_members(pair.one_id)) AS one_traits, profile_traits(profile_members(pair.two_id)) AS two_traits
FROM match_pairs AS pair
WHERE pair.state = %(state)s
    AND (%(state)s <> 'waiting' OR pair.decision IS NULL)
    AND pair.probability BETWEEN %(least)s AND %(most)s
    AND (%(before)s::float8 IS NULL OR (pair.probability, pair.proposal_id) < (%(before)s, %(before_id)s::uuid))
ORDER BY pair.probability DESC, pair.proposal_id DESC
LIMIT %(limit)s;

-- count_waiting --
-- How many pairs wait, up to a number.
SELECT count(*) AS count FROM (SELECT FROM match_pairs WHERE decision IS NULL AND state = 'waiting' LIMIT %(most)s) AS waiting;

-- count_decided --
-- How many pairs people decided since a time.
SELECT count(*) AS count FROM match_proposals WHERE decision IN ('same', 'different') AND decided_at >= %(since)s;

-- count_decisions --
-- How many pairs were decided, by what.
SELECT decision, count(*) AS count FROM match_proposals WHERE decision IS NOT NULL GROUP BY decision;

-- next --
-- The pair that is to be looked at after another, the likeliest first.
SELECT proposal_id FROM match_pairs
WHERE decision IS NULL AND state = 'waiting' AND proposal_id <> %(proposal_id)s
ORDER BY (probability, proposal_id) < (%(probability)s, %(proposal_id)s) DESC, probability DESC, proposal_id DESC
LIMIT 1;

-- first --
-- The pair that is to be looked at first.
SELECT proposal_id FROM match_pairs WHERE decision IS NULL AND state = 'waiting' ORDER BY probability DESC, proposal_id DESC LIMIT 1;

-- pair --
-- One pair with where it stands.
SELECT * FROM match_pairs WHERE proposal_id = %(proposal_id)s;

-- hold --
-- One pair, held by who decides.
SELECT proposal_id FROM match_proposals WHERE proposal_id = %(proposal_id)s FOR UPDATE;

-- separation --
-- Who said that two are different people, and when.
SELECT apart.profile_id, apart.other_id, apart.actor, apart.separated_at
FROM profile_separations AS apart
WHERE (apart.profile_id = ANY(profile_members(%(one)s)) AND apart.other_id = ANY(profile_members(%(other)s)))
    OR (apart.profile_id = ANY(profile_members(%(other)s)) AND apart.other_id = ANY(profile_members(%(one)s)))
ORDER BY apart.separated_at DESC
LIMIT 1;

-- decide --
-- Notes what was decided.
UPDATE match_proposals SET decision = %(decision)s, decided_at = %(now)s, decided_by = %(actor)s, note = %(note)s, link_id = %(link_id)s
WHERE proposal_id = %(proposal_id)s;

-- reopen --
-- Has a pair wait again.
UPDATE match_proposals SET decision = NULL, decided_at = NULL, decided_by = NULL, note = '', link_id = NULL WHERE proposal_id = %(proposal_id)s;

-- erase --
-- Erases all pairs in which somebody is, and whatever is known of them here.
WITH gone AS (DELETE FROM match_records WHERE profile_id = ANY(%(profile_ids)s::uuid[])),
changes AS (DELETE FROM match_changes WHERE profile_id = ANY(%(profile_ids)s::uuid[]))
DELETE FROM match_proposals WHERE profile_id = ANY(%(profile_ids)s::uuid[]) OR other_id = ANY(%(profile_ids)s::uuid[]);

-- side --
-- What is given of one of a pair, with the keys that no others use: of the whole customer while the two are apart, else of the record alone.
SELECT profile_traits(own.members) AS traits, (
    SELECT jsonb_object_agg(kind, value ORDER BY created_at, value)
    FROM identities WHERE identities.profile_id = ANY(own.members) AND kind IN ('email', 'phone') AND shared_at IS NULL
) AS keys
FROM (
    SELECT CASE WHEN %(alone)s THEN ARRAY[%(profile_id)s::uuid] ELSE profile_members(%(profile_id)s) END AS members
) AS own;
