"""What a piece costs: the list, scales for quantity and the companies' own lists; used by the catalog and by every order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hanse.data.catalog.schemas import Price
from hanse.testing.sample.assortment.items import Item, Kind

SCALES = ((10, 0.08), (50, 0.15))
"""From this many pieces on, consumables cost this share less."""


def unit_price(item: Item, quantity: int = 1, discounts: Mapping[str, float] | None = None) -> int:
    """Return the lowest net price of a piece: by quantity or by the customer's own list."""
    scale = max((share for least, share in SCALES if item.kind is Kind.CONSUMABLE and quantity >= least), default=0.0)
    return min(_less(item, scale), _less(item, (discounts or {}).get(item.family, 0.0)))


def list_prices(items: Iterable[Item]) -> list[Price]:
    """Return everybody's prices."""
    return [
        Price(product_id=item.product_id, min_quantity=least, amount_minor=_less(item, share))
        for item in items
        for least, share in ((1, 0.0), *(SCALES if item.kind is Kind.CONSUMABLE else ()))
    ]


def own_prices(items: Iterable[Item], price_list: str, discounts: Mapping[str, float]) -> list[Price]:
    """Return the prices of a company's own list."""
    return [
        Price(product_id=item.product_id, price_list=price_list, amount_minor=_less(item, discounts[item.family]))
        for item in items
        if item.family in discounts
    ]


def _less(item: Item, share: float) -> int:
    return round(item.price_minor * (1 - share))
