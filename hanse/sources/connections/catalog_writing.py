"""Products, prices and stock of a shop into the catalog; what a shop does not say of a product stays as it is.

Where a PIM says a field of a product, shops leave it to the PIM; where a shop has a product, the PIM leaves to it whether it is sold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.data import catalog
from hanse.data.catalog import Price, Product, Relation, Stock, origins
from hanse.data.catalog.schemas import Medium
from hanse.sources.connections import elsewhere, fields, relating, systems, versions
from hanse.sources.connections.elsewhere import Elsewhere
from hanse.sources.connections.versions import Key, Standing
from hanse.sources.source import Change, Shop

queries = Queries(__package__)


@dataclass
class _Work:
    """What is left to write once old versions are left out; later changes replace earlier ones."""

    products: dict[str, Product] = field(default_factory=dict)
    prices: dict[tuple[str, str], Price] = field(default_factory=dict)
    stock: dict[str, Stock] = field(default_factory=dict)
    relations: dict[str, tuple[Relation, ...]] = field(default_factory=dict)
    media: dict[str, tuple[Medium, ...]] = field(default_factory=dict)
    previously_said: dict[str, frozenset[str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


async def write(connection: Connection, shop: Shop, changes: Sequence[Change], standings: Mapping[Key, Standing], *, now: datetime) -> bool:
    """Write what changes say of the catalog; return whether products or prices are different now."""
    work = _work(changes, standings)
    if not (work.products or work.stock or work.gone):
        return False
    known = await _known(connection, [*work.products, *work.stock])
    others = await elsewhere.find(connection, shop, [*work.products, *work.gone])
    changed = [after for each in work.products.values() if (after := _after(work, known, others, each, shop)) != known.get(each.product_id)]
    await catalog.put_products(connection, changed, source=shop.source, now=now)
    there = known.keys() | work.products.keys()
    belongings = await _put_relations(connection, shop, work, known) + await _put_media(connection, work, now)
    prices = await _changed_prices(connection, [each for each in work.prices.values() if each.product_id in there])
    await catalog.put_prices(connection, prices, now=now)
    await catalog.put_stock(connection, [each for each in work.stock.values() if each.product_id in there], now=now)
    if unknown := work.stock.keys() - there:
        await versions.forget_stock(connection, shop.connection_id, unknown)
    gone = await _discontinue(connection, shop, work.gone, others, now)
    return bool(changed or prices or gone or belongings)


def _work(changes: Iterable[Change], standings: Mapping[Key, Standing]) -> _Work:
    work = _Work()
    for change in sorted(changes, key=lambda each: each.changed_at):
        standing = standings[change.kind, change.resource_id]
        if standing.newer and change.kind == "product":
            work.products.update((each.product_id, each) for each in change.products)
            work.prices.update(((each.product_id, each.currency), each) for each in change.prices)
            previous = standing.previous_ids if standing.previously_said else ()
            work.relations = {**dict.fromkeys(previous, ()), **work.relations, **change.relations}
            work.media |= change.media
            work.previously_said |= dict.fromkeys(standing.previous_ids, standing.previously_said)
            work.gone.update(standing.previous_ids)
        work.stock.update((each.product_id, each) for each in change.stock if standings[versions.STOCK, each.product_id].newer)
    work.gone -= work.products.keys()
    return work


async def _known(connection: Connection, product_ids: Sequence[str]) -> dict[str, Product]:
    cursor = await connection.execute(queries["products"], {"product_ids": list(product_ids)})
    return {row["product_id"]: msgspec.convert(row, Product) async for row in cursor}


def _after(work: _Work, known: Mapping[str, Product], others: Elsewhere, told: Product, shop: Shop) -> Product:
    """Return a product as it becomes."""
    before = known.get(told.product_id)
    if before is None:
        return told
    if systems.is_pim(shop.system):
        left = fields.without_attributes(before, work.previously_said.get(told.product_id, frozenset()))
        after = _merged(left, told)
        return msgspec.structs.replace(after, state=before.state) if told.product_id in others.sold else after
    return _merged(before, fields.without(told, others.said.get(told.product_id, frozenset())))


def _merged(before: Product, told: Product) -> Product:
    said: dict[str, object] = {name: value for name in fields.PLAIN if (value := getattr(told, name)) is not None}
    said |= {name: {**getattr(before, name), **getattr(told, name)} for name in fields.TEXTS}
    marks = origins.merged(before, {"title": told.title, "description": told.description}, told.text_origins)
    return msgspec.structs.replace(before, state=told.state, text_origins=marks, **said)


async def _put_relations(connection: Connection, shop: Shop, work: _Work, known: Mapping[str, Product]) -> int:
    """Write what products state of others, and what others stated of those that are new."""
    gone = await relating.put(connection, shop, work.relations)
    return gone + await relating.bring_in(connection, work.relations.keys() | (work.products.keys() - known.keys()))


async def _put_media(connection: Connection, work: _Work, now: datetime) -> int:
    """Write pictures and documents beside those that others have given."""
    if not work.media:
        return 0
    told = []
    async for row in await connection.execute(queries["media"], {"product_ids": list(work.media)}):
        new, before = work.media[row["product_id"]], work.previously_said.get(row["product_id"], frozenset())
        taken = {each.reference for each in new} | {name.removeprefix(f"{fields.MEDIA}.") for name in before}
        told.append({"product_id": row["product_id"], "media": [*new, *(each for each in row["media"] if each.get("reference") not in taken)]})
    return (await connection.execute(queries["put_media"], {"told": database.jsonb(told), "now": now})).rowcount


async def _changed_prices(connection: Connection, prices: Sequence[Price]) -> list[Price]:
    facts = {"product_ids": [each.product_id for each in prices]}
    known = {(row["product_id"], row["currency"]): row["amount_minor"] async for row in await connection.execute(queries["prices"], facts)}
    return [each for each in prices if known.get((each.product_id, each.currency)) != each.amount_minor]


async def _discontinue(connection: Connection, shop: Shop, product_ids: Iterable[str], others: Elsewhere, now: datetime) -> int:
    shops = list(others.shops) if systems.is_pim(shop.system) else []
    facts = {"product_ids": sorted(product_ids), "connection_id": shop.connection_id, "others": shops, "now": now}
    return (await connection.execute(queries["discontinue"], facts)).rowcount
