"""One customer: profiles that are the same person point at one of them, and every reason why is kept."""

from hanse.data import migrations

revision = "0009"
down_revision = "0008"

SQL = """
ALTER TABLE profiles ADD COLUMN merged_into uuid REFERENCES profiles ON DELETE SET NULL CHECK (merged_into <> profile_id);
COMMENT ON COLUMN profiles.merged_into IS 'The profile that stands for this one, where they are the same; null for one that stands for itself. Never a chain';
CREATE INDEX profiles_merged ON profiles (merged_into) WHERE merged_into IS NOT NULL;

ALTER TABLE identities ADD COLUMN shared_at timestamptz;
COMMENT ON COLUMN identities.shared_at IS 'Since when it is known that several people use it, so that it joins nobody; null while one person does';

CREATE TABLE profile_links (
    link_id uuid PRIMARY KEY,
    profile_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    other_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    cause text NOT NULL CHECK (cause IN ('person', 'source', 'event', 'match')),
    evidence jsonb NOT NULL DEFAULT '{}',
    actor text NOT NULL,
    linked_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    refused text,
    cut_at timestamptz,
    cut_by text,
    CHECK (profile_id < other_id),
    UNIQUE (profile_id, other_id, cause)
);
COMMENT ON TABLE profile_links IS 'The merge log: why two profiles are the same person, since when, and what came of it';
COMMENT ON COLUMN profile_links.cause IS 'Who says so: a person, a source with a common key, an event that named both, or the matching of records';
COMMENT ON COLUMN profile_links.linked_at IS 'When it was first said to be so, by the time of the event; the earlier link counts before the later one';
COMMENT ON COLUMN profile_links.refused IS 'Why it joins nobody: shared, separated, or limit:kind; null where it does';
COMMENT ON COLUMN profile_links.cut_at IS 'When a person took it back';
CREATE INDEX profile_links_other ON profile_links (other_id);

CREATE TABLE profile_separations (
    profile_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    other_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    actor text NOT NULL,
    reason text NOT NULL DEFAULT '',
    separated_at timestamptz NOT NULL,
    PRIMARY KEY (profile_id, other_id),
    CHECK (profile_id < other_id)
);
COMMENT ON TABLE profile_separations IS 'Profiles of which a person said that they are different people; nothing joins them again but a person';
CREATE INDEX profile_separations_other ON profile_separations (other_id);

CREATE FUNCTION profile_members(asked uuid) RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT array_agg(member.profile_id ORDER BY member.profile_id)
    FROM profiles AS one
    JOIN profiles AS member
      ON member.profile_id = coalesce(one.merged_into, one.profile_id) OR member.merged_into = coalesce(one.merged_into, one.profile_id)
    WHERE one.profile_id = asked
$$;
COMMENT ON FUNCTION profile_members IS 'All profiles that are the same person as one, itself included';

CREATE FUNCTION profile_traits(asked uuid[]) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_object_agg(given.key, given.value ORDER BY member.updated_at, member.profile_id), '{}')
    FROM profiles AS member CROSS JOIN LATERAL jsonb_each(member.traits) AS given
    WHERE member.profile_id = ANY(asked)
$$;
COMMENT ON FUNCTION profile_traits IS 'What is known of some profiles together; what was written last counts';
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
