-- profiles --
-- The records that are the person, with their traits.
SELECT profile_id, kind, profile_traits(ARRAY[profile_id]) AS traits, created_at, updated_at, restricted_at FROM profiles WHERE profile_id = ANY(%(profile_ids)s::uuid[])
ORDER BY created_at, profile_id;

-- identities --
-- What they are known by, and who said so.
SELECT profile_id, kind, value, source, created_at FROM identities WHERE profile_id = ANY(%(profile_ids)s::uuid[]) ORDER BY kind, value;

-- merges --
-- Why these records are one person; only what is between them.
SELECT profile_id, other_id, cause, linked_at, refused, cut_at FROM profile_links
WHERE profile_id = ANY(%(profile_ids)s::uuid[]) AND other_id = ANY(%(profile_ids)s::uuid[]) ORDER BY linked_at, link_id;

-- matches --
-- With how many records of others theirs were compared closely, and what was decided; nothing of the others.
SELECT found_at, probability, reason, decision, decided_at FROM match_proposals
WHERE profile_id = ANY(%(profile_ids)s::uuid[]) OR other_id = ANY(%(profile_ids)s::uuid[]) ORDER BY found_at, proposal_id;

-- companies --
-- For which companies they act, and as what.
SELECT coalesce(company.traits ->> 'company', company.traits ->> 'name') AS company, member.role, member.created_at
FROM memberships AS member CROSS JOIN LATERAL (SELECT profile_traits(profile_members(member.company_id)) AS traits) AS company
WHERE member.member_id = ANY(%(profile_ids)s::uuid[]) ORDER BY member.created_at, member.company_id;

-- members --
-- Who acts for a company, by role alone.
SELECT role, created_at FROM memberships WHERE company_id = ANY(%(profile_ids)s::uuid[]) ORDER BY created_at, member_id;

-- installations --
-- The machines that stand at their place.
SELECT product_id, serial_number, place, installed_at, source FROM installations WHERE profile_id = ANY(%(profile_ids)s::uuid[])
ORDER BY installed_at, installation_id;

-- contracts --
-- What was agreed with them.
SELECT kind, number, begins_on, ends_on, terms, source FROM contracts WHERE profile_id = ANY(%(profile_ids)s::uuid[])
ORDER BY begins_on, contract_id;

-- price_lists --
-- Which prices they have.
SELECT price_list FROM price_lists WHERE profile_id = ANY(%(profile_ids)s::uuid[]) ORDER BY price_list;

-- events --
-- All that happened.
SELECT event_id, type, name, source, user_id, anonymous_id, occurred_at, received_at, properties, context, decision_id FROM events
WHERE profile_id = ANY(%(profile_ids)s::uuid[]) ORDER BY occurred_at, event_id;

-- decisions --
-- What they were answered, and why.
SELECT decision_id, operation, reason, basis, model_version, arm, arm_probability, request, answer, decided_at FROM decisions
WHERE profile_id = ANY(%(profile_ids)s::uuid[]) ORDER BY decided_at, decision_id;

-- requests --
-- For which rights they asked.
SELECT kind, state, note, received_at, due_at, extended_at, extension_reason, closed_at, closing_reason FROM privacy_requests
WHERE profile_id = ANY(%(profile_ids)s::uuid[]) ORDER BY received_at, request_id;

-- language --
-- What language models were asked about them and said, with placeholders in the place of personal data.
SELECT asked_at, purpose, capability, basis, model, masked_prompt, masked_answer, outcome FROM language_calls
WHERE profile_id = ANY(%(profile_ids)s::uuid[]) ORDER BY asked_at, call_id;

-- retention --
-- How long events are kept.
SELECT type, name, keep_days FROM event_retention ORDER BY type, name;

-- conclusions --
-- What each source says of them and what was worked out, with its purpose.
SELECT name, value, source, purpose, observed_at FROM traits WHERE profile_id = ANY(%(profile_ids)s::uuid[]) ORDER BY name, source, profile_id;

-- notes --
-- What people of the shop noted about them.
SELECT text, author, written_at FROM customer_notes WHERE profile_id = ANY(%(profile_ids)s::uuid[]) ORDER BY written_at, note_id;

-- entries --
-- What was entered about them for the CRM, but for exports like this one: the same data gives the same archive.
SELECT kind, subject, text, facts, purpose, operation, occurred_at FROM entries
WHERE profile_id = ANY(%(profile_ids)s::uuid[]) AND operation IS DISTINCT FROM 'privacy.export' ORDER BY occurred_at, entry_id;

-- recommendations --
-- What was recommended to them in batches that are kept as a table, such as those of newsletters; files of batches say what decisions say.
SELECT batch_id, rank, product_id, score, reason, language, decision_id, arm, basis, model_version FROM batch_recommendations
WHERE profile_id = ANY(%(profile_ids)s::uuid[]) ORDER BY batch_id, rank;
