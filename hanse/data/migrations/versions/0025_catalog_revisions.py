"""Revisions of the catalog: what a feed would change, what was applied, and how it was before."""

from hanse.data import migrations

revision = "0025"
down_revision = "0024"

SQL = """
ALTER TABLE products ADD COLUMN media jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN products.media IS 'Pictures and documents: [{"kind": "document", "reference": "https://…", "purpose": "data_sheet"}]';
CREATE INDEX products_source ON products (source);

ALTER TABLE product_relations ADD COLUMN source text, ADD COLUMN stated_by text;
COMMENT ON COLUMN product_relations.source IS 'The feed that states it; null for what came otherwise';
COMMENT ON COLUMN product_relations.stated_by IS 'The product whose entry in the feed states it: one of the two';
CREATE INDEX product_relations_stated_by ON product_relations (stated_by) WHERE stated_by IS NOT NULL;

CREATE TABLE catalog_revisions (
    revision_id uuid PRIMARY KEY,
    source text NOT NULL,
    file_name text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('full', 'products', 'prices')),
    state text NOT NULL CHECK (state IN ('proposed', 'refused', 'discarded', 'applied', 'undone')),
    header jsonb NOT NULL DEFAULT '{}',
    counts jsonb NOT NULL DEFAULT '{}',
    findings jsonb NOT NULL DEFAULT '{}',
    price_jump_share double precision NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    applied_at timestamptz,
    undone_at timestamptz
);
COMMENT ON TABLE catalog_revisions IS 'What one feed changes in the catalog: proposed, then applied or discarded, perhaps undone';
COMMENT ON COLUMN catalog_revisions.findings IS 'How often each kind of finding occurs: {"wrong_gtin": 12}';
COMMENT ON COLUMN catalog_revisions.price_jump_share IS 'From which relative change on a price counts as a jump: 0.3 is 30 %';
CREATE INDEX catalog_revisions_proposed_at ON catalog_revisions (proposed_at DESC, revision_id DESC);

CREATE TABLE catalog_changes (
    revision_id uuid NOT NULL REFERENCES catalog_revisions ON DELETE CASCADE,
    product_id text NOT NULL,
    action text NOT NULL CHECK (action IN ('new', 'changed', 'gone')),
    before jsonb NOT NULL DEFAULT '{}',
    after jsonb NOT NULL DEFAULT '{}',
    line integer,
    price_jump_share double precision,
    is_undone boolean NOT NULL DEFAULT false,
    PRIMARY KEY (revision_id, product_id)
);
COMMENT ON TABLE catalog_changes IS 'What a revision changes of one product: the fields that differ, as they were and as they become';
COMMENT ON COLUMN catalog_changes.price_jump_share IS 'The largest relative change of a price, where it is a jump: 0.5 is by half, up or down';
CREATE INDEX catalog_changes_product ON catalog_changes (product_id);
CREATE INDEX catalog_changes_jumps ON catalog_changes (revision_id, product_id) WHERE price_jump_share IS NOT NULL;

CREATE TABLE catalog_findings (
    revision_id uuid NOT NULL REFERENCES catalog_revisions ON DELETE CASCADE,
    position integer NOT NULL,
    code text NOT NULL,
    line bigint,
    product_id text,
    facts jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (revision_id, position)
);
COMMENT ON TABLE catalog_findings IS 'What is wrong or odd in a feed, with the line; at most ten thousand of each kind are kept';
CREATE INDEX catalog_findings_code ON catalog_findings (revision_id, code, position);

CREATE FUNCTION price_steps(product text, at timestamptz)
RETURNS TABLE (price_list text, min_quantity integer, currency text, amount_minor bigint, valid_from timestamptz, valid_until timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT merged.price_list, merged.min_quantity, merged.currency, merged.amount_minor,
           CASE WHEN lower(merged.span) > at THEN lower(merged.span) END,
           nullif(upper(merged.span), 'infinity')
    FROM (
        SELECT part.price_list, part.min_quantity, part.currency, part.amount_minor, unnest(range_agg(part.span)) AS span
        FROM (
            SELECT one.price_list, one.min_quantity, one.currency, one.amount_minor,
                   unnest(
                       tstzmultirange(tstzrange(greatest(one.valid_from, at), one.valid_until))
                       - coalesce(range_agg(tstzrange(one.valid_from, one.valid_until)) OVER later, '{}')
                   ) AS span
            FROM prices AS one
            WHERE one.product_id = product AND one.valid_until > at AND one.valid_from < one.valid_until
            WINDOW later AS (
                PARTITION BY one.price_list, one.min_quantity, one.currency
                ORDER BY one.valid_from DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            )
        ) AS part
        GROUP BY part.price_list, part.min_quantity, part.currency, part.amount_minor
    ) AS merged
$$;
COMMENT ON FUNCTION price_steps IS
    'The prices of a product from a moment on, each for as long as it holds; null is that moment, or for ever. What begins later counts.';
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
