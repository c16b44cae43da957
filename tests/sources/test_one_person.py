"""Whoever comes by event, by file and from a shop is one person, in whatever order; what names nobody, or many, joins nobody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from hanse.base.database import Connection
from hanse.data import events
from hanse.data.events import Event, EventType
from hanse.sources.connections import people_writing
from hanse.sources.source import Change, Customer
from tests.conftest import NOW
from tests.sources.conftest import Fetch, Import, Write
from tests.sources.shops import shop

PEOPLE = "SELECT profile_id, profile_traits(profile_members(profile_id)) AS traits FROM profiles WHERE merged_into IS NULL"
EMAIL = ("email", "ada@example.org")

Way = Callable[[], Awaitable[None]]


@pytest.fixture
def ways(connection: Connection, import_file: Import, write: Write) -> dict[str, Way]:
    """The ways by which one person comes, each with other names for them."""

    async def by_event() -> None:
        seen: dict[str, Any] = {"message_id": "x", "type": EventType.IDENTIFY, "source": "web", "occurred_at": NOW - timedelta(hours=3)}
        await events.append(connection, [Event(**seen, anonymous_id="b", identities=(EMAIL,), properties={"firstName": "A."})], now=NOW)

    async def by_file() -> None:
        content = "customer id,email,last name,customer since\n77,ADA@example.org,Muster,2026-01-02\n"
        await import_file(write("customers.csv", content), "customers", source="erp")

    async def by_order() -> None:
        content = "order_id,sku,qty,price,date,customer id,email,country\n1,A,1,2.50,2026-01-02,77,ada@example.org,DE\n"
        await import_file(write("orders.csv", content), source="till")

    async def by_shop() -> None:
        record = Customer(email="Ada@example.org", phone="0451 123456", traits={"firstName": "Ada"}, authoritative=True)
        await tell(connection, Change(kind="customer", resource_id="1", changed_at=NOW - timedelta(hours=1), customer=record))

    return {"event": by_event, "file": by_file, "order": by_order, "shop": by_shop}


async def tell(connection: Connection, *changes: Change) -> None:
    """Have a shop tell of people."""
    written = await people_writing.write(connection, shop("shopify"), changes, {id(each) for each in changes}, now=NOW)
    await events.append(connection, written.identified, now=NOW)


@pytest.mark.parametrize("order", [*permutations(("event", "file", "shop")), ("order", "shop", "event"), ("event", "shop", "order")])
async def test_one_person_by_three_ways_is_one_in_every_order(order: tuple[str, ...], ways: dict[str, Way], fetch: Fetch) -> None:
    for way in order:
        await ways[way]()
    (person,) = await fetch(PEOPLE)
    assert person["traits"]["firstName"] == "Ada", "the shop said so later than the page"
    identities = await fetch("SELECT kind, value FROM identities ORDER BY kind")
    expected = [("anonymous_id", "b"), EMAIL, ("phone", "+49451123456"), ("user_id", "77")]
    assert [(row["kind"], row["value"]) for row in identities] == expected


@pytest.mark.parametrize("order", list(permutations(("order", "shop"))))
async def test_what_an_order_says_counts_only_where_nobody_says_more(order: tuple[str, ...], connection: Connection, fetch: Fetch) -> None:
    told = {
        "order": Customer(user_id="77", traits={"firstName": "A.", "phone": "0451 123456"}),
        "shop": Customer(user_id="77", traits={"firstName": "Ada"}, authoritative=True),
    }
    for way in order:
        at = NOW - timedelta(hours=2 if way == "shop" else 1)
        await tell(connection, Change(kind=way, resource_id=way, changed_at=at, customer=told[way]))
    assert [row["traits"] for row in await fetch(PEOPLE)] == [{"firstName": "Ada", "phone": "0451 123456"}]


async def test_one_address_of_a_whole_company_does_not_make_its_people_one(import_file: Import, write: Write, fetch: Fetch) -> None:
    rows = [f"K{number},office@example.org,Name {number}" for number in range(1, 10)]
    await import_file(write("customers.csv", "\n".join(["customer id,email,name", *rows]) + "\n"), "customers")
    names = [row["traits"]["name"] for row in await fetch(PEOPLE) if row["traits"]]
    assert sorted(names) == [f"Name {number}" for number in range(1, 10)]


async def test_what_names_nobody_names_nobody_in_files_and_shops_too(connection: Connection, import_file: Import, write: Write, fetch: Fetch) -> None:
    content = "order_id,sku,qty,price,date,customer id,email\n1,A,1,2.50,2026-01-02,0000,unknown@example.com\n2,A,1,2.50,2026-01-02,0000,\n"
    await import_file(write("orders.csv", content))
    await tell(connection, Change(kind="order", resource_id="1", changed_at=NOW, customer=Customer(email="noreply@example.com", phone="0000")))
    assert await fetch("SELECT 1 FROM profiles") == []
    assert [row["profile_id"] for row in await fetch("SELECT profile_id FROM events")] == [None, None]
