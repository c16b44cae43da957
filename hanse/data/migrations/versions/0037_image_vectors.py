"""Vectors of public pictures, so that none is fetched and looked at twice."""

from hanse.data import migrations

revision = "0037"
down_revision = "0036"

SQL = """
CREATE TABLE image_vectors (
    model text NOT NULL,
    digest bytea NOT NULL,
    vector bytea,
    reason text,
    read_at timestamptz NOT NULL,
    used_on date NOT NULL,
    PRIMARY KEY (model, digest),
    CHECK ((vector IS NULL) <> (reason IS NULL))
);
COMMENT ON TABLE image_vectors IS 'Vectors of pictures of the catalog by what made them; a cache that can be emptied at any time';
COMMENT ON COLUMN image_vectors.digest IS 'BLAKE2b of the address of the picture, which is not kept';
COMMENT ON COLUMN image_vectors.vector IS 'Numbers of 16 bits (IEEE 754), little-endian; of length one. Null where the picture could not be looked at';
COMMENT ON COLUMN image_vectors.reason IS 'Why it could not be looked at';
COMMENT ON COLUMN image_vectors.used_on IS 'The day it was last asked for, to within a month';
CREATE INDEX image_vectors_used_on ON image_vectors (used_on);
"""


def upgrade() -> None:
    """Make the table."""
    migrations.execute(SQL)
