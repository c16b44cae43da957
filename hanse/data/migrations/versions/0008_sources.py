"""Connected shops: where they are, what they sent, how far they were read, which version of what was seen, and privacy requests."""

from hanse.data import migrations

revision = "0008"
down_revision = "0007"

SQL = """
CREATE TABLE shop_connections (
    connection_id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    system text NOT NULL,
    source text NOT NULL,
    url text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'active', 'disconnected')),
    options jsonb NOT NULL DEFAULT '{}',
    secrets bytea,
    created_at timestamptz NOT NULL,
    last_delivery_at timestamptz,
    last_polled_at timestamptz,
    last_error text,
    last_error_at timestamptz
);
COMMENT ON TABLE shop_connections IS 'Shops that are connected; pending until the shop has shaken hands';
COMMENT ON COLUMN shop_connections.source IS 'Name of the shop in the log; the same as in imports of its files';
COMMENT ON COLUMN shop_connections.secrets IS 'Keys and passwords, encrypted with the key file in the home folder, which backups leave out';

CREATE TABLE deliveries (
    delivery_id uuid PRIMARY KEY,
    connection_id uuid NOT NULL REFERENCES shop_connections,
    topic text NOT NULL,
    event_id text NOT NULL,
    triggered_at timestamptz,
    received_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'done', 'ignored', 'rejected')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    note text,
    finished_at timestamptz,
    body bytea,
    UNIQUE (connection_id, topic, event_id)
);
COMMENT ON TABLE deliveries IS 'What shops sent, as it came, each event once; the body is forgotten some days after it was taken in';
COMMENT ON COLUMN deliveries.event_id IS 'What the shop calls the event; the same when it is sent again';
COMMENT ON COLUMN deliveries.note IS 'Why it was ignored or rejected, why it waits, or what was odd; never a value of it';
CREATE INDEX deliveries_waiting ON deliveries (received_at) WHERE state = 'received';
CREATE INDEX deliveries_connection ON deliveries (connection_id, received_at DESC);

CREATE TABLE poll_positions (
    connection_id uuid NOT NULL REFERENCES shop_connections,
    kind text NOT NULL,
    since timestamptz,
    cursor text NOT NULL DEFAULT '',
    newest_at timestamptz,
    polled_at timestamptz NOT NULL,
    PRIMARY KEY (connection_id, kind)
);
COMMENT ON TABLE poll_positions IS 'How far polls have read: all that changed before since, and within the present round up to cursor';

CREATE TABLE shop_resources (
    connection_id uuid NOT NULL REFERENCES shop_connections,
    kind text NOT NULL,
    resource_id text NOT NULL,
    changed_at timestamptz NOT NULL,
    digest text NOT NULL,
    local_ids text[] NOT NULL DEFAULT '{}',
    previous_ids text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (connection_id, kind, resource_id)
);
COMMENT ON TABLE shop_resources IS 'The newest version seen of each order, customer, product and stock of a shop, so that a late one changes nothing';
COMMENT ON COLUMN shop_resources.digest IS 'Of what it says, to tell versions of the same second apart';
COMMENT ON COLUMN shop_resources.local_ids IS 'What it is called here: product ids of the catalog, the number of an order';
COMMENT ON COLUMN shop_resources.previous_ids IS 'What the version before was called';

CREATE TABLE privacy_requests (
    request_id uuid PRIMARY KEY,
    connection_id uuid NOT NULL REFERENCES shop_connections,
    kind text NOT NULL CHECK (kind IN ('access', 'erasure', 'shop_erasure', 'deleted_customer')),
    request_key text NOT NULL,
    subject jsonb NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dismissed')),
    received_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    closed_at timestamptz,
    UNIQUE (connection_id, kind, request_key)
);
COMMENT ON TABLE privacy_requests IS 'Who wants to know or to have erased what is kept of them, as a shop told; due within a month (Art. 12(3) DSGVO)';
CREATE INDEX privacy_requests_open ON privacy_requests (due_at) WHERE state = 'open';
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
