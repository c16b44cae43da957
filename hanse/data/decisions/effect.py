"""What a capability brought: those it answered against those it left alone, with an interval; and the decisions behind it.

The console and `serve` call this. A profile counts on the side of its first decision in the period; people without a profile
cannot be held out and count as answers only. The intervals are confidence sequences (`sequential`): they stay right however often
somebody looks at a period with the same beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from hanse.base import errors, ids
from hanse.base.database import Connection, Queries
from hanse.base.decision import Arm, Basis
from hanse.data.decisions import revenue, sequential
from hanse.data.decisions.interval import Proportion
from hanse.data.decisions.revenue import Revenue, Sums

queries = Queries(__package__, "effect.sql")

ORDER_WINDOW_DAYS = 7
CURRENCY = "EUR"
NEAR = timedelta(days=1)
"""A decision is logged within this time of the moment its id was made."""


class UnknownDecision(errors.HanseError):
    """No decision has the id {decision_id}. It may have been deleted with the person it was for."""

    status = 404
    exit_code = 2


class ArmResult(msgspec.Struct, kw_only=True, frozen=True):
    """One side of an experiment in a period."""

    answers: int = 0
    """Decisions, those for people without a profile included."""
    profiles: int = 0
    viewers: int = 0
    """Profiles that were shown what they were answered with, as far as the touchpoint says so."""
    clickers: int = 0
    """Profiles that clicked or opened something they were answered with."""
    adders: int = 0
    """Profiles that put something they were answered with into the basket."""
    buyers: int = 0
    """Profiles that ordered within the window after their first decision."""
    named_buyers: int = 0
    """Those of them whose order names an answer, as a whole or on one of its lines."""
    click_rate: float | None = None
    """Clickers per profile, 0 to 1; null where there are no profiles."""
    order_rate: float | None = None
    """Buyers per profile, 0 to 1; null where there are no profiles."""


class Difference(msgspec.Struct, kw_only=True, frozen=True):
    """One share less another, in percentage points, with a 95 % interval that bears looking at it every day."""

    points: Annotated[float, Meta(description="The difference in percentage points.")]
    lower_points: Annotated[float, Meta(description="Lower end of its interval.")]
    upper_points: Annotated[float, Meta(description="Upper end of its interval.")]
    significant: Annotated[bool, Meta(description="Whether the interval leaves out zero.")]
    days_needed: Annotated[
        int | None, Meta(description="About how many more days it takes at the present rate; null where it is sure, or cannot be told.")
    ]


class DayOfArm(msgspec.Struct, kw_only=True, frozen=True):
    """One side of an experiment on one day."""

    answers: int = 0
    profiles: int = 0
    """Profiles that got one of the day's answers."""
    clickers: int = 0
    """Those of them that clicked one."""


class Day(msgspec.Struct, kw_only=True, frozen=True):
    """One day of an experiment."""

    day: date
    treated: DayOfArm
    held_out: DayOfArm


class Effect(msgspec.Struct, kw_only=True, frozen=True):
    """What a capability brought in a period."""

    capability: str
    since: datetime
    until: datetime
    order_window_days: int
    treated: ArmResult
    held_out: ArmResult
    clicks: Difference | None
    """Difference of the click rates; null where one side has no profiles."""
    orders: Difference | None
    """Difference of the order rates; null where one side has no profiles."""
    revenue: tuple[Revenue, ...] = ()
    """What it brought in money, by currency, that with most orders first; empty where no order has an amount."""
    days: tuple[Day, ...] = ()
    """Each day of the period, in order; empty in a summary."""


class DecisionLine(msgspec.Struct, kw_only=True, frozen=True):
    """A decision in a list."""

    decision_id: UUID
    operation: str
    capability: str
    profile_id: UUID | None
    model_version: str | None
    arm: Arm
    arm_probability: float
    basis: Basis
    reason: str
    decided_at: datetime


class DecisionPage(msgspec.Struct, kw_only=True, frozen=True):
    """Some decisions, newest first."""

    decisions: tuple[DecisionLine, ...]
    next_before: UUID | None
    """What to send as `before` for the page after this one; null on the last."""


