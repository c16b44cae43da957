"""Models are saved whole, put into use without a restart, and a broken one never replaces a working one."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from structlog.testing import capture_logs

from hanse.ai import models
from hanse.ai.models import Card, Model, Models, View
from hanse.base import database
from hanse.base.changes import CHANNEL
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Context, Ports, Resources
from hanse.base.database import Pool
from hanse.base.postgres import EmbeddedPostgres
from tests import databases
from tests.conftest import NOW

NAME = "recommend.also_bought"


def card(**more: Any) -> Card:
    return Card(**{"name": NAME, "method": "cosine", "trained_at": NOW, **more})


@pytest.fixture(scope="module")
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """One database for all tests of this module; each leaves it without models."""
    with databases.copied(postgres) as url:
        yield url


@pytest.fixture
async def resources(database_url: str, home: Path, clock: FixedClock) -> AsyncIterator[Resources]:
    pool = database.pool(database_url, size=2)
    await pool.open()
    yield Resources(Settings(home=home), clock, pool, cast("Ports", None))
    async with pool.connection() as connection:
        await connection.execute("DELETE FROM models")
    await pool.close()


@pytest.fixture
def known(resources: Resources) -> Models:
    return Models(resources.pool, resources.settings)


async def saved(resources: Resources, value: int = 1, *, name: str = NAME) -> str:
    cast("FixedClock", resources.clock).advance(seconds=1)
    async with Context(resources) as context:
        return await models.save(context, name, {"numbers": np.arange(10) * value}, {"words": ["Öl", "tea"]}, card(name=name))


async def activated(resources: Resources, value: int = 1, *, name: str = NAME) -> str:
    version = await saved(resources, value, name=name)
    async with Context(resources) as context:
        await models.activate(context, version)
    return version


async def states(pool: Pool) -> dict[str, str]:
    async with pool.connection() as connection:
        return {entry.version: entry.state for entry in await models.listing(connection)}


def folder(resources: Resources, version: str, name: str = NAME) -> Path:
    return resources.settings.models / name / version


def numbers(model: Model | None) -> list[int]:
    assert model is not None
    return cast("list[int]", model.arrays["numbers"].tolist())


async def test_a_saved_model_is_ready_but_not_in_use(resources: Resources, known: Models) -> None:
    version = await saved(resources)
    await known.refresh()
    assert await states(resources.pool) == {version: "ready"}
    assert known.current(NAME) is None
    assert version.startswith("20260615-120001-")


async def test_a_current_model_has_its_arrays_texts_and_card(resources: Resources, known: Models) -> None:
    version = await activated(resources, 3)
    await known.refresh()
    model = known.current(NAME)
    assert numbers(model) == [value * 3 for value in range(10)]
    assert model is not None
    assert (model.version, model.texts, model.card) == (version, {"words": ["Öl", "tea"]}, card())


async def test_what_is_written_to_an_array_stays_in_the_process(resources: Resources, known: Models) -> None:
    await activated(resources, 3)
    await known.refresh()
    model = known.current(NAME)
    assert model is not None
    model.arrays["numbers"][:] = 0
    again = Models(resources.pool, resources.settings)
    await again.refresh()
    assert numbers(again.current(NAME)) == [value * 3 for value in range(10)]


async def test_an_array_without_entries_can_be_kept(resources: Resources, known: Models) -> None:
    async with Context(resources) as context:
        version = await models.save(context, NAME, {"none": np.empty(0, np.int32)}, {}, card())
        await models.activate(context, version)
    await known.refresh()
    model = known.current(NAME)
    assert model is not None
    assert model.arrays["none"].shape == (0,)


async def test_a_new_version_takes_over_and_the_old_arrays_stay_valid(resources: Resources, known: Models) -> None:
    first = await activated(resources, 1)
    await known.refresh(NAME)
    old = known.current(NAME)
    second = await activated(resources, 2)
    shutil.rmtree(folder(resources, first))
    await known.refresh(NAME)
    assert numbers(known.current(NAME)) == [value * 2 for value in range(10)]
    assert numbers(old) == list(range(10))
    assert await states(resources.pool) == {first: "retired", second: "current"}


async def test_an_older_version_can_be_put_back_into_use(resources: Resources, known: Models) -> None:
    first = await activated(resources, 1)
    second = await activated(resources, 2)
    async with Context(resources) as context:
        await models.activate(context, first)
    await known.refresh()
    assert numbers(known.current(NAME)) == list(range(10))
    assert await states(resources.pool) == {first: "current", second: "retired"}


async def test_news_of_one_name_leave_other_names_alone(resources: Resources, known: Models) -> None:
    await activated(resources, 1)
    await activated(resources, 5, name="other.model")
    await known.refresh("other.model")
    assert known.current(NAME) is None
    await known.refresh(NAME)
    assert (numbers(known.current(NAME))[1], numbers(known.current("other.model"))[1]) == (1, 5)


async def test_activation_is_announced_when_it_is_committed(resources: Resources, database_url: str) -> None:
    version = await saved(resources)
    async with await database.connect(database_url, autocommit=True) as listener:
        await listener.execute(f"LISTEN {CHANNEL}")
        async with Context(resources) as context:
            await models.activate(context, version)
            assert [notice async for notice in listener.notifies(timeout=0.1)] == []
        assert [notice.payload async for notice in listener.notifies(timeout=5, stop_after=1)] == [f"models:{NAME}"]


@pytest.mark.parametrize("broken", ["card.json", "contents.json", "numbers.npy"])
@pytest.mark.parametrize("how", ["missing", "empty", "cut"])
async def test_a_damaged_model_leaves_the_one_before_in_use(resources: Resources, known: Models, broken: str, how: str) -> None:
    first = await activated(resources, 1)
    await known.refresh()
    second = await activated(resources, 2)
    damage(folder(resources, second) / broken, how)
    with capture_logs() as logs:
        await known.refresh(NAME)
    model = known.current(NAME)
    assert model is not None
    assert model.version == first
    assert [(entry["log_level"], entry["version"]) for entry in logs] == [("warning", second)]


async def test_after_a_restart_the_latest_one_that_can_be_read_is_in_use(resources: Resources, known: Models) -> None:
    versions = [await activated(resources, value) for value in range(3)]
    for each in versions[1:]:
        damage(folder(resources, each) / "numbers.npy", "cut")
    with capture_logs():
        await known.refresh()
    assert numbers(known.current(NAME)) == [0] * 10
    assert [(each.name, each.version, each.instead) for each in known.problems] == [(NAME, versions[2], versions[0])]
    await activated(resources, 7)
    await known.refresh(NAME)
    assert numbers(known.current(NAME))[1] == 7
    assert not known.problems


async def test_where_no_version_can_be_read_there_is_none_and_it_is_said(resources: Resources, known: Models) -> None:
    version = await activated(resources)
    damage(folder(resources, version) / "card.json", "empty")
    with capture_logs():
        await known.refresh()
    assert known.current(NAME) is None
    assert [(each.version, each.instead) for each in known.problems] == [(version, None)]


def damage(path: Path, how: str) -> None:
    whole = path.read_bytes()
    path.unlink()
    if how != "missing":
        path.write_bytes(b"" if how == "empty" else whole[: len(whole) - 5])


async def test_a_model_that_is_no_longer_current_is_forgotten(resources: Resources, known: Models) -> None:
    await activated(resources)
    await known.refresh()
    async with resources.pool.connection() as connection:
        await connection.execute("DELETE FROM models")
    await known.refresh("another.name")
    assert known.current(NAME) is not None
    await known.refresh(NAME)
    assert known.current(NAME) is None


async def test_what_was_made_of_a_model_is_made_once_and_again_for_its_successor(resources: Resources, known: Models) -> None:
    made = []

    def view(model: Model) -> str:
        made.append(model.version)
        return model.texts["words"][0]

    first = await activated(resources, 1)
    await known.refresh()
    model = known.current(NAME)
    assert model is not None
    assert [model.view(view), model.view(view)] == ["Öl", "Öl"]
    second = await activated(resources, 2)
    await known.refresh()
    assert made == [first, second]


async def test_a_successor_that_the_code_cannot_use_is_not_taken(resources: Resources, known: Models) -> None:
    def view(model: Model) -> object:
        return model.arrays["numbers"]

    first = await activated(resources)
    await known.refresh()
    model = known.current(NAME)
    assert model is not None
    model.view(view)
    async with Context(resources) as context:
        await models.activate(context, await models.save(context, NAME, {"other": np.arange(2)}, {}, card()))
    with capture_logs() as logs:
        await known.refresh()
    assert len(logs) == 1
    assert known.current(NAME) is model
    assert model.version == first


async def test_a_server_makes_the_declared_views_before_anybody_asks(resources: Resources) -> None:
    made = []

    def view(model: Model) -> int:
        made.append(model.version)
        return len(model.arrays["numbers"])

    first, _ = await activated(resources), await activated(resources, name="other.model")
    known = Models(resources.pool, resources.settings, [View(frozenset({NAME}), view)])
    await known.refresh()
    assert made == []
    await known.prepare()
    second = await activated(resources, 2)
    await known.refresh(NAME)
    assert made == [first, second]


async def test_the_last_five_versions_stay_on_disk_and_all_cards_stay(resources: Resources) -> None:
    versions = [await activated(resources, value) for value in range(8)]
    assert [folder(resources, version).exists() for version in versions] == [False] * 3 + [True] * 5
    assert set(await states(resources.pool)) == set(versions)


async def test_a_current_model_stays_on_disk_however_old_it_is(resources: Resources) -> None:
    first = await activated(resources)
    later = [await saved(resources) for _ in range(7)]
    async with Context(resources) as context:
        await models.activate(context, first)
    assert folder(resources, first).exists()
    assert [folder(resources, version).exists() for version in later] == [False] * 3 + [True] * 4


async def test_an_activation_that_fails_deletes_nothing(resources: Resources) -> None:
    versions = [await activated(resources, value) for value in range(5)]
    another = await saved(resources)
    with pytest.raises(RuntimeError):
        await activate_and_fail(resources, another)
    assert all(folder(resources, version).exists() for version in versions)
    assert (await states(resources.pool))[versions[-1]] == "current"


async def activate_and_fail(resources: Resources, version: str) -> None:
    async with Context(resources) as context:
        await models.activate(context, version)
        raise RuntimeError


async def test_a_version_whose_files_are_gone_cannot_be_activated(resources: Resources) -> None:
    version = await saved(resources)
    shutil.rmtree(folder(resources, version))
    async with Context(resources) as context:
        with pytest.raises(models.ModelFilesMissing, match=version):
            await models.activate(context, version)


async def test_a_version_there_is_not_is_said_so(resources: Resources) -> None:
    async with Context(resources) as context:
        with pytest.raises(models.UnknownModel, match="nothing"):
            await models.activate(context, "nothing")
        with pytest.raises(models.UnknownModel, match="nothing"):
            await models.card(await context.connection(), "nothing")


async def test_a_half_written_model_is_never_seen(resources: Resources) -> None:
    await saved(resources)
    assert [path.name for path in (resources.settings.models / NAME).iterdir() if path.name.startswith(".")] == []


async def test_cards_come_back_whole_and_newest_first(resources: Resources) -> None:
    full = card(
        parameters={"shrinkage": 30.0},
        data_since=NOW - timedelta(days=90),
        data_until=NOW,
        sizes={"orders": 12},
        measures={"NDCG@10": 0.25},
        intervals={"NDCG@10": (0.2, 0.3)},
        baseline={"NDCG@10": 0.1},
        seconds=1.5,
        seed=7,
        code_version="1",
        notes=("measured on a Monday",),
    )
    async with Context(resources) as context:
        version = await models.save(context, NAME, {}, {}, full)
        assert await models.card(await context.connection(), version) == full
    newer = await saved(resources)
    await saved(resources, name="other.model")
    async with resources.pool.connection() as connection:
        assert [entry.version for entry in await models.listing(connection, NAME)] == [newer, version]
