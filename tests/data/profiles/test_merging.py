"""Who is one person does not depend on the order of arrival; a merge loses nothing, and taken back it leaves no trace."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from hanse.base import database
from hanse.base.database import Connection
from hanse.data.profiles import identity, merging
from hanse.data.profiles.keys import Key
from tests.conftest import NOW
from tests.data.profiles.test_identity import Sender, people, resolve

HOUR = timedelta(hours=1)
NOBODY = UUID(int=0)
SENDERS = st.builds(
    lambda user, browser, others, hour: Sender(user, browser, identities=tuple(sorted(others)), occurred_at=NOW + hour * HOUR),
    st.sampled_from([None, "u1", "u2", "u3"]),
    st.sampled_from([None, "b1", "b2", "b3"]),
    st.frozensets(st.sampled_from([("email", "e1@x.de"), ("email", "e2@x.de"), ("phone", "+494012345678"), ("erp_number", "4711")]), max_size=2),
    st.integers(0, 400),
)


async def partition(connection: Connection) -> set[frozenset[Key]]:
    """Return which identities are one person's."""
    cursor = await connection.execute(
        "SELECT key.kind, key.value, coalesce(merged_into, profile_id) AS root FROM identities AS key JOIN profiles USING (profile_id)"
    )
    groups: dict[Any, set[Key]] = defaultdict(set)
    async for row in cursor:
        groups[row["root"]].add((row["kind"], row["value"]))
    return {frozenset(each) for each in groups.values()}


async def after(database_url: str, batches: list[list[Sender]]) -> set[frozenset[Key]]:
    """Return who is one person after some batches, leaving nothing behind."""
    async with await database.connect(database_url) as connection:
        for batch in batches:
            await resolve(connection, *batch)
        found = await partition(connection)
        await connection.rollback()
        return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(senders=st.lists(SENDERS, min_size=1, max_size=25), seed=st.integers(0, 10_000))
def test_any_order_and_any_batches_give_the_same_people(database_url: str, senders: list[Sender], seed: int) -> None:
    chance = random.Random(seed)
    shuffled = chance.sample(senders, len(senders))
    cut = chance.randint(0, len(senders))
    one = asyncio.run(after(database_url, [[each] for each in senders]))
    assert asyncio.run(after(database_url, [shuffled])) == one
    assert asyncio.run(after(database_url, [shuffled[:cut], shuffled[cut:]])) == one


async def test_a_circle_of_links_is_one_person(connection: Connection) -> None:
    pairs = [("email", "a@x.de"), ("phone", "+494012345678"), ("erp_number", "1"), ("email", "a@x.de")]
    found = await people(connection, *(Sender(identities=tuple(sorted(pair))) for pair in itertools.pairwise(pairs)))
    assert len(set(found)) == 1


async def test_a_person_may_join_what_no_rule_would(connection: Connection) -> None:
    one, other = await people(connection, Sender("1"), Sender("2"))
    assert await merging.merge(connection, one, other, actor="eva", now=NOW) == min(one, other)
    assert await merging.members(connection, other) == sorted([one, other])
    (entry,) = await merging.history(connection, other)
    assert (entry.cause, entry.actor, entry.refused) == ("person", "eva", None)


async def test_what_is_one_already_or_not_there_is_told(connection: Connection) -> None:
    one, other = await people(connection, Sender("1", "b"), Sender("2"))
    with pytest.raises(merging.AlreadyOne):
        await merging.merge(connection, *(await merging.members(connection, one)), actor="eva", now=NOW)
    with pytest.raises(merging.UnknownProfile):
        await merging.merge(connection, other, NOBODY, actor="eva", now=NOW)
    with pytest.raises(merging.UnknownMerge):
        await merging.unmerge(connection, NOBODY, actor="eva", now=NOW)


