"""The consent ledger: what was done, in which words, with which proof, chained by hashes and append-only."""

from typing import Any

from alembic import op

from hanse.data import migrations
from hanse.data.consent import chain

revision = "0010"
down_revision = "0009"

SQL = """
CREATE TABLE consent_texts (
    text_hash bytea PRIMARY KEY CHECK (length(text_hash) = 32),
    language text NOT NULL,
    text text NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE consent_texts IS 'Every version of a text that people agree to, once and whole, under its SHA-256';

ALTER TABLE consents
    ADD COLUMN state text,
    ADD COLUMN medium text CHECK (medium IN ('email', 'sms', 'phone', 'post', 'push', 'site')),
    ADD COLUMN legal_basis text NOT NULL DEFAULT 'consent' CHECK (legal_basis IN ('consent', 'existing_customer', 'objection')),
    ADD COLUMN text_hash bytea REFERENCES consent_texts,
    ADD COLUMN form text NOT NULL DEFAULT '',
    ADD COLUMN url text NOT NULL DEFAULT '',
    ADD COLUMN ip text NOT NULL DEFAULT '',
    ADD COLUMN user_agent text NOT NULL DEFAULT '',
    ADD COLUMN message_id text NOT NULL DEFAULT '',
    ADD COLUMN request_id uuid,
    ADD COLUMN position integer,
    ADD COLUMN previous_hash bytea,
    ADD COLUMN hash bytea;
UPDATE consents SET
    state = CASE
        WHEN NOT granted THEN 'denied'
        WHEN evidence ->> 'double_opt_in' = 'true' OR evidence ->> 'opt_in_level' = 'confirmed_opt_in' THEN 'confirmed'
        ELSE 'granted'
    END,
    medium = CASE WHEN purpose = 'advertising' THEN 'email' END;

CREATE TABLE consent_chains (
    profile_id uuid PRIMARY KEY REFERENCES profiles ON DELETE CASCADE,
    length integer NOT NULL,
    head bytea NOT NULL
);
COMMENT ON TABLE consent_chains IS 'How long the chain of each profile is and the hash of its last entry; its row is locked while one is added';

CREATE TABLE consent_confirmations (
    token_hash bytea PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES consents ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
COMMENT ON TABLE consent_confirmations IS 'Links of the double opt-in that wait to be followed; only a hash is kept, each works once';
CREATE INDEX consent_confirmations_request ON consent_confirmations (request_id);

CREATE TABLE consent_receipts (
    receipt_id uuid PRIMARY KEY,
    erased_at timestamptz NOT NULL,
    entries integer NOT NULL,
    purposes text[] NOT NULL,
    head bytea NOT NULL
);
COMMENT ON TABLE consent_receipts IS 'What is left of the ledger of a person who was erased: how many entries, of which purposes, and the end of the chain; no person';
"""

