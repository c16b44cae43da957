"""Recommendations for many recipients at once: what was asked for, how far it is, and, where wanted as a table, the rows."""

from hanse.data import migrations

revision = "0021"
down_revision = "0020"

SQL = """
CREATE TABLE recommendation_batches (
    batch_id uuid PRIMARY KEY,
    destination text NOT NULL CHECK (destination IN ('parquet', 'table')),
    request jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'done', 'abandoned')),
    after_id uuid,
    parts integer NOT NULL DEFAULT 0,
    expected bigint NOT NULL,
    recipients bigint NOT NULL DEFAULT 0,
    personal bigint NOT NULL DEFAULT 0,
    held_out bigint NOT NULL DEFAULT 0,
    rows bigint NOT NULL DEFAULT 0,
    began_at timestamptz NOT NULL,
    ended_at timestamptz
);
COMMENT ON TABLE recommendation_batches IS 'Recommendations for many recipients at once, such as those of a newsletter';
COMMENT ON COLUMN recommendation_batches.after_id IS 'The last profile that is answered; whoever takes a running batch up begins after it';
COMMENT ON COLUMN recommendation_batches.parts IS 'How many parts are written; files of later parts are not part of it';
COMMENT ON COLUMN recommendation_batches.personal IS 'Recipients who were answered by what they did';
CREATE UNIQUE INDEX recommendation_batches_running ON recommendation_batches (state) WHERE state = 'running';

CREATE TABLE batch_recommendations (
    profile_id uuid NOT NULL,
    batch_id uuid NOT NULL REFERENCES recommendation_batches,
    rank smallint NOT NULL,
    decision_id uuid NOT NULL,
    product_id text NOT NULL,
    score real NOT NULL,
    reason text NOT NULL,
    language text NOT NULL,
    arm text NOT NULL,
    basis text NOT NULL,
    model_version text,
    PRIMARY KEY (profile_id, batch_id, rank)
);
COMMENT ON TABLE batch_recommendations IS 'The rows of batches that were wanted as a table; those of a batch that runs are not whole yet';
COMMENT ON COLUMN batch_recommendations.rank IS 'Place in the mail, from 1';
COMMENT ON COLUMN batch_recommendations.decision_id IS 'The answer to this recipient; events that carry it are its outcomes';

CREATE VIEW newest_batch_recommendations AS
SELECT row.*
FROM batch_recommendations AS row
WHERE batch_id = (SELECT batch_id FROM recommendation_batches WHERE state = 'done' AND destination = 'table' ORDER BY ended_at DESC LIMIT 1);
COMMENT ON VIEW newest_batch_recommendations IS 'The rows of the newest batch that is whole; for whoever sends mails by SQL';
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
