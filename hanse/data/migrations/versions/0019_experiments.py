"""Experiments with variants: the experiments, the variant of each decision, and what an order came to."""

from hanse.data import migrations

revision = "0019"
down_revision = "0018"

SQL = """
CREATE TABLE experiments (
    experiment_id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    operation text NOT NULL,
    placement text,
    hypothesis text NOT NULL,
    measure text NOT NULL CHECK (measure IN ('revenue', 'buyers', 'clickers')),
    variants jsonb NOT NULL,
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'running', 'stopped')),
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    stopped_at timestamptz
);
COMMENT ON TABLE experiments IS 'Experiments with variants of an operation; none overlap';
COMMENT ON COLUMN experiments.operation IS 'Whose answers differ by variant, such as recommend.popular';
COMMENT ON COLUMN experiments.placement IS 'Where on the touchpoint; null for everywhere';
COMMENT ON COLUMN experiments.measure IS 'What decides it, said beforehand';
COMMENT ON COLUMN experiments.variants IS '[{"name", "weight", "parameters"}]; the first is what the others are compared with';
CREATE INDEX experiments_state ON experiments (state, created_at DESC);

ALTER TABLE decisions
    ADD COLUMN experiment_id uuid,
    ADD COLUMN variant text,
    ADD COLUMN variant_probability double precision CHECK (variant_probability > 0 AND variant_probability <= 1);
COMMENT ON COLUMN decisions.variant IS 'The variant of the experiment that the answer was given by; null outside of one';
COMMENT ON COLUMN decisions.variant_probability IS 'Probability with which the variant was drawn, for unbiased estimates';
CREATE INDEX decisions_experiment ON decisions (experiment_id, decided_at) WHERE experiment_id IS NOT NULL;

CREATE FUNCTION json_amount(value jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE jsonb_typeof(value)
        WHEN 'number' THEN CASE WHEN value::numeric BETWEEN -1e12 AND 1e12 THEN value::numeric END
        WHEN 'string' THEN CASE WHEN value #>> '{}' ~ '^\\s*[+-]?[0-9]{1,12}([.][0-9]{1,9})?\\s*$' THEN (value #>> '{}')::numeric END
    END
$$;
COMMENT ON FUNCTION json_amount IS 'A number of an event, sent as a number or as text; null for anything else';

CREATE FUNCTION lines_amount(products jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sum(json_amount(line -> 'price') * coalesce(json_amount(line -> 'quantity'), 1))
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(products) = 'array' THEN products ELSE '[]' END) AS line
$$;
COMMENT ON FUNCTION lines_amount IS 'What the products of an order come to; null where none has a price';

CREATE FUNCTION order_amount(properties jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        json_amount(properties -> 'revenue'),
        lines_amount(properties -> 'products'),
        json_amount(properties -> 'subtotal'),
        json_amount(properties -> 'total')
    )
$$;
COMMENT ON FUNCTION order_amount IS 'What the goods of an order came to, without shipping and tax where it says so, in units of its currency';
"""


def upgrade() -> None:
    """Make the table, the columns and the functions."""
    migrations.execute(SQL)
