from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from benchmarks.search import baselines
from benchmarks.search.baselines import Space, Words
from benchmarks.search.queries import Query
from hanse.ai.text.encoder import Vectors, unit
from hanse.base.database import Connection
from hanse.data import catalog
from hanse.data.catalog.schemas import Product

PRODUCTS = (
    Product(product_id="A-1", title={"de": "Roter Bohrer", "en": "Red drill bit"}, description={"de": "Für Holz.", "en": "For wood."}),
    Product(product_id="A-2", title={"de": "Säge", "en": "Saw"}, description={"de": "Schneidet Holz, wo der Bohrer nur bohrt.", "en": "Cuts wood."}),
    Product(product_id="A-3", title={"de": "Roter Hammer", "en": "Red hammer"}, state="discontinued"),
)


def asked(text: str, language: str = "de") -> Query:
    return Query(text, language, "", "", {})


async def test_all_words_are_found_or_else_any_of_what_is_sold(connection: Connection) -> None:
    await catalog.put_products(connection, PRODUCTS, source="test", now=datetime(2026, 1, 1, tzinfo=UTC))
    await baselines.keep(connection)
    queries = [asked("rote bohrer"), asked("roter hammer"), asked("drill", "en"), asked("a-2"), asked("nichts davon")]
    assert await baselines.found_by(connection, queries, Words.ALL) == [["A-1"], [], ["A-1"], ["A-2"], []]
    assert await baselines.found_by(connection, queries, Words.ALL_ELSE_ANY) == [["A-1"], ["A-1"], ["A-1"], ["A-2"], []]


async def test_a_title_weighs_more(connection: Connection) -> None:
    twice = Product(product_id="A-0", title={"de": "Zange"}, description={"de": "Hält den Bohrer und noch einen Bohrer."})
    await catalog.put_products(connection, (*PRODUCTS, twice), source="test", now=datetime(2026, 1, 1, tzinfo=UTC))
    await baselines.keep(connection)
    assert (await baselines.found_by(connection, [asked("bohrer")], Words.ALL_ELSE_ANY))[0][0] == "A-0"
    assert (await baselines.found_by(connection, [asked("bohrer")], Words.TITLE_FIRST))[0][0] == "A-1"


def test_the_nearest_come_first() -> None:
    vectors: Vectors = unit(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    assert Space(["a", "b", "c"], vectors).nearest(vectors[1]) == ["b", "c", "a"]
