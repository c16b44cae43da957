"""Rules by which a shop shapes its recommendations, and every change of them, so that each can be taken back."""

from hanse.data import migrations

revision = "0020"
down_revision = "0019"

SQL = """
CREATE TABLE recommendation_rules (
    rule_id uuid PRIMARY KEY,
    position integer NOT NULL,
    version integer NOT NULL DEFAULT 1,
    draft jsonb NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL
);
COMMENT ON TABLE recommendation_rules IS 'Rules by which a shop shapes its recommendations, without code';
COMMENT ON COLUMN recommendation_rules.position IS 'Its place in the order; of two that contradict each other in the same way the first counts';
COMMENT ON COLUMN recommendation_rules.version IS 'Counts its changes, so that nobody overwrites what they have not seen';
COMMENT ON COLUMN recommendation_rules.draft IS 'Name, whom it is for, when it holds, and the one thing it does';

CREATE TABLE recommendation_rule_changes (
    change_id uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    action text NOT NULL CHECK (action IN ('made', 'changed', 'deleted', 'ordered', 'undone')),
    rule_id uuid,
    before jsonb,
    after jsonb,
    order_before uuid[] NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    undone_at timestamptz
);
COMMENT ON TABLE recommendation_rule_changes IS 'Every change of a rule or of the order of rules, with what was before';
COMMENT ON COLUMN recommendation_rule_changes.sequence IS 'The order in which they were made';
COMMENT ON COLUMN recommendation_rule_changes.rule_id IS 'The rule, which may be gone; null where the order was changed';
COMMENT ON COLUMN recommendation_rule_changes.order_before IS 'The rules in their order before the change';
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
