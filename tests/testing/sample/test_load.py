"""Loading a sample shop through the stores of the data layer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hanse.base.database import Connection
from hanse.testing import sample
from hanse.testing.sample import SampleShop

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
TABLES = {
    "products": "products",
    "relations": "product_relations",
    "prices": "prices",
    "stock": "stock",
    "documents": "documents",
    "profiles": "profiles",
    "memberships": "memberships",
    "installations": "installations",
    "contracts": "contracts",
    "customer_price_lists": "price_lists",
    "consents": "consents",
    "events": "events",
    "decisions": "decisions",
}


@pytest.fixture(scope="module")
def tiny_shop() -> SampleShop:
    """A shop of 12 customers."""
    return sample.generate(12, until=NOW)


async def _count(connection: Connection) -> dict[str, int]:
    counts = {}
    for kind, table in TABLES.items():
        row = await (await connection.execute(f"SELECT count(*) AS count FROM {table}")).fetchone()
        assert row
        counts[kind] = row["count"]
    return counts


class _Steps:
    """Notes what was told of the progress."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str]] = []

    async def __call__(self, score: float, note: str) -> None:
        self.told.append((score, note))


async def test_everything_is_written_and_counted(connection: Connection, tiny_shop: SampleShop) -> None:
    written = await sample.load(connection, tiny_shop, NOW, _Steps())
    assert written == {kind: len(getattr(tiny_shop, kind)) for kind in TABLES}
    assert written == await _count(connection)


async def test_loading_twice_adds_nothing(connection: Connection, tiny_shop: SampleShop) -> None:
    await sample.load(connection, tiny_shop, NOW, _Steps())
    before = await _count(connection)
    again = await sample.load(connection, tiny_shop, NOW, _Steps())
    assert await _count(connection) == before
    assert again["events"] == again["decisions"] == again["consents"] == 0


async def test_every_event_keeps_its_profile_and_outcomes_their_decision(connection: Connection, shop: SampleShop) -> None:
    await sample.load(connection, shop, NOW, _Steps())
    strangers = await connection.execute(
        "SELECT profile_id FROM events WHERE profile_id IS NULL OR profile_id NOT IN (SELECT profile_id FROM profiles)"
    )
    assert await strangers.fetchone() is None
    outcomes = await connection.execute("SELECT DISTINCT name FROM events JOIN decisions USING (decision_id)")
    assert {row["name"] for row in await outcomes.fetchall()} == {"Impression", "Product Clicked", "Order Completed"}


async def test_progress_rises_to_one_with_a_note(connection: Connection, tiny_shop: SampleShop) -> None:
    steps = _Steps()
    await sample.load(connection, tiny_shop, NOW, steps)
    scores = [score for score, _ in steps.told]
    assert scores == sorted(scores)
    assert scores[-1] == 1
    assert all(note for _, note in steps.told)
