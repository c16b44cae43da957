"""Entries for the CRM, made in the transaction of what they tell of, and their way to the CRM: targets, deliveries, who is who there."""

from hanse.data import migrations

revision = "0015"
down_revision = "0014"

TABLES = """
CREATE TABLE entries (
    entry_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]{0,63}$'),
    profile_id uuid REFERENCES profiles ON DELETE CASCADE,
    subject text NOT NULL DEFAULT '',
    text text NOT NULL DEFAULT '',
    facts jsonb NOT NULL DEFAULT '{}',
    language text NOT NULL DEFAULT '',
    purpose text NOT NULL DEFAULT 'operation',
    operation text NOT NULL DEFAULT '',
    decision_id uuid,
    occurred_at timestamptz NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id()
);
COMMENT ON TABLE entries IS 'What the CRM shall know: one row for each action, made in the transaction that does it';
COMMENT ON COLUMN entries.subject IS 'One line; empty where it is worded by its kind when it is sent';
COMMENT ON COLUMN entries.transaction_id IS 'The transaction that made it, so that an action which words its own entry gets no second one';
CREATE INDEX entries_profile ON entries (profile_id, occurred_at DESC);
CREATE INDEX entries_transaction ON entries (transaction_id);
CREATE INDEX entries_old ON entries (occurred_at);

CREATE TABLE crm_targets (
    target_id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    system text NOT NULL CHECK (system IN ('webhook', 'file', 'tryton')),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'removed')),
    options jsonb NOT NULL DEFAULT '{}',
    mapping json NOT NULL,
    entry_kinds text[] NOT NULL,
    trait_names text[] NOT NULL,
    secrets bytea,
    created_at timestamptz NOT NULL,
    busy_until timestamptz,
    hold_until timestamptz,
    last_delivered_at timestamptz,
    last_error text,
    last_error_at timestamptz
);
COMMENT ON TABLE crm_targets IS 'Where entries and traits are pushed to, with the mapping to the fields there';
COMMENT ON COLUMN crm_targets.entry_kinds IS 'Kinds of entries that the mapping names; * for all';
COMMENT ON COLUMN crm_targets.secrets IS 'Keys and passwords, encrypted with the key file in the home folder, which backups leave out';
COMMENT ON COLUMN crm_targets.busy_until IS 'Until when one run has it for itself';
COMMENT ON COLUMN crm_targets.hold_until IS 'Until when the other side asked to be left alone';

CREATE TABLE crm_deliveries (
    delivery_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    target_id uuid NOT NULL REFERENCES crm_targets,
    profile_id uuid REFERENCES profiles ON DELETE CASCADE,
    entry_id uuid REFERENCES entries ON DELETE CASCADE,
    what text NOT NULL CHECK (what IN ('entry', 'traits', 'erasure')),
    version integer NOT NULL DEFAULT 1,
    remote_id bytea,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'withheld', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT 'epoch',
    reason text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    UNIQUE (target_id, entry_id)
);
COMMENT ON TABLE crm_deliveries IS 'What is to be pushed to a target, in order; dead ones could not be delivered and can be sent again';
COMMENT ON COLUMN crm_deliveries.version IS 'Counts up when traits change again before they were delivered';
COMMENT ON COLUMN crm_deliveries.remote_id IS 'Who is to be erased there, encrypted with the key file in the home folder; forgotten once it is delivered';
COMMENT ON COLUMN crm_deliveries.reason IS 'Why it waits, was withheld or is dead; never a value of it';
CREATE UNIQUE INDEX crm_deliveries_traits ON crm_deliveries (target_id, profile_id) WHERE what = 'traits' AND state = 'waiting';
CREATE INDEX crm_deliveries_waiting ON crm_deliveries (target_id, number) WHERE state = 'waiting';
CREATE INDEX crm_deliveries_order ON crm_deliveries (target_id, profile_id, number) WHERE state = 'waiting';
CREATE INDEX crm_deliveries_dead ON crm_deliveries (target_id, number) WHERE state = 'dead';
CREATE INDEX crm_deliveries_profile ON crm_deliveries (profile_id);
CREATE INDEX crm_deliveries_entry ON crm_deliveries (entry_id);

CREATE TABLE crm_people (
    target_id uuid NOT NULL REFERENCES crm_targets,
    profile_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    person text,
    remote_id text,
    PRIMARY KEY (target_id, profile_id)
);
COMMENT ON TABLE crm_people IS 'Of whom something was pushed to the CRM, so that it can be told to erase them';
COMMENT ON COLUMN crm_people.person IS 'By which key it was told of them';
COMMENT ON COLUMN crm_people.remote_id IS 'Its own id of them, as it answered or was found there';
CREATE INDEX crm_people_profile ON crm_people (profile_id);
"""

