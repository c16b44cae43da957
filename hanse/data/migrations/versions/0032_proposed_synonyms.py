"""Synonyms that a language model proposed, told apart from those that were learned from people."""

from hanse.data import migrations

revision = "0032"
down_revision = "0031"

SQL = """
ALTER TABLE search_synonyms DROP CONSTRAINT search_synonyms_origin_check;
ALTER TABLE search_synonyms ADD CONSTRAINT search_synonyms_origin_check CHECK (origin IN ('same_products', 'searched_again', 'model'));
ALTER TABLE search_synonyms ADD COLUMN model text CHECK ((model IS NULL) = (origin <> 'model'));
COMMENT ON COLUMN search_synonyms.model IS 'The language model that said so; null where it was learned from people';
COMMENT ON COLUMN search_synonyms.word_people IS 'How many people typed word; where a model said so, how often it was searched for in vain';
"""


def upgrade() -> None:
    """Make the column."""
    migrations.execute(SQL)
