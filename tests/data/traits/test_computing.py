"""The job computes traits of those who may be looked at, writes what changed and removes what is no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanse.base import database
from hanse.base.clock import FixedClock
from hanse.base.context import Context, Resources
from hanse.base.operation import Purpose
from hanse.data import consent, events, traits
from hanse.data.consent import Consent, State
from hanse.data.consent.schemas import LegalBasis
from hanse.data.events import Event
from hanse.data.profiles import identity, merging
from hanse.data.traits import computing, families, jobs, writing
from hanse.data.traits.declaration import Declared, Expression, MisdeclaredTrait, trait
from hanse.data.traits.tables import Lake
from tests.conftest import NOW


async def orders(resources: Resources, user: str, *days: int, **more: Any) -> UUID:
    """Have somebody order a drill so many days ago; return their profile."""
    told = [
        Event(
            message_id=str(uuid4()),
            name="Order Completed",
            user_id=user,
            source="shop",
            occurred_at=NOW - timedelta(days=day),
            properties={"order_id": f"{user}-{day}", "currency": "EUR", "products": [{"product_id": "drill", "quantity": 1, "price": 10}]},
            **more,
        )
        for day in days
    ]
    async with resources.pool.connection() as connection:
        await events.append(connection, told, now=resources.clock.now())
        found = await identity.find(connection, "user_id", user)
    assert found
    return found


async def says(resources: Resources, profile_id: UUID, state: State, at: datetime = NOW, basis: LegalBasis = LegalBasis.CONSENT, **more: Any) -> None:
    facts: dict[str, Any] = {"purpose": Purpose.PERSONALISATION} | more
    said = Consent(consent_id=uuid4(), profile_id=profile_id, state=state, legal_basis=basis, channel="test", decided_at=at, **facts)
    async with resources.pool.connection() as connection:
        await consent.put(connection, [said], now=at)


async def stored(resources: Resources, *names: str) -> dict[str, dict[UUID, Any]]:
    async with resources.pool.connection() as connection:
        found = await (await connection.execute("SELECT * FROM traits WHERE source = 'computed'")).fetchall()
    return {name: {row["profile_id"]: row["value"] for row in found if row["name"] == name} for name in names}


async def read(resources: Resources, profile_id: UUID) -> dict[str, traits.Known]:
    async with resources.pool.connection() as connection:
        return await traits.of(connection, profile_id)


async def test_everybody_has_what_is_needed_to_run_the_shop(context: Context, resources: Resources) -> None:
    anna = await orders(resources, "anna", 30, 20, 10)
    result = await jobs.compute(context)
    names = ("order_count", "revenue_minor", "last_order_at", "returned_score", "channel", "usual_interval_days")
    expected = {"order_count": 3, "revenue_minor": {"EUR": 3000}, "last_order_at": "2026-06-05T12:00:00Z", "returned_score": 0, "channel": "shop"}
    assert await stored(resources, *names) == {name: {anna: expected[name]} if name in expected else {} for name in names}
    assert result is not None
    assert result["people"] == 1
    found = (await read(resources, anna))["order_count"]
    assert (found.value, found.kind, found.source, found.purpose, found.observed_at) == (3, "computed", "computed", "operation", NOW)


async def test_what_needs_consent_is_computed_of_those_who_agreed(context: Context, resources: Resources) -> None:
    people = [await orders(resources, name, 30, 20, 10) for name in ("agreed", "denied", "withdrew", "objected", "silent")]
    agreed, denied, withdrew, objected, _ = people
    for profile_id in (agreed, withdrew, objected):
        await says(resources, profile_id, State.GRANTED, NOW - timedelta(days=9))
    await says(resources, denied, State.DENIED)
    await says(resources, withdrew, State.WITHDRAWN)
    await says(resources, objected, State.DENIED, basis=LegalBasis.OBJECTION)
    await jobs.compute(context)
    found = await stored(resources, "usual_interval_days", "order_count")
    assert found["usual_interval_days"] == {agreed: 10}
    assert set(found["order_count"]) == set(people)


async def test_who_withdraws_is_not_read_at_once_and_not_kept_after_the_next_run(context: Context, resources: Resources, clock: FixedClock) -> None:
    anna = await orders(resources, "anna", 30, 20, 10)
    await says(resources, anna, State.GRANTED, NOW - timedelta(days=1))
    await jobs.compute(context)
    assert "usual_interval_days" in await read(resources, anna)
    clock.advance(hours=1)
    await says(resources, anna, State.WITHDRAWN, clock.now())
    assert "usual_interval_days" not in await read(resources, anna)
    assert "order_count" in await read(resources, anna)
    await jobs.compute(context)
    assert await stored(resources, "usual_interval_days") == {"usual_interval_days": {}}


async def test_who_is_restricted_keeps_what_there_is_and_gets_nothing_new(context: Context, resources: Resources, clock: FixedClock) -> None:
    anna = await orders(resources, "anna", 30)
    await jobs.compute(context)
    async with resources.pool.connection() as connection:
        await connection.execute("UPDATE profiles SET restricted_at = now()")
    await orders(resources, "anna", 5)
    clock.advance(days=1)
    await jobs.compute(context)
    assert await stored(resources, "order_count", "recency_days") == {"order_count": {anna: 1}, "recency_days": {anna: 30}}
    assert await read(resources, anna) == {}


async def test_only_what_changed_is_written(context: Context, resources: Resources, clock: FixedClock) -> None:
    anna, ben = await orders(resources, "anna", 30), await orders(resources, "ben", 30)
    first = await computing.compute(context)
    await orders(resources, "ben", 20)
    clock.advance(hours=1)
    second = await computing.compute(context)
    assert (first["order_count"], second["order_count"]) == (writing.Written(2, 2, 0), writing.Written(2, 1, 0))
    assert (await read(resources, anna))["order_count"].observed_at == NOW
    assert (await read(resources, ben))["order_count"].observed_at == NOW + timedelta(hours=1)


async def test_people_are_written_in_as_many_ranges_as_there_are(
    context: Context, resources: Resources, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PEOPLE_AT_ONCE", 1)
    people = [await orders(resources, f"user {number}", 30) for number in range(5)]
    first = await computing.compute(context)
    assert first["order_count"] == writing.Written(5, 5, 0)
    assert (await stored(resources, "order_count"))["order_count"] == dict.fromkeys(people, 1)
    async with resources.pool.connection() as connection:
        one = await merging.merge(connection, people[1], people[3], actor="test", now=NOW)
    clock.advance(days=1)
    second = await computing.compute(context)
    assert (second["order_count"], second["recency_days"]) == (writing.Written(4, 1, 1), writing.Written(4, 4, 1))
    alone = [each for each in people if each not in (people[1], people[3])]
    assert (await stored(resources, "order_count"))["order_count"] == {one: 2, **dict.fromkeys(alone, 1)}


async def test_people_who_have_a_trait_no_longer_lose_it(context: Context, resources: Resources) -> None:
    anna, ben = await orders(resources, "anna", 30), await orders(resources, "ben", 30)
    await computing.compute(context)
    back = Event(message_id="back", name="Order Cancelled", user_id="anna", source="shop", occurred_at=NOW, properties={"order_id": "anna-30"})
    async with resources.pool.connection() as connection:
        await events.append(connection, [back], now=NOW)
    written = await computing.compute(context)
    assert written["order_count"] == writing.Written(1, 0, 1)
    assert (await stored(resources, "order_count"))["order_count"] == {ben: 1}
    assert "order_count" not in await read(resources, anna)


async def test_merged_profiles_have_traits_as_one_and_apart_again(context: Context, resources: Resources) -> None:
    anna, ben = await orders(resources, "anna", 30), await orders(resources, "ben", 20)
    await jobs.compute(context)
    async with resources.pool.connection() as connection:
        one = await merging.merge(connection, anna, ben, actor="test", now=NOW)
    await jobs.compute(context)
    assert (await stored(resources, "order_count"))["order_count"] == {one: 2}
    assert [(await read(resources, each))["order_count"].value for each in (anna, ben)] == [2, 2]


async def test_what_a_capability_declares_is_computed_and_removed_once_it_is_gone(context: Context, resources: Resources) -> None:
    @trait(purpose=Purpose.OPERATION)
    def greeting(lake: Lake) -> Expression:
        """How somebody wants to be greeted."""
        return lake.orders.select("profile_id", value=lake.orders.order_id)

    anna = await orders(resources, 'an"na,', 30)
    resources.hold(Declared, Declared({"greeting": greeting}))
    await computing.compute(context)
    assert await stored(resources, "greeting") == {"greeting": {anna: 'an"na,-30'}}
    resources.hold(Declared, Declared({}))
    await computing.compute(context)
    assert await stored(resources, "greeting") == {"greeting": {}}


def test_a_trait_for_advertising_cannot_be_declared() -> None:
    with pytest.raises(MisdeclaredTrait):

        @trait(purpose=Purpose.ADVERTISING)
        def discount(lake: Lake) -> Expression:
            """Which discount somebody wants."""
            return lake.orders


def test_families_declare_each_name_once() -> None:
    from hanse.data.traits import activity, orders, preferences

    names = [each.name for each in families.declared(activity, orders, preferences)]
    assert len(names) == len(set(names)) == len(families.OURS)


Act = tuple[int, State, LegalBasis, str, int, int]
ACTS = st.tuples(
    st.integers(0, 2),
    st.sampled_from([State.GRANTED, State.CONFIRMED, State.DENIED, State.WITHDRAWN, State.REQUESTED]),
    st.booleans().map(lambda objects: LegalBasis.OBJECTION if objects else LegalBasis.CONSENT),
    st.sampled_from(["personalisation", "statistics"]),
    st.integers(0, 2),
    st.integers(0, 1),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=8), merged=st.booleans())
def test_the_set_of_those_who_agreed_is_that_of_the_ledger(rolled_back_url: str, acts: Sequence[Act], merged: bool) -> None:  # noqa: FBT001  # a case
    """One statement for everybody decides as the ledger does for one."""
    import asyncio

    async def check() -> None:
        connection = await database.connect(rolled_back_url)
        try:
            profiles = [uuid4() for _ in range(3)]
            for each in profiles:
                await connection.execute("INSERT INTO profiles (profile_id, created_at, updated_at) VALUES (%s, now(), now())", (each,))
            if merged:
                await connection.execute("UPDATE profiles SET merged_into = %s WHERE profile_id = %s", profiles[:2])
            for person, state, basis, purpose, day, recorded in acts:
                objects = basis is LegalBasis.OBJECTION
                said = Consent(
                    consent_id=uuid4(),
                    profile_id=profiles[person],
                    purpose=Purpose(purpose),
                    state=State.DENIED if objects else state,
                    legal_basis=basis,
                    channel="test",
                    decided_at=NOW + timedelta(days=day),
                )
                await consent.put(connection, [said], now=NOW + timedelta(days=10, hours=recorded))
            for purpose in ("personalisation", "statistics"):
                stands = {each: (await consent.stand(connection, each, Purpose(purpose))).situation.allows for each in profiles}
                if merged:
                    assert stands.pop(profiles[1]) == stands[profiles[0]]
                found = await writing.allowed(connection, Purpose(purpose))
                assert set(found) == {str(each) for each, allows in stands.items() if allows}
        finally:
            await connection.rollback()
            await connection.close()

    asyncio.run(check())
