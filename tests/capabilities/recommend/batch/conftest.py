"""What the tests of batches share: a shop that has learned, whose people agreed to some things."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from hanse.base import ids
from hanse.base.clock import FixedClock
from hanse.base.operation import Purpose
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import consent
from hanse.data.consent import Consent, State
from hanse.data.profiles import Identity, Profile, store
from tests.capabilities.recommend.conftest import HELD_OUT, Shop, copied, further
from tests.capabilities.recommend.taught import ANNA
from tests.conftest import NOW
from tests.databases import Kept

BEN, CARA, DORA, EMIL = (UUID(int=number) for number in (20, 21, 22, 23))
"""Ben is new, Cara wants mail but nothing personal, Dora no mail, and the processing of Emil is restricted."""


async def agree(shop: Shop, people: Sequence[UUID], *purposes: Purpose, state: State = State.CONFIRMED) -> None:
    made = [
        Consent(consent_id=ids.new(NOW), profile_id=each, purpose=purpose, state=state, channel="form", decided_at=NOW - timedelta(days=1))
        for each in people
        for purpose in purposes
    ]
    async with shop.resources.pool.connection() as connection:
        await consent.put(connection, made, now=NOW)


async def subscribe(learned: Shop) -> None:
    """Have everybody but Dora get a newsletter, and everybody but Cara agree to personalisation."""
    async with learned.resources.pool.connection() as connection:
        people = [
            Profile(profile_id=each, created_at=NOW, identities=(Identity("user_id", str(each)),)) for each in (HELD_OUT, BEN, CARA, DORA, EMIL)
        ]
        await store.put(connection, people, source="test", now=NOW)
        rows = await (await connection.execute("SELECT profile_id FROM profiles WHERE merged_into IS NULL ORDER BY profile_id")).fetchall()
        await connection.execute("UPDATE profiles SET restricted_at = now() WHERE profile_id = %s", (EMIL,))
    everybody = [row["profile_id"] for row in rows]
    await agree(learned, [each for each in everybody if each != DORA], Purpose.ADVERTISING)
    await agree(learned, [DORA], Purpose.ADVERTISING, state=State.WITHDRAWN)
    await agree(learned, [each for each in everybody if each != CARA], Purpose.PERSONALISATION)
    async with learned.resources.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO traits (profile_id, name, source, value, purpose, observed_at) VALUES (%s, 'language', 'shop', '\"en-GB\"', 'contract', %s)",
            (ANNA, NOW),
        )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def subscribed(taught: Kept, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kept]:
    """The shop with a newsletter, made once for all tests of a worker."""
    async with further(taught, postgres, tmp_path_factory.mktemp("subscribed") / "home", subscribe) as kept:
        yield kept


@pytest.fixture
async def mailing(subscribed: Kept, postgres: EmbeddedPostgres, home: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    """A shop with a newsletter: everybody but Dora gets it, everybody but Cara agreed to personalisation."""
    async with copied(subscribed, postgres, home, clock) as shop:
        yield shop
