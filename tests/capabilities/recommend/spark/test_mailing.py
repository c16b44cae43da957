"""A batch that is made in Spark is the batch of one machine: products, reasons, arms and the log of decisions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from hanse.base.clock import FixedClock
from hanse.base.postgres import EmbeddedPostgres
from hanse.capabilities.recommend.batch import operations as batches
from hanse.capabilities.recommend.batch.schemas import Batch, Wanted
from hanse.capabilities.recommend.rules.schemas import Boost, Condition, Diversity, Exclude, Filter, Frequency, Pin
from hanse.capabilities.recommend.spark import mailing as in_spark
from hanse.data import lake
from hanse.data.catalog import Product
from hanse.data.lake import Session
from tests.capabilities.recommend.batch.conftest import BEN, CARA, DORA, EMIL, subscribed
from tests.capabilities.recommend.batch.test_running import Rows, killed, make, rows_of, rule, stored
from tests.capabilities.recommend.conftest import HELD_OUT, Shop, copied, further
from tests.capabilities.recommend.taught import ANNA
from tests.databases import Kept

__all__ = ["subscribed"]

# PySpark 4 warns of pandas 3 wherever it meets it; it is never handed any
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")]


async def refresh(mailing: Shop) -> None:
    async with mailing.context() as context:
        await lake.refresh(context)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def refreshed(subscribed: Kept, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kept]:
    """The shop with a newsletter, with all of it in the lake."""
    async with further(subscribed, postgres, tmp_path_factory.mktemp("refreshed") / "home", refresh) as kept:
        yield kept


@pytest.fixture
async def sparkling(refreshed: Kept, session: Session, postgres: EmbeddedPostgres, home: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    """A shop with a newsletter whose lake is read in the Spark that runs, on two processors."""
    assert session.backend.name == "pyspark"
    async with copied(refreshed, postgres, home, clock) as shop:
        shop.resources.settings = msgspec.structs.replace(shop.resources.settings, lake_engine="spark")
        yield shop


async def here(shop: Shop, **wanted: Any) -> Batch:
    """Make a batch on this machine."""
    settings = shop.resources.settings
    shop.resources.settings = msgspec.structs.replace(settings, lake_engine="duckdb")
    try:
        return await make(shop, **wanted)
    finally:
        shop.resources.settings = settings


def alike(found: Rows) -> dict[UUID, list[tuple[Any, ...]]]:
    """Return all of the rows but for the ids of decisions, with scores up to float noise."""
    return {
        person: [
            (*(row[name] for name in ("product_id", "reason", "language", "arm", "basis", "model_version")), round(row["score"], 4)) for row in rows
        ]
        for person, rows in found.items()
    }


async def both(shop: Shop, *, is_seen: bool = True, page: int = 256, **wanted: Any) -> tuple[Batch, Batch]:
    """Make a batch in Spark, then on this machine, if need be as if nobody had seen the first, and see that they are the same."""
    before = [row["decision_id"] for row in await stored(shop, "SELECT decision_id FROM decisions")]
    spread = await make(shop, page=page, **wanted)
    if not is_seen:
        async with shop.resources.pool.connection() as connection:
            await connection.execute("DELETE FROM decisions WHERE decision_id <> ALL(%s)", (before,))
    local = await here(shop, page=page, **wanted)
    assert alike(rows_of(shop, spread)) == alike(rows_of(shop, local))
    told = ("recipients", "expected", "personal", "held_out", "rows", "state")
    assert [getattr(spread, name) for name in told] == [getattr(local, name) for name in told]
    return spread, local


async def test_everybody_is_answered_as_on_one_machine(sparkling: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_spark, "SLICE", 40)
    spread, local = await both(sparkling, limit=5, page=100)
    found = rows_of(sparkling, spread)
    assert {ANNA, BEN, CARA, HELD_OUT} < set(found)
    assert {DORA, EMIL}.isdisjoint(found)
    assert {row["basis"] for row in found[CARA]} == {"none"}
    assert {(row["language"], row["arm"]) for row in found[ANNA]} == {("en", "treated")}
    logged = {row["decision_id"]: row for row in await stored(sparkling, "SELECT * FROM decisions")}
    mine = logged[UUID(found[ANNA][0]["decision_id"])]
    assert (mine["operation"], mine["profile_id"], mine["request"]["placement"]) == ("recommend.for_you", ANNA, "newsletter")
    assert [each["product_id"] for each in mine["answer"]["items"]] == [row["product_id"] for row in found[ANNA]]
    assert logged[UUID(found[CARA][0]["decision_id"])]["profile_id"] is None
    assert {each.batch_id for each in (await sparkling.call(batches.list, {})).batches} == {spread.batch_id, local.batch_id}


async def test_the_same_rules_hold(sparkling: Shop) -> None:
    await rule(sparkling, exclude=Exclude(product_ids=("p04",), bought_days=30))
    await rule(sparkling, boost=Boost(products=Condition(categories=("Kleinteile",)), factor=1.5))
    await rule(sparkling, pin=Pin(product_ids=("p33",), place=2))
    await rule(sparkling, diversity=Diversity(by="category", most=2, among=4))
    await sparkling.sell([Product(product_id="p14", state="discontinued")])
    await both(sparkling, limit=4)


async def test_where_rules_leave_little_it_is_looked_further_down_as_ever(sparkling: Shop) -> None:
    await rule(sparkling, exclude=Exclude(product_ids=tuple(f"p{each:02}" for each in range(30)), bought_days=60))
    await rule(sparkling, frequency=Frequency(times=1, days=7))
    await rule(sparkling, filter=Filter(categories=("Maschinen",)))
    first = await here(sparkling, limit=2)
    await both(sparkling, is_seen=False, limit=1, profile_ids=tuple(rows_of(sparkling, first)))


async def test_nobody_without_a_basis_is_read_of_the_lake(sparkling: Shop) -> None:
    async with sparkling.context() as context:
        wanted = Wanted(recipients="everybody")
        async with in_spark.opened(context, wanted, None) as opened:
            read = {UUID(row.person) for row in opened.histories.select("person").collect()}
    assert ANNA in read
    assert {CARA, EMIL}.isdisjoint(read)


async def test_what_was_killed_is_taken_up_where_it_was(sparkling: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await killed(sparkling, "parquet", monkeypatch)
    batch = await make(sparkling, limit=3)
    found = rows_of(sparkling, batch)
    assert (batch.recipients, len(found), len(await stored(sparkling, "SELECT FROM decisions"))) == (224, 224, 224)
    assert len(await stored(sparkling, "SELECT FROM recommendation_batches")) == 1


async def test_who_cannot_be_answered_in_spark_is_answered_here(sparkling: Shop) -> None:
    await sparkling.sell([Product(product_id="fresh")])
    await rule(sparkling, filter=Filter(categories=("Nirgends",)))
    await both(sparkling, limit=3)
