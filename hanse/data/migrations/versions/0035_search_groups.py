"""How many variants there are of each product in the index of the search, and which ones."""

from hanse.data import migrations

revision = "0035"
down_revision = "0034"

SQL = """
ALTER TABLE search_entries ADD COLUMN variants integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN search_entries.variants IS 'How many variants its group has that are sold; 0 for a product that is alone';
CREATE INDEX search_entries_group ON search_entries (group_id);
"""


def upgrade() -> None:
    """Count them; the next run of the index does."""
    migrations.execute(SQL)
