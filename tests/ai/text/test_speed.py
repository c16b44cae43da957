"""The speed of the encoder is told as the best of a few tries."""

from __future__ import annotations

from itertools import count

from hanse.ai.text import speed


def test_the_best_of_some_tries_is_told() -> None:
    times = iter([0.0, 0.5, 1.0, 1.2, 2.0, 2.9])
    assert round(speed.of_a_query(lambda: next(times)), 6) == 0.2


def test_the_clock_is_read_around_each_try() -> None:
    ticks = count()
    assert speed.of_a_query(lambda: float(next(ticks))) == 1.0
    assert next(ticks) == 2 * speed.TRIES