ENTRIES = """
CREATE FUNCTION enter_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO entries (entry_id, kind, profile_id, purpose, operation, facts, occurred_at)
    SELECT
        audit_id,
        CASE action WHEN 'privacy.rectify' THEN 'profile_rectified' ELSE left(regexp_replace(lower(action), '[^a-z0-9]+', '_', 'g'), 64) END,
        (SELECT profile_id FROM profiles WHERE profiles.profile_id
            = CASE WHEN subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN subject::uuid END),
        coalesce(facts ->> 'purpose', 'operation'), action, '{}', at
    FROM added
    WHERE (effect = 'act' OR action = 'privacy.rectify')
        AND NOT EXISTS (SELECT FROM entries WHERE transaction_id = pg_current_xact_id() AND operation = added.action)
    ON CONFLICT (entry_id) DO NOTHING;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION enter_acts IS 'Every action that reaches a person or money makes its entry, whoever does it, unless it has worded one itself';
CREATE TRIGGER audit_log_entries AFTER INSERT ON audit_log
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION enter_acts();

CREATE FUNCTION enter_consents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO entries (entry_id, kind, profile_id, facts, occurred_at)
    SELECT consent_id, 'consent_changed', profile_id,
        jsonb_strip_nulls(jsonb_build_object('purpose', purpose, 'state', state, 'medium', medium, 'legal_basis', legal_basis, 'channel', channel)),
        decided_at
    FROM added
    ON CONFLICT (entry_id) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER consents_entries AFTER INSERT ON consents
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION enter_consents();

CREATE FUNCTION enter_notes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE entries SET text = '' FROM changed WHERE entries.entry_id = changed.note_id;
        INSERT INTO entries (entry_id, kind, profile_id, facts, occurred_at)
        SELECT gen_random_uuid(), 'note_removed', profile_id, jsonb_build_object('note_id', note_id), now()
        FROM changed WHERE EXISTS (SELECT FROM profiles WHERE profiles.profile_id = changed.profile_id);
    ELSE
        INSERT INTO entries (entry_id, kind, profile_id, text, facts, occurred_at)
        SELECT note_id, 'note_added', profile_id, text, jsonb_build_object('note_id', note_id, 'author', author), written_at FROM changed
        ON CONFLICT (entry_id) DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER customer_notes_entries AFTER INSERT ON customer_notes
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION enter_notes();
CREATE TRIGGER customer_notes_removed AFTER DELETE ON customer_notes
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION enter_notes();

CREATE FUNCTION enter_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.cause = 'person' AND NEW.cut_at IS NULL AND (TG_OP = 'INSERT' OR OLD.cut_at IS NOT NULL) THEN
        INSERT INTO entries (entry_id, kind, profile_id, facts, occurred_at)
        VALUES (gen_random_uuid(), 'profile_merged', NEW.profile_id,
            jsonb_build_object('link_id', NEW.link_id, 'other_profile_id', NEW.other_id), NEW.linked_at);
    ELSIF TG_OP = 'UPDATE' AND NEW.cut_at IS NOT NULL AND OLD.cut_at IS NULL THEN
        INSERT INTO entries (entry_id, kind, profile_id, facts, occurred_at)
        VALUES (gen_random_uuid(), 'profile_unmerged', NEW.profile_id,
            jsonb_build_object('link_id', NEW.link_id, 'other_profile_id', NEW.other_id), NEW.cut_at);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION enter_links IS 'What people say of who is who makes an entry; what events join does not, as most of it is browsers';
CREATE TRIGGER profile_links_entries AFTER INSERT ON profile_links
    FOR EACH ROW WHEN (NEW.cause = 'person') EXECUTE FUNCTION enter_links();
CREATE TRIGGER profile_links_cut AFTER UPDATE OF cut_at ON profile_links
    FOR EACH ROW WHEN (OLD.cut_at IS DISTINCT FROM NEW.cut_at) EXECUTE FUNCTION enter_links();

CREATE FUNCTION enter_restrictions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO entries (entry_id, kind, profile_id, occurred_at)
    VALUES (gen_random_uuid(), CASE WHEN NEW.restricted_at IS NULL THEN 'restriction_lifted' ELSE 'processing_restricted' END,
        NEW.profile_id, coalesce(NEW.restricted_at, now()));
    RETURN NULL;
END $$;
CREATE TRIGGER profiles_restrictions AFTER UPDATE OF restricted_at ON profiles
    FOR EACH ROW WHEN (NEW.merged_into IS NULL AND (OLD.restricted_at IS NULL) <> (NEW.restricted_at IS NULL))
    EXECUTE FUNCTION enter_restrictions();
"""

DELIVERIES = """
CREATE FUNCTION queue_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm_deliveries (target_id, profile_id, entry_id, what, created_at)
    SELECT target.target_id, added.profile_id, added.entry_id, 'entry', now()
    FROM added JOIN crm_targets AS target
        ON target.state <> 'removed' AND (added.kind = ANY(target.entry_kinds) OR '*' = ANY(target.entry_kinds))
    ORDER BY added.occurred_at, added.entry_id
    ON CONFLICT (target_id, entry_id) DO NOTHING;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION queue_entries IS 'What is entered waits from the same moment on to be pushed to every target that wants it';
CREATE TRIGGER entries_deliveries AFTER INSERT ON entries
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_entries();

CREATE FUNCTION queue_traits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM crm_targets WHERE trait_names <> '{}' AND state <> 'removed') THEN
        INSERT INTO crm_deliveries (target_id, profile_id, what, created_at)
        SELECT DISTINCT target.target_id, coalesce(profiles.merged_into, profiles.profile_id), 'traits', now()
        FROM changed JOIN crm_targets AS target ON target.state <> 'removed' AND changed.name = ANY(target.trait_names)
        JOIN profiles ON profiles.profile_id = changed.profile_id
        ORDER BY 1, 2
        ON CONFLICT (target_id, profile_id) WHERE what = 'traits' AND state = 'waiting' DO UPDATE SET version = crm_deliveries.version + 1;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION queue_traits IS 'Whose pushed traits changed waits once for each target; the values are read when they are sent';
CREATE TRIGGER traits_told AFTER INSERT ON traits REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_traits();
CREATE TRIGGER traits_changed AFTER UPDATE ON traits REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_traits();
CREATE TRIGGER traits_gone AFTER DELETE ON traits REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_traits();
"""


def upgrade() -> None:
    """Make the tables, and the triggers that fill them."""
    migrations.execute(TABLES)
    migrations.execute(ENTRIES)
    migrations.execute(DELIVERIES)
