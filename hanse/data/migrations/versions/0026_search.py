"""The index of the search: a row of words, facets and a vector for each product, the words of the shop, and passages of documents."""

from hanse.data import migrations

revision = "0026"
down_revision = "0025"

SQL = """
CREATE TABLE search_entries (
    product_id text PRIMARY KEY REFERENCES products ON DELETE CASCADE,
    group_id text NOT NULL,
    lexemes tsvector NOT NULL,
    facets integer[] NOT NULL,
    amount_minor bigint,
    currency text,
    in_stock boolean,
    popularity_score real NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    read_at timestamptz NOT NULL
);
COMMENT ON TABLE search_entries IS 'What products are found by; made from the catalog, can be made anew at any time';
COMMENT ON COLUMN search_entries.group_id IS 'The product that it is a variant of, else itself';
COMMENT ON COLUMN search_entries.lexemes IS 'Words in all their forms: A title, B brand and category, C technical data, D description; # numbers, @ measures';
COMMENT ON COLUMN search_entries.amount_minor IS 'The net price of one piece for everybody';
COMMENT ON COLUMN search_entries.popularity_score IS '0 to 1: the share of products that sold less often';
COMMENT ON COLUMN search_entries.read_at IS 'The time of the version of the product that was read';
CREATE INDEX search_entries_lexemes ON search_entries USING gin (lexemes) WITH (fastupdate = off);
CREATE INDEX search_entries_popularity ON search_entries (popularity_score DESC, product_id);

CREATE TABLE search_vectors (
    product_id text PRIMARY KEY REFERENCES products ON DELETE CASCADE,
    vector halfvec(384) NOT NULL,
    read_at timestamptz NOT NULL
);
COMMENT ON TABLE search_vectors IS 'What products mean, by the encoder of this house; length one';
CREATE INDEX search_vectors_near ON search_vectors USING hnsw (vector halfvec_ip_ops);

CREATE TABLE search_facets (
    facet_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    value text NOT NULL,
    title jsonb NOT NULL,
    UNIQUE (name, value)
);
COMMENT ON TABLE search_facets IS 'What search_entries.facets speak of';

CREATE TABLE search_words (
    word text PRIMARY KEY,
    written integer NOT NULL,
    products integer NOT NULL
);
COMMENT ON TABLE search_words IS 'The words of the shop: typing errors are mended and compounds split by them';
COMMENT ON COLUMN search_words.written IS 'How many products have the word as it stands';
COMMENT ON COLUMN search_words.products IS 'How many products have it in any form, such as a part of a compound';

CREATE TABLE search_passages (
    document_id text NOT NULL REFERENCES documents ON DELETE CASCADE,
    place integer NOT NULL,
    page integer,
    language text NOT NULL,
    text text NOT NULL,
    lexemes tsvector NOT NULL,
    vector halfvec(384),
    read_at timestamptz NOT NULL,
    PRIMARY KEY (document_id, place)
);
COMMENT ON TABLE search_passages IS 'Documents in passages of some sentences';
CREATE INDEX search_passages_lexemes ON search_passages USING gin (lexemes);
CREATE INDEX search_passages_near ON search_passages USING hnsw (vector halfvec_ip_ops);

CREATE TABLE search_phrases (
    language text NOT NULL,
    phrase text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('search', 'category', 'brand')),
    shown text NOT NULL,
    value text NOT NULL,
    weight real NOT NULL,
    products integer NOT NULL,
    PRIMARY KEY (language, kind, value)
);
COMMENT ON TABLE search_phrases IS 'What is suggested while somebody types';
COMMENT ON COLUMN search_phrases.phrase IS 'In its normal form, as it is looked for';
CREATE INDEX search_phrases_prefix ON search_phrases (language, phrase text_pattern_ops);
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)