GUARDED = """
ALTER TABLE consents
    DROP COLUMN granted,
    ADD COLUMN granted boolean GENERATED ALWAYS AS (state IN ('granted', 'confirmed')) STORED,
    ALTER COLUMN state SET NOT NULL,
    ALTER COLUMN position SET NOT NULL,
    ALTER COLUMN previous_hash SET NOT NULL,
    ALTER COLUMN hash SET NOT NULL,
    ADD CONSTRAINT consents_state CHECK (state IN ('granted', 'denied', 'withdrawn', 'requested', 'confirmed')),
    ADD CONSTRAINT consents_medium CHECK ((purpose = 'advertising') = (medium IS NOT NULL)),
    ADD CONSTRAINT consents_position UNIQUE (profile_id, position),
    ADD CONSTRAINT consents_chain UNIQUE (profile_id, previous_hash),
    ADD CONSTRAINT consents_existing_customer CHECK (
        legal_basis <> 'existing_customer' OR (
            state = 'granted' AND medium IN ('email', 'sms') AND evidence @> '{"existing_customer": {
                "address_from_sale": true, "similar_goods_only": true, "never_objected": true, "told_of_objection": true}}'
        )
    ),
    ADD CONSTRAINT consents_objection CHECK (legal_basis <> 'objection' OR state = 'denied');
COMMENT ON TABLE consents IS 'The consent ledger (Art. 7 DSGVO, § 7 UWG): who agreed, refused, withdrew or objected; append-only, chained by hashes';
COMMENT ON COLUMN consents.medium IS 'How advertising may reach them; null for other purposes';
COMMENT ON COLUMN consents.ip IS 'Evidence only, as is user_agent';
COMMENT ON COLUMN consents.hash IS 'SHA-256 over this entry and the hash of the one before it';
DROP INDEX consents_current;
CREATE INDEX consents_message ON consents (message_id) WHERE message_id <> '';

CREATE FUNCTION refuse_consent_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('hanse.erasing', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING HINT = 'erase_consents() replaces the entries of a person by a receipt';
END $$;
CREATE TRIGGER consents_append_only BEFORE UPDATE OR DELETE ON consents FOR EACH ROW EXECUTE FUNCTION refuse_consent_change();
CREATE TRIGGER consents_stay BEFORE TRUNCATE ON consents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_texts_append_only BEFORE UPDATE OR DELETE ON consent_texts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_texts_stay BEFORE TRUNCATE ON consent_texts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_receipts_append_only BEFORE UPDATE OR DELETE ON consent_receipts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_receipts_stay BEFORE TRUNCATE ON consent_receipts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION erase_consents(wanted uuid, erased timestamptz, receipt uuid) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    count integer;
BEGIN
    PERFORM FROM consent_chains WHERE profile_id = wanted FOR UPDATE;
    INSERT INTO consent_receipts (receipt_id, erased_at, entries, purposes, head)
    SELECT receipt, erased, count(*), array_agg(DISTINCT purpose ORDER BY purpose), (array_agg(hash ORDER BY position DESC))[1]
    FROM consents WHERE profile_id = wanted HAVING count(*) > 0;
    PERFORM set_config('hanse.erasing', 'on', true);
    DELETE FROM consents WHERE profile_id = wanted;
    GET DIAGNOSTICS count = ROW_COUNT;
    DELETE FROM consent_chains WHERE profile_id = wanted;
    PERFORM set_config('hanse.erasing', 'off', true);
    RETURN count;
END $$;
COMMENT ON FUNCTION erase_consents IS 'The one way by which entries of the ledger go: replaces those of a profile by a receipt without the person (Art. 17 DSGVO)';
"""

COLUMNS = (
    *("consent_id", "profile_id", "purpose", "state", "medium", "legal_basis", "channel", "text_hash", "form", "url"),
    *("ip", "user_agent", "message_id", "request_id", "evidence", "decided_at", "recorded_at"),
)


def upgrade() -> None:
    """Make the tables, chain what was there, and let nobody change it from then on."""
    migrations.execute(SQL)
    _chain()
    migrations.execute(GUARDED)


def _chain() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM consents ORDER BY profile_id, recorded_at, decided_at, consent_id")  # noqa: S608  # fixed names
    ends: dict[Any, tuple[int, bytes]] = {}
    for row in cursor.fetchall():
        facts = dict(zip(COLUMNS, row, strict=True))
        position, previous = ends.get(facts["profile_id"], (0, chain.GENESIS))
        linked = chain.link(facts, position + 1, previous)
        ends[facts["profile_id"]] = (position + 1, linked)
        cursor.execute(
            "UPDATE consents SET position = %s, previous_hash = %s, hash = %s WHERE consent_id = %s",
            (position + 1, previous, linked, facts["consent_id"]),
        )
    cursor.executemany("INSERT INTO consent_chains (profile_id, length, head) VALUES (%s, %s, %s)", [(key, *end) for key, end in ends.items()])
