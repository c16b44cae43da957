"""What products that were found cost whom the answer is for, and whether they are in stock.

What has no price of its own, such as a product of which only the variants are sold, costs what the cheapest of these does, or more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.search.finding import Fitting
from hanse.data.catalog.summaries import Summary, UnitPrice

queries = Queries(__package__)
Prices = Mapping[str, UnitPrice]


class Offer(NamedTuple):
    """What a product costs, and whether it can be had."""

    price: UnitPrice | None
    is_from: bool
    """Whether others of its variants cost more."""
    in_stock: bool | None
    """Null where nobody counts."""


async def of(context: Context, found: Sequence[Fitting], known: Mapping[str, Summary]) -> dict[str, Offer]:
    """Return the offers of products by their ids, those that are known."""
    there = [each for each in found if each.product_id in known]
    variants = await _variants(context, {each.group_id for each in there if each.variants > 0 and known[each.product_id].price is None})
    rows = [row for group in variants.values() for row in group]
    own = await _own_prices(context, [*(each.product_id for each in there), *(row["product_id"] for row in rows)])
    return {each.product_id: _offer(known[each.product_id], variants.get(each.group_id, ()), own) for each in there}


def _offer(summary: Summary, variants: Sequence[Mapping[str, Any]], own: Prices) -> Offer:
    in_stock = None if summary.stock is None else summary.stock > 0
    price = own.get(summary.product_id) or summary.price
    if price or not variants:
        return Offer(price, is_from=False, in_stock=in_stock)
    prices = [own.get(row["product_id"]) or UnitPrice(amount_minor=row["amount_minor"], currency=row["currency"]) for row in variants]
    alike = [each for each in prices if each.currency == prices[0].currency]
    counted = [row["in_stock"] for row in variants if row["in_stock"] is not None]
    lowest = min(alike, key=lambda each: each.amount_minor)
    return Offer(lowest, any(each.amount_minor > lowest.amount_minor for each in alike), any(counted) if in_stock is None and counted else in_stock)


async def _variants(context: Context, group_ids: Collection[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the variants that have a price, by their group."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    if group_ids:
        for row in await (await (await context.connection()).execute(queries["variants"], {"group_ids": sorted(group_ids)})).fetchall():
            found[row["group_id"]].append(row)
    return found


async def _own_prices(context: Context, product_ids: Sequence[str]) -> dict[str, UnitPrice]:
    """Return what products cost whom the answer is for, where they have prices of their own."""
    profile_id = context.subject.profile_id
    if profile_id is None or not product_ids:
        return {}
    facts = {"product_ids": list(product_ids), "profile_id": profile_id, "now": context.clock.now()}
    rows = await (await (await context.connection()).execute(queries["own_prices"], facts)).fetchall()
    return {row["product_id"]: UnitPrice(amount_minor=row["amount_minor"], currency=row["currency"]) for row in rows}
