"""Language models whose server takes a schema beside `json_object`, and keeps to it by a grammar."""

from hanse.data import migrations

revision = "0033"
down_revision = "0032"

SQL = """
ALTER TABLE language_models DROP CONSTRAINT language_models_structured_check;
ALTER TABLE language_models ADD CONSTRAINT language_models_structured_check CHECK (structured IN ('schema', 'grammar', 'object', 'none'));
"""


def upgrade() -> None:
    """Allow the way."""
    migrations.execute(SQL)
