"""Households: who lives at the same address, found by what is given of it."""

from hanse.data import migrations

revision = "0017"
down_revision = "0016"

SQL = """
CREATE FUNCTION address_key(value jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN value ->> 'street' <> '' AND value ->> 'postalCode' <> '' THEN left(
        regexp_replace(lower(value ->> 'postalCode'), '[^[:alnum:]]+', '', 'g') || ' '
        || regexp_replace(regexp_replace(lower(value ->> 'street'), 'stra(ß|ss)e', 'str', 'g'), '[^[:alnum:]]+', '', 'g'),
        200
    ) END
$$;
COMMENT ON FUNCTION address_key IS 'Postal code and street with number of an address in one spelling; null where one of them is missing';
CREATE INDEX traits_address ON traits (address_key(value)) WHERE name = 'address';
"""


def upgrade() -> None:
    """Make the function and its index."""
    migrations.execute(SQL)
