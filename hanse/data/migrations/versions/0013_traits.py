"""Traits: what is known of a profile, value by value, each with its source, its time and its purpose."""

from hanse.data import migrations

revision = "0013"
down_revision = "0012"

SQL = """
CREATE TABLE traits (
    profile_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    name text NOT NULL,
    source text NOT NULL,
    value jsonb NOT NULL,
    purpose text NOT NULL,
    observed_at timestamptz NOT NULL,
    PRIMARY KEY (profile_id, name, source)
);
COMMENT ON TABLE traits IS 'What is known of a profile, given by a source or computed in the lake; the newest of all sources counts';
COMMENT ON COLUMN traits.source IS 'Who says so: a shop, a page, a system; computed for what was worked out in the lake';
COMMENT ON COLUMN traits.value IS 'The value; null where the source took it back';
COMMENT ON COLUMN traits.purpose IS 'What it may be used for; of computed ones it decides whose are kept';
COMMENT ON COLUMN traits.observed_at IS 'When it was said; of computed ones since when it is so';
CREATE INDEX traits_computed ON traits (name, profile_id) WHERE source = 'computed';

-- the lake has more columns of events from now on, so it copies the log anew the next time
DELETE FROM lake_positions WHERE dataset IN ('events', 'order_lines');
"""


def upgrade() -> None:
    """Make the table."""
    migrations.execute(SQL)
