"""Matches: records that may be one person without a common key, what was decided of them, and by which model they are found."""

from hanse.data import migrations

revision = "0014"
down_revision = "0013"

SQL = """
CREATE TABLE match_models (
    model_id uuid PRIMARY KEY,
    trained_at timestamptz NOT NULL,
    records integer NOT NULL,
    parameters jsonb NOT NULL,
    findings jsonb NOT NULL DEFAULT '[]',
    counts jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE match_models IS 'How records are weighed, trained on all of them; the newest counts';
COMMENT ON COLUMN match_models.parameters IS 'How records are read, what agreement weighs, where the lines are; how rare a value is stands under its hash';
COMMENT ON COLUMN match_models.findings IS 'Values that too many different names share, and which therefore count for nothing';
COMMENT ON COLUMN match_models.counts IS 'What came of the training';

CREATE TABLE match_records (
    profile_id uuid PRIMARY KEY REFERENCES profiles ON DELETE CASCADE,
    keys bigint[] NOT NULL
);
COMMENT ON TABLE match_records IS 'By which keys the record of a customer is found when another comes that may be the same person';
COMMENT ON COLUMN match_records.keys IS 'Hashes of what it may share with others; those that too many share are left out';
CREATE INDEX match_records_keys ON match_records USING gin (keys);

CREATE FUNCTION records_sharing(wanted bigint[], most integer[]) RETURNS SETOF uuid LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    SELECT DISTINCT found.profile_id
    FROM unnest(wanted, most) AS asked (key, most)
    CROSS JOIN LATERAL (
        SELECT array_agg(shared.profile_id) AS profile_ids, count(*) AS count
        FROM (SELECT profile_id FROM match_records WHERE keys @> ARRAY[asked.key] LIMIT asked.most + 1) AS shared
    ) AS block
    CROSS JOIN LATERAL unnest(block.profile_ids) AS found (profile_id)
    WHERE block.count <= asked.most
$$;
COMMENT ON FUNCTION records_sharing IS 'Records that share a key with others; a key that too many share gives none. An index lookup for each, whatever the planner thinks';

CREATE TABLE match_changes (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    profile_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE
);
COMMENT ON TABLE match_changes IS 'Whose record is new or changed and not matched yet: written in the transaction of the change, so that none is missed';
CREATE INDEX match_changes_profile ON match_changes (profile_id);

CREATE FUNCTION note_traits_to_match() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO match_changes (profile_id)
    SELECT DISTINCT changed.profile_id FROM changed JOIN profiles USING (profile_id) WHERE changed.source <> 'computed';
    RETURN NULL;
END $$;
COMMENT ON FUNCTION note_traits_to_match IS 'Of whom something else is given from now on';
CREATE TRIGGER traits_to_match_told AFTER INSERT ON traits
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_traits_to_match();
CREATE TRIGGER traits_to_match_changed AFTER UPDATE ON traits
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_traits_to_match();
CREATE TRIGGER traits_to_match_gone AFTER DELETE ON traits
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_traits_to_match();

CREATE FUNCTION note_profile_to_match() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO match_changes (profile_id) VALUES (NEW.profile_id);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION note_profile_to_match IS 'Who belongs to another person from now on, or may be matched again';
CREATE TRIGGER profiles_to_match AFTER UPDATE ON profiles FOR EACH ROW
    WHEN (OLD.merged_into IS DISTINCT FROM NEW.merged_into OR OLD.restricted_at IS DISTINCT FROM NEW.restricted_at)
    EXECUTE FUNCTION note_profile_to_match();

CREATE TABLE match_proposals (
    proposal_id uuid PRIMARY KEY,
    profile_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    other_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    probability double precision NOT NULL CHECK (probability BETWEEN 0 AND 1),
    reason text NOT NULL,
    evidence jsonb NOT NULL,
    decision text CHECK (decision IN ('rule', 'same', 'different')),
    decided_at timestamptz,
    decided_by text,
    note text NOT NULL DEFAULT '',
    link_id uuid REFERENCES profile_links ON DELETE SET NULL,
    found_at timestamptz NOT NULL,
    CHECK (profile_id < other_id),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision IS NULL) = (decided_by IS NULL)),
    UNIQUE (profile_id, other_id)
);
COMMENT ON TABLE match_proposals IS 'Pairs of records that may be one person: joined by rule, decided by somebody, or waiting for that';
COMMENT ON COLUMN match_proposals.evidence IS 'What each field says: the level in words and the bits. The values stay with the profiles';
COMMENT ON COLUMN match_proposals.decision IS 'What was decided last: rule where nobody was needed; null while the pair waits';
COMMENT ON COLUMN match_proposals.link_id IS 'The entry of the merge log that joined the two';
CREATE INDEX match_proposals_other ON match_proposals (other_id);
CREATE INDEX match_proposals_waiting ON match_proposals (probability DESC, proposal_id DESC) WHERE decision IS NULL;
CREATE INDEX match_proposals_decided ON match_proposals (decided_at DESC) WHERE decision IS NOT NULL;

CREATE FUNCTION profiles_apart(one uuid, other uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM profile_separations AS apart
        WHERE (apart.profile_id = ANY(profile_members(one)) AND apart.other_id = ANY(profile_members(other)))
           OR (apart.profile_id = ANY(profile_members(other)) AND apart.other_id = ANY(profile_members(one)))
    )
$$;
COMMENT ON FUNCTION profiles_apart IS 'Whether somebody said of a record of one and a record of the other that they are different people';

CREATE VIEW match_pairs AS
SELECT pair.*, coalesce(one.merged_into, one.profile_id) AS one_id, coalesce(two.merged_into, two.profile_id) AS two_id,
    CASE
        WHEN coalesce(one.merged_into, one.profile_id) = coalesce(two.merged_into, two.profile_id)
            THEN CASE WHEN pair.decision = 'same' THEN 'same' ELSE 'joined' END
        WHEN profiles_apart(one.profile_id, two.profile_id) THEN 'different'
        WHEN EXISTS (
            SELECT FROM profiles AS member
            WHERE member.profile_id = ANY(profile_members(one.profile_id) || profile_members(two.profile_id)) AND member.restricted_at IS NOT NULL
        ) THEN 'resting'
        ELSE 'waiting'
    END AS state
FROM match_proposals AS pair
JOIN profiles AS one ON one.profile_id = pair.profile_id
JOIN profiles AS two ON two.profile_id = pair.other_id;
COMMENT ON VIEW match_pairs IS 'Pairs with where they stand now, by whatever joined or parted them: joined, same, different, waiting, or resting while processing is restricted';
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
