"""Writing the catalog, many entries at once; who comes later wins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.data.catalog.schemas import CustomerPriceList, Document, Price, Product, Relation, Stock

queries = Queries(__package__)

PRODUCT_COLUMNS = (
    "product_id",
    "parent_id",
    "state",
    "title",
    "description",
    "category",
    "brand",
    "gtin",
    "url",
    "image_url",
    "attributes",
    "text_origins",
    "source",
    "created_at",
    "updated_at",
)

DOCUMENT_COLUMNS = (
    "document_id",
    "kind",
    "language",
    "title",
    "body",
    "url",
    "product_ids",
    "path",
    "digest",
    "page_count",
    "attributes",
    "source",
    "updated_at",
)


async def put_products(connection: Connection, products: Iterable[Product], *, source: str, now: datetime) -> int:
    """Write products whole."""
    rows = (
        (
            each.product_id,
            each.parent_id,
            each.state,
            database.jsonb(each.title),
            database.jsonb(each.description),
            database.jsonb(each.category),
            each.brand,
            each.gtin,
            each.url,
            each.image_url,
            database.jsonb(each.attributes),
            database.jsonb(each.text_origins),
            source,
            now,
            now,
        )
        for each in products
    )
    return await database.upsert(connection, "products", PRODUCT_COLUMNS, ("product_id",), rows)


async def put_relations(connection: Connection, relations: Iterable[Relation]) -> int:
    """Write how products belong together."""
    rows = ((each.product_id, each.kind, each.related_id, each.quantity) for each in relations)
    key = ("product_id", "kind", "related_id")
    return await database.upsert(connection, "product_relations", (*key, "quantity"), key, rows)


async def put_prices(connection: Connection, prices: Iterable[Price], *, now: datetime) -> int:
    """Write prices that hold from now on and always; what was paid before stays known, without a gap. The first price of all held always.

    The lowest price of the last 30 days has to be told beside a reduced one (§ 11 PAngV).
    """
    said = {(each.product_id, each.price_list, each.min_quantity, each.currency): each.amount_minor for each in prices}
    columns = ("product_id", "price_list", "min_quantity", "currency", "amount_minor")
    await database.stage(connection, "prices", columns, ((*key, amount_minor) for key, amount_minor in said.items()))
    for step in ("drop_later_prices", "end_prices", "begin_prices"):
        await connection.execute(queries[step], {"now": now})
    return len(said)


async def put_customer_price_lists(connection: Connection, lists: Iterable[CustomerPriceList]) -> int:
    """Write which customers have prices of their own."""
    rows = ((each.profile_id, each.price_list) for each in lists)
    return await database.upsert(connection, "price_lists", ("profile_id", "price_list"), ("profile_id",), rows)


async def put_stock(connection: Connection, stock: Iterable[Stock], *, now: datetime) -> int:
    """Write how many pieces are where."""
    rows = ((each.product_id, each.location, each.quantity, now) for each in stock)
    return await database.upsert(connection, "stock", ("product_id", "location", "quantity", "updated_at"), ("product_id", "location"), rows)


async def put_documents(connection: Connection, documents: Iterable[Document], *, source: str, now: datetime) -> int:
    """Write texts about products; the pages of those that have any are written by `pages`."""
    rows = (
        (
            each.document_id,
            each.kind,
            each.language,
            each.title,
            each.body,
            each.url,
            list(each.product_ids),
            each.path,
            each.digest,
            each.page_count,
            database.jsonb(each.attributes),
            source,
            now,
        )
        for each in documents
    )
    return await database.upsert(connection, "documents", DOCUMENT_COLUMNS, ("document_id",), rows)
