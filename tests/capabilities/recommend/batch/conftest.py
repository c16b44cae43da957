"""What the tests of batches share: a shop that has learned, whose people agreed to some things."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from hanse.base import ids
from hanse.base.operation import Purpose
from hanse.data import consent
from hanse.data.consent import Consent, State
from hanse.data.profiles import Identity, Profile, store
from tests.capabilities.recommend.conftest import HELD_OUT, Shop, shop
from tests.capabilities.recommend.test_placements import ANNA, learned
from tests.conftest import NOW

__all__ = ["learned", "shop"]

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


@pytest.fixture
async def mailing(learned: Shop) -> Shop:
    """A shop with a newsletter: everybody but Dora gets it, everybody but Cara agreed to personalisation."""
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
    return learned
