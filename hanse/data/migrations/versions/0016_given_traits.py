"""Given traits have one place: the table that says who said what and when, instead of a column of profiles beside it."""

from hanse.data import migrations

revision = "0016"
down_revision = "0015"

SQL = """
ALTER TABLE traits ADD COLUMN is_fallback boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN traits.is_fallback IS 'Counts only where nobody says more, such as what an order says of its customer beside the shop''s record of them';

INSERT INTO traits (profile_id, name, source, value, purpose, observed_at)
SELECT
    member.profile_id, given.key,
    coalesce((SELECT source FROM identities WHERE identities.profile_id = member.profile_id ORDER BY created_at, source LIMIT 1), 'record'),
    given.value, 'operation', member.updated_at
FROM profiles AS member CROSS JOIN LATERAL jsonb_each(member.traits) AS given
ON CONFLICT (profile_id, name, source) DO UPDATE SET value = excluded.value, observed_at = excluded.observed_at
WHERE excluded.observed_at > traits.observed_at;

DROP INDEX profiles_words;
DROP FUNCTION profile_words(jsonb);
CREATE FUNCTION trait_words(value jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('simple', coalesce(CASE WHEN jsonb_typeof(value) = 'object' THEN value ->> 'name' ELSE value #>> '{}' END, ''))
$$;
COMMENT ON FUNCTION trait_words IS 'The words of a part of a name, to be found by their beginnings';
CREATE INDEX traits_words ON traits USING gin (trait_words(value)) WHERE name IN ('firstName', 'lastName', 'name', 'company');

DROP FUNCTION profile_traits(uuid[]);
CREATE FUNCTION profile_traits(asked uuid[], sure boolean DEFAULT false) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_object_agg(given.name, given.value), '{}')
    FROM (
        SELECT DISTINCT ON (name) name, value
        FROM traits
        WHERE profile_id = ANY(asked) AND source <> 'computed' AND value <> 'null' AND NOT (sure AND is_fallback)
        ORDER BY name, is_fallback, observed_at DESC, source COLLATE "C" DESC, value DESC
    ) AS given
$$;
COMMENT ON FUNCTION profile_traits IS 'What is given of some profiles together; what was said last counts. Without fallbacks where asked for what is sure';
ALTER TABLE profiles DROP COLUMN traits;
"""


def upgrade() -> None:
    """Bring what stands in the column over, and drop it."""
    migrations.execute(SQL)
