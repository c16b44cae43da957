"""What was seen is kept without pictures and addresses; what could not be looked at is tried again after a week."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from hanse.ai.image import store
from hanse.ai.image.store import Look
from hanse.base.database import Connection
from tests.conftest import NOW

SEEN, BROKEN = store.digest("https://shop.example/drill.jpg"), store.digest("https://shop.example/broken.jpg")
VECTOR = np.array([0.6, -0.8], np.float32)


async def test_what_was_seen_is_found_again(connection: Connection) -> None:
    await store.keep(connection, "eyes", {SEEN: Look(VECTOR), BROKEN: Look(None, "it is broken")}, NOW)
    found = await store.find(connection, "eyes", [SEEN, BROKEN, store.digest("another")], NOW)
    assert found.keys() == {SEEN, BROKEN}
    assert found[SEEN] == pytest.approx(VECTOR, abs=1e-3)
    assert found[BROKEN] is None
    assert await store.find(connection, "other eyes", [SEEN], NOW) == {}


async def test_what_failed_is_tried_again_after_a_week_and_may_be_seen_then(connection: Connection) -> None:
    await store.keep(connection, "eyes", {BROKEN: Look(None, "it is broken")}, NOW)
    later = NOW + store.TRIED_AGAIN + timedelta(hours=1)
    assert await store.find(connection, "eyes", [BROKEN], later) == {}
    await store.keep(connection, "eyes", {BROKEN: Look(VECTOR)}, later)
    assert (await store.find(connection, "eyes", [BROKEN], later))[BROKEN] is not None


async def test_what_nobody_asks_for_is_forgotten(connection: Connection) -> None:
    await store.keep(connection, "eyes", {SEEN: Look(VECTOR), BROKEN: Look(VECTOR)}, NOW)
    later = NOW + store.UNUSED - timedelta(days=1)
    await store.find(connection, "eyes", [SEEN], later)
    await store.forget(connection, later + timedelta(days=2))
    assert (await store.find(connection, "eyes", [SEEN, BROKEN], later)).keys() == {SEEN}
