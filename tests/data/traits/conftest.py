"""A lake written by hand, row by row, for what is computed from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from hanse.base.config import Settings
from hanse.data.lake import datasets, files, sessions
from hanse.data.traits import tables

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
ANNA, BEN, CARLA = (f"0197a000-0000-7000-8000-00000000000{each}" for each in "abc")


@dataclass
class Hand:
    """Rows of a lake in the making."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    products: list[dict[str, Any]] = field(default_factory=list)
    merges: list[dict[str, Any]] = field(default_factory=list)

    def line(
        self, profile_id: str | None, order_id: str, product_id: str | None, quantity: int, price: int | None, at: datetime, **more: Any
    ) -> None:
        facts = {"order_id": order_id, "event_id": "e", "sequence": len(self.lines) + 1, "profile_id": profile_id, "product_id": product_id}
        amount = None if price is None else quantity * price
        money = {"quantity": quantity, "price_minor": price, "amount_minor": amount, "currency": "EUR"}
        self.lines.append({**facts, **money, "occurred_at": at, "received_at": at, **more})

    def event(self, profile_id: str | None, at: datetime, **more: Any) -> None:
        facts = {"event_id": "e", "sequence": len(self.events) + 1, "type": "track", "name": "Product Viewed", "profile_id": profile_id}
        self.events.append({**facts, "source": "shop", "occurred_at": at, "received_at": at, "properties": "{}", **more})

    def product(self, product_id: str, category: str | None = None, brand: str | None = None) -> None:
        self.products.append({"product_id": product_id, "state": "active", "category_de": category, "brand": brand})

    def merge(self, profile_id: str, canonical_id: str) -> None:
        self.merges.append({"profile_id": profile_id, "canonical_id": canonical_id})

    def write(self, home: Path) -> Settings:
        """Write the files."""
        settings = Settings(home=home)
        for dataset, rows in (("order_lines", self.lines), ("events", self.events)):
            for number, some in enumerate((rows[::2], rows[1::2]), 1):
                if some:
                    files.add(settings.lake, dataset, _table(some, dataset), arrived="received_at", first=number, last=number)
        for dataset, rows in (("products", self.products), ("merges", self.merges)):
            with files.Writing(files.whole(settings.lake, dataset), datasets.SCHEMAS[dataset]) as writing:
                writing.add(_table(rows, dataset))
        return settings


def _table(rows: list[dict[str, Any]], dataset: str) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=datasets.SCHEMAS[dataset])


def opened(settings: Settings, engine: str) -> sessions.Session:
    return sessions.session(Settings(home=settings.home, lake_engine=engine))


def lake_of(session: sessions.Session, settings: Settings) -> tables.Lake:
    return tables.Lake(session.tables, settings, NOW)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def sample(hand: Hand) -> None:
    """Fill a lake in which every trait has something to tell."""
    hand.product("drill", "Maschinen", "Bosch")
    hand.product("bit", "Zubehör", "Wera")
    hand.product("saw", "Maschinen", "Makita")
    hand.product("tape")
    # Anna orders three times, every ten days and once after twenty, twice as a profile that was merged into hers
    hand.merge(CARLA, ANNA)
    hand.line(ANNA, "A1", "drill", 1, 10_000, days_ago(40))
    hand.line(ANNA, "A1", "bit", 4, 250, days_ago(40))
    hand.line(CARLA, "A2", "bit", 2, 200, days_ago(30))
    hand.line(CARLA, "A3", "saw", 1, 5_000, days_ago(10))
    hand.line(ANNA, "A3", "saw", -1, 5_000, days_ago(5))  # comes back whole, so it was no order
    hand.line(ANNA, "A4", "drill", 2, 9_000, days_ago(10), currency="CHF")
    hand.line(ANNA, "A4", "drill", -1, 9_000, days_ago(9), currency="CHF")
    # Ben orders one thing of which only the total is known, half an hour after midnight in Berlin, before midnight in UTC
    hand.line(BEN, "B1", None, 1, 4_200, datetime(2026, 6, 12, 22, 30, tzinfo=UTC))
    hand.line(None, "N1", "bit", 10, 300, days_ago(3))
    hand.event(ANNA, days_ago(40), name="Order Completed", channel="web")
    hand.event(CARLA, days_ago(30), name="Order Completed", channel="store")
    hand.event(CARLA, days_ago(10), name="Order Completed", channel="store")
    hand.event(BEN, days_ago(3), name="Order Completed", source="erp")
    hand.event(ANNA, days_ago(2), device="desktop", language="de")
    hand.event(ANNA, days_ago(2) + timedelta(minutes=20), device="mobile", language="de")
    hand.event(CARLA, days_ago(2) + timedelta(minutes=40), device="mobile", language="en")
    hand.event(CARLA, days_ago(1), device="desktop", language=None)
    hand.event(None, days_ago(1), device="tablet", language="fr")
