"""Decisions, models and how far the lake has copied."""

from hanse.data import migrations

revision = "0004"
down_revision = "0003"

SQL = """
CREATE TABLE decisions (
    decision_id uuid NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    operation text NOT NULL,
    capability text NOT NULL,
    profile_id uuid,
    model_version text,
    arm text NOT NULL CHECK (arm IN ('treated', 'held_out')),
    arm_probability double precision NOT NULL CHECK (arm_probability > 0 AND arm_probability <= 1),
    basis text NOT NULL,
    reason text NOT NULL,
    request jsonb NOT NULL,
    answer jsonb NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (decision_id, decided_at)
) PARTITION BY RANGE (decided_at);
COMMENT ON TABLE decisions IS 'Every answer given to a touchpoint; events that carry its id are its outcomes';
COMMENT ON COLUMN decisions.arm_probability IS 'Probability with which the arm was drawn, for unbiased estimates';
COMMENT ON COLUMN decisions.request IS 'What was asked, without the fields that name the person';
CREATE TABLE decisions_other PARTITION OF decisions DEFAULT;
CREATE INDEX decisions_capability ON decisions (capability, decided_at DESC);
CREATE INDEX decisions_profile ON decisions (profile_id, decided_at DESC) WHERE profile_id IS NOT NULL;
CREATE INDEX decisions_sequence ON decisions USING brin (sequence);

CREATE TABLE models (
    model_version text PRIMARY KEY,
    name text NOT NULL,
    state text NOT NULL CHECK (state IN ('ready', 'current', 'retired')),
    card jsonb NOT NULL,
    directory text NOT NULL,
    created_at timestamptz NOT NULL,
    activated_at timestamptz
);
COMMENT ON TABLE models IS 'Trained models and their cards; one of a name is current';
COMMENT ON COLUMN models.name IS 'What it answers: capability and operation, such as recommend.also_bought';
COMMENT ON COLUMN models.directory IS 'Where its arrays are, below the home folder''s models';
CREATE UNIQUE INDEX models_current ON models (name) WHERE state = 'current';
CREATE INDEX models_name ON models (name, created_at DESC);

CREATE TABLE lake_positions (
    dataset text PRIMARY KEY,
    sequence bigint NOT NULL,
    rows bigint NOT NULL DEFAULT 0,
    copied_at timestamptz NOT NULL
);
COMMENT ON TABLE lake_positions IS 'Up to which sequence number each dataset of the lake has been copied';
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
