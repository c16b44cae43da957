"""What no change may say, whatever system it comes from: the database would refuse it, and with it all that came along."""

from __future__ import annotations

from collections.abc import Iterable

from hanse.sources.source.changes import Change
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.texts import LONGEST_ID

LARGEST = 10**15
"""Minor units and pieces beyond this are somebody's mistake."""
MOST_PIECES = 2**31
"""Pieces of one product in another, as the database counts them."""


def checked(changes: Iterable[Change]) -> list[Change]:
    """Return changes that can be written; raises `Unmappable` for the first that cannot."""
    found = list(changes)
    for change in found:
        _check_ids(change)
        _check_numbers(change)
    return found


def _check_ids(change: Change) -> None:
    _check_length("id", change.resource_id)
    _check_length("order_id", change.order_id)
    for product in change.products:
        for name in ("product_id", "parent_id", "gtin"):
            _check_length(name, getattr(product, name))
    for relation in (each for stated in change.relations.values() for each in stated):
        _check_length("related_id", relation.related_id)
    if change.customer:
        _check_length("user_id", change.customer.user_id)


def _check_length(field: str, value: str | None) -> None:
    if value is not None and len(value) > LONGEST_ID:
        raise Unmappable(field=field, reason=f"this has more than {LONGEST_ID} characters")


def _check_numbers(change: Change) -> None:
    for price in change.prices:
        if not 0 <= price.amount_minor <= LARGEST:
            raise Unmappable(field="price", reason="this is not an amount of money")
    for relation in (each for stated in change.relations.values() for each in stated):
        if relation.quantity is not None and not 0 < relation.quantity < MOST_PIECES:
            raise Unmappable(field="quantity", reason="this is not a number of pieces")
    for stock in change.stock:
        if abs(stock.quantity) > LARGEST:
            raise Unmappable(field="stock", reason="this is not a number of pieces")
