"""Reading the whole catalog to write it out: products that are sold with all that belongs to them, some hundred at a time.

What goes to the public passes here, so purchase prices and margins are taken out here, and price lists are named one by one.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
from psycopg.pq import TransactionStatus

from hanse.base.database import Connection, Queries
from hanse.data.catalog import facts
from hanse.data.catalog.schemas import Medium, RelationKind, TextOrigins, Texts

queries = Queries(__package__, "records.sql")
PAGE = 500
HISTORY = timedelta(days=90)
"""How far back prices are read: as far as a reduced price may lie behind the one it takes the place of."""
CONFIDENTIAL = frozenset({facts.MARGIN, facts.COST, "cost_of_goods_sold", "purchase_price"})
"""Attributes that never leave the house."""


class RecordPrice(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """A price with the time for which it was said."""

    price_list: str
    min_quantity: int
    currency: str
    amount_minor: int
    valid_from: datetime | None = None
    """Null for always."""
    valid_until: datetime | None = None
    """Null for ever."""


class RecordRelation(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """A relation: product_id is <kind> related_id; one of the two is the product itself."""

    product_id: str
    kind: RelationKind
    related_id: str
    quantity: int | None = None
    type: str | None = None


class RecordDocument(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """A document that has an address."""

    kind: str
    language: str
    title: str
    url: str


class Record(msgspec.Struct, kw_only=True, frozen=True):
    """A product that is sold, with all that goes out of it."""

    product_id: str
    title: Texts
    parent_id: str | None = None
    """The product, or only the name of a group, that it is a variant of."""
    parent_title: Texts | None = None
    parent_url: str | None = None
    has_parent: bool = False
    """Whether what it is a variant of is a product that is sold."""
    description: Texts = {}
    category: Texts = {}
    brand: str | None = None
    gtin: str | None = None
    url: str | None = None
    image_url: str | None = None
    attributes: dict[str, object] = {}
    text_origins: TextOrigins = {}
    media: tuple[Medium, ...] = ()
    stock: float | None = None
    """Pieces at all places; null where nobody counts them."""
    prices: tuple[RecordPrice, ...] = ()
    relations: tuple[RecordRelation, ...] = ()
    documents: tuple[RecordDocument, ...] = ()
    variants: tuple[str, ...] = ()

    @property
    def group_id(self) -> str | None:
        """Return what it shares with its variants, or with the other variants; null where there are none."""
        return self.parent_id or (self.product_id if self.variants else None)


async def begin(connection: Connection) -> None:
    """Have everything that is read in this transaction be of one moment, where it has not begun yet."""
    if connection.info.transaction_status is TransactionStatus.IDLE:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


async def read(connection: Connection, price_lists: Iterable[str], *, now: datetime) -> AsyncGenerator[Sequence[Record], None]:
    """Go through all products that are sold, by their ids; prices of some lists, as regular expressions, go with them. Memory stays flat."""
    async with connection.cursor(name="catalog_records") as cursor:
        await cursor.execute(queries["ids"])
        while rows := await cursor.fetchmany(PAGE):
            yield await some(connection, [row["product_id"] for row in rows], price_lists, now=now)


async def some(connection: Connection, product_ids: Sequence[str], price_lists: Iterable[str], *, now: datetime) -> list[Record]:
    """Return some of the products that are sold, by their ids, without those that are not."""
    wanted = {
        "product_ids": [each for each in product_ids if "\x00" not in each],
        "price_lists": pattern(price_lists),
        "since": now - HISTORY,
    }
    rows = await (await connection.execute(queries["records"], wanted)).fetchall()
    for row in rows:
        row["attributes"] = {name: fact for name, fact in row["attributes"].items() if name not in CONFIDENTIAL}
    return msgspec.convert(rows, list[Record])


async def languages(connection: Connection) -> list[str]:
    """Return the languages of the titles."""
    return [row["language"] async for row in await connection.execute(queries["languages"])]


async def paths(connection: Connection) -> list[Texts]:
    """Return all categories that products are in, by language."""
    return [row["category"] async for row in await connection.execute(queries["paths"])]


async def unsold(connection: Connection, price_lists: Iterable[str], *, now: datetime) -> frozenset[str]:
    """Return the products without a title, or without a price in some lists."""
    wanted = {"price_lists": pattern(price_lists), "now": now}
    return frozenset([row["product_id"] async for row in await connection.execute(queries["unsold"], wanted)])


def pattern(price_lists: Iterable[str]) -> str:
    """Return the regular expression of some lists.

    >>> pattern(("list", "udp_.*"))
    '^(list|udp_.*)$'
    """
    return f"^({'|'.join(price_lists)})$"


def literally(price_list: str) -> str:
    """Return the name of a list as a part of such a pattern."""
    return re.escape(price_list).replace("\\ ", " ")
