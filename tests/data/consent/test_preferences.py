"""What a visitor chooses in the banner stands in the ledger, once, and is read by everything that needs a basis."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hanse.base.database import Connection
from hanse.base.operation import Purpose
from hanse.data import consent, events
from hanse.data.consent.schemas import Medium
from hanse.data.events import Event
from hanse.data.profiles import identity
from tests.conftest import NOW


async def chosen(connection: Connection, message_id: str, properties: dict[str, Any], **more: Any) -> None:
    facts = {"anonymous_id": "b", "source": "shop", "occurred_at": NOW, **more}
    await events.append(connection, [Event(message_id=message_id, name="Consent Preferences Updated", properties=properties, **facts)], now=NOW)


async def standing(connection: Connection, purpose: Purpose, medium: Medium | None = None) -> bool | None:
    profile_id = await identity.find(connection, "anonymous_id", "b")
    assert profile_id
    return await consent.state(connection, profile_id, purpose, medium)


async def test_a_choice_counts_for_each_purpose(connection: Connection) -> None:
    await chosen(connection, "1", {"purposes": {"statistics": True, "personalisation": True, "advertising": False}, "version": "2026-01"})
    assert [await standing(connection, each) for each in (Purpose.STATISTICS, Purpose.PERSONALISATION)] == [True, True]
    assert await standing(connection, Purpose.ADVERTISING, Medium.SITE) is False


async def test_a_banner_is_no_consent_to_mail(connection: Connection) -> None:
    await chosen(connection, "1", {"purposes": {"advertising": True}})
    assert await standing(connection, Purpose.ADVERTISING, Medium.SITE) is True
    assert not await standing(connection, Purpose.ADVERTISING, Medium.EMAIL)


async def test_the_latest_choice_counts_whenever_it_arrives(connection: Connection) -> None:
    await chosen(connection, "2", {"purposes": {"personalisation": False}})
    await chosen(connection, "1", {"purposes": {"personalisation": True}}, occurred_at=NOW - timedelta(hours=1))
    assert await standing(connection, Purpose.PERSONALISATION) is False


async def test_it_counts_for_the_person_once_they_sign_in(connection: Connection) -> None:
    await chosen(connection, "1", {"purposes": {"personalisation": True}})
    await events.append(
        connection, [Event(message_id="2", name="Signed In", anonymous_id="b", user_id="4711", source="shop", occurred_at=NOW)], now=NOW
    )
    profile_id = await identity.find(connection, "user_id", "4711")
    assert profile_id
    assert await consent.state(connection, profile_id, Purpose.PERSONALISATION) is True


async def test_the_same_event_is_written_once(connection: Connection) -> None:
    for _ in range(2):
        await chosen(connection, "1", {"purposes": {"statistics": True}})
    row = await (await connection.execute("SELECT count(*) AS count FROM consents")).fetchone()
    assert row
    assert row["count"] == 1


@pytest.mark.parametrize(
    "properties", [{}, {"purposes": "all"}, {"purposes": {"statistics": "yes"}}, {"purposes": {"cooking": True}}, {"purposes": None}]
)
async def test_what_cannot_be_read_tells_nothing(connection: Connection, properties: dict[str, Any]) -> None:
    await chosen(connection, "1", properties)
    assert await standing(connection, Purpose.STATISTICS) is None
