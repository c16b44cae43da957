"""Whether what comes in is complete and correct is found out by counting, and no value of an event is told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from hanse.base.database import Connection
from hanse.data import events, imports
from hanse.data.events import Event, names, quality, reading, specification
from hanse.data.events.quality import Quality
from hanse.data.imports import DeadLetter
from tests.conftest import NOW

LINE = {"product_id": "p-1", "price": 12.5, "quantity": 1}
ORDER = {"order_id": "o-1", "currency": "EUR", "total": 12.5, "products": [LINE]}


def event(number: int, name: str | None = "Order Completed", **facts: Any) -> Event:
    given: dict[str, Any] = {"user_id": "u-1", "source": "shop", "occurred_at": NOW - timedelta(hours=number), "properties": ORDER}
    return Event(message_id=f"m-{number}", name=name, **{**given, **facts})


async def report(connection: Connection, *given: Event, sample: int = quality.SAMPLE) -> Quality:
    await events.append(connection, given, now=NOW)
    return await quality.report(connection, reading.period(NOW - timedelta(days=30), NOW, NOW), "Europe/Berlin", sample=sample)


async def faults(connection: Connection, *properties: dict[str, Any], name: str = "Order Completed") -> dict[str, tuple[int, int]]:
    found = await report(connection, *(event(number, name, properties=each) for number, each in enumerate(properties, 1)))
    return {each.property: (each.missing, each.wrong) for each in found.faults}


async def test_what_is_as_specified_has_no_fault(connection: Connection) -> None:
    assert await faults(connection, ORDER, {**ORDER, "coupon": None, "affiliation": "x", "discount": 0}) == {}


async def test_what_lacks_is_counted_and_named_by_event(connection: Connection) -> None:
    found = await report(connection, event(1), event(2, properties={}), event(3, properties={**ORDER, "order_id": ""}))

    (order_id,) = [each for each in found.faults if each.property == "order_id"]
    assert (order_id.checked, order_id.missing, order_id.wrong) == (3, 2, 0)
    assert [each.message_id for each in order_id.missing_examples] == ["m-2", "m-3"]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"total": "12,50"}, "total"),
        ({"currency": "Euro"}, "currency"),
        ({"currency": "eur"}, "currency"),
        ({"products": {"0": LINE}}, "products"),
        ({"products": [LINE, {**LINE, "price": "12.50"}]}, "products[].price"),
        ({"products": [LINE, {**LINE, "quantity": True}]}, "products[].quantity"),
        ({"order_id": {"id": 1}}, "order_id"),
    ],
)
async def test_what_is_of_the_wrong_kind_is_counted(connection: Connection, wrong: dict[str, Any], fault: str) -> None:
    assert await faults(connection, ORDER, {**ORDER, **wrong}) == {fault: (0, 1)}


async def test_a_line_without_its_product_lacks_it(connection: Connection) -> None:
    assert await faults(connection, {**ORDER, "products": [LINE, {"price": 1}]}) == {"products[].product_id": (1, 0)}


async def test_only_the_latest_of_a_name_are_looked_into_and_that_is_said(connection: Connection) -> None:
    found = await report(connection, event(1), event(2), event(3, properties={}), sample=2)

    assert (found.faults, found.sample, found.sampled_names) == ([], 2, ["Order Completed"])


async def test_an_unknown_name_is_told_with_the_one_that_may_be_meant(connection: Connection) -> None:
    found = await report(connection, event(1, "order_completed"), event(2, "Ring the Bell"), event(3, "order_completed"), event(4))

    assert [(each.name, each.count, each.suggestion) for each in found.unknown_names] == [
        ("order_completed", 2, "Order Completed"),
        ("Ring the Bell", 1, None),
    ]
    assert [each.message_id for each in found.unknown_names[0].examples] == ["m-1", "m-3"]


@pytest.mark.parametrize(
    ("name", "meant"), [("productViewed", "Product Viewed"), ("Viewed product", "Product Viewed"), ("Oder Completed", "Order Completed")]
)
def test_a_name_is_known_however_it_is_written(name: str, meant: str) -> None:
    assert quality.suggestion(name) == meant


async def test_volumes_are_counted_by_day_and_source(connection: Connection) -> None:
    found = await report(connection, event(1), event(2, source="app"), event(20), event(24 * 40))

    assert [(each.day, each.source, each.count) for each in found.days] == [
        (date(2026, 6, 14), "shop", 1),
        (date(2026, 6, 15), "app", 1),
        (date(2026, 6, 15), "shop", 1),
    ]
    assert found.count == 3


async def test_events_of_nobody_and_clocks_that_are_off_are_counted(connection: Connection) -> None:
    late = NOW - timedelta(hours=9)
    found = await report(
        connection, event(1), event(2, user_id=None), event(3, original_at=late), event(4, original_at=NOW - timedelta(hours=4, seconds=30))
    )

    assert (found.nobody, [each.message_id for each in found.nobody_examples]) == (1, ["m-2"])
    assert (found.skewed, [each.message_id for each in found.skewed_examples]) == (1, ["m-3"])


async def test_what_could_not_be_taken_in_is_counted(connection: Connection) -> None:
    facts: dict[str, Any] = {"kind": "event", "source": "shop", "field": "event", "reason": "It is missing."}
    kept = [DeadLetter(dead_letter_id=UUID(int=number), created_at=NOW - timedelta(hours=number), **facts) for number in (1, 2, 9999)]
    await imports.add_dead_letters(connection, kept)
    await imports.dismiss(connection, [kept[0].dead_letter_id], now=NOW)

    assert [(each.kind, each.count, each.open) for each in (await report(connection)).dead_letters] == [("event", 2, 1)]


async def test_no_value_of_an_event_is_told(connection: Connection) -> None:
    found = await report(connection, event(1, properties={"order_id": {"mail": "anna@example.com"}, "total": "anna@example.com"}, user_id=None))

    assert found.faults
    assert b"anna@" not in msgspec.json.encode(found)


def test_every_new_name_of_an_old_one_is_specified() -> None:
    assert set(names.NAMES.values()) <= set(specification.EVENTS)
    assert set(specification.EVENTS) >= names.ABOUT_A_PRODUCT | names.ABOUT_AN_ORDER | names.ABOUT_A_PROMOTION