class Outcome(msgspec.Struct, kw_only=True, frozen=True):
    """An event that carries the id of a decision."""

    event_id: UUID
    name: str
    occurred_at: datetime
    properties: dict[str, Any]


class DecisionWithOutcomes(DecisionLine, kw_only=True, frozen=True):
    """One decision whole, and what came of it."""

    request: dict[str, Any]
    answer: dict[str, Any]
    outcomes: tuple[Outcome, ...]
    experiment_id: UUID | None = None
    variant: str | None = None
    variant_probability: float | None = None


class Side(ArmResult, kw_only=True, frozen=True):
    """One side of a holdout, or one variant of an experiment, with what it spent."""

    arm: str
    capability: str
    first_decided_at: datetime
    spent: dict[str, Sums]
    """By currency."""


async def effects(
    connection: Connection,
    capability: str,
    *,
    since: datetime,
    until: datetime,
    order_window_days: int = ORDER_WINDOW_DAYS,
    time_zone: str = "UTC",
    currency: str = CURRENCY,
) -> Effect:
    """Return what a capability brought in a period, with a series by day in a time zone; `currency` is that of orders without one."""
    period = _period(since, until, order_window_days)
    found = await sides(connection, since, until, capability=capability, order_window_days=order_window_days, currency=currency)
    wanted = {**period, "capability": capability, "time_zone": time_zone}
    by_day = [row async for row in await connection.execute(queries["days"], wanted)]
    zone = ZoneInfo(time_zone)
    days = _days(by_day, since.astimezone(zone).date(), (until - timedelta(microseconds=1)).astimezone(zone).date())
    return msgspec.structs.replace(_effect(capability, found, since, until, order_window_days), days=tuple(days))


async def summary(
    connection: Connection, since: datetime, until: datetime, *, order_window_days: int = ORDER_WINDOW_DAYS, currency: str = CURRENCY
) -> list[Effect]:
    """Return what each capability that answered in a period brought, by name, without the days."""
    by_capability: dict[str, list[Side]] = {}
    for side in await sides(connection, since, until, order_window_days=order_window_days, currency=currency):
        by_capability.setdefault(side.capability, []).append(side)
    return [_effect(name, found, since, until, order_window_days) for name, found in by_capability.items()]


async def sides(
    connection: Connection,
    since: datetime,
    until: datetime,
    *,
    capability: str | None = None,
    experiment_id: UUID | None = None,
    order_window_days: int = ORDER_WINDOW_DAYS,
    currency: str = CURRENCY,
) -> list[Side]:
    """Return what each side of the holdouts did in a period; of one experiment, what each variant did."""
    wanted = {**_period(since, until, order_window_days), "capability": capability, "experiment_id": experiment_id, "currency": currency}
    await connection.execute(queries["plan_large"])
    found = [_side(row) async for row in await connection.execute(queries["arms"], wanted)]
    await connection.execute(queries["plan_as_usual"])
    return found


async def page(connection: Connection, capability: str | None = None, before: UUID | None = None, limit: int = 50) -> DecisionPage:
    """Return decisions, newest first, of one capability where asked, from the one after `before` on."""
    wanted = {"capability": capability, "before": before, "limit": limit + 1, **(_near(before) if before else _NOWHERE)}
    statement = queries["page" if capability is None else "page_of_capability"]
    found = [msgspec.convert(row, DecisionLine) async for row in await connection.execute(statement, wanted)]
    more = len(found) > limit
    return DecisionPage(decisions=tuple(found[:limit]), next_before=found[limit - 1].decision_id if more else None)


async def find(connection: Connection, decision_id: UUID) -> DecisionWithOutcomes:
    """Return one decision with the events that carry its id; raises `UnknownDecision`."""
    wanted = {"decision_id": decision_id, **_near(decision_id)}
    row = await (await connection.execute(queries["find"], wanted)).fetchone()
    if row is None:
        raise UnknownDecision(decision_id=decision_id)
    after = {**wanted, "profile_id": row["profile_id"]}
    outcomes = [outcome async for outcome in await connection.execute(queries["outcomes"], after)]
    return msgspec.convert({**row, "outcomes": outcomes}, DecisionWithOutcomes)


