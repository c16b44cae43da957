"""Vectors of public texts, so that no text is encoded twice, and which model made those of an index."""

from hanse.data import migrations

revision = "0024"
down_revision = "0023"

SQL = """
CREATE TABLE text_vectors (
    model text NOT NULL,
    digest bytea NOT NULL,
    vector bytea NOT NULL,
    used_on date NOT NULL,
    PRIMARY KEY (model, digest)
);
COMMENT ON TABLE text_vectors IS 'Vectors of catalog texts by what made them; a cache that can be emptied at any time';
COMMENT ON COLUMN text_vectors.digest IS 'BLAKE2b of whether it is a query or a passage, and of the text, which is not kept';
COMMENT ON COLUMN text_vectors.vector IS 'Numbers of 16 bits (IEEE 754), little-endian; of length one';
COMMENT ON COLUMN text_vectors.used_on IS 'The day it was last asked for, to within a month';
CREATE INDEX text_vectors_used_on ON text_vectors (used_on);

CREATE TABLE vector_indexes (
    name text PRIMARY KEY,
    model text NOT NULL,
    begun_at timestamptz NOT NULL
);
COMMENT ON TABLE vector_indexes IS 'Which model made the vectors of an index: two in one would be compared without any sense';
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
