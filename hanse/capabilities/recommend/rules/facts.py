"""What rules need to know of who asks, read by one query, and only where a rule asks for it and the person may be treated personally."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.recommend import patience
from hanse.capabilities.recommend.rules.engine import UNKNOWN_PERSON, Person
from hanse.capabilities.recommend.rules.plan import Plan

queries = Queries(__package__)

MOST_ANSWERS = 1_000
"""How many of the latest answers to a person count for what they were shown."""


async def of(context: Context, plan: Plan, product_ids: Sequence[str]) -> Person:
    """Return what is known of the person of a request about some products; nothing where no rule needs it or there is no basis."""
    profile_id = context.subject.profile_id
    if profile_id is None or not plan.needs_person:
        return UNKNOWN_PERSON
    now = context.clock.now()
    wanted = {
        "profile_id": profile_id,
        "product_ids": [each for each in product_ids if "\x00" not in each],
        "bought_since": _since(now, [age for _, age in plan.bought]),
        "returned_since": _since(now, [age for _, age in plan.returned]),
        "shown_since": _since(now, [age for _, _, age in plan.rests]),
        "ranges": bool(plan.ranges),
        "most_answers": MOST_ANSWERS,
        "now": now,
    }
    rows = await patience.rows(context, queries["person"], wanted)
    return Person(
        bought_at={row["product_id"]: row["bought_at"] for row in rows if row["bought_at"]},
        returned_at={row["product_id"]: row["returned_at"] for row in rows if row["returned_at"]},
        shown_at={row["product_id"]: row["shown_at"] for row in rows if row["shown_at"]},
        own_range=frozenset(row["product_id"] for row in rows if row["in_range"]) if any(row["has_range"] for row in rows) else None,
    )


def _since(now: datetime, ages: Sequence[timedelta]) -> datetime | None:
    return now - max(ages) if ages else None
