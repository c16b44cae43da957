"""Events are kept as long as their rule says: the one of a name before that of a type, that before the one for all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from hanse.base.clock import FixedClock
from hanse.base.context import Context, Resources
from hanse.data import events, imports, lake
from hanse.data.events import EventType, jobs, retention
from hanse.data.events.dead_letters import unreadable
from hanse.data.events.retention import Rule
from hanse.data.lake.retention import Cutoff, retain
from tests.conftest import NOW
from tests.data.events.conftest import rows
from tests.data.events.test_store import viewed

DAY = timedelta(days=1)


async def keep(resources: Resources, *rules: Rule) -> None:
    async with resources.pool.connection() as connection:
        for rule in rules:
            await retention.put(connection, rule, by="test", now=NOW)


async def happen(resources: Resources, ages: dict[str, int], **more: Any) -> None:
    async with resources.pool.connection() as connection:
        await events.append(connection, [viewed(name, occurred_at=NOW - days * DAY, **more) for name, days in ages.items()], now=NOW)


async def left(resources: Resources) -> list[str]:
    return [row["message_id"] for row in await rows(resources, "SELECT message_id FROM events ORDER BY message_id")]


async def test_without_a_rule_everything_is_kept(context: Context, resources: Resources) -> None:
    await happen(resources, {"a": 0, "b": 5000})
    done = await retention.apply(context)
    assert (done.months, done.events, done.dead_letters) == (0, 0, 0)
    assert await left(resources) == ["a", "b"]


async def test_the_more_special_rule_counts(context: Context, resources: Resources) -> None:
    await happen(resources, {"order-old": 400, "order": 40}, name="Order Completed")
    await happen(resources, {"track-old": 40, "track": 20})
    await happen(resources, {"page-old": 20, "page": 5}, type=EventType.PAGE, name="Home")
    await happen(resources, {"identify": 100}, type=EventType.IDENTIFY, name=None)
    rules = [Rule(name="Order Completed", keep_days=365), Rule(type="track", keep_days=30), Rule(type="page", keep_days=10), Rule(keep_days=200)]
    await keep(resources, *rules)
    async with resources.pool.connection() as connection:
        due = await retention.preview(connection, rules, NOW)
    done = await retention.apply(context)
    assert await left(resources) == ["identify", "order", "page", "track"]
    assert (due.events, due.oldest_at, due.dead_letters) == (3, NOW - 400 * DAY, 0)
    assert (done.months, done.events) == (1, 2)
    assert (await retention.apply(context)).events == 0


async def test_months_of_which_nothing_stays_go_whole(context: Context, resources: Resources) -> None:
    await happen(resources, {"a": 10, "b": 100, "c": 130, "d": 200})
    await keep(resources, Rule(keep_days=90), Rule(type="page", keep_days=100))
    done = await retention.apply(context)
    assert (done.months, done.events) == (2, 1)
    assert await left(resources) == ["a"]
    partitions = {
        row["name"] for row in await rows(resources, "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'events'::regclass")
    }
    assert partitions == {"events_other", "events_2026_03", "events_2026_06"}


async def test_recent_months_stay_where_processes_remember_them(context: Context, resources: Resources) -> None:
    await happen(resources, {"a": 40})
    await keep(resources, Rule(keep_days=1))
    done = await retention.apply(context)
    assert (done.months, done.events) == (0, 1)


async def test_a_late_event_of_a_month_that_is_gone_finds_a_place(context: Context, resources: Resources) -> None:
    await happen(resources, {"a": 200})
    await keep(resources, Rule(keep_days=90))
    assert (await retention.apply(context)).months == 1
    await happen(resources, {"late": 200})
    assert await left(resources) == ["late"]
    assert (await retention.apply(context)).months == 1


async def test_a_deleted_event_does_not_come_back_when_it_is_sent_again(context: Context, resources: Resources) -> None:
    await happen(resources, {"a": 200})
    await keep(resources, Rule(keep_days=90))
    await retention.apply(context)
    await happen(resources, {"a": 200})
    assert await left(resources) == []


async def test_dead_letters_have_a_rule_of_their_own(context: Context, resources: Resources) -> None:
    async with resources.pool.connection() as connection:
        await imports.add_dead_letters(connection, [unreadable(text, "x", "shop", NOW - age * DAY) for text, age in ((b"old", 40), (b"new", 20))])
    await keep(resources, Rule(type=retention.DEAD_LETTER, keep_days=30))
    assert (await retention.apply(context)).dead_letters == 1
    assert [row["payload"] for row in await rows(resources, "SELECT payload FROM dead_letters")] == [{"message": "new"}]


async def test_a_rule_is_changed_and_taken_back(resources: Resources) -> None:
    await keep(resources, Rule(type="page", keep_days=10), Rule(type="page", keep_days=20))
    async with resources.pool.connection() as connection:
        assert await retention.rules(connection) == [Rule(type="page", keep_days=20)]
        assert await retention.remove(connection, "page", "*")
        assert not await retention.remove(connection, "page", "*")


async def lake_rows(context: Context) -> tuple[list[str], list[str]]:
    with lake.session(context.settings) as session:
        found = session.tables.events.to_pyarrow().to_pylist(), session.tables.order_lines.to_pyarrow().to_pylist()
    return sorted(str(row["name"]) for row in found[0]), sorted(row["order_id"] for row in found[1])


async def test_the_lake_follows(context: Context, resources: Resources, clock: FixedClock) -> None:
    for number, age in enumerate((400, 100, 1)):
        line = {"order_id": f"o-{number}", "products": [{"product_id": "p", "quantity": 1, "price": 1}]}
        await happen(resources, {f"order-{number}": age}, name="Order Completed", properties=line)
        await happen(resources, {f"view-{number}": age})
    await happen(resources, {"who": 400}, type=EventType.IDENTIFY, name=None)
    await lake.refresh(context)
    clock.advance(days=2)
    await keep(resources, Rule(type="track", keep_days=30), Rule(name="Order Completed", keep_days=200))
    done = await jobs.retain(context)
    assert done == {"months": 0, "events": 3, "dead_letters": 0, "lake_rows": 4}
    expected = ["None", "Order Completed", "Order Completed", "Product Viewed"], ["o-1", "o-2"]
    assert await lake_rows(context) == expected
    await lake.refresh(context)
    assert await lake_rows(context) == expected, "what was removed does not come back"
    assert (await jobs.retain(context) or {})["lake_rows"] == 0


@pytest.mark.parametrize("cutoffs", [[], [Cutoff(before=NOW)]])
async def test_without_a_lake_or_a_rule_there_is_nothing_to_do(context: Context, cutoffs: list[Cutoff]) -> None:
    assert await retain(context.settings, cutoffs) == 0


def test_only_a_rule_for_all_limits_all() -> None:
    assert retention.longest([Rule(type="page", keep_days=10)]) is None
    assert retention.longest([Rule(keep_days=10), Rule(type="page", keep_days=20), Rule(type="dead_letter", keep_days=999)]) == 20 * DAY
    assert retention.cutoffs([Rule(type="dead_letter", keep_days=1)], datetime.now(tz=NOW.tzinfo)) == []


async def test_a_change_is_tried_without_deleting_anything(context: Context, resources: Resources) -> None:
    await happen(resources, {"a": 40, "b": 20})
    connection = await context.connection()
    rules = [Rule(keep_days=30), Rule(type="track", keep_days=10)]

    assert (await retention.preview(connection, [], NOW)).events == 0
    assert (await retention.preview(connection, rules, NOW)).events == 2
    assert (await retention.preview(connection, retention.changed(rules, "track", "*", None), NOW)).events == 1
    assert (await retention.preview(connection, retention.changed(rules, "track", "*", 100), NOW)).events == 0
    assert await left(resources) == ["a", "b"]


async def test_dead_letters_that_are_old_are_counted(context: Context) -> None:
    connection = await context.connection()
    await imports.add_dead_letters(connection, [unreadable(b"{" * (days // 5), "it breaks off", "shop", NOW - days * DAY) for days in (5, 50)])

    due = await retention.preview(connection, [Rule(type="dead_letter", keep_days=30)], NOW)

    assert (due.events, due.dead_letters) == (0, 1)
