"""The lake has each row once, whoever commits when and whatever crashes where."""

from __future__ import annotations

import asyncio
import shutil
from typing import Any
from uuid import UUID

import pytest

from hanse.base import database
from hanse.base.context import Context, Resources
from hanse.data import events, lake
from hanse.data.lake import copying, datasets, files, jobs
from tests.conftest import NOW
from tests.data.lake.conftest import Write, decision, event, order, product, values


def sequences(context: Context, dataset: str = "events") -> list[int]:
    with lake.session(context.settings) as session:
        table = getattr(session.tables, dataset)
        found: list[int] = table.order_by("sequence").to_pyarrow()["sequence"].to_pylist()
    return found


async def positions(resources: Resources) -> dict[str, tuple[int, int]]:
    async with resources.pool.connection() as connection:
        rows = await (await connection.execute("SELECT dataset, sequence, rows FROM lake_positions")).fetchall()
    return {row["dataset"]: (row["sequence"], row["rows"]) for row in rows}


async def test_an_empty_database_makes_an_empty_lake(context: Context) -> None:
    assert await lake.refresh(context) == dict.fromkeys(datasets.SCHEMAS, 0)
    assert sequences(context) == []


async def test_a_lake_that_was_never_copied_can_be_read(context: Context) -> None:
    assert sequences(context, "order_lines") == []


async def test_a_copy_brings_what_is_new_and_only_that(context: Context, resources: Resources, happen: Write, decide: Write) -> None:
    await happen(event("a"), order("A", product("P1"), product("P2")))
    await decide(decision(NOW))
    first = await lake.refresh(context)
    second = await lake.refresh(context)
    await happen(event("b"))
    third = await lake.refresh(context)
    assert [(copied["events"], copied["order_lines"], copied["decisions"]) for copied in (first, second, third)] == [(2, 2, 1), (0, 0, 0), (1, 0, 0)]
    assert sequences(context) == [1, 2, 3]
    found = await positions(resources)
    assert (found["events"], found["order_lines"], found["decisions"]) == ((3, 3), (3, 2), (1, 1))


async def test_an_event_keeps_what_it_says_of_things(context: Context, happen: Write) -> None:
    sent = event("a", user_id="7", properties={"product_id": "P1", "name": "Drill", "price": 9.5}, context={"page": {"path": "/p/1", "url": "x?y=z"}})
    await happen(sent)
    await lake.refresh(context)
    [row] = values(context.settings.lake / "events")
    assert (row["name"], row["type"], row["source"], row["page_path"]) == ("Product Viewed", "track", "shop", "/p/1")
    assert row["properties"] == '{"name":"Drill","price":9.5,"product_id":"P1"}'
    assert row["occurred_at"] == sent.occurred_at
    assert UUID(row["profile_id"])


async def test_files_lie_by_the_day_of_arrival(context: Context, happen: Write) -> None:
    await happen(event("a", at="2019-03-01T12:00:00+00:00"), event("b"))
    await lake.refresh(context)
    assert [str(path.relative_to(context.settings.lake)) for path in files.paths(context.settings.lake, "events")] == [
        "events/day=2026-06-15/1-2.parquet"
    ]


async def test_a_number_taken_earlier_and_committed_later_is_not_left_out(context: Context, database_url: str, happen: Write) -> None:
    notes: list[str] = []

    async def progress(score: float, note: str) -> None:
        notes.append(note)

    context.progress = progress
    await happen(event("first"))
    await lake.refresh(context)
    async with await database.connect(database_url) as slow:
        await events.append(slow, [event("slow")], now=NOW)
        await happen(event("quick"))
        assert (await copying.refresh(context, wait_seconds=0.1))["events"] == 0
        assert any("still writing" in note for note in notes)
        waiting = asyncio.create_task(copying.refresh(context, wait_seconds=60))
        await asyncio.sleep(0.2)
        await slow.commit()
        assert (await waiting)["events"] == 2
    assert sequences(context) == [1, 2, 3]


