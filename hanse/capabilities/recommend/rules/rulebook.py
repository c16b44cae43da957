"""The rules as one process remembers them: read once after each change, with a plan for each set of rules that holds together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hanse.base.context import Context
from hanse.capabilities.recommend.rules import store
from hanse.capabilities.recommend.rules.plan import Asker, Plan, compile_plan, holds
from hanse.capabilities.recommend.rules.schemas import Rule
from hanse.data.catalog.summaries import Summaries

MOST_PLANS = 1_000
"""Plans kept in memory; audiences overlap, so that there are more sets of rules than placements."""


@dataclass
class _Edition:
    """The rules as they were read once, and the plans made of them so far."""

    rules: tuple[Rule, ...]
    plans: dict[tuple[int, ...], Plan] = field(default_factory=dict)


class Rulebook:
    """The rules of one process; `hanse.serve.runtime` holds one and has it forget at news of a change."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._edition: _Edition | None = None
        self._forgotten = 0

    async def forget(self, detail: str = "") -> None:
        """Forget everything, at news of a change."""
        del detail
        self._edition = None
        self._forgotten += 1

    async def plan(self, context: Context, placement: str, asker: Asker) -> Plan:
        """Return the plan of the rules that hold at a placement, for who asks, now; no database unless something changed."""
        edition = self._edition or await self._read(context)
        now = context.clock.now()
        places = tuple(place for place, rule in enumerate(edition.rules) if holds(rule, placement, asker, now))
        found = edition.plans.get(places)
        if found is None:
            if len(edition.plans) >= MOST_PLANS:
                edition.plans.clear()
            found = edition.plans[places] = ready(context, [edition.rules[place] for place in places])
        return found

    async def _read(self, context: Context) -> _Edition:
        began = self._forgotten
        edition = _Edition(tuple(await store.rules(await context.connection())))
        if began == self._forgotten:  # else the news came while we read, and what we read may be old
            self._edition = edition
        return edition


def ready(context: Context, rules: Sequence[Rule]) -> Plan:
    """Return a plan of rules that all hold, with the catalog remembering the attributes that they mention."""
    plan = compile_plan(rules)
    context.resource(Summaries).mention(plan.attributes)
    return plan
