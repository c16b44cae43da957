"""A revision is applied whole or not at all, and undone product by product; prices keep a history without gaps."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from hanse.base import ids
from hanse.base.database import Connection
from hanse.data import catalog, revisions
from hanse.data.catalog import Product, Relation, RelationKind, Stock, listing
from hanse.data.revisions import EntryPrice, EntryRelation, Mode, Scope, reading
from hanse.data.revisions.applying import Decision
from hanse.data.revisions.errors import RevisionDecided, RevisionOutdated, UnknownRevision
from tests.conftest import NOW
from tests.data.revisions.conftest import Decide, Fetch, Propose, entry, price

DAY = timedelta(days=1)
ALL = "SELECT * FROM products ORDER BY product_id"
PRICES = "SELECT product_id, min_quantity, amount_minor, valid_from, valid_until FROM prices ORDER BY 1, 2, valid_from"


def related(product_id: str, related_id: str, kind: RelationKind = RelationKind.SPARE_PART_OF) -> EntryRelation:
    return EntryRelation(product_id=product_id, kind=kind, related_id=related_id, quantity=2, type="mandatory")


async def holds(connection: Connection, product_id: str, moment: datetime) -> dict[int, int]:
    """Return the price at a moment by quantity, as the catalog shows it."""
    found = await listing.product(connection, product_id, now=moment)
    return {each.min_quantity: each.amount_minor for each in reversed(found.prices)}


async def test_what_was_there_before_is_back_after_an_undo(load: Propose, undo: Decide, fetch: Fetch) -> None:
    await load(entry("A", price(1_000), brand="Ebbe", relations=(related("B", "A"),)), entry("B"), entry("C"))
    before = [row[:13] for row in await fetch(ALL)]
    relations = await fetch("SELECT * FROM product_relations")
    told = await load(entry("A", price(1_200), brand="Flut", title={"de": "Neu"}, relations=(related("C", "A"),)), entry("C"), entry("D", price(5)))
    assert await undo(told["revision_id"]) == []
    assert [row[:13] for row in await fetch(ALL)] == before
    assert await fetch("SELECT * FROM product_relations") == relations
    assert await fetch("SELECT state FROM catalog_revisions WHERE revision_id = %s", told["revision_id"]) == [("undone",)]


async def test_relations_keep_their_quantity_and_kind(load: Propose, fetch: Fetch) -> None:
    await load(entry("A", relations=(related("B", "A"),)), entry("B"))
    assert await fetch("SELECT product_id, kind, related_id, quantity, attributes, source, stated_by FROM product_relations") == [
        ("B", "spare_part_of", "A", 2, {"type": "mandatory"}, "pim", "A")
    ]


async def test_a_product_that_somebody_changed_since_stays_and_is_told(load: Propose, undo: Decide, fetch: Fetch, connection: Connection) -> None:
    await load(*(entry(each, price(100), brand="Ebbe") for each in "ABCD"))
    told = await load(*(entry(each, price(110), brand="Flut") for each in "ABCD"))
    await connection.execute("UPDATE products SET brand = 'Hand' WHERE product_id = 'A'")
    await connection.execute("UPDATE products SET url = 'https://x' WHERE product_id = 'B'")  # nothing the revision wrote
    await connection.execute("UPDATE prices SET amount_minor = 1 WHERE product_id = 'C' AND amount_minor = 110")
    assert await undo(told["revision_id"]) == ["A", "C"]
    assert await fetch("SELECT product_id, brand FROM products ORDER BY 1") == [("A", "Hand"), ("B", "Ebbe"), ("C", "Flut"), ("D", "Ebbe")]
    assert [await holds(connection, each, NOW) for each in "ABCD"] == [{1: 110}, {1: 100}, {1: 1}, {1: 100}]


@pytest.mark.parametrize("use", ["stock", "relation", "variant", "price", "text"])
async def test_a_new_product_that_somebody_has_built_on_stays(load: Propose, undo: Decide, fetch: Fetch, connection: Connection, use: str) -> None:
    told = await load(entry("A", price(100)), entry("B"))
    await catalog.put_products(connection, [Product(product_id="S")], source="shop", now=NOW)
    if use == "stock":
        await catalog.put_stock(connection, [Stock(product_id="A", quantity=1)], now=NOW)
    elif use == "relation":
        await catalog.put_relations(connection, [Relation(product_id="S", kind=RelationKind.SIMILAR_TO, related_id="A")])
    elif use == "variant":
        await connection.execute("UPDATE products SET parent_id = 'A' WHERE product_id = 'S'")
    elif use == "price":
        await connection.execute("INSERT INTO prices (product_id, price_list, amount_minor, currency) VALUES ('A', 'dealers', 1, 'EUR')")
    else:
        await connection.execute("UPDATE products SET title = '{}' WHERE product_id = 'A'")
    assert await undo(told["revision_id"]) == ["A"]
    assert await fetch("SELECT product_id FROM products ORDER BY 1") == [("A",), ("S",)]


async def test_gone_products_come_back(load: Propose, undo: Decide, fetch: Fetch) -> None:
    await load(entry("A"), entry("B"))
    told = await load(entry("A"))
    assert await fetch("SELECT product_id, state FROM products ORDER BY 1") == [("A", "active"), ("B", "discontinued")]
    await undo(told["revision_id"])
    assert await fetch("SELECT product_id, state FROM products ORDER BY 1") == [("A", "active"), ("B", "active")]


async def test_nothing_is_applied_where_the_catalog_has_moved_on(propose: Propose, load: Propose, apply: Decide, connection: Connection) -> None:
    await load(*(entry(each, price(100)) for each in "ABC"))
    told = await propose(entry("A", price(110)), entry("B", brand="Flut"), entry("C", relations=(related("C", "A"),)), entry("D"))
    await connection.execute("UPDATE prices SET amount_minor = 1 WHERE product_id = 'A'")
    await connection.execute("UPDATE products SET brand = 'Hand' WHERE product_id = 'B'")
    await load(entry("C", relations=(related("C", "B"),)), scope=Scope.PRODUCTS)
    await catalog.put_products(connection, [Product(product_id="D")], source="shop", now=NOW)
    with pytest.raises(RevisionOutdated) as caught:
        await apply(told["revision_id"])
    assert caught.value.facts == {"count": 4, "examples": "A, B, C, D"}


async def test_what_changed_elsewhere_does_not_hinder(propose: Propose, load: Propose, apply: Decide, connection: Connection, fetch: Fetch) -> None:
    await load(entry("A", price(100)))
    told = await propose(entry("A", price(110)))
    await connection.execute("UPDATE products SET url = 'https://x'")
    await apply(told["revision_id"])
    assert await fetch("SELECT url FROM products") == [("https://x",)]


async def test_a_revision_is_decided_once(propose: Propose, apply: Decide, undo: Decide, connection: Connection) -> None:
    told = await propose(entry("A"))
    with pytest.raises(RevisionDecided, match="proposed already"):
        await undo(told["revision_id"])
    await apply(told["revision_id"])
    with pytest.raises(RevisionDecided, match="applied already"):
        await apply(told["revision_id"])
    with pytest.raises(RevisionDecided, match="applied already"):
        await revisions.discard(connection, told["revision_id"], Decision("test", NOW))
    with pytest.raises(UnknownRevision):
        await apply(ids.new(NOW))


async def test_a_discarded_one_changes_nothing(propose: Propose, connection: Connection, fetch: Fetch) -> None:
    told = await propose(entry("A"))
    await revisions.discard(connection, told["revision_id"], Decision("Jo", NOW))
    assert await fetch("SELECT state, decided_by FROM catalog_revisions") == [("discarded", "Jo")]
    assert await fetch(ALL) == []


async def test_an_old_price_ends_when_the_new_one_begins(load: Propose, fetch: Fetch, connection: Connection) -> None:
    await load(entry("A", price(100), price(90, quantity=10)), now=NOW)
    await load(entry("A", price(110), price(90, quantity=10)), now=NOW + DAY)
    rows = [row[1:] for row in await fetch(PRICES.replace("valid_from, valid_until", "valid_from::text, valid_until::text"))]
    assert rows == [
        (1, 100, "-infinity", str(NOW + DAY).replace("+00:00", "+00")),
        (1, 110, str(NOW + DAY).replace("+00:00", "+00"), "infinity"),
        (10, 90, "-infinity", "infinity"),
    ]
    assert [await holds(connection, "A", NOW + n * DAY) for n in (0, 1, 2)] == [{1: 100, 10: 90}, {1: 110, 10: 90}, {1: 110, 10: 90}]


async def test_a_price_for_some_days_stands_before_the_usual_one(load: Propose, connection: Connection) -> None:
    await load(entry("A", price(100)))
    await load(entry("A", price(80, start=NOW + 2 * DAY, end=NOW + 4 * DAY)), scope=Scope.PRODUCTS)
    assert [(await holds(connection, "A", NOW + n * DAY))[1] for n in range(6)] == [100, 100, 80, 80, 100, 100]


async def test_two_prices_for_a_time_are_decided_by_the_later_begin(load: Propose, connection: Connection) -> None:
    await load(entry("A", price(100), price(80, start=NOW + DAY, end=NOW + 3 * DAY)))
    assert [(await holds(connection, "A", NOW + n * DAY))[1] for n in range(5)] == [100, 80, 80, 100, 100]


async def test_a_price_that_is_over_already_leaves_the_present_one(load: Propose, connection: Connection) -> None:
    await load(entry("A", price(100)))
    told = await load(entry("A", price(80, start=NOW - 9 * DAY, end=NOW - DAY)))
    assert (told["counts"]["unchanged"], await holds(connection, "A", NOW)) == (1, {1: 100})


async def test_a_quantity_that_the_file_leaves_out_ends(load: Propose, connection: Connection) -> None:
    await load(entry("A", price(100), price(90, quantity=10), price(50, price_list="dealers")))
    await load(entry("A", price(100)), now=NOW + DAY)
    found = await listing.product(connection, "A", now=NOW + DAY)
    assert [(each.price_list, each.min_quantity, each.amount_minor) for each in found.prices] == [("list", 1, 100), ("dealers", 1, 50)]


async def test_an_undo_keeps_what_did_hold_in_the_history(load: Propose, undo: Decide, connection: Connection) -> None:
    await load(entry("A", price(100)))
    told = await load(entry("A", price(110), price(99, start=NOW + 3 * DAY)), now=NOW + DAY)
    assert await undo(told["revision_id"], now=NOW + 2 * DAY) == []
    assert [(await holds(connection, "A", NOW + n * DAY))[1] for n in range(5)] == [100, 110, 100, 100, 100]
    history = await reading.history(connection, "A")
    assert [each.amount_minor for each in history.prices] == [100, 110, 100]


async def test_an_undo_comes_after_a_price_has_begun(load: Propose, undo: Decide, connection: Connection) -> None:
    await load(entry("A", price(100)))
    told = await load(entry("A", price(110, end=NOW + 3 * DAY), price(120, start=NOW + 3 * DAY)), now=NOW)
    assert await undo(told["revision_id"], now=NOW + 5 * DAY) == []
    assert [(await holds(connection, "A", NOW + n * DAY))[1] for n in (1, 4, 6)] == [110, 120, 100]


async def test_prices_have_neither_gaps_nor_overlaps_whatever_comes(load: Propose, connection: Connection, fetch: Fetch) -> None:
    """Forty random price files, each compared with what a person would say holds at each hour."""
    rng, expected = random.Random(7), dict.fromkeys(range(-2, 60), 100)
    await load(entry("A", price(100)))
    for hour in range(40):
        now = NOW + timedelta(hours=hour)
        said: list[EntryPrice] = []
        for _ in range(rng.randint(1, 3)):
            start = rng.choice([None, rng.randint(-5, 50)])
            end = rng.choice([None, rng.randint((start if start is not None else hour) + 1, 70)])
            if all(each.valid_from != _at(start) for each in said):
                said.append(price(rng.randint(1, 9) * 100, start=_at(start), end=_at(end)))
        for each in sorted(said, key=lambda one: one.valid_from or NOW - 99 * DAY):
            for at in expected:
                moment = NOW + timedelta(hours=at)
                if at >= hour and (each.valid_from or moment) <= moment and (each.valid_until is None or moment < each.valid_until):
                    expected[at] = each.amount_minor
        await load(entry("A", *said, mode=Mode.PRICES), scope=Scope.PRICES, now=now)
    assert {at: (await holds(connection, "A", NOW + timedelta(hours=at)))[1] for at in expected} == expected
    gaps = await fetch("SELECT valid_until::text, (lead(valid_from) OVER (ORDER BY valid_from))::text FROM prices")
    assert all(end == start for end, start in gaps[:-1])


def _at(hour: int | None) -> datetime | None:
    return None if hour is None else NOW + timedelta(hours=hour)


async def test_the_history_of_a_product_tells_all(load: Propose, undo: Decide, connection: Connection) -> None:
    await load(entry("A", price(100)))
    told = await load(entry("A", price(110), brand="Ebbe"), now=NOW + DAY)
    await undo(told["revision_id"], now=NOW + 2 * DAY)
    found = await reading.history(connection, "A")
    assert [(each.action, each.applied_at, each.undone_at) for each in found.revisions] == [("changed", NOW + DAY, NOW + 2 * DAY), ("new", NOW, None)]
    assert [(each.field, each.before, each.after) for each in found.revisions[0].fields][:1] == [("brand", None, "Ebbe")]


async def test_changes_are_paged_and_chosen(propose: Propose, load: Propose, connection: Connection) -> None:
    await load(*(entry(each, price(100)) for each in ("A", "B", "Z")))
    told = await propose(entry("A", price(500)), entry("B", price(110)), entry("C", title={"en": "See"}), entry("D"))

    async def ids_of(**asked: Any) -> list[str]:
        return [each.product_id for each in (await reading.changes(connection, told["revision_id"], **asked)).changes]

    first = await reading.changes(connection, told["revision_id"], limit=2)
    assert (first.next_cursor, await ids_of(cursor=first.next_cursor)) == ("B", ["C", "D", "Z"])
    assert [await ids_of(action=each) for each in ("new", "changed", "gone")] == [["C", "D"], ["A", "B"], ["Z"]]
    assert await ids_of(price_jumps=True) == ["A"]
    shown = (await reading.changes(connection, told["revision_id"])).changes
    assert [each.title for each in shown] == ["A", "B", "See", "D", "Z"]
