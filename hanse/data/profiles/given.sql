-- put --
-- Takes in what was said of profiles that are still there; what was said last counts, and of the same moment the greater value, whatever the
-- order of arrival.
INSERT INTO traits (profile_id, name, source, value, purpose, observed_at, is_fallback)
SELECT DISTINCT ON (profile_id, name, source) profile_id, name, source, value::jsonb, %(purpose)s, observed_at, is_fallback
FROM unnest(
    %(profile_ids)s::uuid[], %(names)s::text[], %(sources)s::text[], %(values)s::text[], %(moments)s::timestamptz[], %(fallbacks)s::boolean[]
) AS said (profile_id, name, source, value, observed_at, is_fallback)
WHERE EXISTS (SELECT FROM profiles WHERE profiles.profile_id = said.profile_id)
ORDER BY profile_id, name, source, is_fallback, observed_at DESC, value::jsonb DESC
ON CONFLICT (profile_id, name, source) DO UPDATE
SET value = excluded.value, purpose = excluded.purpose, observed_at = excluded.observed_at, is_fallback = excluded.is_fallback
WHERE (NOT excluded.is_fallback, excluded.observed_at, excluded.value) > (NOT traits.is_fallback, traits.observed_at, traits.value);

-- remove --
-- Removes given traits of some profiles.
DELETE FROM traits WHERE profile_id = ANY(%(profile_ids)s::uuid[]) AND name = ANY(%(names)s::text[]) AND source <> 'computed';
