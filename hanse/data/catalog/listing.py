"""Reading the catalog: lists of products, one product whole, and the categories. The console and the operations use this.

Listings work on the database alone; searching by meaning is a capability's.
"""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, LiteralString

import msgspec
from msgspec import Meta
from psycopg import sql

from hanse.base import errors
from hanse.base.database import Connection, Queries
from hanse.data.catalog import facts
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.catalog.schemas import Medium, Origin, RelationKind

queries = Queries(__package__)

Sort = Literal["revenue", "title", "units", "updated"]

SEPARATOR = " > "
COLUMNS: Mapping[Sort, str] = {"revenue": "revenue_minor", "title": "title_key", "units": "units", "updated": "updated_at"}

Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Text = Annotated[str, Meta(pattern=r"^[^\x00]*$")]
Language = Annotated[dict[str, str], Meta(description="Text by language; `und` where the language is not known.")]


class ProductLine(msgspec.Struct, kw_only=True, frozen=True):
    """A product in a list."""

    product_id: Annotated[str, Meta(description="The id of the product, as the shop gives it.")]
    title: Annotated[str, Meta(description="Its title in the language asked for, or the nearest there is.")]
    category: Annotated[str | None, Meta(description='Its category as a path, parts parted by " > ".')]
    brand: Annotated[str | None, Meta(description="Its brand.")]
    state: Annotated[str, Meta(description="`active`, `discontinued` or `draft`.")]
    image_url: Annotated[str | None, Meta(description="Address of its picture.")]
    amount_minor: Annotated[int | None, Meta(description="Net list price of one piece in minor units of `currency`; null without one.")]
    currency: Annotated[str | None, Meta(description="Currency (ISO 4217) of the list price.")]
    stock: Annotated[float | None, Meta(description="Pieces at all places; null where nobody counts them.")]
    units: Annotated[int, Meta(description="Units sold so far.")]
    revenue_minor: Annotated[int, Meta(description="Net revenue so far in minor units of `revenue_currency`.")]
    revenue_currency: Annotated[str | None, Meta(description="Currency (ISO 4217) of the revenue; null where nothing sold.")]
    updated_at: Annotated[datetime, Meta(description="When it was last written.")]


class ProductPage(msgspec.Struct, kw_only=True, frozen=True):
    """Some products in the order asked for."""

    products: Annotated[tuple[ProductLine, ...], Meta(description="The products of this page.")]
    next_cursor: Annotated[str | None, Meta(description="What to send as `cursor` for the next page; null on the last.")]


class ProductName(msgspec.Struct, kw_only=True, frozen=True):
    """A product named beside another."""

    product_id: Annotated[str, Meta(description="The id of the product.")]
    title: Language
    state: Annotated[str, Meta(description="`active`, `discontinued` or `draft`.")]


class RelatedProduct(ProductName, kw_only=True, frozen=True):
    """A product that belongs to another."""

    kind: Annotated[RelationKind, Meta(description="How they belong together.")]
    quantity: Annotated[int | None, Meta(description="How many pieces are needed; null where it does not matter.")]


class PriceLine(msgspec.Struct, kw_only=True, frozen=True):
    """A net price of one piece, from a quantity on."""

    price_list: Annotated[str, Meta(description="The list it stands in; that of everybody is called `list`.")]
    min_quantity: Annotated[int, Meta(description="The quantity from which it holds.")]
    amount_minor: Annotated[int, Meta(description="The price in minor units of `currency`.")]
    currency: Annotated[str, Meta(description="Currency (ISO 4217).")]
    valid_from: Annotated[datetime | None, Meta(description="Since when it holds; null for always.")]
    valid_until: Annotated[datetime | None, Meta(description="Until when it holds; null for ever.")]


class StockLine(msgspec.Struct, kw_only=True, frozen=True):
    """How many pieces are at a place."""

    location: Annotated[str, Meta(description="The place.")]
    quantity: Annotated[float, Meta(description="How many pieces are there.")]
    updated_at: Annotated[datetime, Meta(description="When they were counted.")]


