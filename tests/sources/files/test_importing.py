"""An import is seen while it runs and when it is over, however it ends; and it keeps within its means."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from hanse.base import config, database
from hanse.base.clock import FixedClock
from hanse.base.context import Context, Ports, Resources
from hanse.base.database import Connection
from hanse.data import events, imports
from hanse.data.events import Event, EventType
from hanse.data.imports import ImportRecord
from hanse.data.profiles import identity
from hanse.data.profiles.keys import Key
from hanse.sources.files import ImportRequest, errors, jobs, load, preview, rejects, workspace
from hanse.sources.files.kinds import orders
from tests.sources.conftest import Fetch, Import, Write

CONTENT = "order_id,sku,qty,price,date\n1,A,1,2.50,2026-01-02\n2,A,x,2.50,2026-01-02\n"


@pytest.fixture
async def resources(database_url: str, home: Path, clock: FixedClock) -> AsyncIterator[Resources]:
    """A pool on a database of its own, for what others must see."""
    async with database.pool(database_url, size=3) as pool:
        yield Resources(config.load({"HANSE_HOME": str(home)}), clock, pool, cast("Ports", None))


async def seen(resources: Resources) -> ImportRecord:
    async with resources.pool.connection() as connection:
        (record,) = await imports.list_imports(connection)
    return record


async def test_others_see_an_import_running_and_done(resources: Resources, write: Write) -> None:
    states: list[str] = []

    async def progress(score: float, note: str) -> None:
        states.append((await seen(resources)).state)

    async with Context(resources, progress=progress) as context:
        report = await load(context, ImportRequest(path=str(write("orders.csv", CONTENT)), kind="orders", source="shop"))
    record = await seen(resources)
    assert set(states) == {"running"}
    assert (record.state, record.import_id, record.file_name, record.source) == ("done", report.import_id, "orders.csv", "shop")
    assert record.counts == {"rows": 2, "loaded": 1, "known": 0, "rejected": 1, "orders": 1, "refunds": 0, "products": 1, "profiles": 0}
    assert record.columns["price"] == {"column": "price", "decimal": "."}
    assert record.reject_file == report.reject_file


async def test_a_failed_import_leaves_its_error_and_nothing_else(resources: Resources, write: Write, home: Path) -> None:
    with pytest.raises(errors.UnmappedColumns):
        async with Context(resources) as context:
            await load(context, ImportRequest(path=str(write("orders.csv", "a,b\n1,2\n")), kind="orders"))
    record = await seen(resources)
    assert record.state == "failed"
    assert record.error is not None
    assert "no column was found" in record.error
    assert list((home / "imports").iterdir()) == []


@pytest.mark.parametrize("error", [RuntimeError("secret"), asyncio.CancelledError()])
async def test_an_import_that_breaks_off_is_failed(error: BaseException, resources: Resources, write: Write, home: Path) -> None:
    async def progress(score: float, note: str) -> None:
        if score > 0.9:
            raise error

    with pytest.raises(type(error)):
        async with Context(resources, progress=progress) as context:
            await load(context, ImportRequest(path=str(write("orders.csv", CONTENT)), kind="orders"))
    record = await seen(resources)
    assert (record.state, record.error) == ("failed", f"It stopped: {type(error).__name__}. The log of the server says more.")
    async with resources.pool.connection() as connection:
        assert await (await connection.execute("SELECT 1 FROM events UNION ALL SELECT 1 FROM dead_letters")).fetchall() == []
    assert list((home / "imports").iterdir()) == []


PEOPLE = "customer_no,email,first_name\n1,anna@example.com,Anna\n2,ben@example.com,Ben\n3,carla@example.com,Carla\n"


async def test_a_failed_import_leaves_nobody_of_whom_it_alone_knew(resources: Resources, write: Write) -> None:
    """Ben visits while it runs, and Carla was there before: they stay, with what they were known by."""

    async def visit(key: dict[str, str]) -> None:
        async with resources.pool.connection() as connection:
            told = Event(message_id=str(key), name="Product Viewed", source="shop", occurred_at=resources.clock.now(), **cast("Any", key))
            await events.append(connection, [told], now=resources.clock.now())

    async def progress(score: float, note: str) -> None:
        if note.startswith("writing 3"):
            await visit({"user_id": "2"})
            raise RuntimeError

    await visit({"user_id": "3"})
    with pytest.raises(RuntimeError):
        async with Context(resources, progress=progress) as context:
            await load(context, ImportRequest(path=str(write("customers.csv", PEOPLE)), kind="customers", source="crm"))
    async with resources.pool.connection() as connection:
        known = await (await connection.execute("SELECT kind, value FROM identities ORDER BY kind, value")).fetchall()
        nameless = await (await connection.execute("SELECT FROM profiles WHERE profile_id NOT IN (SELECT profile_id FROM identities)")).fetchall()
    values = [row["value"] for row in known]
    assert {"2", "3", "ben@example.com"} <= set(values)
    assert "1" not in values
    assert "anna@example.com" not in values
    assert nameless == []


async def test_people_of_a_failed_import_are_new_the_next_time(resources: Resources, write: Write) -> None:
    async def progress(score: float, note: str) -> None:
        if note.startswith("writing 3"):
            raise RuntimeError

    request = ImportRequest(path=str(write("customers.csv", PEOPLE)), kind="customers", source="crm")
    with pytest.raises(RuntimeError):
        async with Context(resources, progress=progress) as context:
            await load(context, request)
    async with Context(resources) as context:
        report = await load(context, request)
    assert report.made["profiles"] == report.loaded == 3


async def test_an_import_that_breaks_off_once_it_is_noted_as_done_is_failed_all_the_same(resources: Resources, write: Write) -> None:
    """Its own note of being done must not keep it from noting that it failed."""

    async def progress(score: float, note: str) -> None:
        if note.startswith("loaded"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        async with asyncio.timeout(60), Context(resources, progress=progress) as context:
            await load(context, ImportRequest(path=str(write("orders.csv", CONTENT)), kind="orders"))
    assert (await seen(resources)).state == "failed"


async def test_a_failed_import_on_a_fixed_connection_undoes_only_itself(import_file: Import, write: Write, fetch: Fetch, context: Context) -> None:
    await import_file(write("orders.csv", CONTENT))

    async def progress(score: float, note: str) -> None:
        if note.startswith("loaded"):
            raise RuntimeError

    context.progress = progress
    with pytest.raises(RuntimeError):
        await import_file(write("more.csv", CONTENT.replace("1,A", "9,A")))
    assert [row["state"] for row in await fetch("SELECT state FROM imports ORDER BY file_name")] == ["failed", "done"]
    assert len(await fetch("SELECT 1 FROM events")) == 1


async def test_an_import_does_not_hold_up_others(resources: Resources, write: Write) -> None:
    """While orders are written, others log events, make months and find profiles; the customers become one."""
    content = "order_id,sku,qty,price,date,customer id,email\n1,A,1,2.50,2026-01-02,K1,\n2,A,1,2.50,2026-02-02,K2,k2@example.org\n"
    waited: list[str] = []

    async def progress(score: float, note: str) -> None:
        if note.startswith("writing"):
            waited.append(note)
            async with resources.pool.connection() as other:
                await other.execute("SET LOCAL lock_timeout = '2s'")
                seen = Event(message_id="x", name="Product Viewed", user_id="K1", source="shop", occurred_at=resources.clock.now())
                await events.append(other, [seen], now=resources.clock.now())

    async with Context(resources, progress=progress) as context:
        report = await load(context, ImportRequest(path=str(write("orders.csv", content)), kind="orders"))
    async with resources.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT user_id, count(DISTINCT profile_id) AS profiles, count(*) AS events FROM events GROUP BY 1 ORDER BY 1"
        )
        found = [tuple(row.values()) for row in await cursor.fetchall()]
    assert waited == ["writing orders 2 of 2"]
    assert found == [("K1", 1, 2), ("K2", 1, 1)]
    assert report.made["profiles"] == 2


async def test_a_customer_made_by_somebody_else_meanwhile_is_joined(resources: Resources, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    canonical = identity.canonical
    calls = 0

    async def interrupted(connection: Connection, wanted: Collection[Key]) -> dict[Key, UUID]:
        nonlocal calls
        calls += 1
        found = await canonical(connection, wanted)
        if calls == 1:
            async with resources.pool.connection() as other:
                identified = Event(message_id="x", type=EventType.IDENTIFY, user_id="K1", source="shop", occurred_at=resources.clock.now())
                await events.append(other, [identified], now=resources.clock.now())
        return found

    monkeypatch.setattr(identity, "canonical", interrupted)
    async with Context(resources) as context:
        path = write("customers.csv", "customer id,name\nK1,Ann\nK2,Bob\n")
        report = await load(context, ImportRequest(path=str(path), kind="customers"))
    async with resources.pool.connection() as connection:
        people = "SELECT value, profile_traits(ARRAY[profile_id]) AS traits FROM identities ORDER BY value"
        rows = await (await connection.execute(people)).fetchall()
    assert [tuple(row.values()) for row in rows] == [("K1", {"name": "Ann"}), ("K2", {"name": "Bob"})]
    assert report.loaded == 2


async def test_catalog_news_arrive_with_the_commit(resources: Resources, write: Write, database_url: str) -> None:
    listener = await database.connect(database_url, autocommit=True)
    async with listener:
        await listener.execute("LISTEN hanse_changes")
        async with Context(resources) as context:
            await load(context, ImportRequest(path=str(write("orders.csv", CONTENT)), kind="orders"))
        notices = [notice.payload async for notice in listener.notifies(timeout=5, stop_after=1)]
    assert notices == ["catalog:"]


async def test_a_preview_shows_columns_rows_and_what_is_missing(context: Context, write: Write, fetch: Fetch) -> None:
    path = write("orders.csv", "Beleg-Code;Artikelnummer;Menge;Preis;Datum\n" + "1;A;2;3,50;1.2.2026\n" * 30)
    found = await preview(context, path, "orders")
    assert found.columns == ["Beleg-Code", "Artikelnummer", "Menge", "Preis", "Datum"]
    assert found.mapping == {"product_id": "Artikelnummer", "quantity": "Menge", "price": "Preis", "ordered_at": "Datum"}
    assert (found.missing, len(found.rows)) == (["order_id"], 20)
    assert found.rows[0] == {"Beleg-Code": "1", "Artikelnummer": "A", "Menge": "2", "Preis": "3,50", "Datum": "1.2.2026"}
    assert await fetch("SELECT * FROM imports") == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv"])
async def test_previews_of_other_formats(name: str, context: Context, write: Write) -> None:
    objects = [json.dumps({"order_id": number, "sku": "A"}) for number in range(30)]
    text = {"a.jsonl": "\n".join(objects), "a.json": f"[{','.join(objects)}]", "a.csv": "order_id,sku\n" + "1,A\n" * 30}[name]
    found = await preview(context, write(name, text), "orders")
    assert (found.columns, len(found.rows)) == (["order_id", "sku"], 20)


async def test_the_job_imports_and_removes_an_upload(context: Context, write: Write) -> None:
    path = write("upload.csv", CONTENT.replace("order_id", "nr"))
    result = await jobs.run_import(context, path=str(path), kind="orders", columns={"order_id": "nr"}, remove=True)
    assert result is not None
    assert (result["rows"], result["loaded"], result["rejected"]) == (2, 1, 1)
    assert not path.exists()
    assert jobs.run_import.name == "files.run_import"


async def test_only_the_first_rejects_become_dead_letters_but_all_are_in_the_file(
    import_file: Import, write: Write, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejects, "MOST_DEAD_LETTERS", 3)
    monkeypatch.setattr(rejects, "PAGE", 2)
    report = await import_file(write("orders.csv", "order_id,sku,qty,price,date\n" + "1,A,x,2.50,2026-01-02\n" * 5))
    assert report.reject_file is not None
    assert len(Path(report.reject_file).read_text(encoding="utf-8").splitlines()) == 6
    assert [row["line"] for row in await fetch("SELECT line FROM dead_letters ORDER BY line")] == [2, 3, 4]


async def test_many_rows_pass_in_parts_and_within_little_memory(
    import_file: Import, write: Write, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "MEMORY_LIMIT", "100MB")
    monkeypatch.setattr(orders, "SMALL_PART", 3_000)
    monkeypatch.setattr(orders, "WRITTEN_AT_ONCE", 500)
    lines = (f"{number // 4},P{number % 50},Product {'long ' * 20}{number % 50},{number % 7 - 2},2026-01-02,1.25\n" for number in range(30_000))
    report = await import_file(write("orders.csv", "order_id,sku,name,qty,date,price\n" + "".join(lines)))
    zero = sum(number % 7 == 2 for number in range(30_000))
    assert (report.loaded, report.rejected) == (30_000 - zero, zero)
    (sums,) = await fetch(
        "SELECT sum(jsonb_array_length(properties -> 'products')) AS lines, count(*) AS orders, count(DISTINCT properties ->> 'order_id') AS ids "
        "FROM events"
    )
    assert sums["lines"] == report.loaded
    assert sums["orders"] == report.made["orders"] + report.made["refunds"]
    assert sums["ids"] == 7_500


async def test_what_a_killed_import_left_is_removed(home: Path) -> None:
    left = home / "imports" / "work-left"
    left.mkdir(parents=True)
    (left / "text-1").write_text("x")
    with workspace.opened(home) as first, workspace.opened(home) as second:
        assert not left.exists()
        assert first.folder.exists()
        assert second.folder.exists()
    assert list((home / "imports").iterdir()) == []


async def test_nothing_is_fetched_from_the_network(home: Path) -> None:
    with workspace.opened(home) as space:
        settings = dict(cast("list[Any]", space.run("SELECT name, value FROM duckdb_settings() WHERE name LIKE 'auto%extensions'")))
    assert set(settings.values()) == {"false"}
