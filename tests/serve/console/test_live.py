"""The live page without scripts, one event in the drawer, and what of both is hidden from whom."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hanse.base import database
from hanse.data.access.accounts import Role
from hanse.data.events import store
from hanse.data.events.schemas import Event, EventType
from hanse.serve.console import masking
from hanse.serve.runtime import Runtime
from tests.serve.console.conftest import Browser

SignIn = Callable[..., Browser]
EMAIL, NAME, PHONE, IP, STREET = "anna.petersen@example.org", "Anna Petersen", "+49 451 1234567", "203.0.113.77", "Hansestraße 12"
PLANTED = (EMAIL, NAME, PHONE, IP, STREET)
CONTEXT = {
    "ip": IP,
    "userAgent": f"Mozilla/5.0 {NAME}",
    "page": {"url": f"https://shop.example/kasse?email={EMAIL}", "path": "/kasse"},
    "locale": "de-DE",
}
PERSON = {"email": EMAIL, "name": NAME, "phone": PHONE, "address": {"street": STREET}}


@pytest.fixture
def event_ids(runtime: Runtime, client: object) -> list[UUID]:
    """The ids of some events that hold personal data, the latest first."""
    return asyncio.run(_record(runtime))


async def _record(runtime: Runtime) -> list[UUID]:
    now = runtime.resources.clock.now()
    line = {"order_id": "O-7", "products": [{"product_id": "W-1", "name": "Windlicht", "quantity": 2}], "customer": PERSON, "comment": NAME}
    events = [
        Event(message_id="m-1", type=EventType.IDENTIFY, user_id="u-1", source="web", occurred_at=now, properties=PERSON, context=CONTEXT),
        Event(message_id="m-2", name="Contact Sent", anonymous_id="b-1", source="web", occurred_at=now, properties=PERSON, context=CONTEXT),
        Event(
            message_id="m-3",
            name="Order Completed",
            user_id="u-1",
            source="shop",
            occurred_at=now - timedelta(hours=3),
            original_at=now,
            sent_at=now,
            received_at=now,
            properties=line,
            context={**CONTEXT, "intake": {"clock": "skewed"}},
        ),
    ]
    async with await database.connect(runtime.conninfo) as connection:
        await store.append(connection, events, now=now)
        rows = await (await connection.execute("SELECT event_id FROM events ORDER BY event_id DESC")).fetchall()
    return [row["event_id"] for row in rows]


def named(text: str) -> list[str]:
    return [each for each in PLANTED if each in text]


def test_without_events_the_page_says_why_and_what_to_do(browser: SignIn) -> None:
    page = browser().get("/data/live", headers={"Accept-Language": "en"}).text

    assert "No event has come in yet" in page
    assert "hanse sample" in page
    assert "curl http://testserver.local/v1/track" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Order Completed", "Contact Sent", "identify"]),
        ("?type=identify", ["identify"]),
        ("?name=Contact+Sent", ["Contact Sent"]),
        ("?source=shop", ["Order Completed"]),
        ("?identity=with", ["Order Completed", "identify"]),
        ("?identity=without", ["Contact Sent"]),
        ("?source=web&identity=with", ["identify"]),
        ("?type=nonsense&identity=nonsense", ["Order Completed", "Contact Sent", "identify"]),
        ("?name=never", []),
    ],
)
def test_the_last_events_are_a_list_that_can_be_filtered(browser: SignIn, event_ids: list[UUID], query: str, shown: list[str]) -> None:
    page = browser().get(f"/data/live{query}").text
    found = [str(each) for each in re.findall(r'data-event="([0-9a-f-]{36})"', page)]
    wanted = dict(zip(["Order Completed", "Contact Sent", "identify"], map(str, event_ids), strict=True))

    assert found == [wanted[name] for name in shown]


@pytest.mark.parametrize("role", list(Role))
def test_nobody_sees_personal_data_in_the_list_or_before_revealing(browser: SignIn, event_ids: list[UUID], role: Role) -> None:
    visitor = browser(role)

    assert named(visitor.get("/data/live").text) == []
    for event_id in event_ids:
        page = visitor.get(f"/data/events/{event_id}").text
        assert named(page) == []
        assert ("/reveal" in page) == (role in {Role.ADMIN, Role.PRIVACY, Role.SERVICE})


def test_what_the_event_is_about_stays_readable(browser: SignIn, event_ids: list[UUID]) -> None:
    page = browser(Role.VIEWER).get(f"/data/events/{event_ids[0]}", headers={"Accept-Language": "de"}).text

    for text in ("Windlicht", "O-7", "/kasse", "https://shop.example/kasse", "de-DE", "Uhr des Absenders ging", "15.06.2026, 11:00:00.000"):
        assert text in page, text


def test_revealing_is_noted_and_needs_the_permission(browser: SignIn, event_ids: list[UUID]) -> None:
    refused = browser(Role.VIEWER).post(f"/data/events/{event_ids[1]}/reveal")
    admin = browser(Role.ADMIN)
    shown = admin.post(f"/data/events/{event_ids[1]}/reveal")

    assert refused.status_code == 403
    assert (shown.status_code, sorted(named(shown.text))) == (200, sorted(PLANTED))
    assert "events.reveal" in admin.get("/audit").text


def test_an_event_opens_in_the_drawer_alone(browser: SignIn, event_ids: list[UUID]) -> None:
    part = browser().get(f"/data/events/{event_ids[0]}?source=shop", headers={"HX-Request": "true", "HX-Target": "aside#drawer"}).text

    assert "<html" not in part
    assert 'href="/data/live?source=shop"' in part


def test_an_event_that_is_gone_says_so(browser: SignIn) -> None:
    answer = browser().get(f"/data/events/{UUID(int=7)}", headers={"Accept": "text/html"})

    assert answer.status_code == 404


def test_the_stream_needs_a_session(client: Any) -> None:
    assert client.get("/data/live/stream").status_code == 303


@pytest.mark.parametrize(
    ("properties", "shown"),
    [
        ({"product_id": "W-1", "name": "Windlicht"}, {"product_id": "W-1", "name": "Windlicht"}),
        ({"name": "Anna Petersen"}, {"name": "A••• P•••"}),
        ({"path": "/konto/anna@example.org"}, {"path": "/•••@e•••.org"}),
        ({"price": 12.5, "phone": 451123, "paid": True}, {"price": 12.5, "phone": "•••", "paid": True}),
        ({"referrer": "https://example.org/?q=Anna"}, {"referrer": "https://example.org/"}),
        ({"page": {"search": "?name=Anna"}}, {"page": {"search": "?•••"}}),
        ({"products": [{"sku": "1", "engraving": "Anna"}]}, {"products": [{"sku": "1", "engraving": "A•••"}]}),
        ({"coupon": "203.0.113.77", "os": "2001:db8::1"}, {"coupon": "2•••", "os": "2•••"}),
    ],
)
def test_properties_are_shown_where_they_are_not_about_somebody(properties: dict[str, Any], shown: dict[str, Any]) -> None:
    assert masking.properties("track", properties, open_=False) == shown
    assert masking.properties("track", properties, open_=True) == properties
