"""What an answer needs to know of who asks, read by one query, and only where the person may be treated personally."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.recommend import patience
from hanse.capabilities.recommend.rules.engine import UNKNOWN_PERSON, Person
from hanse.capabilities.recommend.rules.plan import Plan
from hanse.data.catalog.summaries import Summary

queries = Queries(__package__)

MOST_ANSWERS = 1_000
"""How many of the latest answers to a person count for what they were shown."""


class People:
    """Tells what is known of the person of a request: the database does, unless a process holds one who knows already."""

    async def rows(self, context: Context, asked: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Return what the statement `person` finds for its facts."""
        return await patience.rows(context, queries["person"], asked)


DATABASE = People()


async def of(context: Context, plan: Plan, product_ids: Sequence[str]) -> Person:
    """Return what is known of the person of a request about some products; nothing where there is no basis."""
    profile_id = context.subject.profile_id
    if profile_id is None:
        return UNKNOWN_PERSON
    now = context.clock.now()
    wanted = {
        "profile_id": profile_id,
        "product_ids": [each for each in product_ids if "\x00" not in each],
        "bought_since": _since(now, [age for _, age in plan.bought]),
        "returned_since": _since(now, [age for _, age in plan.returned]),
        "shown_since": _since(now, [age for _, _, age in plan.rests]),
        "most_answers": MOST_ANSWERS,
        "now": now,
    }
    rows = await cast("People", context.resources.held.get(People, DATABASE)).rows(context, wanted)
    prices = {row["product_id"]: (row["amount_minor"], row["currency"]) for row in rows if row["currency"]}
    return Person(
        bought_at={row["product_id"]: row["bought_at"] for row in rows if row["bought_at"]},
        returned_at={row["product_id"]: row["returned_at"] for row in rows if row["returned_at"]},
        shown_at={row["product_id"]: row["shown_at"] for row in rows if row["shown_at"]},
        own_range=frozenset(prices) if any(row["has_range"] for row in rows) else None,
        prices=prices,
    )


def priced(person: Person, known: dict[str, Summary]) -> dict[str, Summary]:
    """Return products at the prices that somebody has for themselves or by the company they act for."""
    own = person.prices
    return (
        {product_id: _at_price(summary, *own[product_id]) if product_id in own else summary for product_id, summary in known.items()}
        if own
        else known
    )


def _at_price(summary: Summary, amount_minor: int, currency: str) -> Summary:
    """Return a product at another price, with the margin that is left then."""
    margin_score = summary.margin_score
    if margin_score is not None and summary.amount_minor and amount_minor and summary.currency == currency:
        margin_score = 1 - (1 - margin_score) * summary.amount_minor / amount_minor
    return msgspec.structs.replace(summary, amount_minor=amount_minor, currency=currency, margin_score=margin_score)


def _since(now: datetime, ages: Sequence[timedelta]) -> datetime | None:
    return now - max(ages) if ages else None
