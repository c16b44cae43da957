"""Language models behind one door: which there are, what they may cost a day, and the record of what was asked."""

from hanse.data import migrations

revision = "0030"
down_revision = "0029"

SQL = """
CREATE TABLE language_models (
    name text PRIMARY KEY,
    url text NOT NULL,
    model text NOT NULL,
    role text NOT NULL CHECK (role IN ('small', 'large', 'vision')),
    place integer NOT NULL DEFAULT 0,
    key bytea,
    api_version text NOT NULL DEFAULT '',
    input_price_minor numeric NOT NULL DEFAULT 0,
    output_price_minor numeric NOT NULL DEFAULT 0,
    context_tokens integer NOT NULL,
    timeout_seconds real NOT NULL,
    length_field text NOT NULL,
    in_house boolean NOT NULL DEFAULT false,
    is_on boolean NOT NULL DEFAULT true,
    structured text CHECK (structured IN ('schema', 'object', 'none')),
    streams boolean,
    tried_at timestamptz,
    tried_milliseconds integer,
    tried_problem text NOT NULL DEFAULT '',
    changed_at timestamptz NOT NULL
);
COMMENT ON TABLE language_models IS 'Chat endpoints, in the order in which they are asked within a role';
COMMENT ON COLUMN language_models.key IS 'Encrypted with the key file of the home folder';
COMMENT ON COLUMN language_models.input_price_minor IS 'For a million tokens, in minor units of the currency of the settings';
COMMENT ON COLUMN language_models.structured IS 'How it is asked for JSON; null until it is tried';

CREATE TABLE language_settings (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    is_on boolean NOT NULL DEFAULT true,
    kept_days integer NOT NULL DEFAULT 30 CHECK (kept_days BETWEEN 1 AND 3650),
    changed_by text NOT NULL DEFAULT '',
    changed_at timestamptz
);
COMMENT ON TABLE language_settings IS 'One row: whether any language model is asked at all, and how long the record is kept';
INSERT INTO language_settings DEFAULT VALUES;

CREATE TABLE language_budgets (
    capability text PRIMARY KEY,
    tokens_a_day bigint CHECK (tokens_a_day >= 0),
    money_a_day_minor bigint CHECK (money_a_day_minor >= 0)
);
COMMENT ON TABLE language_budgets IS 'What may be used in a day; * is for all together, null is no limit';

CREATE TABLE language_usage (
    day date NOT NULL,
    capability text NOT NULL,
    calls integer NOT NULL DEFAULT 0,
    tokens bigint NOT NULL DEFAULT 0,
    cost_minor numeric NOT NULL DEFAULT 0,
    PRIMARY KEY (day, capability)
);
COMMENT ON TABLE language_usage IS 'What was used, by the day of the settings'' time zone; * is all together. What runs is counted at its most until it is done';

CREATE TABLE language_calls (
    call_id uuid PRIMARY KEY,
    asked_at timestamptz NOT NULL,
    purpose text NOT NULL,
    capability text NOT NULL,
    basis text,
    template text NOT NULL DEFAULT '',
    template_version text NOT NULL DEFAULT '',
    role text NOT NULL,
    model text,
    masked_prompt text NOT NULL,
    masked_answer text NOT NULL DEFAULT '',
    tokens_in integer NOT NULL DEFAULT 0,
    tokens_out integer NOT NULL DEFAULT 0,
    is_counted boolean NOT NULL DEFAULT false,
    cost_minor numeric NOT NULL DEFAULT 0,
    currency text NOT NULL,
    milliseconds integer NOT NULL,
    outcome text NOT NULL,
    tried jsonb NOT NULL DEFAULT '[]',
    checks jsonb NOT NULL DEFAULT '{}',
    verdict text CHECK (verdict IN ('good', 'bad')),
    verdict_note text NOT NULL DEFAULT '',
    verdict_by text NOT NULL DEFAULT '',
    verdict_at timestamptz,
    profile_id uuid
);
COMMENT ON TABLE language_calls IS 'What language models were asked and said, masked; kept for some days';
COMMENT ON COLUMN language_calls.is_counted IS 'Whether we counted tokens ourselves, as the endpoint did not say or could not be believed';
CREATE INDEX language_calls_newest ON language_calls (asked_at DESC, call_id DESC);
CREATE INDEX language_calls_profile ON language_calls (profile_id) WHERE profile_id IS NOT NULL;
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
