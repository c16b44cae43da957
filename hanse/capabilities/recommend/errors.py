"""What can go wrong with recommendations, for those who ask for them or train them."""

from __future__ import annotations

from hanse.base.errors import HanseError


class NotTrained(HanseError):
    """There are no recommendations yet: run `hanse train recommend` first. It learns from the orders that have been imported."""

    status = 409
    exit_code = 4


class NotEnoughOrders(HanseError):
    """Recommendations need at least {needed} orders of two or more products to learn from, and there are {found}. Import more orders first."""

    status = 409
    exit_code = 4
