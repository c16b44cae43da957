"""Moments as WooCommerce writes them: in UTC without saying so, or nothing at all."""

from __future__ import annotations

from datetime import datetime

from hanse.sources.source.errors import Unmappable
from hanse.sources.source.texts import utc
from hanse.sources.woocommerce.payloads import Moment


def read(moment: Moment, field: str) -> datetime | None:
    """Return a moment; null for an empty one. Raises `Unmappable` for what is none."""
    if not moment:
        return None
    try:
        return utc(datetime.fromisoformat(moment))
    except ValueError:
        raise Unmappable(field=field, reason="this is not a time") from None


def needed(moment: Moment, field: str) -> datetime:
    """Return a moment; raises `Unmappable` where there is none."""
    found = read(moment, field)
    if found is None:
        raise Unmappable(field=field, reason="this is missing")
    return found
