"""How texts of products came to be, and revisions that change the texts of one product."""

from hanse.data import migrations

revision = "0034"
down_revision = "0033"

SQL = """
ALTER TABLE products ADD COLUMN text_origins jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN products.text_origins IS 'Texts that no source gave: {"description": {"en": "translated"}}; what is not in it is given';

ALTER TABLE catalog_revisions DROP CONSTRAINT catalog_revisions_scope_check;
ALTER TABLE catalog_revisions ADD CONSTRAINT catalog_revisions_scope_check CHECK (scope IN ('full', 'products', 'prices', 'texts'));
"""


def upgrade() -> None:
    """Add the column, and allow the scope."""
    migrations.execute(SQL)
