"""What somebody cares for: the categories and brands of what they looked at and ordered lately, where there is a basis for using that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.base.decision import Arm
from hanse.capabilities.search.ranking import Floats
from hanse.data.profiles import asking

queries = Queries(__package__)
MOST = 50
"""Events of each kind that count, the newest."""
WEIGHT = 0.4
"""What a product gains that is in everything somebody cares for: less than a word of the query does."""
Cares = Mapping[int, float]
"""The share of what somebody looked at and ordered that is in a category or of a brand, by the number of the facet."""


async def of(context: Context) -> Cares:
    """Return what the person of a request cares for; nothing where there is no basis, and for the control of the experiment."""
    profile_id = context.subject.profile_id
    if profile_id is None or context.assignment.arm is Arm.HELD_OUT:
        return {}
    facts = {"profile_id": profile_id, "most": MOST}
    rows = (await asking.ask(await context.connection(), {"cares": (queries["cares"], facts)}))["cares"]
    return {row["facet_id"]: row["share"] for row in rows}


def gain(facets: Sequence[Sequence[int]], cares: Cares) -> Floats:
    """Return what each product gains, by the categories and brand it has in common with what somebody cares for."""
    if not cares:
        return np.zeros(len(facets))
    whole = sum(sorted(cares.values(), reverse=True)[:3])
    return np.array([WEIGHT * min(1.0, sum(cares.get(each, 0.0) for each in numbers) / whole) for numbers in facets])
