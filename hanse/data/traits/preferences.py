"""Traits of what somebody likes: category, brand, reduced prices, channel, language and device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanse.base.operation import Purpose
from hanse.data.traits.declaration import Expression, trait

if TYPE_CHECKING:
    from hanse.data.traits.tables import Lake

REDUCED_PERCENT = 95
"""A price at or below so many per cent of the usual one counts as reduced; less is a matter of rounding and of quantity."""
LEAST_PIECES = 3
"""Pieces from which on a share says anything."""


@trait(purpose=Purpose.PERSONALISATION)
def favourite_category(lake: Lake) -> Expression:
    """Which category somebody bought most pieces of."""
    bought = lake.purchases
    return lake.most(bought, "category", bought.quantity)


@trait(purpose=Purpose.PERSONALISATION)
def favourite_brand(lake: Lake) -> Expression:
    """Which brand somebody bought most pieces of."""
    bought = lake.purchases
    return lake.most(bought, "brand", bought.quantity)


@trait(purpose=Purpose.PERSONALISATION, unit="share from 0 to 1")
def price_sensitivity_score(lake: Lake) -> Expression:
    """Which share of the pieces somebody bought at a reduced price, from three pieces on.

    A price is reduced where it is at least 5 % below the usual one of the product: the median of what everybody paid in that currency.
    The share of purchases on deal is the measure of deal proneness since Webster, "The 'Deal-Prone' Consumer", Journal of Marketing
    Research 2 (1965); the price that is usually paid stands for the reference price (Winer, Journal of Consumer Research 13, 1986).
    It needs no list prices, which shops change without telling, and does not take who buys cheap things for who waits for reductions.
    """
    bought = lake.purchases
    bought = bought.filter(bought.price_minor > 0)
    usual = bought.group_by("product_id", "currency").agg(usual_minor=bought.price_minor.median().cast("float64"))
    priced = bought.inner_join(usual, ["product_id", "currency"])
    reduced = priced.price_minor * 100 <= priced.usual_minor * REDUCED_PERCENT
    sums = priced.group_by("profile_id").agg(pieces=priced.quantity.sum(), reduced=priced.quantity.sum(where=reduced).fill_null(0))
    sums = sums.filter(sums.pieces >= LEAST_PIECES)
    return sums.select("profile_id", value=(sums.reduced / sums.pieces).cast("float64"))


@trait(purpose=Purpose.OPERATION)
def channel(lake: Lake) -> Expression:
    """Where somebody orders most: the channel as the sender calls it, or else the source."""
    events = lake.events
    orders = events.filter(events.name == "Order Completed")
    return lake.most(orders.mutate(place=orders.channel.fill_null(orders.source)), "place")


@trait(purpose=Purpose.OPERATION)
def language(lake: Lake) -> Expression:
    """Which language somebody visits in most, as two letters."""
    return lake.most(lake.habits, "language", lake.habits.events)


@trait(purpose=Purpose.PERSONALISATION)
def device(lake: Lake) -> Expression:
    """Which kind of device somebody visits on most: desktop, mobile, tablet or app."""
    return lake.most(lake.habits, "device", lake.habits.events)
