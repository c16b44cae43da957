"""The log: events by month, message ids for exact deduplication, dead letters and imports."""

from hanse.data import migrations

revision = "0001"
down_revision = None

SQL = """
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE events (
    event_id uuid NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    message_id text NOT NULL,
    type text NOT NULL CHECK (type IN ('track', 'identify', 'page', 'screen', 'group', 'alias')),
    name text,
    profile_id uuid,
    user_id text,
    anonymous_id text,
    decision_id uuid,
    source text NOT NULL,
    occurred_at timestamptz NOT NULL,
    original_at timestamptz,
    sent_at timestamptz,
    received_at timestamptz NOT NULL,
    properties jsonb NOT NULL DEFAULT '{}',
    context jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (event_id, occurred_at)
) PARTITION BY RANGE (occurred_at);
COMMENT ON TABLE events IS 'What happened, append-only, in the shapes of the Segment specification; one partition a month';
COMMENT ON COLUMN events.sequence IS 'Order of arrival; the lake copies by it';
COMMENT ON COLUMN events.message_id IS 'The sender''s id of this message; unique over all time, see event_messages';
COMMENT ON COLUMN events.name IS 'Name of a track event, such as Order Completed; null for other types';
COMMENT ON COLUMN events.decision_id IS 'The decision that this event is an outcome of';
COMMENT ON COLUMN events.occurred_at IS 'When it happened by our clock: received_at - (sent_at - original_at) where all three are known';
COMMENT ON COLUMN events.original_at IS 'When it happened by the sender''s clock';
-- large orders are not compressed: with the one method every server has, that would take a quarter of the time of writing them
ALTER TABLE events ALTER COLUMN properties SET STORAGE EXTERNAL;
CREATE TABLE events_other PARTITION OF events DEFAULT;
CREATE INDEX events_profile ON events (profile_id, occurred_at DESC) WHERE profile_id IS NOT NULL;
CREATE INDEX events_name ON events (name, occurred_at DESC);
CREATE INDEX events_decision ON events (decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX events_sequence ON events USING brin (sequence);

CREATE TABLE event_messages (
    message_key uuid PRIMARY KEY,
    event_id uuid NOT NULL
);
COMMENT ON TABLE event_messages IS 'Which messages were taken, so that each is kept exactly once, however late it comes again';
COMMENT ON COLUMN event_messages.message_key IS 'First 128 bits of BLAKE2b of the message id';

CREATE FUNCTION ensure_month(parent regclass, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := date_trunc('month', moment, 'UTC');
    partition text := format('%s_%s', parent, to_char(first AT TIME ZONE 'UTC', 'YYYY_MM'));
BEGIN
    IF to_regclass(partition) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('hanse.ensure_month'));
        -- who waited for the lock must not ask to_regclass again: it may still remember that there was none
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', partition, parent, first, first + interval '1 month');
    END IF;
END $$;
COMMENT ON FUNCTION ensure_month IS 'Makes the monthly partition that a moment falls into, once';

CREATE TABLE imports (
    import_id uuid PRIMARY KEY,
    kind text NOT NULL,
    file_name text NOT NULL,
    source text NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    columns jsonb NOT NULL DEFAULT '{}',
    counts jsonb NOT NULL DEFAULT '{}',
    findings jsonb NOT NULL DEFAULT '[]',
    reject_file text,
    error text,
    started_by text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz
);
COMMENT ON TABLE imports IS 'Files that were imported: what came in, what was known already, what was refused';
COMMENT ON COLUMN imports.counts IS 'Numbers: rows, loaded, known, rejected and what was made of them';
COMMENT ON COLUMN imports.findings IS 'Remarks on rows that were loaded all the same: [{"finding", "rows", "example"}]';

CREATE TABLE dead_letters (
    dead_letter_id uuid PRIMARY KEY,
    kind text NOT NULL,
    source text NOT NULL,
    import_id uuid REFERENCES imports,
    line bigint,
    field text NOT NULL,
    reason text NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'dismissed')),
    created_at timestamptz NOT NULL,
    closed_at timestamptz
);
COMMENT ON TABLE dead_letters IS 'What could not be taken in, kept as it came, to be repaired and replayed';
COMMENT ON COLUMN dead_letters.kind IS 'What it should have become: event, orders, products, customers';
CREATE INDEX dead_letters_open ON dead_letters (created_at DESC) WHERE state = 'open';
CREATE INDEX dead_letters_import ON dead_letters (import_id);
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
