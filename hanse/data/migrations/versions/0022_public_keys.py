"""Keys that stand open in web pages: from which shops they may be used."""

from hanse.data import migrations

revision = "0022"
down_revision = "0021"

SQL = """
ALTER TABLE api_keys ADD COLUMN origins text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN api_keys.origins IS 'Web pages that may ask with a public key, such as https://shop.example; empty for all';
COMMENT ON COLUMN api_keys.scopes IS 'write (events only) and storefront (events and public operations) may be public; a capability, an operation, or *';
"""


def upgrade() -> None:
    """Make the column."""
    migrations.execute(SQL)
