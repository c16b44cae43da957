"""Of how many variants each product in the index of the search is one."""

from hanse.data import migrations

revision = "0035"
down_revision = "0034"

SQL = """
ALTER TABLE search_entries ADD COLUMN group_size integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN search_entries.group_size IS 'How many products that are sold share its group, itself among them';
"""


def upgrade() -> None:
    """Count them; the next run of the index does."""
    migrations.execute(SQL)
