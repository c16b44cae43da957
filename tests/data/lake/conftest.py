"""What tests of the lake need: a process with a database of its own, things to write into it, and all values of the files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pyarrow.parquet as pq
import pytest

from hanse.base import ids
from hanse.base.context import Resources
from hanse.base.decision import Arm, Basis
from hanse.data import decisions, events
from hanse.data.decisions import DecisionRecord
from hanse.data.events import Event

Write = Callable[..., Awaitable[None]]


@pytest.fixture
def happen(resources: Resources) -> Write:
    """Writes events that arrive now and commits them."""

    async def write(*these: Event) -> None:
        async with resources.pool.connection() as connection:
            await events.append(connection, these, now=resources.clock.now())

    return write


@pytest.fixture
def decide(resources: Resources) -> Write:
    """Logs decisions and commits them."""

    async def write(*these: DecisionRecord) -> None:
        async with resources.pool.connection() as connection:
            await decisions.put(connection, these)

    return write


def event(message_id: str, name: str | None = "Product Viewed", **more: Any) -> Event:
    at = datetime.fromisoformat(more.pop("at", "2026-06-15T11:00:00+00:00"))
    return Event(message_id=message_id, name=name, source="shop", occurred_at=at, **more)


def order(order_id: str, *products: dict[str, Any], name: str = "Order Completed", **more: Any) -> Event:
    facts = {"order_id": order_id, "currency": "EUR", "products": list(products)} | more.pop("properties", {})
    return event(f"{name} {order_id} {more.pop('number', 1)}", name, properties=facts, **more)


def product(product_id: str, quantity: float = 1, price: float = 10) -> dict[str, Any]:
    return {"product_id": product_id, "quantity": quantity, "price": price}


def decision(at: datetime, profile_id: UUID | None = None, **more: Any) -> DecisionRecord:
    facts: dict[str, Any] = {"request": {"limit": 3}, "answer": {"items": [{"product_id": "P1", "score": 0.5}]}, "reason": "popular"} | more
    return DecisionRecord(
        decision_id=ids.new(at),
        operation="recommend.popular",
        profile_id=profile_id,
        model_version=None,
        arm=Arm.TREATED,
        arm_probability=0.95,
        basis=Basis.ANONYMOUS,
        reason=facts["reason"],
        request=msgspec.Raw(msgspec.json.encode(facts["request"])),
        answer=msgspec.Raw(msgspec.json.encode(facts["answer"])),
        decided_at=at,
    )


def values(folder: Path) -> list[dict[str, Any]]:
    """Read all rows of all Parquet files below a folder."""
    return [row for path in sorted(folder.glob("**/*.parquet")) for row in pq.ParquetFile(path).read().to_pylist()]
