"""What a feed brings goes by COPY into temporary tables, a batch at a time, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.data.revisions.schemas import Entry, Found, Item, Placement

queries = Queries(__package__, "staging.sql")

ENTRIES = (
    *("position", "line", "mode", "product_id", "parent_id", "parent_line", "title", "description"),
    *("brand", "gtin", "url", "image_url", "attributes", "text_origins", "media"),
)
PRICES = ("position", "product_id", "price_list", "min_quantity", "currency", "amount_minor", "valid_from", "valid_until", "line")
RELATIONS = ("position", "owner_id", "product_id", "kind", "related_id", "quantity", "type", "line")
PLACEMENTS = ("position", "product_id", "category", "line")
FINDINGS = ("code", "line", "product_id", "facts")

Rows = dict[str, list[Sequence[object]]]


@dataclass
class Stage:
    """The temporary tables of one transaction, and how much went into them."""

    connection: Connection
    entries: int = 0
    placements: int = 0
    codes: set[str] = field(default_factory=set)
    """Kinds of findings that the feed had."""

    async def begin(self) -> None:
        """Make the tables, or empty them."""
        await self.connection.execute(queries["make_room"])
        await self.connection.execute(queries["make"])

    def rows(self, items: Iterable[Item]) -> Rows:
        """Return the rows of some items by table; needs no database, so that it can be done in a thread."""
        rows: Rows = {name: [] for name in ("entries", "prices", "relations", "placements", "findings")}
        for item in items:
            if isinstance(item, Entry):
                self.entries += 1
                _add_entry(rows, item, self.entries)
            elif isinstance(item, Placement):
                self.placements += 1
                rows["placements"].append((self.placements, clean(item.product_id), database.jsonb(item.category), item.line))
            elif isinstance(item, Found):
                self.codes.add(item.code)
                rows["findings"].append((item.code, item.line, clean(item.product_id), database.jsonb(item.facts)))
        return rows

    async def put(self, rows: Rows) -> None:
        """Send rows into their tables."""
        for name, columns in (
            ("entries", ENTRIES),
            ("prices", PRICES),
            ("relations", RELATIONS),
            ("placements", PLACEMENTS),
            ("findings", FINDINGS),
        ):
            if rows[name]:
                await database.copy(self.connection, f"feed_{name}", columns, rows[name])

    async def end(self) -> None:
        """Say that all is there."""
        await self.connection.execute(queries["measure"])


def clean(text: str | None) -> str | None:
    """Return a text as PostgreSQL takes it: without NUL characters."""
    return text.replace("\0", "\ufffd") if text and "\0" in text else text


def _add_entry(rows: Rows, entry: Entry, position: int) -> None:
    product = entry.product
    product_id = clean(product.product_id)
    rows["entries"].append(
        (
            position,
            entry.line,
            entry.mode.value,
            product_id,
            clean(product.parent_id),
            entry.parent_line,
            _json(product.title),
            _json(product.description),
            clean(product.brand),
            product.gtin,
            clean(product.url),
            clean(product.image_url),
            _json(product.attributes),
            _json(product.text_origins),
            database.jsonb(entry.media) if entry.media else "[]",
        )
    )
    for price in entry.prices:
        said = (price.min_quantity, price.currency, price.amount_minor, price.valid_from, price.valid_until, price.line)
        rows["prices"].append((position, product_id, clean(price.price_list), *said))
    for each in entry.relations:
        ends = (clean(each.product_id), each.kind.value, clean(each.related_id))
        rows["relations"].append((position, product_id, *ends, each.quantity, each.type, each.line))


def _json(value: dict[str, Any]) -> str:
    return database.jsonb(value) if value else "{}"
