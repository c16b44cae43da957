-- list_profiles --
-- Persons and companies, the newest first, with how many identities and how much history each has.
SELECT profile.profile_id, profile.kind, profile_traits(member.ids) AS traits, profile.created_at, profile.updated_at,
    identities.count AS identities, events.count AS events, events.last_at AS last_event_at
FROM (
    SELECT profile_id, kind, created_at, updated_at FROM profiles
    WHERE merged_into IS NULL
      AND (%(kind)s::text IS NULL OR kind = %(kind)s)
      AND (%(before)s::uuid IS NULL OR profile_id < %(before)s)
    ORDER BY profile_id DESC
    LIMIT %(limit)s
) AS profile
CROSS JOIN LATERAL (SELECT profile_members(profile.profile_id) AS ids) AS member
CROSS JOIN LATERAL (SELECT count(*) AS count FROM identities WHERE identities.profile_id = ANY(member.ids)) AS identities
CROSS JOIN LATERAL (SELECT count(*) AS count, max(occurred_at) AS last_at FROM events WHERE events.profile_id = ANY(member.ids)) AS events
ORDER BY profile.profile_id DESC;

-- find_profiles --
-- Persons and companies with an identity that is a text, or whose id it is.
SELECT profile.profile_id, profile.kind, profile_traits(member.ids) AS traits, profile.created_at, profile.updated_at,
    identities.count AS identities, events.count AS events, events.last_at AS last_event_at
FROM (
    SELECT DISTINCT coalesce(one.merged_into, one.profile_id) AS profile_id
    FROM identities AS known JOIN profiles AS one USING (profile_id)
    WHERE (known.kind, known.value) IN (SELECT each, %(text)s FROM unnest(%(kinds)s::text[]) AS each)
       OR known.profile_id::text = %(text)s
    LIMIT %(limit)s
) AS found
JOIN profiles AS profile USING (profile_id)
CROSS JOIN LATERAL (SELECT profile_members(profile.profile_id) AS ids) AS member
CROSS JOIN LATERAL (SELECT count(*) AS count FROM identities WHERE identities.profile_id = ANY(member.ids)) AS identities
CROSS JOIN LATERAL (SELECT count(*) AS count, max(occurred_at) AS last_at FROM events WHERE events.profile_id = ANY(member.ids)) AS events
ORDER BY profile.profile_id DESC;

-- identity_kinds --
-- Which kinds of identity there are.
WITH RECURSIVE kinds AS (
    (SELECT kind FROM identities ORDER BY kind LIMIT 1)
    UNION ALL
    SELECT (SELECT kind FROM identities WHERE identities.kind > kinds.kind ORDER BY kind LIMIT 1) FROM kinds WHERE kinds.kind IS NOT NULL
)
SELECT kind FROM kinds WHERE kind IS NOT NULL;

-- profile --
-- One person or company: the profile that stands for them, with what is known of all that are the same.
SELECT root.profile_id, root.kind, profile_traits(member.ids) AS traits, root.created_at, root.updated_at
FROM profiles AS one
JOIN profiles AS root ON root.profile_id = coalesce(one.merged_into, one.profile_id)
CROSS JOIN LATERAL (SELECT profile_members(one.profile_id) AS ids) AS member
WHERE one.profile_id = %(profile_id)s;

-- identities --
-- The keys of one profile.
SELECT kind, value, source, created_at FROM identities WHERE profile_id = ANY(profile_members(%(profile_id)s)) ORDER BY kind, created_at, value LIMIT 50;

-- events_of_profile --
-- What somebody did lately.
SELECT event_id, coalesce(name, type) AS name, source, occurred_at, properties, decision_id
FROM events WHERE profile_id = ANY(profile_members(%(profile_id)s))
ORDER BY occurred_at DESC
LIMIT %(limit)s;

-- decisions_of_profile --
-- What somebody was answered lately.
SELECT decision_id, operation, arm, basis, reason, decided_at
FROM decisions WHERE profile_id = ANY(profile_members(%(profile_id)s))
ORDER BY decided_at DESC
LIMIT %(limit)s;

-- companies_of_profile --
-- For whom somebody acts.
SELECT company.profile_id, company.traits, membership.role
FROM memberships AS membership JOIN profiles AS company ON company.profile_id = membership.company_id
WHERE membership.member_id = ANY(profile_members(%(profile_id)s))
LIMIT 20;

-- members_of_profile --
-- Who acts for a company.
SELECT member.profile_id, member.traits, membership.role
FROM memberships AS membership JOIN profiles AS member ON member.profile_id = membership.member_id
WHERE membership.company_id = ANY(profile_members(%(profile_id)s))
LIMIT 50;

-- installations_of_profile --
-- Which machines stand at somebody's.
SELECT installation.product_id, product.title, installation.serial_number, installation.place, installation.installed_at
FROM installations AS installation LEFT JOIN products AS product USING (product_id)
WHERE installation.profile_id = ANY(profile_members(%(profile_id)s))
ORDER BY installation.installed_at DESC NULLS LAST
LIMIT 50;

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
