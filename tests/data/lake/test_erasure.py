"""Who is forgotten is in no file any more, and everybody else still is."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from hanse.base.clock import FixedClock
from hanse.base.context import Context, Resources
from hanse.data import lake
from hanse.data.lake import files
from tests.conftest import NOW
from tests.data.lake.conftest import Write, decision, event, order, product, values


async def profile_id(resources: Resources, user_id: str) -> UUID:
    async with resources.pool.connection() as connection:
        row = await (await connection.execute("SELECT profile_id FROM identities WHERE value = %s", (user_id,))).fetchone()
    assert row
    found: UUID = row["profile_id"]
    return found


async def test_all_rows_of_a_profile_leave_every_file(
    context: Context, resources: Resources, clock: FixedClock, happen: Write, decide: Write
) -> None:
    for day in range(3):
        await happen(
            event(f"a{day}", user_id="anna"),
            event(f"b{day}", user_id="ben"),
            event(f"c{day}"),
            order(f"A{day}", product("P1"), product("P2"), user_id="anna"),
            order(f"B{day}", product("P1"), user_id="ben"),
        )
        await lake.refresh(context)
        await happen(event(f"late{day}", user_id="anna"))
        await lake.refresh(context)
        clock.advance(days=1)
    anna, ben = await profile_id(resources, "anna"), await profile_id(resources, "ben")
    await decide(decision(NOW, anna), decision(NOW + timedelta(days=1), ben), decision(NOW))
    await lake.refresh(context)
    left = context.settings.lake / "events" / "day=2026-06-15" / "9-9.unfinished"
    left.write_bytes(str(anna).encode())
    before = len(values(context.settings.lake))

    removed = await lake.forget(context.settings, [anna, uuid4()])

    found = values(context.settings.lake)
    assert removed == before - len(found)
    assert str(anna) not in {row.get("profile_id") for row in found}
    assert not [path for path in context.settings.lake.glob("**/*") if path.is_file() and str(anna).encode() in path.read_bytes()]
    with lake.session(context.settings) as session:
        counts = [table.count().to_pyarrow().as_py() for table in (session.tables.events, session.tables.order_lines, session.tables.decisions)]
    assert counts == [9, 3, 2]
    assert await lake.forget(context.settings, [anna]) == 0


async def test_what_was_forgotten_does_not_come_back(context: Context, resources: Resources, happen: Write) -> None:
    await happen(event("a", user_id="anna"))
    await lake.refresh(context)
    await lake.forget(context.settings, [await profile_id(resources, "anna")])
    await happen(event("b", user_id="ben"))
    assert (await lake.refresh(context))["events"] == 1
    assert [row["sequence"] for row in values(context.settings.lake / "events")] == [2]


async def test_merged_files_that_still_lie_there_forget_too(context: Context, resources: Resources, clock: FixedClock, happen: Write) -> None:
    for number in range(2):
        await happen(event(f"a{number}", user_id="anna"))
        await lake.refresh(context)
    clock.advance(days=1)
    await lake.refresh(context)
    assert len(files.parts(context.settings.lake, "events")) == 3
    assert await lake.forget(context.settings, [await profile_id(resources, "anna")]) == 4
    assert values(context.settings.lake / "events") == []


async def test_a_lake_that_is_not_there_forgets_nothing(context: Context) -> None:
    assert await lake.forget(context.settings, [uuid4()]) == 0
    assert not context.settings.lake.exists()
