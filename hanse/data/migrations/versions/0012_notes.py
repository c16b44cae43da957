"""One customer in the console: notes that people write, and indexes that keep the list and the search fast among many records."""

from hanse.data import migrations

revision = "0012"
down_revision = "0011"

SQL = """
CREATE TABLE customer_notes (
    note_id uuid PRIMARY KEY,
    profile_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 5000),
    author text NOT NULL,
    written_at timestamptz NOT NULL
);
COMMENT ON TABLE customer_notes IS 'What people wrote down about a customer; it goes with the customer';
CREATE INDEX customer_notes_profile ON customer_notes (profile_id, written_at DESC);

CREATE INDEX profiles_canonical ON profiles (kind, profile_id DESC) WHERE merged_into IS NULL;

CREATE FUNCTION profile_words(traits jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('simple', concat_ws(' ', traits ->> 'firstName', traits ->> 'lastName', traits ->> 'name',
        CASE WHEN jsonb_typeof(traits -> 'company') = 'object' THEN traits -> 'company' ->> 'name' ELSE traits ->> 'company' END))
$$;
COMMENT ON FUNCTION profile_words IS 'The words of a name, to be found by their beginnings';
CREATE INDEX profiles_words ON profiles USING gin (profile_words(traits)) WHERE traits <> '{}';
"""


def upgrade() -> None:
    """Make the table and the indexes."""
    migrations.execute(SQL)
