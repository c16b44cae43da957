"""Documents of files: their text by page, which file they were, and how they came to their products."""

from hanse.data import migrations

revision = "0027"
down_revision = "0026"

SQL = """
ALTER TABLE documents ADD COLUMN path text, ADD COLUMN digest text, ADD COLUMN page_count integer;
COMMENT ON COLUMN documents.body IS 'The text in Markdown; empty where it stands in document_pages';
COMMENT ON COLUMN documents.path IS 'The file it was, below the folder that was imported; null for what came otherwise';
COMMENT ON COLUMN documents.digest IS 'What the file was and how it was read; the same again is left alone';
COMMENT ON COLUMN documents.page_count IS 'Pages of the file; null for what has none, such as Markdown';
COMMENT ON COLUMN documents.attributes IS
    'Of files: {"linked_by": {"D1": "name"}, "named": ["D1"], "numbers": "…"}: how sure each link is, what the file names, the numbers it was linked by';
CREATE INDEX documents_source ON documents (source);

CREATE TABLE document_pages (
    document_id text NOT NULL REFERENCES documents ON DELETE CASCADE,
    page integer NOT NULL CHECK (page > 0),
    text text NOT NULL,
    PRIMARY KEY (document_id, page)
);
COMMENT ON TABLE document_pages IS 'The text of documents that have pages; pages without text are left out';
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
