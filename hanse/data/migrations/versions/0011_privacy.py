"""The rights of a person: receipts of erasures, restriction, and requests that come from anywhere with a deadline."""

from hanse.data import migrations

revision = "0011"
down_revision = "0010"

SQL = """
CREATE TABLE erasures (
    erasure_id uuid PRIMARY KEY,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'files', 'done')),
    profile_id uuid,
    pending bytea,
    keep_orders boolean NOT NULL,
    legal_basis text NOT NULL,
    actor_kind text NOT NULL,
    actor text NOT NULL,
    requested_at timestamptz NOT NULL,
    done_at timestamptz,
    counts jsonb NOT NULL DEFAULT '{}',
    identity_hashes bytea[] NOT NULL DEFAULT '{}',
    CHECK ((state = 'waiting') = (profile_id IS NOT NULL)),
    CHECK ((state = 'files') = (pending IS NOT NULL)),
    CHECK ((state = 'done') = (done_at IS NOT NULL))
);
COMMENT ON TABLE erasures IS 'Receipts of erasures (Art. 17 DSGVO): what was erased where, when and why; they name no one';
COMMENT ON COLUMN erasures.profile_id IS 'Who is to be erased; null as soon as they are';
COMMENT ON COLUMN erasures.pending IS 'What files are still to be searched for, encrypted with the key file in the home folder; null once that is done';
COMMENT ON COLUMN erasures.identity_hashes IS 'HMAC-SHA256 of what the person was known by, to erase them again where a backup brings them back; the key stays in the home folder';
CREATE UNIQUE INDEX erasures_waiting ON erasures (profile_id) WHERE state = 'waiting';
CREATE INDEX erasures_open ON erasures (requested_at) WHERE state <> 'done';

CREATE FUNCTION keep_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'done' THEN
        RAISE EXCEPTION '% are not changed any more', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER erasures_kept BEFORE UPDATE OR DELETE ON erasures FOR EACH ROW EXECUTE FUNCTION keep_receipt();
CREATE TRIGGER erasures_stay BEFORE TRUNCATE ON erasures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('hanse.erasing', true) = 'on'
        AND (NEW.audit_id, NEW.at, NEW.actor_kind, NEW.actor, NEW.action, NEW.effect)
            = (OLD.audit_id, OLD.at, OLD.actor_kind, OLD.actor, OLD.action, OLD.effect) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
COMMENT ON FUNCTION refuse_audit_change IS 'Entries stay as they are; only what names a person who is being erased is taken out of subject and facts';
DROP TRIGGER audit_log_append_only ON audit_log;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();

ALTER TABLE profiles ADD COLUMN restricted_at timestamptz;
COMMENT ON COLUMN profiles.restricted_at IS 'Since when processing is restricted (Art. 18 DSGVO): kept, but used for nothing; null where it is not';
CREATE INDEX profiles_restricted ON profiles (profile_id) WHERE restricted_at IS NOT NULL;

ALTER TABLE privacy_requests
    ALTER COLUMN connection_id DROP NOT NULL,
    DROP CONSTRAINT privacy_requests_kind_check,
    ADD CONSTRAINT privacy_requests_kind_check CHECK (kind IN (
        'access', 'erasure', 'shop_erasure', 'deleted_customer', 'portability', 'rectification', 'restriction', 'objection'
    )),
    DROP CONSTRAINT privacy_requests_connection_id_kind_request_key_key,
    ADD CONSTRAINT privacy_requests_key UNIQUE NULLS NOT DISTINCT (connection_id, kind, request_key),
    ADD COLUMN profile_id uuid REFERENCES profiles ON DELETE SET NULL,
    ADD COLUMN note text NOT NULL DEFAULT '',
    ADD COLUMN extended_at timestamptz,
    ADD COLUMN extension_reason text NOT NULL DEFAULT '',
    ADD COLUMN closing_reason text NOT NULL DEFAULT '',
    ADD COLUMN closed_by text NOT NULL DEFAULT '';
COMMENT ON TABLE privacy_requests IS 'Who asks for a right of theirs (Art. 15 to 21 DSGVO), as a shop told or somebody noted; due within a month (Art. 12(3))';
COMMENT ON COLUMN privacy_requests.connection_id IS 'The shop that told; null where somebody noted it';
COMMENT ON COLUMN privacy_requests.extended_at IS 'When the deadline was extended by two months, once';
CREATE INDEX privacy_requests_profile ON privacy_requests (profile_id) WHERE profile_id IS NOT NULL;
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