async def test_a_merge_taken_back_is_not_made_again_by_events(connection: Connection) -> None:
    await people(connection, Sender("1", "b"))
    user, browser = await identity.find(connection, "user_id", "1"), await identity.find(connection, "anonymous_id", "b")
    assert user == browser
    assert user
    (entry,) = await merging.history(connection, user)
    await merging.unmerge(connection, entry.link_id, actor="eva", now=NOW)
    assert len(await partition(connection)) == 2
    await resolve(connection, Sender("1", "b", occurred_at=NOW - HOUR), Sender("1", "b", occurred_at=NOW + HOUR))
    assert len(await partition(connection)) == 2
    await merging.merge(connection, entry.profile_id, entry.other_id, actor="eva", now=NOW)
    assert len(await partition(connection)) == 1


async def test_profiles_that_go_take_their_links_along(connection: Connection) -> None:
    (user,) = await people(connection, Sender("1", "b"))
    first, second = await merging.members(connection, user)
    await connection.execute("DELETE FROM profiles WHERE profile_id = %s", (first,))
    assert await merging.members(connection, second) == [second]
    assert await merging.history(connection, second) == []


class Merging(RuleBasedStateMachine):
    """People are made, merged and taken apart again in any order, against a plain picture of who is whom."""

    url = ""

    def __init__(self) -> None:
        """Begin with nobody, in a transaction that is never committed."""
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.connection: Connection = self.run(database.connect(self.url))
        self.merges: list[tuple[Any, set[frozenset[Key]]]] = []
        self.moment = NOW

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def facts(self) -> list[Any]:
        """Return all that belongs to profiles, which no merge may touch."""
        statement = "SELECT profile_id, kind, value FROM identities UNION ALL SELECT profile_id, name, value::text FROM traits ORDER BY 1, 2, 3"
        return [tuple(row.values()) for row in self.run(self.run(self.connection.execute(statement)).fetchall())]

    @initialize(senders=st.lists(SENDERS, min_size=2, max_size=8))
    def some_people(self, senders: list[Sender]) -> None:
        self.run(resolve(self.connection, *senders))

    @precondition(lambda self: not self.merges)
    @rule(sender=SENDERS)
    def somebody_comes(self, sender: Sender) -> None:
        self.run(resolve(self.connection, sender))

    @rule(first=st.integers(0, 100), second=st.integers(0, 100))
    def merge(self, first: int, second: int) -> None:
        rows = self.run(self.run(self.connection.execute("SELECT profile_id FROM identities ORDER BY kind, value")).fetchall())
        if len(rows) < 2:
            return
        one, other = rows[first % len(rows)]["profile_id"], rows[second % len(rows)]["profile_id"]
        before, facts = self.run(partition(self.connection)), self.facts()
        self.moment += HOUR
        try:
            self.run(merging.merge(self.connection, one, other, actor="eva", now=self.moment))
        except merging.AlreadyOne:
            assert self.run(merging.members(self.connection, one)) == self.run(merging.members(self.connection, other))
            return
        assert len(self.run(partition(self.connection))) == len(before) - 1
        assert self.facts() == facts
        entry = next(each for each in self.run(merging.history(self.connection, one)) if each.cause == "person" and each.linked_at == self.moment)
        self.merges.append((entry.link_id, before))

    @precondition(lambda self: self.merges)
    @rule()
    def take_the_last_merge_back(self) -> None:
        link_id, before = self.merges.pop()
        facts = self.facts()
        self.run(merging.unmerge(self.connection, link_id, actor="eva", now=self.moment))
        assert self.run(partition(self.connection)) == before
        assert self.facts() == facts

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.run(self.connection.rollback())
        self.run(self.connection.close())
        self.loop.close()


def test_a_merge_taken_back_leaves_everything_as_it_was(database_url: str) -> None:
    machine = type("MergingHere", (Merging,), {"url": database_url})
    run_state_machine_as_test(machine, settings=settings(max_examples=30, stateful_step_count=12, deadline=None))
