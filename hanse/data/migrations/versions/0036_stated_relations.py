"""Relations as connected systems state them, which fields of a product a PIM says, and when a round of polls began."""

from hanse.data import migrations

revision = "0036"
down_revision = "0035"

SQL = """
CREATE TABLE stated_relations (
    source text NOT NULL,
    stated_by text NOT NULL,
    product_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('spare_part_of', 'accessory_of', 'consumable_of', 'successor_of', 'consists_of', 'similar_to')),
    related_id text NOT NULL,
    quantity integer,
    PRIMARY KEY (source, stated_by, product_id, kind, related_id)
);
COMMENT ON TABLE stated_relations IS 'Relations as connected systems state them; those whose products are both in the catalog stand in product_relations';
COMMENT ON COLUMN stated_relations.stated_by IS 'The product whose record states it: one of the two';
CREATE INDEX stated_relations_product ON stated_relations (product_id);
CREATE INDEX stated_relations_related ON stated_relations (related_id);

ALTER TABLE shop_resources ADD COLUMN said text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN shop_resources.said IS 'Fields of the product that a PIM says, which shops leave to it: {title.de, brand, attributes.voltage}';
ALTER TABLE poll_positions ADD COLUMN begun_at timestamptz;
COMMENT ON COLUMN poll_positions.begun_at IS 'When the round that is under way began, by the clock of the shop';

CREATE INDEX shop_resources_products ON shop_resources USING gin (local_ids, previous_ids) WHERE kind = 'product';
"""


def upgrade() -> None:
    """Make table, columns and indexes."""
    migrations.execute(SQL)
