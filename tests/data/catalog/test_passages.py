"""What is read of a product is what a customer may read, in one language, the most telling first."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.base.database import Connection
from hanse.data import catalog
from hanse.data.catalog import Product, passages
from tests.conftest import NOW


def product(**facts: Any) -> dict[str, Any]:
    return {"title": {"de": "Bohrer"}, "category": {}, "brand": None, "attributes": {}, "description": {}, **facts}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "Bohrer."),
        ({"brand": "Nord", "category": {"de": "Maschinen > Bohren"}}, "Bohrer. Maschinen > Bohren. Nord."),
        ({"attributes": {"Länge": {"value": 8, "unit": "mm"}, "Farbe": {"value": {"de": "rot", "en": "red"}}}}, "Bohrer. Farbe: rot. Länge: 8 mm."),
        ({"attributes": {"Für": {"value": ["Holz", "Stein"]}, "Koffer": {"value": True}, "Alt": {"value": None}}}, "Bohrer. Für: Holz, Stein."),
        ({"attributes": {"margin": {"value": 35, "unit": "%"}, "cost": {"value": 6.1}}}, "Bohrer."),
        ({"description": {"de": "Bohrt alles."}}, "Bohrer. Bohrt alles."),
        ({"title": {"en": "Drill bit"}}, "Drill bit."),
        ({"title": {}}, ""),
    ],
)
def test_a_passage_says_what_a_product_is(facts: dict[str, Any], said: str) -> None:
    assert passages.passage(product(**facts), "de") == said


def test_of_a_long_description_the_beginning_is_read() -> None:
    said = passages.passage(product(description={"de": "Wort " * 1_000}), "de")
    assert len(said) < passages.MOST_DESCRIBED + 20


async def test_all_that_is_sold_is_read_once_a_page_at_a_time(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passages, "PAGE", 2)
    names = ["Zange", "a", "b", "Ä", "ä"]
    await catalog.put_products(connection, [Product(product_id=each, title={"de": each}) for each in names], source="test", now=NOW)
    await catalog.put_products(connection, [Product(product_id="old", state="discontinued")], source="test", now=NOW)
    pages = [page async for page in passages.read(connection, "de")]
    assert sorted(each.product_id for page in pages for each in page) == sorted(names)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert await passages.count(connection) == 5