async def test_a_number_that_was_rolled_back_holds_nothing_up(context: Context, database_url: str, happen: Write) -> None:
    async with await database.connect(database_url) as connection:
        await events.append(connection, [event("lost")], now=NOW)
        await connection.rollback()
    await happen(event("kept"))
    assert (await lake.refresh(context))["events"] == 1
    assert sequences(context) == [2]


@pytest.mark.parametrize("step", ["_note", "_write"])
async def test_a_crash_between_file_and_position_doubles_and_loses_nothing(
    context: Context, happen: Write, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    await happen(event("a"))
    await lake.refresh(context)
    await happen(order("A", product("P1")), event("b"))
    real = getattr(copying, step)

    def crash(context: Context, *arguments: Any, **more: Any) -> None:
        if step == "_write":
            real(context, *arguments, **more)
        raise SystemError

    with monkeypatch.context() as patch:
        patch.setattr(copying, step, crash)
        with pytest.raises(SystemError):
            await lake.refresh(context)
    assert len(values(context.settings.lake / "events")) == 3
    await happen(event("c"))
    await lake.refresh(context)
    assert sequences(context) == [1, 2, 3, 4]
    assert sequences(context, "order_lines") == [2]


async def test_what_a_crash_left_half_written_is_no_part_of_the_lake(context: Context, happen: Write) -> None:
    await happen(event("a"))
    await lake.refresh(context)
    half = context.settings.lake / "events" / "day=2026-06-15" / "2-9.unfinished"
    half.write_bytes(b"PAR1")
    assert sequences(context) == [1]
    await lake.refresh(context)
    assert not half.exists()


async def test_large_steps_are_cut_and_nothing_is_lost(
    context: Context, resources: Resources, happen: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "STEP", 7)
    monkeypatch.setattr(copying, "BATCH", 2)
    monkeypatch.setattr(copying, "STEP_BYTES", 1000)
    await happen(*[event(str(number), properties={"query": "x" * 300}) for number in range(20)])
    assert (await lake.refresh(context))["events"] == 20
    assert sequences(context) == list(range(1, 21))
    assert len(files.paths(context.settings.lake, "events")) > 3
    assert (await positions(resources))["events"] == (20, 20)


async def test_a_lost_folder_is_copied_again(context: Context, resources: Resources, happen: Write) -> None:
    await happen(event("a"), order("A", product("P1")))
    await lake.refresh(context)
    shutil.rmtree(context.settings.lake / "order_lines")
    copied = await lake.refresh(context)
    assert (copied["events"], copied["order_lines"]) == (2, 1)
    assert sequences(context) == [1, 2]
    assert (await positions(resources))["events"] == (2, 2)


async def test_after_an_older_backup_the_lake_follows_the_database(context: Context, resources: Resources, happen: Write) -> None:
    await happen(event("a"), event("b"))
    await lake.refresh(context)
    async with resources.pool.connection() as connection:
        await connection.execute("UPDATE lake_positions SET sequence = 1")
        await connection.execute("DELETE FROM events WHERE message_id = 'b'")
    await happen(event("c"))
    await lake.refresh(context)
    assert sequences(context) == [1, 3]


async def test_two_copies_at_once_copy_once(context: Context, resources: Resources, happen: Write) -> None:
    await happen(event("a"), event("b"))
    copied = await asyncio.gather(lake.refresh(context), lake.refresh(Context(resources)))
    assert sorted(each["events"] for each in copied) == [0, 2]
    assert sequences(context) == [1, 2]


async def test_a_copy_waits_for_who_holds_the_lock(context: Context, database_url: str, happen: Write) -> None:
    await happen(event("a"))
    async with await database.connect(database_url) as backup:
        await backup.execute("SELECT pg_advisory_lock(%s)", (lake.REFRESH_LOCK,))
        copying_now = asyncio.create_task(lake.refresh(context))
        await asyncio.sleep(0.3)
        assert sequences(context) == []
        await backup.execute("SELECT pg_advisory_unlock(%s)", (lake.REFRESH_LOCK,))
        assert (await copying_now)["events"] == 1


async def test_the_job_says_how_much_was_copied(context: Context, happen: Write) -> None:
    await happen(event("a"))
    assert jobs.refresh.name == "lake.refresh"
    assert (await jobs.refresh(context) or {})["events"] == 1
