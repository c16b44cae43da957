"""How fast the encoder of this house is on this processor; for `hanse doctor`."""

from __future__ import annotations

import time
from collections.abc import Callable

from hanse.ai.text import encoder

SLOW_SECONDS = 0.15
"""A search that takes longer to be read is felt by whoever waits for it; a usual processor takes a third of this."""
QUERY = "Akkuschrauber mit zwei Akkus und Koffer, 18 Volt"
TRIES = 3


def of_a_query(clock: Callable[[], float] = time.perf_counter) -> float:
    """Return how many seconds a search of a dozen tokens takes at best, once the model is loaded.

    Raises `EncoderMissing`.
    """
    ours = encoder.of_people()
    ours.encode_queries([QUERY])
    taken = []
    for _ in range(TRIES):
        begin = clock()
        ours.encode_queries([QUERY])
        taken.append(clock() - begin)
    return min(taken)
