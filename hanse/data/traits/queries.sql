-- prune --
-- Removes the given traits that a profile has too many, always the same ones; returns whose and which source's those were.
WITH crowded AS (
    SELECT profile_id FROM traits WHERE profile_id = ANY(%(profile_ids)s) AND source <> 'computed' GROUP BY profile_id HAVING count(*) > %(most)s
), removed AS (
    DELETE FROM traits
    USING (
        SELECT profile_id, name, source, row_number() OVER (
            PARTITION BY profile_id ORDER BY array_position(%(first)s::text[], name), name COLLATE "C", source COLLATE "C"
        ) AS place
        FROM traits JOIN crowded USING (profile_id) WHERE source <> 'computed'
    ) AS ranked
    WHERE place > %(most)s AND traits.profile_id = ranked.profile_id AND traits.name = ranked.name AND traits.source = ranked.source
    RETURNING traits.profile_id, traits.source
)
SELECT DISTINCT profile_id, source FROM removed;

-- companies --
-- The companies that groups are.
SELECT value, profile_id FROM identities WHERE kind = %(kind)s AND value = ANY(%(values)s);

-- add_companies --
-- Makes companies for the groups that nobody named before; of two who do so at once the first counts.
WITH wanted AS (
    SELECT * FROM unnest(%(fresh)s::uuid[], %(values)s::text[], %(sources)s::text[]) AS wanted (profile_id, value, source)
    WHERE NOT EXISTS (SELECT FROM identities WHERE kind = %(kind)s AND identities.value = wanted.value)
), made AS (
    INSERT INTO profiles (profile_id, kind, created_at, updated_at) SELECT profile_id, 'company', %(now)s, %(now)s FROM wanted
)
INSERT INTO identities (kind, value, profile_id, source, created_at)
SELECT %(kind)s, value, profile_id, source, %(now)s FROM wanted ORDER BY value
ON CONFLICT (kind, value) DO NOTHING;

-- add_memberships --
-- Notes who acts for which company, as far as both are still there.
INSERT INTO memberships (company_id, member_id, created_at)
SELECT company_id, member_id, created_at
FROM unnest(%(companies)s::uuid[], %(members)s::uuid[], %(moments)s::timestamptz[]) AS told (company_id, member_id, created_at)
WHERE EXISTS (SELECT FROM profiles WHERE profile_id = company_id) AND EXISTS (SELECT FROM profiles WHERE profile_id = member_id)
ORDER BY company_id, member_id
ON CONFLICT (company_id, member_id) DO NOTHING;

-- is_restricted --
-- Whether what is known of somebody is kept but used for nothing.
SELECT EXISTS (SELECT FROM profiles WHERE profile_id = ANY(profile_members(%(profile_id)s)) AND restricted_at IS NOT NULL) AS found;

-- of --
-- What all sources say of whoever a profile is: given traits of all their profiles, and what was computed.
SELECT name, value, source, purpose, observed_at, is_fallback, source = 'computed' AS is_computed
FROM traits
WHERE profile_id = ANY(profile_members(%(profile_id)s))
    AND (source <> 'computed' OR profile_id = (SELECT coalesce(merged_into, profile_id) FROM profiles WHERE profile_id = %(profile_id)s));

-- allowed --
-- The people of some ids who agreed to a purpose, by the profile that stands for them, as `consent.standing.stand` decides for one: the
-- newest act of all their profiles counts, an objection ends profiling whatever was agreed to, and of the same moment the no. Who is
-- restricted is not among them.
WITH records AS (
    SELECT profile_id AS person_id, profile_id, restricted_at FROM profiles
    WHERE merged_into IS NULL AND profile_id BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT merged_into, profile_id, restricted_at FROM profiles WHERE merged_into BETWEEN %(first)s AND %(last)s
), acts AS (
    SELECT
        person_id,
        ARRAY[decided_at, recorded_at] AS moment,
        legal_basis = 'consent' AND state IN ('granted', 'confirmed') AND purpose = %(purpose)s AS agrees,
        CASE legal_basis
            WHEN 'objection' THEN purpose = %(purpose)s OR %(purpose)s = ANY(%(blocked)s::text[])
            ELSE state IN ('denied', 'withdrawn') AND purpose = %(purpose)s
        END AS refuses
    FROM consents JOIN records USING (profile_id)
    WHERE purpose = %(purpose)s OR legal_basis = 'objection'
)
SELECT person_id::text AS profile_id FROM acts GROUP BY person_id
HAVING max(moment) FILTER (WHERE agrees) > coalesce(max(moment) FILTER (WHERE refuses), ARRAY['-infinity', '-infinity']::timestamptz[])
EXCEPT
SELECT person_id::text FROM records WHERE restricted_at IS NOT NULL;

