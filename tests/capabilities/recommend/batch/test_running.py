"""A batch answers everybody as they would be answered one by one, and is whole or looks unfinished."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pyarrow.parquet as pq
import pytest

from hanse.base.context import Context
from hanse.base.errors import InvalidRequest
from hanse.capabilities.recommend import jobs, operations
from hanse.capabilities.recommend.batch import operations as batches
from hanse.capabilities.recommend.batch import running, writing
from hanse.capabilities.recommend.batch.schemas import Batch, Wanted
from hanse.capabilities.recommend.rules import store as rules
from hanse.capabilities.recommend.rules.schemas import Boost, Condition, Diversity, Draft, Exclude, Filter, Frequency, Pin
from hanse.data import catalog
from hanse.data.catalog import Price, Product
from hanse.data.profiles import asking
from tests.capabilities.recommend.batch.conftest import BEN, CARA, DORA, EMIL
from tests.capabilities.recommend.conftest import HELD_OUT, Shop
from tests.capabilities.recommend.taught import ANNA
from tests.conftest import NOW

Rows = dict[UUID, list[dict[str, Any]]]


async def make(shop: Shop, *, page: int = 64, **wanted: Any) -> Batch:
    async with shop.context() as context:
        return await running.run(context, Wanted(**wanted), page=page)


def rows_of(shop: Shop, batch: Batch) -> Rows:
    assert batch.folder
    table = pq.read_table(shop.resources.settings.home / batch.folder)
    assert table.schema.equals(writing.SCHEMA)
    return grouped(table.to_pylist())


def grouped(rows: list[dict[str, Any]]) -> Rows:
    found: Rows = {}
    for row in sorted(rows, key=lambda each: each["rank"]):
        found.setdefault(UUID(str(row["profile_id"])), []).append(row)
    return found


async def stored(shop: Shop, statement: str) -> list[dict[str, Any]]:
    async with shop.resources.pool.connection() as connection:
        return await (await connection.execute(statement.encode())).fetchall()


async def one_by_one(shop: Shop, profile_id: UUID | None, language: str = "de", limit: int = 5) -> list[tuple[Any, ...]]:
    asked = {"placement": "newsletter", "channel": "mail", "limit": limit, **({"profile_id": str(profile_id)} if profile_id else {})}
    answer = await shop.call(operations.for_you, asked, language)
    return [(each.product_id, each.score, each.reason) for each in answer.items]


def said(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["product_id"], pytest.approx(row["score"], abs=1e-6), row["reason"]) for row in rows]


async def rule(shop: Shop, **thing: Any) -> None:
    async with shop.resources.pool.connection() as connection:
        await rules.save(connection, rules.Author("Eva", NOW), Draft(name=next(iter(thing)), placements=("newsletter",), **thing))


async def test_everybody_is_answered_as_they_would_be_one_by_one(mailing: Shop) -> None:
    batch = await make(mailing, limit=5)
    found = rows_of(mailing, batch)
    assert len(found) == batch.recipients == 224  # 150 who looked, 70 who ordered, Anna, Ben, Cara and who is held out
    assert {DORA, EMIL}.isdisjoint(found)
    for profile_id in [ANNA, HELD_OUT, BEN, *list(found)[::7]]:
        assert said(found[profile_id]) == await one_by_one(mailing, profile_id, "en" if profile_id == ANNA else "de")
    assert said(found[CARA]) == await one_by_one(mailing, None)
    assert {(row["language"], row["arm"], row["basis"]) for row in found[ANNA]} == {("en", "treated", "consent")}
    assert {(row["language"], row["arm"], row["basis"]) for row in found[HELD_OUT]} == {("de", "held_out", "consent")}
    assert {(row["arm"], row["basis"]) for row in found[CARA]} == {("treated", "none")}
    assert [row["rank"] for row in found[ANNA]] == [1, 2, 3, 4, 5]
    assert (batch.personal, batch.held_out, batch.rows) == (221, 1, sum(map(len, found.values())))


async def test_the_rules_of_the_placement_hold(mailing: Shop) -> None:
    await rule(mailing, exclude=Exclude(product_ids=("p04",), bought_days=30))
    await rule(mailing, boost=Boost(products=Condition(categories=("Kleinteile",)), factor=1.5))
    await rule(mailing, pin=Pin(product_ids=("p33",), place=2))
    await rule(mailing, diversity=Diversity(by="category", most=2, among=4))
    await mailing.sell([Product(product_id="p14", state="discontinued")])
    found = rows_of(mailing, await make(mailing, limit=5))
    assert {"p04", "p14"}.isdisjoint(row["product_id"] for rows in found.values() for row in rows)
    assert found[ANNA][1]["product_id"] == "p33"
    for profile_id in [ANNA, HELD_OUT, BEN, *list(found)[::7]]:
        assert said(found[profile_id]) == await one_by_one(mailing, profile_id, "en" if profile_id == ANNA else "de")


async def test_where_rules_leave_little_it_is_looked_further_down_as_ever(mailing: Shop) -> None:
    await rule(mailing, exclude=Exclude(product_ids=tuple(f"p{each:02}" for each in range(36))))
    found = rows_of(mailing, await make(mailing, limit=5))
    for profile_id in [ANNA, BEN, *list(found)[::20]]:
        assert said(found[profile_id]) == await one_by_one(mailing, profile_id, "en" if profile_id == ANNA else "de")


async def test_each_answer_is_a_decision_in_the_log(mailing: Shop) -> None:
    found = rows_of(mailing, await make(mailing, limit=3, language="en"))
    logged = {row["decision_id"]: row for row in await stored(mailing, "SELECT * FROM decisions")}
    assert len(logged) == len(found)
    mine = logged[UUID(found[ANNA][0]["decision_id"])]
    assert (mine["operation"], mine["profile_id"], mine["arm"], mine["basis"]) == ("recommend.for_you", ANNA, "treated", "consent")
    assert [each["product_id"] for each in mine["answer"]["items"]] == [row["product_id"] for row in found[ANNA]]
    assert (mine["request"]["placement"], mine["request"]["channel"], mine["request"]["language"]) == ("newsletter", "mail", "en")
    nobodys = logged[UUID(found[CARA][0]["decision_id"])]
    assert (nobodys["profile_id"], nobodys["basis"], nobodys["arm_probability"]) == (None, "none", 1.0)
    assert logged[UUID(found[HELD_OUT][0]["decision_id"])]["arm"] == "held_out"


async def test_a_table_has_the_same_rows(mailing: Shop) -> None:
    files = rows_of(mailing, await make(mailing, limit=3))
    batch = await make(mailing, limit=3, to="table")
    assert batch.folder is None
    table = grouped(await stored(mailing, "SELECT * FROM newest_batch_recommendations"))
    shown = {each: [(row["product_id"], row["score"], row["reason"]) for row in rows] for each, rows in files.items()}
    assert {each: said(rows) for each, rows in table.items()} == shown


async def test_some_people_only_or_everybody(mailing: Shop) -> None:
    assert set(rows_of(mailing, await make(mailing, profile_ids=(ANNA, DORA, EMIL)))) == {ANNA}
    everybody = rows_of(mailing, await make(mailing, recipients="everybody"))
    assert DORA in everybody
    assert EMIL not in everybody
    nobody = await make(mailing, profile_ids=())
    assert (rows_of(mailing, nobody), nobody.recipients, nobody.state) == ({}, 0, "done")


async def killed(shop: Shop, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a batch die after two parts, in the middle of the third, with what it wrote of that still there."""
    write, times = running._write, 0

    async def dies(*arguments: Any) -> None:
        nonlocal times
        times += 1
        await write(*arguments)
        if times == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(running, "_write", dies)
        with pytest.raises(KeyboardInterrupt):
            await make(shop, limit=3, to=to)