class DocumentLine(msgspec.Struct, kw_only=True, frozen=True):
    """A text about a product, without its body."""

    document_id: Annotated[str, Meta(description="The id of the document.")]
    kind: Annotated[str, Meta(description="`manual`, `repair_guide`, `data_sheet` or `advice`.")]
    language: Annotated[str, Meta(description="Its language.")]
    title: Annotated[str, Meta(description="Its title.")]
    url: Annotated[str | None, Meta(description="Where it can be read.")]
    page_count: Annotated[int | None, Meta(description="Pages it has; null where it has none.")]
    updated_at: Annotated[datetime, Meta(description="When it was last written.")]


class Sales(msgspec.Struct, kw_only=True, frozen=True):
    """What sold of a product so far."""

    orders: Annotated[int, Meta(description="Orders it was in.")]
    units: Annotated[int, Meta(description="Units sold.")]
    returned_units: Annotated[int, Meta(description="Units that came back.")]
    revenue_minor: Annotated[int, Meta(description="Net revenue in minor units of `currency`.")]
    currency: Annotated[str, Meta(description="Currency (ISO 4217) of the revenue.")]
    units_by_month: Annotated[dict[str, int], Meta(description='Units of the last 24 months in which anything sold: {"2026-10": 12}.')]
    last_sold_at: Annotated[datetime | None, Meta(description="When it last sold.")]


class ProductDetail(msgspec.Struct, kw_only=True, frozen=True):
    """One product with everything that is known of it."""

    product_id: Annotated[str, Meta(description="The id of the product, as the shop gives it.")]
    parent_id: Annotated[str | None, Meta(description="The product this is a variant of; null where it is none.")]
    state: Annotated[str, Meta(description="`active`, `discontinued` or `draft`.")]
    title: Language
    description: Language
    category: Language
    brand: Annotated[str | None, Meta(description="Its brand.")]
    gtin: Annotated[str | None, Meta(description="Its number at GS1 (GTIN, EAN, UPC).")]
    url: Annotated[str | None, Meta(description="Address of its page in the shop.")]
    image_url: Annotated[str | None, Meta(description="Address of its picture.")]
    text_origins: Annotated[
        dict[str, dict[str, Origin]],
        Meta(description="How those texts came to be that no source gave, by field and language: `generated` or `translated` by a model."),
    ]
    attributes: Annotated[dict[str, Any], Meta(description='Technical data as its source gives it: {"length": {"value": 0.8, "unit": "cm"}}.')]
    normalised: Annotated[
        dict[str, Any],
        Meta(description='Those whose unit is known in the canonical one (mm, g, l, V, Nm …): {"length": {"value": 8, "unit": "mm"}}.'),
    ]
    media: Annotated[tuple[Medium, ...], Meta(description="Pictures, documents and 3D files that its source names.")]
    source: Annotated[str, Meta(description="The system it came from.")]
    created_at: Annotated[datetime, Meta(description="When it was first written.")]
    updated_at: Annotated[datetime, Meta(description="When it was last written.")]
    variants: Annotated[tuple[ProductName, ...], Meta(description="Its variants.")]
    prices: Annotated[tuple[PriceLine, ...], Meta(description="Its prices that hold now, by list and quantity; `list` first.")]
    stock: Annotated[tuple[StockLine, ...], Meta(description="How many pieces are where.")]
    relations: Annotated[tuple[RelatedProduct, ...], Meta(description="What it belongs to: this product is <kind> those.")]
    inverse_relations: Annotated[tuple[RelatedProduct, ...], Meta(description="What belongs to it: those are <kind> this product.")]
    documents: Annotated[tuple[DocumentLine, ...], Meta(description="Texts about it.")]
    statistics: Annotated[Sales | None, Meta(description="What sold of it; null where nothing did.")]


class Category(msgspec.Struct, kw_only=True, frozen=True):
    """A category with all below it."""

    path: str
    """What `page` takes as `category`."""
    name: str
    """The last part of the path."""
    depth: int
    """How many categories it lies in."""
    products: int
    """Products in it and below it."""


