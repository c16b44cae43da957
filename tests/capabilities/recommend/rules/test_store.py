"""Rules are kept in their order, every change is remembered and announced, and each can be taken back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from hanse.base import database
from hanse.base.database import Connection
from hanse.capabilities.recommend.rules import store
from hanse.capabilities.recommend.rules.errors import NothingToUndo, RuleChanged, RulesChanged, TooManyRules, UnclearRule, UnknownRule
from hanse.capabilities.recommend.rules.schemas import Boost, Draft, Exclude, Filter, Pin
from hanse.capabilities.recommend.rules.store import Author
from tests.capabilities.recommend.rules.conftest import draft
from tests.conftest import NOW

EVA, OLE = Author("Eva", NOW), Author("Ole", NOW + timedelta(hours=1))
FILTER = draft("In stock", filter=Filter(in_stock=True))
PIN = draft("Campaign", pin=Pin(product_ids=("coat",)), placements=("home",), ends_at=NOW)


async def made(connection: Connection, *drafts: Draft) -> list[UUID]:
    found = [await store.save(connection, EVA, each) for each in drafts]
    return [each.rule.rule_id for each in found if each.rule]


async def names(connection: Connection) -> list[str]:
    return [each.name for each in await store.rules(connection)]


async def test_a_rule_comes_back_as_it_was_saved_at_the_end_of_the_order(connection: Connection) -> None:
    await made(connection, FILTER, PIN)
    first, second = await store.rules(connection)
    assert (store.draft_of(first), store.draft_of(second)) == (FILTER, PIN)
    assert (second.position, second.version, second.changed_by, second.changed_at) == (2, 1, "Eva", NOW)


async def test_a_change_counts_up_and_what_was_not_seen_is_not_overwritten(connection: Connection) -> None:
    [rule_id] = await made(connection, FILTER)
    changed = await store.save(connection, OLE, PIN, rule_id, 1)
    assert changed.rule is not None
    assert (changed.rule.version, changed.rule.changed_by, changed.rule.name) == (2, "Ole", "Campaign")
    with pytest.raises(RuleChanged, match="Ole changed this rule"):
        await store.save(connection, EVA, FILTER, rule_id, 1)
    assert await names(connection) == ["Campaign"]


@pytest.mark.parametrize("unclear", [draft(), draft(filter=Filter(), boost=Boost())])
async def test_a_rule_does_exactly_one_thing(connection: Connection, unclear: Draft) -> None:
    with pytest.raises(UnclearRule):
        await store.save(connection, EVA, unclear)


async def test_rules_that_are_not_there_cannot_be_changed(connection: Connection) -> None:
    for attempt in (store.save(connection, EVA, FILTER, UUID(int=7)), store.delete(connection, EVA, UUID(int=7))):
        with pytest.raises(UnknownRule):
            await attempt


async def test_there_is_an_end_to_rules(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_RULES", 1)
    await made(connection, FILTER)
    with pytest.raises(TooManyRules):
        await made(connection, PIN)


async def test_the_order_is_given_whole(connection: Connection) -> None:
    one, two = await made(connection, FILTER, PIN)
    await store.order(connection, OLE, [two, one])
    assert await names(connection) == ["Campaign", "In stock"]
    for wrong in ([one], [one, two, UUID(int=7)], [one, one]):
        with pytest.raises(RulesChanged):
            await store.order(connection, OLE, wrong)


async def test_every_change_is_remembered_with_what_was_before(connection: Connection) -> None:
    [rule_id] = await made(connection, FILTER)
    await store.save(connection, OLE, PIN, rule_id)
    await store.order(connection, EVA, [rule_id])
    await store.delete(connection, EVA, rule_id)
    found = await store.history(connection)
    assert [(each.action, each.name, each.before, each.after, each.changed_by) for each in found] == [
        ("deleted", "Campaign", PIN, None, "Eva"),
        ("ordered", "", None, None, "Eva"),
        ("changed", "Campaign", FILTER, PIN, "Ole"),
        ("made", "In stock", None, FILTER, "Eva"),
    ]
    assert len(await store.history(connection, limit=2)) == 2


async def test_changes_are_taken_back_one_after_another(connection: Connection) -> None:
    one, two = await made(connection, FILTER, PIN)
    await store.order(connection, OLE, [two, one])
    await store.save(connection, OLE, draft("Bury", boost=Boost(factor=0.1)), one)
    await store.delete(connection, OLE, two)
    assert await names(connection) == ["Bury"]
    states = []
    for _ in range(5):
        await store.undo(connection, EVA)
        states.append(await names(connection))
    assert states == [["Campaign", "Bury"], ["Campaign", "In stock"], ["In stock", "Campaign"], ["In stock"], []]
    with pytest.raises(NothingToUndo):
        await store.undo(connection, EVA)


async def test_one_change_is_taken_back_once_and_only_where_nobody_changed_the_rule_since(connection: Connection) -> None:
    first = await store.save(connection, EVA, FILTER)
    assert first.rule is not None
    second = await store.save(connection, OLE, PIN, first.rule.rule_id)
    with pytest.raises(RuleChanged, match="Ole"):
        await store.undo(connection, EVA, first.change_id)
    back = await store.undo(connection, EVA, second.change_id)
    assert back.rule is not None
    assert (back.rule.name, back.rule.version, back.rule.changed_by) == ("In stock", 3, "Eva")
    with pytest.raises(NothingToUndo):
        await store.undo(connection, EVA, second.change_id)
    assert (await store.undo(connection, EVA, first.change_id)).rule is None
    assert [(each.action, each.undone_at is None) for each in await store.history(connection)] == [
        ("undone", True),
        ("undone", True),
        ("changed", False),
        ("made", False),
    ]


async def test_a_deleted_rule_comes_back_to_its_place_among_those_that_came_since(connection: Connection) -> None:
    one, _ = await made(connection, FILTER, PIN)
    deleted = await store.delete(connection, EVA, one)
    await made(connection, draft("Later", exclude=Exclude(product_ids=("coat",))))
    await store.undo(connection, EVA, deleted.change_id)
    assert await names(connection) == ["In stock", "Campaign", "Later"]


async def test_changes_at_the_same_time_follow_one_another_and_are_announced(database_url: str) -> None:
    listening = await database.connect(database_url, autocommit=True)
    await listening.execute("LISTEN hanse_changes")

    async def add(number: int) -> None:
        connection = await database.connect(database_url)
        async with connection:
            await store.save(connection, EVA, draft(f"rule {number}", filter=Filter(in_stock=True)))

    await asyncio.gather(*(add(number) for number in range(4)))
    found = await store.rules(listening)
    assert [each.position for each in found] == [1, 2, 3, 4]
    news = [notice.payload async for notice in listening.notifies(timeout=5, stop_after=4)]
    assert news == ["recommendation_rules:"] * 4
    await listening.close()
