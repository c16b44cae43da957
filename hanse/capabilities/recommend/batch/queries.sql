-- expected --
-- How many recipients there are.
SELECT count(*) AS count
FROM profiles
WHERE merged_into IS NULL
  AND (%(profile_ids)s::uuid[] IS NULL OR profile_id = ANY(%(profile_ids)s::uuid[]))
  AND (%(everybody)s OR EXISTS (
      SELECT FROM consents JOIN profiles AS member USING (profile_id)
      WHERE consents.purpose = 'advertising' AND (member.profile_id = profiles.profile_id OR member.merged_into = profiles.profile_id)
  ));

-- recipients --
-- The next profiles that stand for people, with all that are the same person; without those whose processing is restricted
-- (Art. 18 DSGVO), and for subscribers without those who were never asked.
SELECT profiles.profile_id, member.profile_ids, CASE WHEN %(own_language)s THEN (
    SELECT value #>> '{}' FROM traits
    WHERE traits.profile_id = ANY(member.profile_ids) AND name = 'language' AND source <> 'computed' AND value <> 'null'
    ORDER BY observed_at DESC, source
    LIMIT 1
) END AS language, member.restricted
FROM (
    SELECT profile_id
    FROM profiles
    WHERE merged_into IS NULL AND profile_id > %(after_id)s
      AND (%(profile_ids)s::uuid[] IS NULL OR profile_id = ANY(%(profile_ids)s::uuid[]))
      AND (%(everybody)s OR EXISTS (
          SELECT FROM consents JOIN profiles AS member USING (profile_id)
          WHERE consents.purpose = 'advertising' AND (member.profile_id = profiles.profile_id OR member.merged_into = profiles.profile_id)
      ))
    ORDER BY profile_id
    LIMIT %(most)s
) AS profiles
CROSS JOIN LATERAL (
    SELECT array_agg(one.profile_id ORDER BY one.profile_id) AS profile_ids, bool_or(one.restricted_at IS NOT NULL) AS restricted
    FROM profiles AS one
    WHERE one.profile_id = profiles.profile_id OR one.merged_into = profiles.profile_id
) AS member
ORDER BY profiles.profile_id;

-- acts --
-- The newest entry of each kind that some people have in the ledger of consent, as `consent` reads it for one of them.
SELECT DISTINCT ON (person, purpose, medium, state, legal_basis)
    person, consent_id, profile_id, purpose, medium, state, legal_basis, channel, decided_at, recorded_at
FROM unnest(%(people)s::integer[], %(members)s::uuid[]) AS member (person, profile_id)
JOIN consents USING (profile_id)
ORDER BY person, purpose, medium, state, legal_basis, decided_at DESC, recorded_at DESC, consent_id DESC;

-- pasts --
-- What a statement asks of one person, asked of some people at once: a row each, with products, steps and days in its order.
SELECT person, latest.product_ids, latest.steps, latest.days
FROM unnest(%(people)s::uuid[]) AS asked (person)
CROSS JOIN LATERAL (
    SELECT array_agg(product_id) AS product_ids, array_agg(step) AS steps, array_agg(days) AS days FROM ({one}) AS found
) AS latest
WHERE latest.product_ids IS NOT NULL;

-- known --
-- What the statement `person` of the rules asks of one person about some products, asked of some people at once, about other products each;
-- of products of which nothing is known there is no row.
WITH asked AS MATERIALIZED (
    SELECT key::uuid AS person, array(SELECT jsonb_array_elements_text(value)) AS product_ids FROM jsonb_each(%(people)s::jsonb)
)
SELECT asked.person, found.*
FROM asked
CROSS JOIN LATERAL ({one}) AS found
WHERE found.has_range OR found.bought_at IS NOT NULL OR found.returned_at IS NOT NULL OR cardinality(found.shown_at) > 0;

-- owners --
-- Whose events and whose orders are those of some people.
SELECT person, profile_members(person) AS members, profile_buyers(person) AS buyers FROM unnest(%(people)s::uuid[]) AS asked (person);

-- folders --
-- Where the files of some versions of models are, below the folder of all.
SELECT model_version, directory FROM models WHERE model_version = ANY(%(versions)s::text[]);

-- hold --
-- Which of some profiles are still there; they stay until this transaction ends, so that an erasure finds what it writes.
SELECT profile_id FROM profiles WHERE profile_id = ANY(%(profile_ids)s::uuid[]) ORDER BY profile_id FOR KEY SHARE;

-- running --
-- The batch that runs, or was broken off.
SELECT batch_id, destination, request, after_id, parts, expected, recipients, began_at
FROM recommendation_batches
WHERE state = 'running'
FOR UPDATE;

-- begin --
-- Notes that a batch begins.
INSERT INTO recommendation_batches (batch_id, destination, request, state, expected, began_at)
VALUES (%(batch_id)s, %(destination)s, %(request)s, 'running', %(expected)s, %(now)s);

-- advance --
-- Notes how far a batch is.
UPDATE recommendation_batches SET
    after_id = %(after_id)s, parts = parts + 1, recipients = recipients + %(recipients)s, personal = personal + %(personal)s,
    held_out = held_out + %(held_out)s, rows = rows + %(rows)s
WHERE batch_id = %(batch_id)s;

-- finish --
-- Notes that a batch is whole.
UPDATE recommendation_batches SET state = 'done', ended_at = %(now)s WHERE batch_id = %(batch_id)s
RETURNING batch_id, destination, state, expected, recipients, personal, held_out, rows, began_at, ended_at, request;

-- forget_decisions --
-- Deletes decisions of a batch that nobody was ever told of: those that its rows in the table name, and some more.
DELETE FROM decisions
WHERE decided_at >= %(began_at)s AND decision_id = ANY(
    %(decision_ids)s::uuid[] || array(SELECT decision_id FROM batch_recommendations WHERE batch_id = %(batch_id)s AND rank = 1)
);

-- abandon --
-- Notes that a batch is not gone on with.
UPDATE recommendation_batches SET state = 'abandoned', ended_at = %(now)s WHERE batch_id = %(batch_id)s;

-- old --
-- Batches that were kept long enough.
SELECT batch_id FROM recommendation_batches WHERE state <> 'running' AND ended_at < %(before)s;

-- delete_rows --
-- Deletes the rows of some batches.
DELETE FROM batch_recommendations WHERE batch_id = ANY(%(batch_ids)s::uuid[]);

-- delete --
-- Deletes some batches that have no rows any more.
DELETE FROM recommendation_batches WHERE batch_id = ANY(%(batch_ids)s::uuid[]);

-- list --
-- The newest batches.
SELECT batch_id, destination, state, expected, recipients, personal, held_out, rows, began_at, ended_at, request
FROM recommendation_batches
ORDER BY began_at DESC, batch_id DESC
LIMIT %(limit)s;

-- erase --
-- Deletes the rows of some people.
DELETE FROM batch_recommendations WHERE profile_id = ANY(%(profile_ids)s::uuid[]);

-- try_lock --
-- Takes the lock on making batches until this transaction ends, where nobody has it.
SELECT pg_try_advisory_xact_lock(%(key)s) AS locked;
