"""Connected shops for tests of mappings, and the payloads recorded of their systems."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from hanse.data.events import Event
from hanse.sources.source import Delivery, Options, Secrets, Shop

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def shop(system: str, /, *, secrets: dict[str, str] | None = None, **options: Any) -> Shop:
    """Return a shop called `shop` at shop.example."""
    chosen = msgspec.convert(options, Options, strict=False)
    return Shop(
        connection_id=UUID(int=1),
        name="shop",
        system=system,
        source="shop",
        url="https://shop.example",
        language=chosen.language or "de",
        currency=chosen.currency or "EUR",
        options=chosen,
        secrets=Secrets(secrets or {}),
    )


def recorded(system: str, name: str, /, **changes: Any) -> bytes:
    """Return a recorded payload, with some of its fields changed."""
    body = (Path(__file__).parent / system / "payloads" / f"{name}.json").read_bytes()
    return msgspec.json.encode({**msgspec.json.decode(body), **changes}) if changes else body


def delivery(topic: str, body: bytes, *, event_id: str = "event-1", triggered_at: datetime | None = None) -> Delivery:
    """Return a delivery that came at noon."""
    return Delivery(delivery_id=UUID(int=2), topic=topic, event_id=event_id, body=body, triggered_at=triggered_at, received_at=NOW)


def properties(event: Event) -> dict[str, Any]:
    """Return the properties of an event with numbers as they are written: nothing is lost to floats."""
    assert isinstance(event.properties, msgspec.Raw)
    return msgspec.json.Decoder(dict[str, Any], float_hook=str).decode(bytes(event.properties))
