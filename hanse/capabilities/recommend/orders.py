"""Reading orders from the lake and categories from the catalog, for training and for evaluation."""

from __future__ import annotations

import asyncio
import dataclasses

import pyarrow.compute as pc

from hanse.base.config import Settings
from hanse.base.context import Context, Progress
from hanse.base.database import Queries
from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.errors import NotEnoughOrders
from hanse.data import lake
from hanse.data.catalog.facts import category_keys

queries = Queries(__package__)
LEAST_ORDERS = 20
"""Orders below which nothing can be learned of popularity; and orders of two or more products, of what is bought together."""


async def read(context: Context) -> Baskets:
    """Bring the lake up to date and return all orders."""
    await context.progress(0.0, "reading orders")
    await lake.refresh(Context(context.resources, context.caller, progress=_first_part(context)))
    return await asyncio.to_thread(_baskets, context.settings, await _categories(context))


def check(baskets: Baskets) -> None:
    """Raise `NotEnoughOrders` where there are too few of two or more products."""
    found = int((baskets.sizes >= 2).sum())
    if found < LEAST_ORDERS:
        raise NotEnoughOrders(needed=LEAST_ORDERS, found=found)


def _first_part(context: Context) -> Progress:
    async def tell(score: float, note: str) -> None:
        await context.progress(score * 0.1, note)

    return tell


async def _categories(context: Context) -> dict[str, tuple[str, ...]]:
    """Return the keys of all categories, narrow and wide, in each language, that each product is in."""
    rows = await (await context.connection()).execute(queries["categories"])
    return {row["product_id"]: tuple(dict.fromkeys(key for path in row["paths"] for key in category_keys(path))) async for row in rows}


def _baskets(settings: Settings, categories: dict[str, tuple[str, ...]]) -> Baskets:
    from hanse.data.lake import expressions  # Ibis takes half a second to import

    with lake.session(settings) as session:
        lines = expressions.baskets(session.tables.order_lines).to_pyarrow()
    baskets = Baskets.from_lines(lines["order_id"], lines["product_id"], lines["occurred_at"].to_numpy(), categories)
    return dataclasses.replace(baskets, customers=pc.count_distinct(lines["profile_id"]).as_py())
