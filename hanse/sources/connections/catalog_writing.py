"""Products, prices and stock of a shop into the catalog; what a shop does not say of a product stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from hanse.base.database import Connection, Queries
from hanse.data import catalog
from hanse.data.catalog import Price, Product, Stock
from hanse.sources.connections import versions
from hanse.sources.connections.versions import Key, Standing
from hanse.sources.source import Change, Shop

queries = Queries(__package__)

TEXTS = ("title", "description", "category", "attributes")
"""Fields that are merged by language or name, so that another system may keep its part of them."""
PLAIN = ("parent_id", "brand", "gtin", "url", "image_url")


@dataclass
class _Work:
    """What is left to write once old versions are left out; later changes replace earlier ones."""

    products: dict[str, Product] = field(default_factory=dict)
    prices: dict[tuple[str, str], Price] = field(default_factory=dict)
    stock: dict[str, Stock] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


async def write(connection: Connection, shop: Shop, changes: Sequence[Change], standings: Mapping[Key, Standing], *, now: datetime) -> bool:
    """Write what changes say of the catalog; return whether products or prices are different now."""
    work = _work(changes, standings)
    if not (work.products or work.stock or work.gone):
        return False
    known = await _known(connection, [*work.products, *work.stock])
    changed = [after for each in work.products.values() if (after := _merged(known.get(each.product_id), each)) != known.get(each.product_id)]
    await catalog.put_products(connection, changed, source=shop.source, now=now)
    there = known.keys() | work.products.keys()
    prices = await _changed_prices(connection, [each for each in work.prices.values() if each.product_id in there])
    await catalog.put_prices(connection, prices, now=now)
    await catalog.put_stock(connection, [each for each in work.stock.values() if each.product_id in there], now=now)
    if unknown := work.stock.keys() - there:
        await versions.forget_stock(connection, shop.connection_id, unknown)
    gone = await _discontinue(connection, shop, work.gone, now)
    return bool(changed or prices or gone)


def _work(changes: Iterable[Change], standings: Mapping[Key, Standing]) -> _Work:
    work = _Work()
    for change in sorted(changes, key=lambda each: each.changed_at):
        standing = standings[change.kind, change.resource_id]
        if standing.newer and change.kind == "product":
            work.products.update((each.product_id, each) for each in change.products)
            work.prices.update(((each.product_id, each.currency), each) for each in change.prices)
            work.gone.update(standing.previous_ids)
        work.stock.update((each.product_id, each) for each in change.stock if standings[versions.STOCK, each.product_id].newer)
    work.gone -= work.products.keys()
    return work


async def _known(connection: Connection, product_ids: Sequence[str]) -> dict[str, Product]:
    cursor = await connection.execute(queries["products"], {"product_ids": list(product_ids)})
    return {row["product_id"]: msgspec.convert(row, Product) async for row in cursor}


def _merged(before: Product | None, told: Product) -> Product:
    if before is None:
        return told
    said: dict[str, object] = {name: value for name in PLAIN if (value := getattr(told, name)) is not None}
    said |= {name: {**getattr(before, name), **getattr(told, name)} for name in TEXTS}
    return msgspec.structs.replace(before, state=told.state, **said)


async def _changed_prices(connection: Connection, prices: Sequence[Price]) -> list[Price]:
    facts = {"product_ids": [each.product_id for each in prices]}
    known = {(row["product_id"], row["currency"]): row["amount_minor"] async for row in await connection.execute(queries["prices"], facts)}
    return [each for each in prices if known.get((each.product_id, each.currency)) != each.amount_minor]


async def _discontinue(connection: Connection, shop: Shop, product_ids: Iterable[str], now: datetime) -> int:
    facts = {"product_ids": sorted(product_ids), "connection_id": shop.connection_id, "now": now}
    return (await connection.execute(queries["discontinue"], facts)).rowcount
