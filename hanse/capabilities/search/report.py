"""What people searched for and what came of it, from the log of decisions and the events that name them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from hanse.base import money
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.search.schemas import Report, SearchedFor, SearchReport

queries = Queries(__package__)
OPERATION = "search.products"


async def report(context: Context, request: Report) -> SearchReport:
    """Return what people searched for, and what came of it."""
    currency, now = context.settings.currency, context.clock.now()
    facts = {
        "operation": OPERATION,
        "since": now - timedelta(days=request.days),
        "until": now,
        "currency": currency,
        "only": request.only,
        "least": request.least,
        "limit": request.limit,
    }
    rows = await (await (await context.connection()).execute(queries["report"], facts)).fetchall()
    # The first row is all of them together.
    whole, *rest = (_amounts(row, currency) for row in rows)
    whole.pop("query"), whole.pop("products")
    return SearchReport(**whole, currency=currency, queries=[msgspec.convert(row, SearchedFor) for row in rest])


def _amounts(row: dict[str, Any], currency: str) -> dict[str, Any]:
    revenue = row.pop("revenue")
    return {**row, "revenue_minor": money.minor(revenue, currency)}
