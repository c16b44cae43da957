"""The queue (procrastinate's own schema) and the progress of jobs."""

from procrastinate import schema

from hanse.data import migrations

revision = "0006"
down_revision = "0005"

SQL = """
CREATE TABLE job_progress (
    job_id bigint PRIMARY KEY,
    progress_score double precision NOT NULL CHECK (progress_score BETWEEN 0 AND 1),
    note text NOT NULL,
    result jsonb,
    error text,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE job_progress IS 'How far each job is (0..1), what it is doing, and how it ended';
"""


def upgrade() -> None:
    """Make the queue's tables as the installed procrastinate defines them, and ours beside them."""
    migrations.execute(schema.SchemaManager.get_schema())
    migrations.execute(SQL)
