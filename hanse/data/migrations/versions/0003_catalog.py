"""The catalog: products, relations, prices, stock, documents and what sold."""

from hanse.data import migrations

revision = "0003"
down_revision = "0002"

SQL = """
CREATE TABLE products (
    product_id text PRIMARY KEY,
    parent_id text,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'discontinued', 'draft')),
    title jsonb NOT NULL DEFAULT '{}',
    description jsonb NOT NULL DEFAULT '{}',
    category jsonb NOT NULL DEFAULT '{}',
    brand text,
    gtin text,
    url text,
    image_url text,
    attributes jsonb NOT NULL DEFAULT '{}',
    source text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE products IS 'What the shop sells; a variant names its product as parent';
COMMENT ON COLUMN products.title IS 'Text by language: {"de": "…", "en": "…"}; "und" where the language is not known';
COMMENT ON COLUMN products.category IS 'Path by language, parts parted by " > "';
COMMENT ON COLUMN products.attributes IS 'Technical data: {"voltage": {"value": 18, "unit": "V"}, "colour": {"value": {"de": "rot", "en": "red"}}}';
CREATE INDEX products_parent ON products (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX products_updated ON products (updated_at);

CREATE TABLE product_relations (
    product_id text NOT NULL REFERENCES products ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('spare_part_of', 'accessory_of', 'consumable_of', 'successor_of', 'consists_of', 'similar_to')),
    related_id text NOT NULL REFERENCES products ON DELETE CASCADE,
    quantity integer,
    attributes jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (product_id, kind, related_id)
);
COMMENT ON TABLE product_relations IS 'How products belong together: product_id is <kind> related_id';
CREATE INDEX product_relations_back ON product_relations (related_id, kind);

CREATE TABLE prices (
    product_id text NOT NULL REFERENCES products ON DELETE CASCADE,
    price_list text NOT NULL DEFAULT 'list',
    min_quantity integer NOT NULL DEFAULT 1 CHECK (min_quantity > 0),
    valid_from timestamptz NOT NULL DEFAULT '-infinity',
    valid_until timestamptz NOT NULL DEFAULT 'infinity',
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    PRIMARY KEY (product_id, price_list, min_quantity, valid_from, currency)
);
COMMENT ON TABLE prices IS 'Net prices by list, quantity and time; the list of everybody is called list';

CREATE TABLE price_lists (
    profile_id uuid PRIMARY KEY REFERENCES profiles ON DELETE CASCADE,
    price_list text NOT NULL
);
COMMENT ON TABLE price_lists IS 'Which customers have prices of their own';

CREATE TABLE stock (
    product_id text NOT NULL REFERENCES products ON DELETE CASCADE,
    location text NOT NULL DEFAULT 'main',
    quantity numeric NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (product_id, location)
);
COMMENT ON TABLE stock IS 'How many pieces are where';

CREATE TABLE documents (
    document_id text PRIMARY KEY,
    kind text NOT NULL,
    language text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    url text,
    product_ids text[] NOT NULL DEFAULT '{}',
    attributes jsonb NOT NULL DEFAULT '{}',
    source text NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE documents IS 'Texts about products: manuals, repair guides, data sheets, in Markdown';
CREATE INDEX documents_products ON documents USING gin (product_ids);

CREATE TABLE product_statistics (
    product_id text PRIMARY KEY,
    orders bigint NOT NULL,
    units bigint NOT NULL,
    returned_units bigint NOT NULL,
    revenue_minor bigint NOT NULL,
    currency text NOT NULL,
    units_by_month jsonb NOT NULL DEFAULT '{}',
    last_sold_at timestamptz,
    computed_at timestamptz NOT NULL
);
COMMENT ON TABLE product_statistics IS 'What sold, computed from the lake by a job';
COMMENT ON COLUMN product_statistics.units_by_month IS 'Units of the last 24 months in which anything sold: {"2026-10": 12}';
CREATE INDEX product_statistics_revenue ON product_statistics (revenue_minor DESC, product_id);
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
