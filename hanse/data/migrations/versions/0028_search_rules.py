"""Rules by which a shop shapes its search, every change of them, and words that may mean the same."""

from hanse.data import migrations

revision = "0028"
down_revision = "0027"

SQL = """
CREATE TABLE search_rules (
    rule_id uuid PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    draft jsonb NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL
);
COMMENT ON TABLE search_rules IS 'Rules by which a shop shapes what a search finds, without code';
COMMENT ON COLUMN search_rules.version IS 'Counts its changes, so that nobody overwrites what they have not seen';
COMMENT ON COLUMN search_rules.draft IS 'Name, note, for which queries it is, when it holds, and the one thing it does';

CREATE TABLE search_rule_changes (
    change_id uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    action text NOT NULL CHECK (action IN ('made', 'changed', 'deleted', 'undone')),
    rule_id uuid NOT NULL,
    before jsonb,
    after jsonb,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    undone_at timestamptz
);
COMMENT ON TABLE search_rule_changes IS 'Every change of a rule of the search, with what was before';
COMMENT ON COLUMN search_rule_changes.sequence IS 'The order in which they were made';
COMMENT ON COLUMN search_rule_changes.rule_id IS 'The rule, which may be gone';

CREATE TABLE search_synonyms (
    proposal_id uuid PRIMARY KEY,
    word text NOT NULL,
    means text NOT NULL,
    both_ways boolean NOT NULL,
    origin text NOT NULL CHECK (origin IN ('same_products', 'searched_again')),
    word_people integer NOT NULL,
    means_people integer NOT NULL,
    shared_people integer NOT NULL,
    strength double precision NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'declined')),
    rule_id uuid,
    proposed_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    UNIQUE (word, means)
);
COMMENT ON TABLE search_synonyms IS 'Words that may mean the same, learned from searches of several people; used only where somebody confirmed them';
COMMENT ON COLUMN search_synonyms.both_ways IS 'Whether each stands for the other; else only who types word finds means, too';
COMMENT ON COLUMN search_synonyms.word_people IS 'How many people typed word';
COMMENT ON COLUMN search_synonyms.shared_people IS 'How many of the two came to the same products, or searched again with the other word';
COMMENT ON COLUMN search_synonyms.strength IS '0 to 1: how alike what people came to was, or which share of them searched again so';
COMMENT ON COLUMN search_synonyms.rule_id IS 'The rule that came of it, which may be gone';
CREATE INDEX search_synonyms_state ON search_synonyms (state, shared_people DESC);
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
