"""What callers can do something about when they ask the catalog."""

from __future__ import annotations

from hanse.base.errors import HanseError


class UnknownProduct(HanseError):
    """No product has the id {product_id}. Look it up by its name with catalog.products."""

    status = 404
    exit_code = 2