class _Place(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Where a page ended; what sorts, and the id that breaks ties."""

    sort: Sort
    descending: bool
    key: Whole | Text
    product_id: Text


async def page(
    connection: Connection,
    *,
    search: str | None = None,
    category: str | None = None,
    state: str | None = None,
    sort: Sort = "revenue",
    descending: bool = True,
    cursor: str | None = None,
    limit: int = 50,
    language: str,
    now: datetime | None = None,
) -> ProductPage:
    """Return products, one page at a time.

    `search` finds those with all its words in id, brand, GTIN or title of any language; `category` takes in what lies below it;
    prices are those of `now`. Raises `InvalidRequest` for a cursor that is not one, or of another order.
    """
    after_key, after_id = _place(cursor, sort, descending=descending) if cursor else (None, None)
    wanted = {
        "patterns": _patterns(search or ""),
        "category": category.replace("\x00", "") if category else None,
        "state": state,
        "language": language,
        "after_key": after_key,
        "after_id": after_id,
        "limit": limit + 1,
        "now": now,
    }
    rows = await (await connection.execute(_ordered(sort, descending=descending), wanted)).fetchall()
    next_cursor = _cursor(rows[limit - 1], sort, descending=descending) if len(rows) > limit else None
    return ProductPage(products=tuple(msgspec.convert(row, ProductLine) for row in rows[:limit]), next_cursor=next_cursor)


async def product(connection: Connection, product_id: str, *, now: datetime | None = None) -> ProductDetail:
    """Return one product whole, with the prices of `now`; raises `UnknownProduct`."""
    wanted = {"product_id": product_id, "now": now}
    found = await _rows(connection, queries["product"], wanted) if "\x00" not in product_id else []
    if not found:
        raise UnknownProduct(product_id=product_id)
    many = ("variants", "prices", "stock", "relations", "inverse_relations", "documents")
    parts = {name: await _rows(connection, queries[name], wanted) for name in many}
    sales = await _rows(connection, queries["statistics"], wanted)
    worked_out = {"normalised": facts.canonical(found[0]["attributes"]), "statistics": sales[0] if sales else None}
    return msgspec.convert({**found[0], **parts, **worked_out}, ProductDetail)


async def categories(connection: Connection, language: str) -> list[Category]:
    """Return all categories by path, in a language, each with the number of products in it and below it."""
    counts: Counter[tuple[str, ...]] = Counter()
    for row in await _rows(connection, queries["categories"], {"language": language}):
        parts = tuple(row["path"].split(SEPARATOR))
        for depth in range(1, len(parts) + 1):
            counts[parts[:depth]] += row["products"]
    return [Category(path=SEPARATOR.join(parts), name=parts[-1], depth=len(parts) - 1, products=counts[parts]) for parts in sorted(counts)]


async def _rows(connection: Connection, statement: LiteralString, values: Mapping[str, object]) -> list[dict[str, Any]]:
    return await (await connection.execute(statement, values)).fetchall()


def _ordered(sort: Sort, *, descending: bool) -> sql.Composed:
    direction, after = (sql.SQL("DESC"), sql.SQL("<")) if descending else (sql.SQL("ASC"), sql.SQL(">"))
    return sql.SQL(queries["page"]).format(key=sql.Identifier(COLUMNS[sort]), direction=direction, after=after)


def _patterns(search: str) -> list[str]:
    """Turn each word into a pattern of LIKE, its wildcards taken literally."""
    words = search.replace("\x00", " ").split()
    return ["%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%" for word in words]


def _cursor(row: Mapping[str, Any], sort: Sort, *, descending: bool) -> str:
    key = row[COLUMNS[sort]]
    place = _Place(sort, descending, key.isoformat() if isinstance(key, datetime) else key, row["product_id"])
    body = msgspec.json.encode(place)
    return urlsafe_b64encode(zlib.crc32(body).to_bytes(4, "big") + body).decode().rstrip("=")


def _place(cursor: str, sort: Sort, *, descending: bool) -> tuple[int | str | datetime, str]:
    """Read what sorts and the id from a cursor. The checksum tells a damaged one; a forged one only begins somewhere else."""
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        place = msgspec.json.decode(raw[4:], type=_Place)
        key = datetime.fromisoformat(str(place.key)) if sort == "updated" else place.key
    except (ValueError, msgspec.MsgspecError) as error:
        raise _invalid_cursor() from error
    whole = zlib.crc32(raw[4:]).to_bytes(4, "big") == raw[:4]
    fits = (place.sort, place.descending) == (sort, descending) and isinstance(key, str) == (sort == "title")
    if not whole or not fits:
        raise _invalid_cursor()
    return key, place.product_id


def _invalid_cursor() -> errors.InvalidRequest:
    message = "this cursor belongs to no page in this order"
    problem = errors.FieldProblem(field="cursor", message=message, remedy="Begin again without a cursor.")
    return errors.InvalidRequest(reason=f"cursor: {message}", fields=(problem,))