-- restricted --
-- The people whose data is kept but used for nothing (Art. 18 DSGVO), by the profile that stands for them.
SELECT DISTINCT coalesce(merged_into, profile_id)::text AS profile_id FROM profiles WHERE restricted_at IS NOT NULL;

-- ends_of_ranges --
-- The ids between which about so many profiles are, in their order.
SELECT profile_id FROM (SELECT profile_id, row_number() OVER (ORDER BY profile_id) AS place FROM profiles) AS placed
WHERE place %% %(people)s = 0 ORDER BY profile_id;

-- stage --
-- Tables for the values of some people and for what of them is to be written, gone at the end of the transaction.
CREATE TEMPORARY TABLE computed_traits (profile_id uuid NOT NULL, name text NOT NULL, value jsonb NOT NULL) ON COMMIT DROP;
CREATE TEMPORARY TABLE changed_traits (profile_id uuid NOT NULL, name text NOT NULL, value jsonb, purpose text) ON COMMIT DROP;

-- copy --
-- Takes the values of some people.
COPY computed_traits FROM STDIN (FORMAT CSV);

-- compare_at_once --
-- Has what is compared be read once, whatever the planner believes of tables that it has not looked at yet.
SET LOCAL enable_nestloop = off;

-- compare --
-- Finds what of some people is new, other than before or gone: of those who are still there, stand for themselves and are not restricted;
-- who is restricted keeps theirs as far as anybody declares it.
WITH records AS (
    SELECT profile_id AS person_id, restricted_at FROM profiles WHERE merged_into IS NULL AND profile_id BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT merged_into, restricted_at FROM profiles WHERE merged_into BETWEEN %(first)s AND %(last)s
), people AS (
    SELECT person_id AS profile_id, bool_or(restricted_at IS NOT NULL) AS is_restricted FROM records GROUP BY person_id
), declared AS (
    SELECT * FROM unnest(%(names)s::text[], %(purposes)s::text[]) AS declared (name, purpose)
), computed AS (
    SELECT profile_id, name, value, purpose
    FROM computed_traits JOIN declared USING (name) JOIN people USING (profile_id)
    WHERE NOT is_restricted
), stored AS (
    SELECT profile_id, name, value, purpose
    FROM traits LEFT JOIN people USING (profile_id)
    WHERE source = 'computed' AND profile_id BETWEEN %(first)s AND %(last)s AND (is_restricted IS NOT TRUE OR name <> ALL(%(names)s::text[]))
)
INSERT INTO changed_traits (profile_id, name, value, purpose)
SELECT profile_id, name, computed.value, computed.purpose
FROM computed FULL JOIN stored USING (profile_id, name)
WHERE computed.value IS DISTINCT FROM stored.value OR computed.purpose IS DISTINCT FROM stored.purpose;

-- write_one_by_one --
-- Has what changed find its row by the key again: it is little.
SET LOCAL enable_nestloop = on;

-- count_changes --
-- How many of each trait there are to be written and to be removed.
SELECT name, count(value) AS changed, count(*) - count(value) AS removed FROM changed_traits GROUP BY name;

-- remove --
-- Removes the values of those who have none any more.
DELETE FROM traits USING changed_traits
WHERE changed_traits.value IS NULL AND source = 'computed' AND traits.profile_id BETWEEN %(first)s AND %(last)s
    AND traits.profile_id = changed_traits.profile_id AND traits.name = changed_traits.name;

-- put --
-- Writes the values that are new or others than before.
INSERT INTO traits (profile_id, name, source, value, purpose, observed_at)
SELECT profile_id, name, 'computed', value, purpose, %(now)s FROM changed_traits WHERE value IS NOT NULL
ORDER BY profile_id, name
ON CONFLICT (profile_id, name, source) DO UPDATE SET value = excluded.value, purpose = excluded.purpose, observed_at = excluded.observed_at;
