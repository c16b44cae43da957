-- add_chains --
-- Begins the chains of profiles that have none.
INSERT INTO consent_chains (profile_id, length, head)
SELECT DISTINCT profile_id, 0, %(genesis)s::bytea FROM staged_consents ORDER BY profile_id
ON CONFLICT (profile_id) DO NOTHING;

-- lock_chains --
-- The ends of the chains that the staged entries belong to, which nobody else adds to until the transaction ends.
SELECT profile_id, length, head FROM consent_chains
WHERE profile_id IN (SELECT profile_id FROM staged_consents)
ORDER BY profile_id
FOR UPDATE;

-- new_entries --
-- The staged entries that are not in the ledger, once each, in the order in which they were decided.
SELECT * FROM (
    SELECT DISTINCT ON (consent_id) staged_consents.* FROM staged_consents
    WHERE NOT EXISTS (SELECT FROM consents WHERE consents.consent_id = staged_consents.consent_id)
    ORDER BY consent_id, ctid
) AS fresh
ORDER BY decided_at, consent_id;

-- move_ends --
-- Notes the new ends of chains.
UPDATE consent_chains SET length = ends.length, head = ends.head
FROM unnest(%(profile_ids)s::uuid[], %(lengths)s::integer[], %(heads)s::bytea[]) AS ends (profile_id, length, head)
WHERE consent_chains.profile_id = ends.profile_id;

-- newest --
-- The newest entry of each kind that some profiles, and all that are the same person as one of them, have: all that decides what counts.
SELECT DISTINCT ON (purpose, medium, state, legal_basis)
    consent_id, profile_id, purpose, medium, state, legal_basis, channel, decided_at, recorded_at
FROM consents WHERE profile_id = ANY(ARRAY(SELECT unnest(profile_members(asked)) FROM unnest(%(profile_ids)s::uuid[]) AS asked))
ORDER BY purpose, medium, state, legal_basis, decided_at DESC, recorded_at DESC, consent_id DESC;

-- history --
-- All entries of some profiles, in the order in which they were decided.
SELECT * FROM consents WHERE profile_id = ANY(%(profile_ids)s::uuid[])
ORDER BY decided_at, recorded_at, position, consent_id;

-- chain --
-- The entries of one profile as they are chained.
SELECT * FROM consents WHERE profile_id = %(profile_id)s ORDER BY position;

-- chain_end --
-- Where the chain of a profile ends.
SELECT length, head FROM consent_chains WHERE profile_id = %(profile_id)s;

-- chained_profiles --
-- Every profile that has a chain or entries.
SELECT profile_id FROM consent_chains UNION SELECT profile_id FROM consents ORDER BY 1;

-- by_message --
-- The entry of a profile that came with a message.
SELECT consent_id FROM consents WHERE message_id = %(message_id)s AND profile_id = ANY(%(profile_ids)s::uuid[]) AND state = %(state)s LIMIT 1;

-- erase --
-- Replaces the entries of a profile by a receipt.
SELECT erase_consents(%(profile_id)s, %(now)s, %(receipt_id)s) AS count;

-- put_text --
-- Keeps a version of a text.
INSERT INTO consent_texts (text_hash, language, text, created_at) VALUES (%(text_hash)s, %(language)s, %(text)s, %(now)s)
ON CONFLICT (text_hash) DO NOTHING;

-- texts --
-- Versions of texts by their hashes.
SELECT text_hash, language, text, created_at FROM consent_texts WHERE text_hash = ANY(%(text_hashes)s::bytea[]);

-- put_token --
-- Keeps the hash of a link that confirms a request.
INSERT INTO consent_confirmations (token_hash, request_id, expires_at) VALUES (%(token_hash)s, %(request_id)s, %(expires_at)s);

-- find_token --
-- The request that a link confirms, held until the transaction ends so that it works once.
SELECT expires_at, used_at, consents.*
FROM consent_confirmations JOIN consents ON consents.consent_id = consent_confirmations.request_id
WHERE token_hash = %(token_hash)s
FOR UPDATE OF consent_confirmations;

-- use_token --
-- Notes that a link was followed.
UPDATE consent_confirmations SET used_at = %(now)s WHERE token_hash = %(token_hash)s;

-- void_tokens --
-- Has the open links of some profiles for a purpose and medium work no more.
UPDATE consent_confirmations SET expires_at = %(now)s
FROM consents
WHERE consents.consent_id = consent_confirmations.request_id AND used_at IS NULL AND expires_at > %(now)s
    AND consents.profile_id = ANY(%(profile_ids)s::uuid[])
    AND (%(purpose)s::text IS NULL OR (consents.purpose = %(purpose)s AND (%(medium)s::text IS NULL OR consents.medium = %(medium)s)));

-- identities --
-- By what some profiles are known.
SELECT DISTINCT kind, value FROM identities WHERE profile_id = ANY(%(profile_ids)s::uuid[]) ORDER BY kind, value;
