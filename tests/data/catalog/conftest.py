"""A small shop for the catalog's tests, and a context to run operations in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from hanse.base import database
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Context, Ports, Resources
from hanse.base.database import Connection, Pool
from hanse.data import catalog
from hanse.data.catalog import Document, Price, Product, Relation, RelationKind, Stock
from tests.conftest import NOW

PRODUCTS = (
    Product(
        product_id="D1",
        title={"de": "Akkuschrauber", "en": "Cordless drill"},
        category={"de": "Maschinen > Bohren", "en": "Machines > Drilling"},
        brand="Ebbe",
        gtin="4012345678901",
        attributes={"voltage": {"value": 18, "unit": "V"}},
    ),
    Product(product_id="D1-B", parent_id="D1", title={"de": "Akkuschrauber blau"}, category={"de": "Maschinen > Bohren"}, brand="Ebbe"),
    Product(product_id="P7", title={"en": "Carbon brush 100%_x"}, category={"de": "Ersatzteile"}),
    Product(product_id="O2", title={"und": "Ölfilter"}, category={"de": "Ersatzteile > Filter"}, brand="Flut", state="discontinued"),
    Product(product_id="Z9", state="draft"),
)
REVENUE: Mapping[str, tuple[int, int]] = {"D1": (500, 90_000), "P7": (900, 12_000), "O2": (3, 12_000)}


@pytest.fixture
async def shop(connection: Connection) -> Connection:
    """Five products, some with prices, stock, relations, a document and sales."""
    await catalog.put_products(connection, PRODUCTS, source="pim", now=NOW)
    await catalog.put_prices(
        connection,
        [
            Price(product_id="D1", amount_minor=17_900),
            Price(product_id="D1", amount_minor=16_900, min_quantity=10),
            Price(product_id="D1", amount_minor=15_000, price_list="dealers"),
            Price(product_id="P7", amount_minor=450),
        ],
        now=NOW,
    )
    await catalog.put_stock(connection, [Stock(product_id="D1", quantity=4), Stock(product_id="D1", location="Kiel", quantity=3)], now=NOW)
    await catalog.put_relations(
        connection,
        [
            Relation(product_id="P7", kind=RelationKind.SPARE_PART_OF, related_id="D1", quantity=2),
            Relation(product_id="D1", kind=RelationKind.SUCCESSOR_OF, related_id="O2"),
        ],
    )
    manual = Document(document_id="M1", kind="manual", language="de", title="Anleitung", body="Bohren.", product_ids=("D1", "D1-B"))
    await catalog.put_documents(connection, [manual], source="pim", now=NOW)
    columns = ("product_id", "orders", "units", "returned_units", "revenue_minor", "currency", "units_by_month", "last_sold_at", "computed_at")
    months = database.jsonb({"2026-05": 2})
    sold = ((each, 1, units, 0, revenue, "EUR", months, NOW, NOW) for each, (units, revenue) in REVENUE.items())
    await database.copy(connection, "product_statistics", columns, sold)
    return connection


@pytest.fixture
def context(connection: Connection, clock: FixedClock) -> Context:
    """A context in the test's transaction; no operation of the catalog needs a pool or ports."""
    resources = Resources(Settings(home=Path("/nowhere")), clock, cast("Pool", None), cast("Ports", None))
    return Context(resources, language="de", fixed_connection=connection)
