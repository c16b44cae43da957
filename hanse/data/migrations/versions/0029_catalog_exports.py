"""Files that the catalog is written into every night: in which format and for which channel, and what came of it last."""

from hanse.data import migrations

revision = "0029"
down_revision = "0028"

SQL = """
CREATE TABLE catalog_exports (
    name text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,59}$'),
    format text NOT NULL,
    options jsonb NOT NULL DEFAULT '{}',
    changed_at timestamptz NOT NULL,
    written_at timestamptz,
    products bigint,
    left_out bigint,
    findings jsonb NOT NULL DEFAULT '{}',
    bytes bigint,
    problem text NOT NULL DEFAULT ''
);
COMMENT ON TABLE catalog_exports IS 'Files below feeds in the home folder that a job writes anew every night';
COMMENT ON COLUMN catalog_exports.findings IS 'How often each kind of finding occurred when it was last written: {"no_picture": 12}';
COMMENT ON COLUMN catalog_exports.problem IS 'Why it could not be written the last time; empty where it could';
"""


def upgrade() -> None:
    """Make the table."""
    migrations.execute(SQL)
