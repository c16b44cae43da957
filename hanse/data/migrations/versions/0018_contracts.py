"""Contracts: what was agreed with a customer for a time, such as a framework agreement or the maintenance of machines."""

from hanse.data import migrations

revision = "0018"
down_revision = "0017"

SQL = """
CREATE TABLE contracts (
    contract_id uuid PRIMARY KEY,
    profile_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    kind text NOT NULL,
    number text NOT NULL,
    begins_on date,
    ends_on date,
    terms text,
    source text NOT NULL,
    CHECK (ends_on >= begins_on)
);
COMMENT ON TABLE contracts IS 'What was agreed with a customer for a time';
COMMENT ON COLUMN contracts.kind IS 'Such as framework, maintenance or rental, as the source calls it';
COMMENT ON COLUMN contracts.number IS 'The number by which the source knows it';
COMMENT ON COLUMN contracts.ends_on IS 'Its last day; null where it goes on until somebody ends it';
COMMENT ON COLUMN contracts.terms IS 'What it says, in a sentence or two';
CREATE INDEX contracts_profile ON contracts (profile_id);
"""


def upgrade() -> None:
    """Make the table."""
    migrations.execute(SQL)
