"""From rows of the database to tables of the lake, with what is personal left out on the way. Copying calls this, in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from hanse.data.lake import circumstances, datasets, order_lines, pseudonymisation

Rows = Sequence[tuple[Any, ...]]
Columns = list[Any]


def log(rows: Rows, currency: str) -> dict[str, pa.Table]:
    """Make tables of events and order lines from rows of the log; `currency` is that of amounts that come without one."""
    lines: list[tuple[Any, ...]] = []
    events = []
    for event_id, sequence, kind, name, profile_id, decision_id, source, occurred_at, received_at, page, document, *sent in rows:
        properties, cleaned = pseudonymisation.json(document, names_things=kind != "track")
        if name in order_lines.NAMES:
            taken = order_lines.lines(name, properties, event_id=event_id, currency=currency)
            lines.extend(_line(line, event_id, sequence, profile_id, occurred_at, received_at) for line in taken)
        texts = (_text(name), profile_id, decision_id, _text(source))
        events.append((event_id, sequence, kind, *texts, occurred_at, received_at, _path(page), cleaned, *_circumstances(*sent)))
    return {"events": table(events, datasets.EVENTS), "order_lines": table(lines, datasets.ORDER_LINES)}


def decisions(rows: Rows, currency: str) -> dict[str, pa.Table]:
    """Make a table of decisions from rows of the decision log."""
    cleaned = [
        (*row[:9], pseudonymisation.text(row[9]), pseudonymisation.json(row[10])[1], pseudonymisation.json(row[11])[1], row[12]) for row in rows
    ]
    return {"decisions": table(cleaned, datasets.DECISIONS)}


def table(rows: Rows, schema: pa.Schema) -> pa.Table:
    """Make a table from rows whose values stand in the order of a schema."""
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema)


def _line(line: order_lines.Line, event_id: str, sequence: int, profile_id: str | None, *times: Any) -> tuple[Any, ...]:
    order_id, product_id, *amounts = line
    return (_identifier(order_id), event_id, sequence, profile_id, _identifier(product_id), *amounts, *times)


def _circumstances(channel: str | None, device: str | None, user_agent: str | None, locale: str | None) -> tuple[str | None, ...]:
    return circumstances.channel(channel), circumstances.device(device, user_agent), circumstances.language(locale)


@lru_cache(maxsize=10_000)
def _text(value: str | None) -> str | None:
    return value and pseudonymisation.text(value)


@lru_cache(maxsize=10_000)
def _identifier(value: str | None) -> str | None:
    return value and pseudonymisation.identifier(value)


@lru_cache(maxsize=10_000)
def _path(page: str | None) -> str | None:
    """Return the path of a page: no host, no query, no fragment."""
    if page is None:
        return None
    try:
        path = urlsplit(page).path
    except ValueError:  # an address that is none
        return None
    return pseudonymisation.text(path)
