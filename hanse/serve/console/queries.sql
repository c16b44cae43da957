-- list_profiles --
-- Persons or companies, the newest first: those that stand for themselves, however many records were merged into them.
SELECT listed.profile_id
FROM unnest(%(kinds)s::text[]) AS wanted (kind)
CROSS JOIN LATERAL (
    SELECT profile_id FROM profiles
    WHERE merged_into IS NULL AND profiles.kind = wanted.kind AND profile_id < %(before)s::uuid
    ORDER BY profile_id DESC
    LIMIT %(limit)s
) AS listed
ORDER BY listed.profile_id DESC
LIMIT %(limit)s;

-- count_profiles --
-- How many persons and companies there are, counted up to a number.
SELECT wanted.kind, counted.count
FROM unnest('{person,company}'::text[]) AS wanted (kind)
CROSS JOIN LATERAL (
    SELECT count(*) AS count FROM (SELECT FROM profiles WHERE merged_into IS NULL AND profiles.kind = wanted.kind LIMIT %(most)s) AS found
) AS counted
WHERE counted.count > 0;

-- profile_rows --
-- What a list shows of some persons and companies: the events of all in one look into the index of each month.
WITH member AS MATERIALIZED (
    SELECT wanted.place, wanted.profile_id AS root_id, own.profile_id
    FROM unnest(%(profile_ids)s::uuid[]) WITH ORDINALITY AS wanted (profile_id, place)
    CROSS JOIN LATERAL unnest(profile_members(wanted.profile_id)) AS own (profile_id)
), seen AS (
    SELECT profile_id, count(*) AS events, max(occurred_at) AS last_event_at
    FROM events WHERE profile_id = ANY(ARRAY(SELECT profile_id FROM member)) GROUP BY profile_id
), known AS (
    SELECT profile_id, count(*) AS identities FROM identities WHERE profile_id = ANY(ARRAY(SELECT profile_id FROM member)) GROUP BY profile_id
)
SELECT root.profile_id, root.kind, profile_traits(whole.ids) AS traits, root.created_at, whole.identities, whole.events, whole.last_event_at
FROM (
    SELECT place, root_id, array_agg(profile_id) AS ids, coalesce(sum(identities), 0)::bigint AS identities, coalesce(sum(events), 0)::bigint AS events,
        max(last_event_at) AS last_event_at
    FROM member LEFT JOIN seen USING (profile_id) LEFT JOIN known USING (profile_id)
    GROUP BY place, root_id
) AS whole
JOIN profiles AS root ON root.profile_id = whole.root_id
ORDER BY whole.place;

-- timeline --
-- What somebody did before a moment, the latest first: for each record as many as the page has, then the latest of those.
SELECT event.*
FROM unnest(%(profile_ids)s::uuid[]) AS member (profile_id)
CROSS JOIN LATERAL (
    SELECT event_id, type, name, source, occurred_at, properties, decision_id
    FROM events
    WHERE events.profile_id = member.profile_id
      AND occurred_at <= %(before_at)s AND (occurred_at, event_id) < (%(before_at)s, %(before_id)s::uuid)
      AND (%(name)s::text IS NULL OR name = %(name)s) AND (%(type)s::text IS NULL OR type = %(type)s)
    ORDER BY occurred_at DESC, event_id DESC
    LIMIT %(limit)s
) AS event
ORDER BY event.occurred_at DESC, event.event_id DESC
LIMIT %(limit)s;

-- decisions_of_profile --
-- What somebody was answered lately.
SELECT decision.*
FROM unnest(%(profile_ids)s::uuid[]) AS member (profile_id)
CROSS JOIN LATERAL (
    SELECT decision_id, operation, arm, basis, reason, decided_at FROM decisions WHERE decisions.profile_id = member.profile_id
    ORDER BY decided_at DESC
    LIMIT %(limit)s
) AS decision
ORDER BY decision.decided_at DESC
LIMIT %(limit)s;

-- members_of_profile --
-- Who acts for a company.
SELECT DISTINCT ON (root.profile_id) root.profile_id, root.kind, profile_traits(profile_members(root.profile_id)) AS traits, membership.role
FROM memberships AS membership
JOIN profiles AS one ON one.profile_id = membership.member_id
JOIN profiles AS root ON root.profile_id = coalesce(one.merged_into, one.profile_id)
WHERE membership.company_id = ANY(%(profile_ids)s)
ORDER BY root.profile_id
LIMIT 50;

-- trait_sources --
-- From which systems what is known of somebody came: those that count.
SELECT DISTINCT ON (name) name, source FROM traits
WHERE profile_id = ANY(%(profile_ids)s) AND source <> 'computed' AND value <> 'null'
ORDER BY name, is_fallback, observed_at DESC, source COLLATE "C" DESC;

-- notes_of_profile --
-- What people wrote down about somebody, the newest first.
SELECT note_id, text, author, written_at FROM customer_notes WHERE profile_id = ANY(%(profile_ids)s) ORDER BY written_at DESC, note_id DESC LIMIT 100;

-- put_note --
-- Keeps a note about somebody.
INSERT INTO customer_notes (note_id, profile_id, text, author, written_at) VALUES (%(note_id)s, %(profile_id)s, %(text)s, %(author)s, %(now)s);

-- remove_note --
-- Removes a note about somebody.
DELETE FROM customer_notes WHERE note_id = %(note_id)s AND profile_id = ANY(%(profile_ids)s);

-- reopen_dead_letter --
-- Takes the dismissal of a dead letter back.
UPDATE dead_letters SET state = 'open', closed_at = NULL WHERE dead_letter_id = %(dead_letter_id)s AND state = 'dismissed';

-- last_arrivals --
-- The last event of each source among the last ones of the log; ids of events are in order of arrival.
SELECT DISTINCT ON (source) source, coalesce(name, type) AS name, received_at
FROM (SELECT event_id, source, name, type, received_at FROM events ORDER BY event_id DESC LIMIT %(among)s) AS latest
ORDER BY source, event_id DESC;

-- count_products --
-- How many products are sold.
SELECT count(*) FILTER (WHERE state = 'active') AS active, count(*) AS all FROM products;

-- count_running_jobs --
-- How many jobs run or failed lately.
SELECT count(*) FILTER (WHERE status = 'doing') AS running, count(*) FILTER (WHERE status = 'todo') AS waiting,
    count(*) FILTER (WHERE status = 'failed') AS failed
FROM procrastinate_jobs
WHERE status IN ('doing', 'todo', 'failed');
