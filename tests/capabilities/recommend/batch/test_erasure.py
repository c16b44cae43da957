"""Whoever is erased leaves the rows and the files of batches, also of those that were broken off."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from hanse.base.erasing import Erased
from hanse.capabilities.recommend.batch import erasure, recipients, writing
from tests.capabilities.recommend.batch.conftest import BEN
from tests.capabilities.recommend.batch.test_running import killed, make, stored
from tests.capabilities.recommend.conftest import Shop
from tests.capabilities.recommend.taught import ANNA

PERSON = Erased((ANNA,), (), keep_orders=False)


async def test_rows_leave_the_table(mailing: Shop) -> None:
    await make(mailing, limit=2, to="table")
    async with mailing.context() as context:
        assert await erasure.rows(PERSON, context) == {"batch_recommendations": 2}
    left = {row["profile_id"] for row in await stored(mailing, "SELECT profile_id FROM batch_recommendations")}
    assert ANNA not in left
    assert BEN in left


async def test_rows_leave_the_files_and_what_a_crash_left_goes_whole(mailing: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    done = await make(mailing, limit=2)
    await killed(mailing, "parquet", monkeypatch)
    (broken,) = writing.folder(mailing.resources.settings).glob("*.unfinished")
    (broken / "part-000009.unfinished").write_bytes(b"PAR1")
    async with mailing.context() as context:
        assert await erasure.files(PERSON, context) == {"batch_files": 5}
        assert await erasure.files(PERSON, context) == {"batch_files": 0}
    assert not (broken / "part-000009.unfinished").exists()
    assert done.folder
    for folder in (mailing.resources.settings.home / done.folder, broken):
        left = {each for path in folder.glob("*.parquet") for each in pq.read_table(path)["profile_id"].to_pylist()}
        assert str(ANNA) not in left
        assert str(BEN) in left
    assert (await make(mailing, limit=3)).recipients == 224


async def test_whoever_is_erased_while_they_are_answered_is_not_written(mailing: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    read = recipients.read

    async def read_then_erased(*arguments: object) -> object:
        page = await read(*arguments)  # type: ignore[arg-type]  # whatever it is called with
        async with mailing.resources.pool.connection() as connection:
            await connection.execute("SELECT set_config('session_replication_role', 'replica', true)")
            await connection.execute("DELETE FROM profiles WHERE profile_id = %s", (ANNA,))
        return page

    monkeypatch.setattr(recipients, "read", read_then_erased)
    batch = await make(mailing, limit=2, profile_ids=(ANNA, BEN))
    assert (batch.recipients, batch.rows) == (1, 2)
    assert [row["profile_id"] for row in await stored(mailing, "SELECT profile_id FROM decisions")] == [BEN]


async def test_without_batches_there_is_nothing_to_erase(shop: Shop) -> None:
    async with shop.context() as context:
        assert await erasure.files(PERSON, context) == {}
