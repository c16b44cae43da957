-- add_erasure --
-- Notes who is to be erased; one of the same person that waits already is left alone.
INSERT INTO erasures (erasure_id, profile_id, keep_orders, legal_basis, actor_kind, actor, requested_at)
VALUES (%(erasure_id)s, %(profile_id)s, %(keep_orders)s, %(legal_basis)s, %(actor_kind)s, %(actor)s, %(now)s)
ON CONFLICT (profile_id) WHERE state = 'waiting' DO NOTHING;

-- waiting_erasure --
-- The erasure of a person that waits.
SELECT erasure_id FROM erasures WHERE profile_id = ANY(%(profile_ids)s::uuid[]) AND state = 'waiting' ORDER BY requested_at LIMIT 1;

-- erasure --
-- One receipt.
SELECT erasure_id, state, keep_orders, legal_basis, actor_kind, actor, requested_at, done_at, counts FROM erasures WHERE erasure_id = %(erasure_id)s;

-- erasures --
-- The newest receipts.
SELECT erasure_id, state, keep_orders, legal_basis, actor_kind, actor, requested_at, done_at, counts
FROM erasures ORDER BY requested_at DESC, erasure_id DESC LIMIT %(limit)s;

-- open_erasures --
-- What is still to be done, oldest first.
SELECT erasure_id FROM erasures WHERE state <> 'done' ORDER BY requested_at, erasure_id;

-- lock_erasure --
-- One erasure that is still to be done, held by who does it.
SELECT erasure_id, state, profile_id, pending, keep_orders, requested_at FROM erasures WHERE erasure_id = %(erasure_id)s AND state = %(state)s FOR UPDATE;

-- finish_database --
-- Notes that nothing of the person is left in the database.
UPDATE erasures SET state = 'files', profile_id = NULL, pending = %(pending)s, counts = %(counts)s, identity_hashes = %(identity_hashes)s
WHERE erasure_id = %(erasure_id)s;

-- finish_erasure --
-- Completes a receipt.
UPDATE erasures SET state = 'done', pending = NULL, done_at = %(now)s, counts = %(counts)s WHERE erasure_id = %(erasure_id)s
RETURNING erasure_id, state, keep_orders, legal_basis, actor_kind, actor, requested_at, done_at, counts, identity_hashes;

-- counts --
-- The counts of a receipt.
SELECT counts FROM erasures WHERE erasure_id = %(erasure_id)s;

-- restore_receipt --
-- Brings a receipt back that a restored backup did not have yet.
INSERT INTO erasures (erasure_id, state, keep_orders, legal_basis, actor_kind, actor, requested_at, done_at, counts, identity_hashes)
VALUES (
    %(erasure_id)s, 'done', %(keep_orders)s, %(legal_basis)s, %(actor_kind)s, %(actor)s, %(requested_at)s, %(done_at)s, %(counts)s,
    %(identity_hashes)s
)
ON CONFLICT (erasure_id) DO NOTHING;

-- log_size --
-- About how many events there are, as the planner thinks.
SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint AS rows
FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'events'::regclass;

-- identities --
-- By what some profiles are known.
SELECT kind, value FROM identities WHERE profile_id = ANY(%(profile_ids)s::uuid[]) ORDER BY kind, value;

-- all_identities --
-- By what everybody is known.
SELECT profile_id, kind, value FROM identities UNION ALL SELECT profile_id, 'profile_id', profile_id::text FROM profiles;

-- traits --
-- What is known of some profiles, by all sources.
SELECT DISTINCT name, value FROM traits WHERE profile_id = ANY(%(profile_ids)s::uuid[]);

