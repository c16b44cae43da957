"""What people decide is remembered, holds for all records of both, is taken back, and of two who decide at once one is told so."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from hanse.base import database
from hanse.base.errors import InvalidRequest
from hanse.data.matches import deciding, pairs
from hanse.data.matches.errors import MatchChanged, NothingDecided, ProcessingRestricted, SaidDifferent, SaidSame, UnknownMatch
from hanse.data.matches.pairs import Pair
from hanse.data.privacy import restriction
from hanse.data.profiles import merging
from hanse.data.profiles.grouping import Link
from tests.conftest import NOW
from tests.data.matches.conftest import Shop, until_somebody_waits

ANNA = {"firstName": "Sieglinde", "lastName": "Ahrenshoop", "birthday": "1971-03-04", "email": "sieglinde@ahrenshoop.de"}
EVIDENCE = [{"field": "surname", "level": "the same", "bits": 8.2}, {"field": "given name", "level": "different", "bits": -3.0}]


async def propose(shop: Shop, one: UUID, other: UUID, probability: float = 0.8) -> str:
    """Have a pair wait."""
    async with shop.running.context() as context:
        connection = await context.connection()
        pair = Pair(min(one, other), max(one, other), probability, pairs.RELATIVE, EVIDENCE)
        outcome = await pairs.propose(connection, [pair], {}, touched={one, other}, now=NOW)
    return str(outcome.kept_ids[0]) if outcome.kept_ids else ""


@pytest.fixture
async def people(shop: Shop) -> list[UUID]:
    """Three who may be one."""
    return [await shop.person(number, **ANNA, nickname=str(number)) for number in (1, 2, 3)]


async def state(shop: Shop, proposal_id: str) -> str:
    return str((await shop.call("matches.get", proposal_id=proposal_id)).match.state)


async def test_the_same_are_merged_with_the_evidence_and_parted_again(shop: Shop, people: list[UUID]) -> None:
    pair = await propose(shop, people[0], people[1])
    decided = await shop.call("matches.decide", proposal_id=pair, decision="same", note="rief an")
    (link,) = await shop.rows("SELECT cause, actor, evidence FROM profile_links")
    audited = await shop.rows("SELECT action FROM audit_log WHERE action LIKE 'matches.%%'")

    assert (decided.state, decided.profile_ids) == ("same", [people[0]])
    assert (link["cause"], link["evidence"]["fields"], link["evidence"]["reason"]) == ("person", EVIDENCE, "rief an")
    assert await shop.members(people[1]) == people[:2]
    assert audited == [{"action": "matches.decide"}]
    undone = await shop.call("matches.undo", proposal_id=pair)
    assert (undone.state, undone.profile_ids) == ("waiting", people[:2])
    assert await shop.rows("SELECT * FROM profile_separations") == []
    assert (await shop.call("matches.list")).waiting == 1


async def test_different_people_are_never_proposed_or_joined_by_rule_again(crowd: Shop) -> None:
    one, other = await crowd.person(1, **ANNA, phone="+49 451 123456"), await crowd.person(2, **ANNA, phone="+49 451 123456")
    pair = await propose(crowd, one, other)
    await crowd.call("matches.decide", proposal_id=pair, decision="different", note="Zwillinge")
    done = await crowd.run("matches.find")
    while (await crowd.run("matches.join"))["records"]:
        pass
    listed = await crowd.call("matches.list", state="different")

    assert done["kept_apart"] > 0
    assert await crowd.members(one) == [one]
    assert [str(each.proposal_id) for each in listed.items] == [pair]
    assert (listed.items[0].decided_by, listed.items[0].decided_at) == ("command line", NOW)
    assert pair not in {str(each.proposal_id) for each in (await crowd.call("matches.list")).items}


async def test_a_difference_holds_for_whoever_the_records_are_merged_with(crowd: Shop) -> None:
    """A is not B; B is merged into C: A and C are not proposed or joined either, although all three look the same."""
    a, b, c = [await crowd.person(number, **ANNA) for number in (1, 2, 3)]
    await crowd.call("matches.decide", proposal_id=await propose(crowd, a, b), decision="different")
    await crowd.call("profiles.merge", profile_id=str(b), other_id=str(c))
    done = await crowd.run("matches.find")
    while (await crowd.run("matches.join"))["records"]:
        pass

    assert done["kept_apart"] > 0
    assert await crowd.members(a) == [a]
    assert await crowd.members(b) == [b, c]
    assert await propose(crowd, a, c) == ""


async def test_a_merge_that_is_taken_back_anywhere_counts_as_different(crowd: Shop) -> None:
    one, other = await crowd.person(1, **ANNA), await crowd.person(2, **ANNA)
    await crowd.run("matches.find")
    (row,) = await crowd.rows("SELECT proposal_id, link_id FROM match_proposals WHERE profile_id = %s", one)
    assert await state(crowd, str(row["proposal_id"])) == "joined"
    await crowd.call("profiles.unmerge", link_id=str(row["link_id"]), reason="mother and daughter")
    found = await crowd.call("matches.get", proposal_id=str(row["proposal_id"]))
    assert (found.match.state, found.match.decided_by, found.match.decided_at) == ("different", "command line", NOW)
    await crowd.run("matches.find")
    while (await crowd.run("matches.join"))["records"]:
        pass

    assert await crowd.members(one) == [one]
    assert await state(crowd, str(row["proposal_id"])) == "different"
    assert (await crowd.call("matches.undo", proposal_id=str(row["proposal_id"]))).state == "waiting"
    assert await crowd.members(other) == [other]


async def test_what_was_joined_by_rule_is_parted_by_a_decision(crowd: Shop) -> None:
    one = await crowd.person(1, **ANNA)
    await crowd.person(2, **ANNA)
    await crowd.run("matches.find")
    (row,) = await crowd.rows("SELECT proposal_id FROM match_proposals WHERE profile_id = %s", one)
    decided = await crowd.call("matches.decide", proposal_id=str(row["proposal_id"]), decision="different")

    assert decided.state == "different"
    assert await crowd.members(one) == [one]


@pytest.mark.parametrize(
    ("first", "second", "told"), [("same", "different", SaidSame), ("different", "same", SaidDifferent), ("same", "same", SaidSame)]
)
async def test_of_two_who_decide_at_once_the_second_is_told(shop: Shop, people: list[UUID], first: str, second: str, told: Any) -> None:
    """Two connections: the second waits for the first, and then reads what was decided, by whom and when."""
    pair = UUID(await propose(shop, people[0], people[1]))
    async with await database.connect(shop.running.conninfo) as one, await database.connect(shop.running.conninfo) as two:
        await deciding.decide(one, pair, first, actor="Anna", now=NOW)
        waits = asyncio.create_task(deciding.decide(two, pair, second, actor="Bernd", now=NOW))
        await until_somebody_waits(one)
        await one.commit()
        with pytest.raises(told, match="Anna decided on 2026-06-15 12:00 UTC") as caught:
            await waits
        await two.rollback()

    assert caught.value.status == 409
    assert await state(shop, str(pair)) == first
    (row,) = await shop.rows("SELECT decided_by FROM match_proposals")
    assert row["decided_by"] == "Anna"
    assert (await shop.call("matches.undo", proposal_id=str(pair))).state == "waiting"


async def test_two_who_decide_on_pairs_that_hang_together_make_no_wrong_merge(shop: Shop, people: list[UUID]) -> None:
    """A and B are one; while somebody says that A is not C, somebody else says that B is C: that is told, not done."""
    a, b, c = people
    pair, other = await propose(shop, a, c), await propose(shop, b, c)
    await shop.call("profiles.merge", profile_id=str(a), other_id=str(b))
    await shop.call("matches.decide", proposal_id=pair, decision="different")
    with pytest.raises(SaidDifferent, match="command line decided"):
        await shop.call("matches.decide", proposal_id=other, decision="same")

    assert await shop.members(c) == [c]


async def test_nothing_is_decided_on_records_that_changed_since(shop: Shop, people: list[UUID]) -> None:
    pair = await propose(shop, people[0], people[1])
    seen = (await shop.call("matches.get", proposal_id=pair)).version
    await shop.call("profiles.merge", profile_id=str(people[1]), other_id=str(people[2]))
    with pytest.raises(MatchChanged):
        await shop.call("matches.decide", proposal_id=pair, decision="same", version=seen)

    assert await shop.members(people[0]) == [people[0]]
    seen = (await shop.call("matches.get", proposal_id=pair)).version
    assert (await shop.call("matches.decide", proposal_id=pair, decision="same", version=seen)).state == "same"


async def test_what_cannot_be_decided_says_why(shop: Shop, people: list[UUID]) -> None:
    pair = await propose(shop, people[0], people[1])
    with pytest.raises(NothingDecided):
        await shop.call("matches.undo", proposal_id=pair)
    with pytest.raises(UnknownMatch):
        await shop.call("matches.decide", proposal_id=str(UUID(int=9)), decision="same")
    with pytest.raises(InvalidRequest):
        await shop.call("matches.list", cursor="elsewhere")
    async with shop.running.context() as context:
        await restriction.restrict(await context.connection(), [people[0]], restricted=True, now=NOW)
    with pytest.raises(ProcessingRestricted):
        await shop.call("matches.decide", proposal_id=pair, decision="same")

    assert (await shop.call("matches.list")).waiting == 0


async def test_pairs_come_in_pages_by_probability(shop: Shop, people: list[UUID]) -> None:
    wanted = [await propose(shop, one, other, score) for one, other, score in zip(people, [*people[1:], people[0]], (0.9, 0.5, 0.7), strict=True)]
    first = await shop.call("matches.list", limit=2)
    second = await shop.call("matches.list", limit=2, cursor=first.next_cursor)
    likely = await shop.call("matches.list", least_probability=0.6, most_probability=0.8)

    assert [str(each.proposal_id) for each in (*first.items, *second.items)] == [wanted[0], wanted[2], wanted[1]]
    assert second.next_cursor is None
    assert [str(each.proposal_id) for each in likely.items] == [wanted[2]]


async def test_an_erased_person_is_in_no_pair_and_no_key(shop: Shop, people: list[UUID]) -> None:
    pair = await propose(shop, people[0], people[1])
    await propose(shop, people[1], people[2])
    await shop.call("matches.decide", proposal_id=pair, decision="different", note="Sieglinde rief an")
    exported = await shop.call("privacy.export", profile_id=str(people[0]))
    await shop.call("privacy.erase", profile_id=str(people[0]), keep_orders=False)
    await shop.run("privacy.carry_out")

    assert b"match" in exported.archive
    left = await shop.rows("SELECT profile_id, other_id FROM match_proposals")
    assert left == [{"profile_id": people[1], "other_id": people[2]}]
    assert await shop.rows("SELECT * FROM match_changes WHERE profile_id = %s", people[0]) == []
    (receipt,) = await shop.rows("SELECT counts FROM erasures")
    assert receipt["counts"]["match_proposals"] == 1


async def test_undoing_a_difference_lets_other_evidence_count_again(shop: Shop, people: list[UUID]) -> None:
    pair = await propose(shop, people[0], people[1])
    await shop.call("matches.decide", proposal_id=pair, decision="different")
    async with shop.running.context() as context:
        connection = await context.connection()
        await merging.lock(connection)
        await merging.link(connection, [Link(people[0], people[1], "event", NOW)], actor="event", now=NOW)
    assert await shop.members(people[0]) == [people[0]]
    undone = await shop.call("matches.undo", proposal_id=pair)

    assert (undone.state, undone.profile_ids) == ("joined", [people[0]])
