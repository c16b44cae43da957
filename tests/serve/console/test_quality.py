"""The page on the quality of the data says what is missing or wrong, and shows no value of any event."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hanse.base import database
from hanse.data import events
from hanse.data.events import Event
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.console.conftest import Browser


@pytest.fixture
def log(runtime: Runtime) -> Callable[..., None]:
    async def write(given: tuple[Event, ...]) -> None:
        connection = await database.connect(runtime.conninfo)
        async with connection:
            await events.append(connection, given, now=NOW)

    return lambda *given: asyncio.run(write(given))


def event(number: int, **facts: Any) -> Event:
    usual: dict[str, Any] = {"name": "Product Viewed", "source": "shop", "user_id": "K-1", "properties": {"product_id": "p-1"}}
    return Event(message_id=f"m-{number}", occurred_at=NOW - timedelta(hours=number), **{**usual, **facts})


def test_without_events_the_page_says_what_will_be_here(browser: Callable[..., Browser]) -> None:
    assert "In diesem Zeitraum kam nichts an" in browser().get("/data/quality").text


def test_events_without_a_fault_are_praised(browser: Callable[..., Browser], log: Callable[..., None]) -> None:
    log(event(1), event(2))

    assert "fehlt nichts, und nichts ist falsch" in browser().get("/data/quality").text


def test_what_is_wrong_is_told_with_an_event_to_look_at(browser: Callable[..., Browser], log: Callable[..., None]) -> None:
    log(event(1), event(2, properties={"product_id": "p-1", "price": "geheim"}), event(3, name="product_viewd"), event(4, user_id=None))

    page = browser().get("/data/quality").text
    table = page.split("Was fehlt oder falsch ist")[-1]

    assert "<code>price</code> ist keine Zahl" in table
    assert "Niemand ist genannt" in table
    assert "<code>Product Viewed</code>" in table
    assert len({each.split('"')[0] for each in table.split('href="/data/events/')[1:]}) == 3
    assert "geheim" not in page


def test_the_chart_is_of_one_source_where_one_is_chosen(browser: Callable[..., Browser], log: Callable[..., None]) -> None:
    log(event(1), event(2, source="app"), event(3, source="app"))

    every, one = (browser().get("/data/quality", params=asked).text for asked in ({"days": "7"}, {"days": "7", "source": "app"}))

    assert "0,0,0,0,0,0,3]" in every
    assert "0,0,0,0,0,0,2]" in one
