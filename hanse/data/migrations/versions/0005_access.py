"""Who may do what: API keys, console accounts, sessions, sign-in links and the audit log."""

from hanse.data import migrations

revision = "0005"
down_revision = "0004"

SQL = """
CREATE TABLE api_keys (
    key_id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    prefix text NOT NULL,
    key_hash bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
);
COMMENT ON TABLE api_keys IS 'Keys of programs; only a hash is kept, the key itself is shown once';
COMMENT ON COLUMN api_keys.scopes IS 'write (events only, may be public), a capability, an operation, or *';

CREATE TABLE console_accounts (
    account_id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('viewer', 'marketer', 'service', 'privacy', 'admin')),
    password_hash text,
    failed_sign_ins integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz,
    disabled_at timestamptz
);
COMMENT ON TABLE console_accounts IS 'People who use the console';

CREATE TABLE console_sessions (
    session_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES console_accounts ON DELETE CASCADE,
    csrf_token text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE console_sessions IS 'Signed-in browsers; the cookie holds the secret, the table its hash';
CREATE INDEX console_sessions_account ON console_sessions (account_id);

CREATE TABLE sign_in_links (
    link_hash bytea PRIMARY KEY,
    account_id uuid REFERENCES console_accounts ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
COMMENT ON TABLE sign_in_links IS 'Links that sign in once: the first administrator (no account yet), invitations and lost passwords';

CREATE TABLE audit_log (
    audit_id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    effect text NOT NULL,
    subject text NOT NULL DEFAULT '',
    facts jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE audit_log IS 'Who changed or did what, append-only; no personal data of customers';
CREATE INDEX audit_log_at ON audit_log (at DESC, audit_id DESC);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_stays BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
