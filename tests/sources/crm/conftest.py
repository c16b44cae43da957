"""Fixtures of the CRM: a house with people, a receiver of webhooks, and short ways to make targets and deliver."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import pytest

from hanse.base import ids
from hanse.base.clock import FixedClock
from hanse.base.context import Context
from hanse.data import entries
from hanse.data.entries import Entry
from hanse.sources.crm import delivering, targets
from hanse.sources.crm.schemas import SavedTarget, SaveTarget
from tests.sources.crm.receiving import Receiver, receiving

MAPPING: dict[str, Any] = {
    "person": "user_id",
    "entries": [{"kinds": ["*"], "fields": {"title": "{subject}", "body": "{text}", "source": "hanse"}}],
    "traits": [],
}


@dataclass
class House:
    """A Hanse with people in it."""

    context: Context
    clock: FixedClock

    async def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """Run a query."""
        return await (await (await self.context.connection()).execute(statement.encode(), values)).fetchall()

    async def person(self, user_id: str, **traits: Any) -> UUID:
        """Make somebody."""
        profile_id, now = ids.new(self.clock.now()), self.clock.now()
        connection = await self.context.connection()
        await connection.execute("INSERT INTO profiles (profile_id, created_at, updated_at) VALUES (%s, %s, %s)", (profile_id, now, now))
        for name, value in traits.items():
            await self.trait(profile_id, name, value)
        await connection.execute("INSERT INTO identities VALUES ('user_id', %s, %s, 'shop', %s)", (user_id, profile_id, now))
        return profile_id

    async def trait(self, profile_id: UUID, name: str, value: Any, *, source: str = "shop", purpose: str = "operation") -> None:
        """Have a source say something of somebody."""
        await (await self.context.connection()).execute(
            "INSERT INTO traits (profile_id, name, source, value, purpose, observed_at) VALUES (%s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (profile_id, name, source) DO UPDATE SET value = excluded.value, observed_at = excluded.observed_at",
            (profile_id, name, source, msgspec.json.encode(value).decode(), purpose, self.clock.now()),
        )

    async def target(self, name: str = "crm", **facts: Any) -> SavedTarget:
        """Make a target."""
        return await targets.save(self.context, msgspec.convert({"name": name, "mapping": MAPPING, **facts}, SaveTarget))

    async def webhook(self, receiver: Receiver, name: str = "crm", **facts: Any) -> SavedTarget:
        """Make a target that a receiver takes."""
        return await self.target(name, options={"url": receiver.url, "allow_private": True}, **facts)

    async def enter(self, profile_id: UUID | None, text: str = "Done.", **facts: Any) -> None:
        """Write an entry."""
        entry = Entry(**{"kind": "order_answered", "profile_id": profile_id, "subject": "An answer", "text": text, **facts})
        await entries.put(await self.context.connection(), [entry], now=self.clock.now())
        self.clock.advance(seconds=1)

    async def deliver(self) -> dict[str, dict[str, int]]:
        """Deliver what is due."""
        return await delivering.deliver_all(self.context, random.Random(1))

    async def states(self) -> list[str]:
        """Return the states of all deliveries, in order."""
        return [row["state"] for row in await self.rows("SELECT state FROM crm_deliveries ORDER BY number")]


@pytest.fixture
def house(context: Context, clock: FixedClock) -> House:
    """A house on a connection that is rolled back."""
    return House(context, clock)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A system that takes webhooks."""
    with receiving() as found:
        yield found
