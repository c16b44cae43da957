-- about --
-- One person or company: the profile that stands for them, with what is known of all that are the same.
SELECT root.profile_id, root.kind, profile_traits(%(profile_ids)s::uuid[]) AS traits, first.created_at
FROM profiles AS root
CROSS JOIN (SELECT min(created_at) AS created_at FROM profiles WHERE profile_id = ANY(%(profile_ids)s)) AS first
WHERE root.profile_id = ANY(%(profile_ids)s) AND root.merged_into IS NULL;

-- seen --
-- The first and the last event of somebody: one look into the index for each record, whatever the number of events.
SELECT min(first.occurred_at) AS first_event_at, max(last.occurred_at) AS last_event_at
FROM unnest(%(profile_ids)s::uuid[]) AS member (profile_id)
LEFT JOIN LATERAL (SELECT occurred_at FROM events WHERE events.profile_id = member.profile_id ORDER BY occurred_at LIMIT 1) AS first ON true
LEFT JOIN LATERAL (SELECT occurred_at FROM events WHERE events.profile_id = member.profile_id ORDER BY occurred_at DESC LIMIT 1) AS last ON true;

-- identities --
-- The keys of somebody, each with the record it belongs to.
SELECT kind, value, source, created_at AS since, shared_at IS NOT NULL AS is_shared, profile_id
FROM identities WHERE profile_id = ANY(%(profile_ids)s)
ORDER BY kind, created_at, value
LIMIT %(limit)s;

-- companies --
-- For whom somebody acts, and the companies that those belong to, the nearest first; each once, and no deeper than some steps.
WITH RECURSIVE above AS (
    SELECT coalesce(company.merged_into, company.profile_id) AS profile_id, NULL::uuid AS below_id, own.role, 1 AS depth
    FROM memberships AS own JOIN profiles AS company ON company.profile_id = own.company_id
    WHERE own.member_id = ANY(%(profile_ids)s)
    UNION
    SELECT coalesce(company.merged_into, company.profile_id), above.profile_id, upper.role, above.depth + 1
    FROM above
    JOIN memberships AS upper ON upper.member_id = ANY(profile_members(above.profile_id))
    JOIN profiles AS company ON company.profile_id = upper.company_id
    WHERE above.depth < %(deepest)s
), nearest AS (SELECT DISTINCT ON (profile_id) * FROM above WHERE profile_id <> ALL(%(profile_ids)s) ORDER BY profile_id, depth)
SELECT profile_id, below_id, role, depth, profile_traits(profile_members(profile_id)) AS traits
FROM nearest ORDER BY depth, profile_id
LIMIT %(limit)s;