@pytest.mark.parametrize("to", ["parquet", "table"])
async def test_what_was_killed_looks_unfinished_and_is_taken_up_where_it_was(mailing: Shop, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await killed(mailing, to, monkeypatch)
    assert list(writing.folder(mailing.resources.settings).glob("*/")) == list(writing.folder(mailing.resources.settings).glob("*.unfinished/"))
    assert await stored(mailing, "SELECT * FROM newest_batch_recommendations") == []
    (broken,) = await stored(mailing, "SELECT * FROM recommendation_batches")
    assert (broken["state"], broken["parts"]) == ("running", 2)
    batch = await make(mailing, limit=3, to=to)
    assert (batch.batch_id, batch.state, batch.recipients) == (broken["batch_id"], "done", 224)
    rows = rows_of(mailing, batch) if to == "parquet" else grouped(await stored(mailing, "SELECT * FROM newest_batch_recommendations"))
    assert len(rows) == 224
    assert all(len(each) == 3 for each in rows.values())
    assert len(await stored(mailing, "SELECT FROM decisions")) == 224


@pytest.mark.parametrize("to", ["parquet", "table"])
async def test_what_was_killed_is_given_up_when_something_else_is_wanted(mailing: Shop, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = await make(mailing, limit=2, profile_ids=(ANNA, BEN))
    await killed(mailing, to, monkeypatch)
    assert len(await stored(mailing, "SELECT FROM decisions")) > 100
    batch = await make(mailing, limit=4)
    listed = await mailing.call(batches.list, {})
    assert {(each.state, each.destination, each.folder) for each in listed.batches} == {
        ("done", "parquet", kept.folder),
        ("done", "parquet", batch.folder),
        ("abandoned", to, None),
    }
    assert await stored(mailing, "SELECT * FROM batch_recommendations") == []
    logged = {row["decision_id"] for row in await stored(mailing, "SELECT decision_id FROM decisions")}
    assert logged == {UUID(row["decision_id"]) for each in (kept, batch) for rows in rows_of(mailing, each).values() for row in rows}


async def test_rules_on_people_cost_no_query_for_each_of_them(mailing: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await rule(mailing, exclude=Exclude(bought_days=30))
    await rule(mailing, frequency=Frequency(times=3, days=7))
    asked: list[int] = []
    ask = asking.ask

    async def counting(connection: Any, statements: Any) -> Any:
        asked.extend([1] * isinstance(connection, psycopg.AsyncConnection))
        return await ask(connection, statements)

    monkeypatch.setattr(asking, "ask", counting)
    batch = await make(mailing, limit=3, page=1_000)
    assert batch.personal > 200
    alone = len(asked)
    asked.clear()
    assert (await make(mailing, limit=3, page=100)).personal == batch.personal
    assert alone < len(asked) < 50


async def test_prices_of_their_own_are_known_of_many_at_once(mailing: Shop) -> None:
    async with mailing.resources.pool.connection() as connection:
        await catalog.put_prices(
            connection, [Price(product_id=f"p{each:02}", amount_minor=100 + each, currency="EUR") for each in range(40)], now=NOW
        )
        await catalog.put_prices(connection, [Price(product_id="p06", price_list="b2b", amount_minor=5, currency="EUR")], now=NOW)
        await connection.execute("INSERT INTO price_lists (profile_id, price_list) VALUES (%s, 'b2b')", (ANNA,))
    await rule(mailing, filter=Filter(own_range=True))
    found = rows_of(mailing, await make(mailing, limit=5))
    assert [row["product_id"] for row in found[ANNA]] == ["p06"]
    for profile_id in [ANNA, HELD_OUT, BEN, *list(found)[::20]]:
        assert said(found[profile_id]) == await one_by_one(mailing, profile_id, "en" if profile_id == ANNA else "de")


async def test_a_batch_whose_files_are_gone_begins_anew(mailing: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await killed(mailing, "parquet", monkeypatch)
    (folder,) = writing.folder(mailing.resources.settings).glob("*.unfinished")
    (folder / "part-000001.parquet").unlink()
    batch = await make(mailing, limit=3)
    assert len(rows_of(mailing, batch)) == 224
    assert not folder.exists()


async def test_the_job_tells_how_far_it_is_and_refuses_what_it_does_not_know(mailing: Shop) -> None:
    told: list[tuple[float, str]] = []

    async def tell(score: float, note: str) -> None:
        told.append((score, note))

    async with Context(mailing.resources, progress=tell) as context:
        result = await jobs.batch(context, to="table", limit=3)
        with pytest.raises(InvalidRequest, match="to: Invalid enum value"):
            await jobs.batch(context, to="fax")
    assert result is not None
    assert (result["state"], result["recipients"]) == ("done", 224)
    assert told == [(0.99, "answering recipients")]


async def test_before_the_first_training_it_answers_as_ever(shop: Shop) -> None:
    async with shop.resources.pool.connection() as connection:
        await connection.execute("INSERT INTO profiles (profile_id, created_at, updated_at) VALUES (%s, now(), now())", (BEN,))
    await shop.sell([Product(product_id="p1")])
    found = rows_of(shop, await make(shop, recipients="everybody"))
    assert said(found.get(BEN, [])) == await one_by_one(shop, None)


async def test_old_batches_are_deleted(mailing: Shop) -> None:
    old, kept = await make(mailing, limit=1), await make(mailing, limit=1, to="table")
    async with mailing.resources.pool.connection() as connection:
        await connection.execute("UPDATE recommendation_batches SET ended_at = ended_at - interval '31 days'")
        await connection.execute("UPDATE recommendation_batches SET ended_at = ended_at + interval '2 days' WHERE batch_id = %s", (kept.batch_id,))
    await make(mailing, profile_ids=())
    assert old.folder
    assert not (mailing.resources.settings.home / old.folder).exists()
    assert {row["batch_id"] for row in await stored(mailing, "SELECT DISTINCT batch_id FROM batch_recommendations")} == {kept.batch_id}
