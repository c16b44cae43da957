"""What language models may use in a day: reserved at its most before a call, settled after it, so that calls at the same time stay within it.

Where nothing is limited nothing is reserved: what a call used is counted after it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from hanse.ai.language import models
from hanse.ai.language.errors import UnknownBudget
from hanse.ai.language.models import queries
from hanse.ai.language.schemas import Budget, SaveBudget
from hanse.base.context import Context
from hanse.base.database import Connection

ALL = "*"


@dataclass(frozen=True)
class Reserved:
    """What a call may use at most; nothing of a call that was not limited."""

    day: date
    capability: str
    calls: int = 0
    tokens: int = 0
    cost_minor: Decimal = Decimal(0)


class Spent(Exception):
    """A budget is used up."""

    def __init__(self, capability: str, *, is_tokens: bool) -> None:
        """Say whose, and of what."""
        super().__init__(f"the {'tokens' if is_tokens else 'money'} of today for {'all together' if capability == ALL else capability} are used up")


def today(context: Context) -> date:
    """Return the day in the time zone of the settings."""
    return context.clock.now().astimezone(ZoneInfo(context.settings.time_zone)).date()


async def reserve(connection: Connection, wanted: Reserved) -> None:
    """Count what a call may use at most; raises `Spent` where that is more than there is, and then the transaction has to be rolled back."""
    row = await (await connection.execute(queries["count"], asdict(wanted))).fetchone()
    if row is not None:
        raise Spent(row["capability"], is_tokens=row["is_tokens"] is True)


async def settle(connection: Connection, reserved: Reserved, tokens: int, cost_minor: Decimal) -> None:
    """Put what a call used in the place of what was reserved."""
    change = {"calls": 1 - reserved.calls, "tokens": tokens - reserved.tokens, "cost_minor": cost_minor - reserved.cost_minor}
    await connection.execute(queries["count"], asdict(reserved) | change)


async def listing(context: Context) -> list[Budget]:
    """Return every budget, and what was used today, also by those without one; all together stands first."""
    rows = await (await (await context.connection()).execute(queries["budgets"], {"day": today(context)})).fetchall()
    found = [Budget(**{**row, "cost_minor": round(float(row["cost_minor"]), 4)}) for row in rows]
    return sorted(found, key=lambda each: (each.capability != ALL, each.capability))


async def save(context: Context, request: SaveBudget) -> None:
    """Make a budget or change it."""
    connection = await context.connection()
    facts = {"tokens_a_day": request.tokens_a_day, "money_a_day_minor": request.money_a_day_minor}
    await connection.execute(queries["save_budget"], {"capability": request.capability, **facts})
    await models.tell(context)


async def remove(context: Context, capability: str) -> None:
    """Leave a capability without a limit of its own; raises `UnknownBudget`."""
    if not (await (await context.connection()).execute(queries["remove_budget"], {"capability": capability})).rowcount:
        raise UnknownBudget(capability=capability)
    await models.tell(context)
