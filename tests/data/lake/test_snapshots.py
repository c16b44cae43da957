"""The catalog lies in the lake as it is now, and is written only when it has changed."""

from __future__ import annotations

from collections.abc import Iterable

from hanse.base.context import Context, Resources
from hanse.data import catalog, lake
from hanse.data.catalog import Price, Product, Relation, RelationKind
from tests.conftest import NOW
from tests.data.lake.conftest import values

DRILL = Product(
    product_id="P1",
    title={"de": "Bohrer", "en": "Drill"},
    category={"de": "Maschinen", "en": "Machines"},
    brand="Nordwerk",
    attributes={"voltage": {"value": 18, "unit": "V"}},
)


async def sell(resources: Resources, products: Iterable[Product] = (), relations: Iterable[Relation] = (), prices: Iterable[Price] = ()) -> None:
    async with resources.pool.connection() as connection:
        await catalog.put_products(connection, products, source="test", now=NOW)
        await catalog.put_relations(connection, relations)
        await catalog.put_prices(connection, prices, now=NOW)


async def test_the_catalog_is_copied_whole(context: Context, resources: Resources) -> None:
    others = [Product(product_id="P2", parent_id="P1", title={"en": "Bit"}), Product(product_id="P3", title={"fr": "Scie"}), Product(product_id="P4")]
    relation = Relation(product_id="P2", kind=RelationKind.ACCESSORY_OF, related_id="P1", quantity=2)
    await sell(resources, [DRILL, *others], [relation], [Price(product_id="P1", amount_minor=9900)])
    copied = await lake.refresh(context)
    assert (copied["products"], copied["relations"], copied["prices"]) == (4, 1, 1)
    products = {row["product_id"]: row for row in values(context.settings.lake / "products")}
    assert products["P1"] == {
        "product_id": "P1",
        "parent_id": None,
        "state": "active",
        "title": "Bohrer",
        "title_de": "Bohrer",
        "title_en": "Drill",
        "category_de": "Maschinen",
        "category_en": "Machines",
        "brand": "Nordwerk",
        "attributes": '{"voltage": {"unit": "V", "value": 18}}',
    }
    assert [(products[key]["title"], products[key]["title_de"]) for key in ("P2", "P3", "P4")] == [("Bit", None), ("Scie", None), (None, None)]
    assert values(context.settings.lake / "relations") == [{"product_id": "P2", "kind": "accessory_of", "related_id": "P1", "quantity": 2}]
    assert values(context.settings.lake / "prices") == [
        {
            "product_id": "P1",
            "price_list": "list",
            "min_quantity": 1,
            "valid_from": None,
            "valid_until": None,
            "amount_minor": 9900,
            "currency": "EUR",
        }
    ]


async def test_only_what_changed_is_written_again(context: Context, resources: Resources) -> None:
    await sell(resources, [DRILL], [], [Price(product_id="P1", amount_minor=9900)])
    await lake.refresh(context)
    again = await lake.refresh(context)
    await sell(resources, [], [], [Price(product_id="P1", amount_minor=8900)])
    changed = await lake.refresh(context)
    assert [(copied["products"], copied["prices"]) for copied in (again, changed)] == [(0, 0), (0, 2)]  # the price before stays known
    assert [(row["amount_minor"], row["valid_until"] is None) for row in values(context.settings.lake / "prices")] == [(8900, True), (9900, False)]


async def test_what_was_removed_is_gone(context: Context, resources: Resources) -> None:
    await sell(resources, [DRILL], [], [Price(product_id="P1", amount_minor=9900)])
    await lake.refresh(context)
    async with resources.pool.connection() as connection:
        await connection.execute("DELETE FROM products")
    await lake.refresh(context)
    assert values(context.settings.lake) == []
