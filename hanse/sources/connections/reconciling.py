"""Finding out what shops removed without a webhook arriving: no poll of changes tells of what is there no longer."""

from __future__ import annotations

import msgspec
import structlog

from hanse.base.context import Context
from hanse.sources.connections import relating, store, systems, writing
from hanse.sources.connections.errors import told
from hanse.sources.source import Change, Shop

FEW = 20
MOST_GONE_SHARE = 0.5
"""Share of all products that may be gone at once; more is rather a fault of the shop than a decision."""


class Reconciled(msgspec.Struct, kw_only=True, frozen=True):
    """What a comparison with one shop found."""

    name: str
    products: int = 0
    """Products and variants that the shop has."""
    discontinued: int = 0
    error: str = ""


async def reconcile_all(context: Context) -> list[Reconciled]:
    """Compare the catalog with all connected shops; one that fails does not keep the others from it."""
    async with store.transaction(context) as connection:
        names = [each.name for each in await store.list_connections(connection) if each.state == "active"]
    return [await reconcile(context, name) for name in names]


async def reconcile(context: Context, name: str) -> Reconciled:
    """Discontinue the products that a shop has no longer; raises `UnknownConnection`."""
    async with store.transaction(context) as connection:
        _, shop = await store.shop(context, connection, name)
    source = systems.find(shop.system)
    if not source.can_ask(shop):
        return Reconciled(name=name)
    asked_at = context.clock.now()
    try:
        async with source.api(shop) as api:
            there = await source.product_ids(shop, api)
    except Exception as error:  # noqa: BLE001  # what goes wrong with one shop must not keep the others from being read
        structlog.get_logger().warning("a comparison with a shop failed", connection=name, exc_info=error)
        return Reconciled(name=name, error=told(error))
    async with store.transaction(context) as connection:
        known = [row["resource_id"] async for row in await connection.execute(store.queries["live_products"], _facts(shop, asked_at))]
        gone = [each for each in known if each not in there]
        if len(gone) > FEW and len(gone) > MOST_GONE_SHARE * len(known):
            return Reconciled(name=name, products=len(there), error=f"{len(gone)} of {len(known)} products are gone; nothing was changed.")
        changes = [Change(kind=writing.PRODUCT, resource_id=each, changed_at=asked_at, deleted=True) for each in gone]
        await writing.write(connection, shop, changes, now=asked_at)
        await relating.bring_in(connection, None)  # of products that came another way meanwhile
    return Reconciled(name=name, products=len(there), discontinued=len(gone))


def _facts(shop: Shop, asked_at: object) -> dict[str, object]:
    return {"connection_id": shop.connection_id, "before": asked_at}