-- count_rows --
-- How many rows there are about some profiles.
SELECT
    (SELECT count(*) FROM identities WHERE profile_id = ANY(%(profile_ids)s::uuid[])) AS identities,
    (SELECT count(*) FROM profile_links WHERE profile_id = ANY(%(profile_ids)s::uuid[]) OR other_id = ANY(%(profile_ids)s::uuid[])) AS profile_links,
    (SELECT count(*) FROM profile_separations
     WHERE profile_id = ANY(%(profile_ids)s::uuid[]) OR other_id = ANY(%(profile_ids)s::uuid[])) AS profile_separations,
    (SELECT count(*) FROM memberships WHERE company_id = ANY(%(profile_ids)s::uuid[]) OR member_id = ANY(%(profile_ids)s::uuid[])) AS memberships,
    (SELECT count(*) FROM installations WHERE profile_id = ANY(%(profile_ids)s::uuid[])) AS installations,
    (SELECT count(*) FROM contracts WHERE profile_id = ANY(%(profile_ids)s::uuid[])) AS contracts,
    (SELECT count(*) FROM price_lists WHERE profile_id = ANY(%(profile_ids)s::uuid[])) AS price_lists;

-- orders --
-- The orders of some profiles: what tax law asks a merchant to keep.
SELECT event_id, occurred_at, properties::text AS properties FROM events
WHERE profile_id = ANY(%(profile_ids)s::uuid[]) AND name = ANY(%(names)s::text[]);

-- anonymise_orders --
-- Leaves orders without anybody in them.
UPDATE events SET profile_id = NULL, user_id = NULL, anonymous_id = NULL, context = '{}', message_id = 'erased:' || events.event_id,
    properties = cleaned.properties::jsonb
FROM unnest(%(event_ids)s::uuid[], %(occurred_ats)s::timestamptz[], %(properties)s::text[]) AS cleaned (event_id, occurred_at, properties)
WHERE events.event_id = cleaned.event_id AND events.occurred_at = cleaned.occurred_at;

-- delete_events --
-- Deletes the events of some profiles.
DELETE FROM events WHERE profile_id = ANY(%(profile_ids)s::uuid[]);

-- anonymise_decisions --
-- Leaves what was answered, for the measures, without whom it was answered to.
UPDATE decisions SET profile_id = NULL, request = '{}', reason = '' WHERE profile_id = ANY(%(profile_ids)s::uuid[]);

-- delete_letters_of_messages --
-- Deletes dead letters that came under the message ids of some profiles' events.
DELETE FROM dead_letters
WHERE kind = 'event' AND coalesce(payload ->> 'messageId', payload ->> 'message_id') IN (
    SELECT message_id FROM events WHERE profile_id = ANY(%(profile_ids)s::uuid[])
);

-- find_letters --
-- Dead letters that may name somebody.
SELECT dead_letter_id, payload FROM dead_letters
WHERE lower(payload::text) LIKE ANY(%(patterns)s) OR regexp_replace(payload::text, '\D', '', 'g') LIKE ANY(%(digits)s);

-- delete_letters --
-- Deletes dead letters.
DELETE FROM dead_letters WHERE dead_letter_id = ANY(%(ids)s::uuid[]);

-- find_deliveries --
-- Bodies of deliveries that may name somebody.
SELECT delivery_id, body FROM deliveries
WHERE body IS NOT NULL
  AND (lower(encode(body, 'escape')) LIKE ANY(%(patterns)s) OR regexp_replace(encode(body, 'escape'), '\D', '', 'g') LIKE ANY(%(digits)s));

-- forget_deliveries --
-- Forgets the bodies of deliveries; one that was not taken in yet is not taken in any more.
UPDATE deliveries
SET body = NULL, next_attempt_at = NULL, finished_at = coalesce(finished_at, %(now)s), state = CASE WHEN state = 'received' THEN 'ignored' ELSE state END
WHERE delivery_id = ANY(%(ids)s::uuid[]);

-- delete_resources --
-- Forgets which versions of a customer shops have told.
DELETE FROM shop_resources WHERE kind LIKE 'customer%%' AND (resource_id = ANY(%(values)s::text[]) OR local_ids && %(values)s::text[]);

-- requests_with_subject --
-- Privacy requests with what they say of whom they are about.
SELECT request_id, kind, state, profile_id, subject, request_key FROM privacy_requests WHERE subject <> '{}' OR profile_id = ANY(%(profile_ids)s::uuid[]);

