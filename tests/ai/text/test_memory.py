"""Queries are remembered for a while and in a bounded number."""

from __future__ import annotations

import pytest

from hanse.ai.text.memory import Remembered
from hanse.base.clock import FixedClock
from tests.ai.text.conftest import WIDTH, Counting


@pytest.fixture
def remembered(counting: Counting, clock: FixedClock) -> Remembered:
    return Remembered(counting, clock, most=3)


async def test_what_is_asked_again_is_not_encoded_again(remembered: Remembered, counting: Counting) -> None:
    first = await remembered.encode_queries(["a", "b", "a"])
    again = await remembered.encode_queries(["b", "a"])
    assert counting.texts == ["a", "b"]
    assert first.shape == (3, WIDTH)
    assert (again == first[[1, 0]]).all()
    assert (first[0] == first[2]).all()


async def test_the_one_not_asked_for_longest_is_forgotten_first(remembered: Remembered, counting: Counting) -> None:
    await remembered.encode_queries(["a", "b", "c"])
    await remembered.encode_queries(["a"])
    await remembered.encode_queries(["d"])
    assert len(remembered) == 3
    counting.texts.clear()
    await remembered.encode_queries(["a", "b"])
    assert counting.texts == ["b"]


async def test_after_an_hour_it_is_forgotten(remembered: Remembered, counting: Counting, clock: FixedClock) -> None:
    await remembered.encode_queries(["a"])
    clock.advance(seconds=3_601)
    await remembered.encode_queries(["a"])
    assert counting.texts == ["a", "a"]


async def test_more_than_it_remembers_are_answered_all_the_same(remembered: Remembered) -> None:
    assert (await remembered.encode_queries([str(number) for number in range(10)])).shape == (10, WIDTH)
    assert len(remembered) == 3
    assert (await remembered.encode_queries([])).shape == (0, WIDTH)