-- household --
-- Other people of the same surname at the same address, as far as they may be looked at.
SELECT DISTINCT root.profile_id, profile_traits(profile_members(root.profile_id)) AS traits
FROM traits AS own
JOIN traits AS other ON other.name = 'address' AND address_key(other.value) = address_key(own.value)
JOIN profiles AS record ON record.profile_id = other.profile_id
JOIN profiles AS root ON root.profile_id = coalesce(record.merged_into, record.profile_id)
WHERE own.profile_id = ANY(%(profile_ids)s::uuid[]) AND own.name = 'address'
    AND root.profile_id <> ALL(%(profile_ids)s::uuid[]) AND root.kind = 'person' AND root.restricted_at IS NULL
    AND EXISTS (
        SELECT FROM traits AS mine
        JOIN traits AS theirs ON theirs.name = 'lastName' AND lower(theirs.value #>> '{}') = lower(mine.value #>> '{}')
        WHERE mine.profile_id = ANY(%(profile_ids)s::uuid[]) AND mine.name = 'lastName' AND theirs.profile_id = ANY(profile_members(root.profile_id))
    )
ORDER BY root.profile_id
LIMIT %(limit)s;

-- price_lists --
-- The price lists of some customers, in the order in which they are named.
SELECT given.price_list, wanted.profile_id
FROM unnest(%(profile_ids)s::uuid[]) WITH ORDINALITY AS wanted (profile_id, place)
CROSS JOIN LATERAL (SELECT price_list FROM price_lists WHERE price_lists.profile_id = ANY(profile_members(wanted.profile_id))) AS given
ORDER BY wanted.place, given.price_list;

-- installations --
-- The machines that stand at some customers'.
SELECT installation.installation_id, coalesce(owner.merged_into, owner.profile_id) AS profile_id, installation.product_id, product.title,
    installation.serial_number, installation.place, installation.installed_at, installation.source
FROM unnest(%(profile_ids)s::uuid[]) AS wanted (profile_id)
JOIN installations AS installation ON installation.profile_id = ANY(profile_members(wanted.profile_id))
JOIN profiles AS owner ON owner.profile_id = installation.profile_id
LEFT JOIN products AS product USING (product_id)
ORDER BY installation.installed_at DESC NULLS LAST, installation.installation_id
LIMIT %(limit)s;

-- contracts --
-- The contracts of some customers, those that run longest first.
SELECT contract.contract_id, coalesce(owner.merged_into, owner.profile_id) AS profile_id, contract.kind, contract.number, contract.begins_on,
    contract.ends_on, contract.terms, contract.source
FROM unnest(%(profile_ids)s::uuid[]) AS wanted (profile_id)
JOIN contracts AS contract ON contract.profile_id = ANY(profile_members(wanted.profile_id))
JOIN profiles AS owner ON owner.profile_id = contract.profile_id
ORDER BY contract.ends_on DESC NULLS FIRST, contract.contract_id
LIMIT %(limit)s;

-- find --
-- Customers with one of some identities, or with words in their name that begin as asked; by id, the newest first. An index lookup for each,
-- whatever the planner thinks of how many there are.
SELECT found.profile_id, root.kind, profile_traits(profile_members(found.profile_id)) AS traits, root.created_at
FROM (
    SELECT DISTINCT coalesce(one.merged_into, one.profile_id) AS profile_id
    FROM (
        SELECT known.profile_id
        FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS wanted (kind, value)
        JOIN identities AS known ON known.kind = wanted.kind AND known.value = wanted.value
        UNION ALL
        SELECT %(asked_id)s::uuid
        UNION ALL
        (SELECT profile_id FROM traits AS one
         WHERE %(longest)s::text IS NOT NULL AND trait_words(value) @@ to_tsquery('simple', %(longest)s)
           AND name IN ('firstName', 'lastName', 'name', 'company')
           AND NOT EXISTS (
               SELECT FROM unnest(%(words)s::text[]) AS word WHERE NOT EXISTS (
                   SELECT FROM traits AS other
                   WHERE other.profile_id = ANY(profile_members(one.profile_id)) AND other.name IN ('firstName', 'lastName', 'name', 'company')
                     AND trait_words(other.value) @@ to_tsquery('simple', word)
               )
           )
         LIMIT %(most)s)
    ) AS hit
    JOIN profiles AS one ON one.profile_id = hit.profile_id
) AS found
CROSS JOIN LATERAL (SELECT kind, created_at FROM profiles WHERE profiles.profile_id = found.profile_id OFFSET 0) AS root
WHERE (%(before)s::uuid IS NULL OR found.profile_id < %(before)s) AND (%(kind)s::text IS NULL OR root.kind = %(kind)s)
ORDER BY found.profile_id DESC
LIMIT %(limit)s;

-- identity_kinds --
-- Which kinds of identity there are.
WITH RECURSIVE kinds AS (
    (SELECT kind FROM identities ORDER BY kind LIMIT 1)
    UNION ALL
    SELECT (SELECT kind FROM identities WHERE identities.kind > kinds.kind ORDER BY kind LIMIT 1) FROM kinds WHERE kinds.kind IS NOT NULL
)
SELECT kind FROM kinds WHERE kind IS NOT NULL;

-- merges --
-- The merge log of somebody, the newest first, a page of it.
SELECT link.link_id, link.profile_id, link.other_id, link.cause, link.evidence, link.actor, link.linked_at, link.refused, link.cut_at, link.cut_by
FROM profile_links AS link
WHERE link.link_id IN (
    SELECT link_id FROM profile_links WHERE profile_id = ANY(%(profile_ids)s)
    UNION
    SELECT link_id FROM profile_links WHERE other_id = ANY(%(profile_ids)s)
)
AND (%(before_at)s::timestamptz IS NULL OR (link.linked_at, link.link_id) < (%(before_at)s, %(before_id)s::uuid))
ORDER BY link.linked_at DESC, link.link_id DESC
LIMIT %(limit)s;

-- link --
-- One entry of the merge log.
SELECT link_id, profile_id, other_id, cause, evidence, actor, linked_at, refused, cut_at, cut_by FROM profile_links WHERE link_id = %(link_id)s;

-- said_by_person --
-- The link by which a person joined two records.
SELECT link_id FROM profile_links WHERE profile_id = %(one)s AND other_id = %(other)s AND cause = 'person' AND cut_at IS NULL;

-- name_keys --
-- The first identities of some records, by which people tell them apart.
SELECT wanted.profile_id, key.kind, key.value
FROM unnest(%(profile_ids)s::uuid[]) AS wanted (profile_id)
CROSS JOIN LATERAL (SELECT kind, value FROM identities WHERE identities.profile_id = wanted.profile_id ORDER BY created_at, kind, value LIMIT 3) AS key;

-- count_events --
-- How many events each of some records has.
SELECT profile_id, count(*) AS count FROM events WHERE profile_id = ANY(%(profile_ids)s) GROUP BY profile_id;
