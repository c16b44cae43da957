"""The intake of events: message ids of all time at the speed of few, how long events are kept, and the order in which the log is read.

Message keys are random, so every new one lands on another page of their index. Once that index is large, each of them costs a whole
page in the write-ahead log after every checkpoint: measured at 10 million keys, 73 µs and 3.5 kB a key against 4 µs and 0.2 kB in a
small table. So new keys go to a small table, `recent_messages`, and a job moves them in order to the large one, where each page is
touched once for many keys. `event_messages` shows both. An index is only looked at there to see that a key is not in it.

`events_occurred` is for reading the log by time, whoever and whatever it is about; without it every page is a sort of a whole
month. Events come nearly in order of time, so an entry costs little.
"""

from hanse.data import migrations

revision = "0007"
down_revision = "0006"

SQL = r"""
ALTER TABLE event_messages RENAME TO recent_messages;
ALTER INDEX event_messages_pkey RENAME TO recent_messages_pkey;
COMMENT ON TABLE recent_messages IS 'Which messages were taken lately, so that each is kept exactly once; see event_messages';
CREATE TABLE settled_messages (
    message_key uuid PRIMARY KEY,
    event_id uuid NOT NULL
);
COMMENT ON TABLE settled_messages IS 'Which messages were taken longer ago; a job moves them here in order of their keys';
CREATE VIEW event_messages AS
SELECT message_key, event_id FROM recent_messages UNION ALL SELECT message_key, event_id FROM settled_messages;
COMMENT ON VIEW event_messages IS 'Which messages were taken, so that each is kept exactly once, however late it comes again';

CREATE INDEX events_occurred ON events (occurred_at DESC, event_id DESC);
COMMENT ON COLUMN events.name IS 'Name of a track event, such as Order Completed, or of a page or screen; null for other types';
COMMENT ON COLUMN events.context IS 'Where it happened, as sent; groupId, previousId, channel and integrations beside it; intake says what was changed on the way in';

CREATE INDEX dead_letters_kind ON dead_letters (kind, created_at) WHERE state = 'open';

CREATE TABLE event_retention (
    type text NOT NULL DEFAULT '*',
    name text NOT NULL DEFAULT '*',
    keep_days integer NOT NULL CHECK (keep_days > 0),
    updated_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (type, name)
);
COMMENT ON TABLE event_retention IS 'How long events are kept: the rule of a name counts before that of a type, that before the one for all; without any, for ever';
COMMENT ON COLUMN event_retention.type IS 'Type of event, dead_letter for what could not be taken in, or * for all';
COMMENT ON COLUMN event_retention.name IS 'Name of event, or * for all of the type';

CREATE FUNCTION drop_month(partition regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF partition::text !~ '^(events|decisions)_\d{4}_\d{2}$' THEN
        RAISE EXCEPTION '% is not a month', partition;
    END IF;
    EXECUTE format('DROP TABLE %s', partition);
END $$;
COMMENT ON FUNCTION drop_month IS 'Drops a monthly partition whole';
"""


def upgrade() -> None:
    """Make the table and the indexes."""
    migrations.execute(SQL)