-- erase_requests --
-- Leaves of requests what was asked and when: those to erase are done, others have nobody left to answer.
UPDATE privacy_requests SET
    subject = '{}', profile_id = NULL, request_key = request_id::text, note = '',
    state = CASE WHEN state <> 'open' THEN state WHEN kind IN ('erasure', 'deleted_customer') THEN 'done' ELSE 'dismissed' END,
    closing_reason = CASE WHEN state = 'open' AND kind NOT IN ('erasure', 'deleted_customer') THEN 'erased' ELSE closing_reason END,
    closed_at = coalesce(closed_at, %(now)s)
WHERE request_id = ANY(%(ids)s::uuid[]);

-- delete_profiles --
-- Deletes profiles with everything that hangs on them.
DELETE FROM profiles WHERE profile_id = ANY(%(profile_ids)s::uuid[]);

-- begin_erasing --
-- Lets this transaction take a person out of the audit log.
SELECT set_config('hanse.erasing', 'on', true);

-- end_erasing --
-- Has the audit log stay as it is again.
SELECT set_config('hanse.erasing', 'off', true);

-- restrict --
-- Restricts the processing of some profiles, or lifts that.
UPDATE profiles SET restricted_at = CASE WHEN %(restricted)s THEN coalesce(restricted_at, %(now)s) END WHERE profile_id = ANY(%(profile_ids)s::uuid[]);

-- restricted --
-- Whether the processing of a person is restricted.
SELECT EXISTS (SELECT FROM profiles WHERE profile_id = ANY(profile_members(%(profile_id)s)) AND restricted_at IS NOT NULL) AS found;

-- copy_anew --
-- Has the lake copy log and decisions anew, with those whose restriction was lifted.
DELETE FROM lake_positions WHERE dataset IN ('events', 'order_lines', 'decisions');

-- add_request --
-- Notes a request; the same one told again is left alone.
INSERT INTO privacy_requests (request_id, kind, request_key, subject, profile_id, note, received_at, due_at)
VALUES (%(request_id)s, %(kind)s, %(request_key)s, %(subject)s, %(profile_id)s, %(note)s, %(received_at)s, %(received_at)s::timestamptz + interval '1 month')
ON CONFLICT ON CONSTRAINT privacy_requests_key DO NOTHING;

-- request_by_key --
-- The request that was noted under a key.
SELECT request.*, shop.name AS shop FROM privacy_requests AS request LEFT JOIN shop_connections AS shop USING (connection_id)
WHERE request.connection_id IS NULL AND request.kind = %(kind)s AND request_key = %(request_key)s;

-- request --
-- One request.
SELECT request.*, shop.name AS shop FROM privacy_requests AS request LEFT JOIN shop_connections AS shop USING (connection_id)
WHERE request_id = %(request_id)s;

-- requests --
-- Requests, those that are due first on top.
SELECT request.*, shop.name AS shop FROM privacy_requests AS request LEFT JOIN shop_connections AS shop USING (connection_id)
WHERE %(state)s::text IS NULL OR request.state = %(state)s
ORDER BY CASE WHEN request.state = 'open' THEN 0 ELSE 1 END, CASE WHEN request.state = 'open' THEN due_at END, received_at DESC, request_id
LIMIT %(limit)s;

-- request_figures --
-- How many requests are open, due soon and overdue.
SELECT
    count(*) AS open,
    count(*) FILTER (WHERE due_at >= %(now)s AND due_at < %(soon)s) AS due_soon,
    count(*) FILTER (WHERE due_at < %(now)s) AS overdue
FROM privacy_requests WHERE state = 'open';

-- close_request --
-- Closes a request that is open.
UPDATE privacy_requests SET state = %(state)s, closing_reason = %(reason)s, closed_by = %(by)s, closed_at = %(now)s
WHERE request_id = %(request_id)s AND state = 'open';

-- extend_request --
-- Extends the deadline of a request by two months.
UPDATE privacy_requests SET due_at = due_at + interval '2 months', extended_at = %(now)s, extension_reason = %(reason)s
WHERE request_id = %(request_id)s AND state = 'open' AND extended_at IS NULL;
