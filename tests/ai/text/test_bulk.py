"""Many texts are encoded a part at a time; a killed job goes on where it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest

from hanse.ai.text import bulk, store
from hanse.ai.text.encoder import Public
from hanse.ai.text.store import Form
from hanse.base.context import Context, Resources
from tests.ai.text.conftest import WIDTH, Counting


async def catalog(count: int, size: int = 100) -> AsyncIterator[Sequence[tuple[int, Public]]]:
    for begin in range(0, count, size):
        yield [(number, Public(f"product {number}")) for number in range(begin, min(begin + size, count))]


async def everything(resources: Resources, encoder: Counting, count: int, size: int = 100) -> dict[int, np.ndarray]:
    context = Context(resources)
    return {
        key: vector
        async for part in bulk.encode(context, encoder, catalog(count, size), total=count)
        for key, vector in zip(part.keys, part.vectors, strict=True)
    }


async def test_every_key_gets_its_vector(resources: Resources, counting: Counting) -> None:
    found = await everything(resources, counting, 300, size=170)
    assert list(found) == list(range(300))
    expected = store.encode(Counting(), Form.PASSAGE, [f"product {number}" for number in range(300)])
    assert (np.stack(list(found.values())) == expected).all()


async def test_the_second_run_encodes_nothing_and_gives_the_same(resources: Resources, counting: Counting) -> None:
    first = await everything(resources, counting, 150)
    again = await everything(resources, counting, 150)
    assert len(counting.texts) == 150
    assert all((again[key] == first[key]).all() for key in first)


async def test_a_killed_run_goes_on_where_it_was(resources: Resources, counting: Counting) -> None:
    counting.fails_after = 250
    with pytest.raises(RuntimeError, match="killed"):
        await everything(resources, counting, 400)
    done = len(counting.texts)
    assert done == 200
    counting.fails_after = None
    assert len(await everything(resources, counting, 400)) == 400
    assert len(counting.texts) == 400


async def test_another_model_begins_at_the_beginning(resources: Resources, counting: Counting) -> None:
    await everything(resources, counting, 20)
    other = Counting(model="other", dimensions=WIDTH + 1)
    assert (await everything(resources, other, 20))[0].shape == (WIDTH + 1,)
    assert len(other.texts) == 20


async def test_a_model_that_changed_its_size_is_encoded_again(resources: Resources, counting: Counting) -> None:
    await everything(resources, counting, 20)
    changed = Counting(dimensions=WIDTH + 1)
    assert (await everything(resources, changed, 30))[0].shape == (WIDTH + 1,)
    assert len(changed.texts) == 30


async def test_the_job_is_told_how_far_it_is(resources: Resources, counting: Counting) -> None:
    told: list[tuple[float, str]] = []

    async def progress(score: float, note: str) -> None:
        told.append((score, note))

    async for _ in bulk.encode(Context(resources, progress=progress), counting, catalog(200), total=200):
        pass
    assert told == [(0.5, "100 of 200 texts have vectors"), (1.0, "200 of 200 texts have vectors")]


async def test_two_who_keep_the_same_at_the_same_time_do_not_get_in_each_others_way(resources: Resources) -> None:
    found = await asyncio.gather(*(everything(resources, Counting(), 200, size=50) for _ in range(3)))
    assert all((each[7] == found[0][7]).all() for each in found)


async def test_nothing_gives_nothing(resources: Resources, counting: Counting) -> None:
    vectors, encoded = await bulk.vectors(resources.pool, resources.clock, counting, [])
    assert (vectors.shape, encoded) == ((0, WIDTH), 0)
    assert await everything(resources, counting, 0) == {}


async def test_the_same_text_twice_is_encoded_once(resources: Resources, counting: Counting) -> None:
    vectors, encoded = await bulk.vectors(resources.pool, resources.clock, counting, [Public("a"), Public("b"), Public("a")])
    assert (vectors.shape, encoded) == ((3, WIDTH), 2)
    assert (vectors[0] == vectors[2]).all()
