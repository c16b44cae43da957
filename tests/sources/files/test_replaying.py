"""A row that somebody repaired is loaded, once, and nothing of it is lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data import imports
from hanse.data.imports import DeadLetter
from hanse.sources.files import errors, replay
from tests.conftest import NOW
from tests.sources.conftest import Fetch, Import, Write

CONTENT = "Beleg;Artikel;Menge;Preis;Datum\n1;A;2;12,50;1/2/2026\n1;B;x;1.000,50;1/2/2026\n2;C;y;3,00;1/13/2026\n"
COLUMNS = {"order_id": "Beleg"}


async def letters(fetch: Fetch) -> list[dict[str, Any]]:
    return await fetch("SELECT dead_letter_id, line, state, payload FROM dead_letters ORDER BY line")


async def events(fetch: Fetch) -> dict[str, dict[str, Any]]:
    return {row["message_id"]: row for row in await fetch("SELECT message_id, occurred_at, properties FROM events")}


async def test_a_repaired_row_of_a_new_order_is_loaded_as_this_order(import_file: Import, write: Write, fetch: Fetch, context: Context) -> None:
    await import_file(write("orders.csv", CONTENT), columns=COLUMNS, currency="CHF")
    _, letter = await letters(fetch)
    assert letter["payload"] == {"Beleg": "2", "Artikel": "C", "Menge": "y", "Preis": "3,00", "Datum": "1/13/2026"}
    result = await replay(context, letter["dead_letter_id"], letter["payload"] | {"Menge": "4"})
    assert result.replayed
    order = (await events(fetch))["order:import:2"]
    assert (order["properties"]["currency"], order["properties"]["total"]) == ("CHF", 12)
    assert order["occurred_at"].date().isoformat() == "2026-01-12", "the column's order of day and month still holds"
    assert [row["state"] for row in await letters(fetch)] == ["open", "replayed"]


async def test_a_repaired_line_of_a_known_order_is_not_lost(import_file: Import, write: Write, fetch: Fetch, context: Context) -> None:
    await import_file(write("orders.csv", CONTENT), columns=COLUMNS)
    letter, _ = await letters(fetch)
    await replay(context, letter["dead_letter_id"], letter["payload"] | {"Menge": "1"})
    found = await events(fetch)
    added = found[f"order:import:1#{letter['dead_letter_id']}"]
    assert (added["properties"]["order_id"], added["properties"]["total"]) == ("1", 1000.5)
    assert found["order:import:1"]["properties"]["total"] == 25


async def test_a_row_that_is_still_wrong_stays_open(import_file: Import, write: Write, fetch: Fetch, context: Context) -> None:
    await import_file(write("orders.csv", CONTENT), columns=COLUMNS)
    letter, _ = await letters(fetch)
    result = await replay(context, letter["dead_letter_id"], letter["payload"] | {"Menge": "1,5"})
    assert (result.replayed, result.field, result.reason) == (False, "quantity", "The quantity is not a whole number of pieces.")
    assert result.remedy
    assert [row["state"] for row in await letters(fetch)] == ["open", "open"]
    assert list(await events(fetch)) == ["order:import:1"]


async def test_a_row_is_replayed_once(import_file: Import, write: Write, fetch: Fetch, context: Context) -> None:
    path = write("orders.csv", CONTENT)
    await import_file(path, columns=COLUMNS)
    letter, _ = await letters(fetch)
    row = letter["payload"] | {"Menge": "1"}
    await replay(context, letter["dead_letter_id"], row)
    with pytest.raises(errors.ClosedDeadLetter, match="replayed already"):
        await replay(context, letter["dead_letter_id"], row)
    await import_file(path, columns=COLUMNS)
    assert [each["state"] for each in await letters(fetch)] == ["replayed", "open"]


async def test_a_row_with_surplus_cells_is_replayed_without_them(import_file: Import, write: Write, fetch: Fetch, context: Context) -> None:
    await import_file(write("orders.csv", "order_id,sku,qty,price,date,name\n1,A,1,2.00,2026-01-01,a,b\n2,A,1,2.00,2026-01-01,a\n"))
    (letter,) = await letters(fetch)
    assert letter["payload"]["(rest)"] == "b"
    assert (await replay(context, letter["dead_letter_id"], letter["payload"] | {"name": "a, b"})).replayed
    assert (await events(fetch))["order:import:1"]["properties"]["products"][0]["name"] == "a, b"


async def test_products_and_customers_are_replayed_too(import_file: Import, write: Write, fetch: Fetch, context: Context) -> None:
    await import_file(write("products.csv", "sku,title,price\nA,Mug,-1.00\n"), "products", language="en")
    await import_file(write("customers.csv", "customer id,email\nK1,nonsense\n"), "customers")
    for letter in await letters(fetch):
        row = letter["payload"] | ({"price": "1.00"} if "price" in letter["payload"] else {"email": "k1@example.org"})
        assert (await replay(context, letter["dead_letter_id"], row)).replayed
    assert await fetch("SELECT title FROM products") == [{"title": {"en": "Mug"}}]
    people = "SELECT profile_traits(profile_members(profile_id)) AS traits FROM profiles WHERE merged_into IS NULL"
    assert await fetch(people) == [{"traits": {"email": "k1@example.org"}}]


async def test_unknown_and_foreign_dead_letters_are_refused(context: Context, connection: Connection) -> None:
    with pytest.raises(errors.UnknownDeadLetter):
        await replay(context, uuid4(), {})
    event = DeadLetter(dead_letter_id=UUID(int=1), kind="event", source="shop", field="type", reason="?", created_at=NOW)
    await imports.add_dead_letters(connection, [event])
    with pytest.raises(errors.NotReplayable):
        await replay(context, event.dead_letter_id, {})


async def test_a_row_without_its_columns_is_refused(import_file: Import, write: Write, fetch: Fetch, context: Context) -> None:
    await import_file(write("orders.csv", CONTENT), columns=COLUMNS)
    letter, _ = await letters(fetch)
    with pytest.raises(errors.UnmappedColumns, match="product_id"):
        await replay(context, letter["dead_letter_id"], {"Beleg": "1", "Menge": "1", "Preis": "1", "Datum": "2026-01-01"})