def difference(treated: Proportion, held_out: Proportion, observed: timedelta, *, alpha: float = sequential.ALPHA) -> Difference | None:
    """Return how far two shares lie apart, and, where that is not sure yet, how much longer than the observed time it takes."""
    if not treated.of or not held_out.of:
        return None
    low, high = sequential.proportions(treated, held_out, alpha)
    significant = low > 0 or high < 0
    return Difference(
        points=100 * (treated.share - held_out.share),
        lower_points=100 * low,
        upper_points=100 * high,
        significant=significant,
        days_needed=None if significant else _days_needed(treated, held_out, observed, alpha),
    )


def _days_needed(treated: Proportion, held_out: Proportion, observed: timedelta, alpha: float) -> int | None:
    """Tell the days left if profiles keep coming as they did and the difference stays what it looks like now."""
    error = sum(each.share * (1 - each.share) / each.of for each in (treated, held_out)) ** 0.5
    reached = sequential.information(treated.of, held_out.of)
    return revenue.days(sequential.times_needed(treated.share - held_out.share, error, reached, alpha), observed)


def _effect(capability: str, found: list[Side], since: datetime, until: datetime, order_window_days: int) -> Effect:
    arms = {side.arm: side for side in found}
    first_decided_at = min((side.first_decided_at for side in found), default=since)
    nobody = Side(arm="", capability=capability, first_decided_at=first_decided_at, spent={})
    treated, held_out = arms.get(Arm.TREATED, nobody), arms.get(Arm.HELD_OUT, nobody)
    observed = until - first_decided_at
    return Effect(
        capability=capability,
        since=since,
        until=until,
        order_window_days=order_window_days,
        treated=_result(treated),
        held_out=_result(held_out),
        clicks=difference(Proportion(treated.clickers, treated.profiles), Proportion(held_out.clickers, held_out.profiles), observed),
        orders=difference(Proportion(treated.buyers, treated.profiles), Proportion(held_out.buyers, held_out.profiles), observed),
        revenue=revenue.compare(treated.spent, held_out.spent, (treated.profiles, held_out.profiles), observed),
    )


def _result(side: Side) -> ArmResult:
    return ArmResult(**{name: getattr(side, name) for name in ArmResult.__struct_fields__})


def _side(row: Mapping[str, Any]) -> Side:
    counted: dict[str, Any] = {name: value for name, value in row.items() if name != "revenue"}
    return Side(
        click_rate=_rate(row["clickers"], row["profiles"]),
        order_rate=_rate(row["buyers"], row["profiles"]),
        spent=revenue.read(row["revenue"]),
        **counted,
    )


def _days(rows: Iterable[Mapping[str, Any]], first: date, last: date) -> Iterator[Day]:
    found = {(row["day"], row["arm"]): DayOfArm(**{name: row[name] for name in ("answers", "profiles", "clickers")}) for row in rows}
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        yield Day(day=day, treated=found.get((day, Arm.TREATED), DayOfArm()), held_out=found.get((day, Arm.HELD_OUT), DayOfArm()))


def _rate(hits: int, of: int) -> float | None:
    return hits / of if of else None


def _period(since: datetime, until: datetime, order_window_days: int) -> dict[str, object]:
    return {"since": since, "until": until, "order_window": timedelta(days=order_window_days)}


_NOWHERE: dict[str, datetime | None] = {"earliest": None, "latest": None}


def _near(decision_id: UUID) -> dict[str, datetime]:
    """Bound the time at which a decision was logged by the moment in its id, so that one partition is searched."""
    try:
        moment = ids.moment(decision_id)
        return {"earliest": moment - NEAR, "latest": moment + NEAR}
    except (OverflowError, ValueError, OSError):  # not one of our ids: its first bits are no time that exists
        raise UnknownDecision(decision_id=decision_id) from None
