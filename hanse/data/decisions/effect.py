"""What a capability brought: those it answered against those it left alone, with an interval; and the decisions behind it.

The console and `serve` call this. A profile counts on the side of its first decision in the period; people without a profile
cannot be held out and count as answers only. The interval is right for a period fixed beforehand: who looks every day until
it is significant finds effects that are not there more often than one time in twenty.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from hanse.base import errors, ids
from hanse.base.database import Connection, Queries
from hanse.base.decision import Arm, Basis
from hanse.data.decisions import interval
from hanse.data.decisions.interval import Proportion

queries = Queries(__package__, "effect.sql")

ORDER_WINDOW_DAYS = 7
MOST_DAYS = 3650
"""An estimate beyond ten years says nothing."""
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
    clickers: int = 0
    """Profiles that clicked or opened something they were answered with."""
    buyers: int = 0
    """Profiles that ordered within the window after their first decision, or by a decision."""
    click_rate: float | None = None
    """Clickers per profile, 0 to 1; null where there are no profiles."""
    order_rate: float | None = None
    """Buyers per profile, 0 to 1; null where there are no profiles."""


class Difference(msgspec.Struct, kw_only=True, frozen=True):
    """Treated less held out, in percentage points, with its 95 % interval."""

    points: float
    lower_points: float
    upper_points: float
    significant: bool
    """Whether the interval leaves out zero."""
    days_needed: int | None
    """Where it is not significant: about how many more days it takes at the present rate; null where that cannot be told."""


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


async def effects(
    connection: Connection,
    capability: str,
    *,
    since: datetime,
    until: datetime,
    order_window_days: int = ORDER_WINDOW_DAYS,
    time_zone: str = "UTC",
) -> Effect:
    """Return what a capability brought in a period, with a series by day in a time zone."""
    period = _period(since, until, order_window_days)
    rows = [row async for row in await connection.execute(queries["arms"], {**period, "capability": capability})]
    wanted = {**period, "capability": capability, "time_zone": time_zone}
    by_day = [row async for row in await connection.execute(queries["days"], wanted)]
    zone = ZoneInfo(time_zone)
    days = _days(by_day, since.astimezone(zone).date(), (until - timedelta(microseconds=1)).astimezone(zone).date())
    return msgspec.structs.replace(_effect(capability, rows, since, until, order_window_days), days=tuple(days))


async def summary(connection: Connection, since: datetime, until: datetime, *, order_window_days: int = ORDER_WINDOW_DAYS) -> list[Effect]:
    """Return what each capability that answered in a period brought, by name, without the days."""
    period = _period(since, until, order_window_days)
    by_capability: dict[str, list[dict[str, Any]]] = {}
    async for row in await connection.execute(queries["arms"], {**period, "capability": None}):
        by_capability.setdefault(row["capability"], []).append(row)
    return [_effect(name, rows, since, until, order_window_days) for name, rows in by_capability.items()]


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
    outcomes = [outcome async for outcome in await connection.execute(queries["outcomes"], wanted)]
    return msgspec.convert({**row, "outcomes": outcomes}, DecisionWithOutcomes)


def difference(treated: Proportion, held_out: Proportion, observed: timedelta) -> Difference | None:
    """Return how far two shares lie apart, and, where that is not sure yet, how much longer than the observed time it takes."""
    if not treated.of or not held_out.of:
        return None
    low, high = interval.newcombe(treated, held_out)
    significant = low > 0 or high < 0
    return Difference(
        points=100 * (treated.share - held_out.share),
        lower_points=100 * low,
        upper_points=100 * high,
        significant=significant,
        days_needed=None if significant else _days_needed(treated, held_out, observed),
    )


def _days_needed(treated: Proportion, held_out: Proportion, observed: timedelta) -> int | None:
    """Tell the days left if profiles keep coming as they did and the difference stays what it looks like now."""
    profiles = interval.needed(treated, held_out)
    if profiles is None:
        return None
    days = (profiles / treated.of - 1) * (observed / timedelta(days=1))
    return max(1, math.ceil(days)) if days <= MOST_DAYS else None


def _effect(capability: str, rows: list[dict[str, Any]], since: datetime, until: datetime, order_window_days: int) -> Effect:
    arms = {row["arm"]: _arm(row) for row in rows}
    treated, held_out = arms.get(Arm.TREATED, ArmResult()), arms.get(Arm.HELD_OUT, ArmResult())
    observed = until - min((row["first_decided_at"] for row in rows), default=since)
    return Effect(
        capability=capability,
        since=since,
        until=until,
        order_window_days=order_window_days,
        treated=treated,
        held_out=held_out,
        clicks=difference(Proportion(treated.clickers, treated.profiles), Proportion(held_out.clickers, held_out.profiles), observed),
        orders=difference(Proportion(treated.buyers, treated.profiles), Proportion(held_out.buyers, held_out.profiles), observed),
    )


def _arm(row: Mapping[str, Any]) -> ArmResult:
    counts = {name: row[name] for name in ("answers", "profiles", "clickers", "buyers")}
    return ArmResult(**counts, click_rate=_rate(row["clickers"], row["profiles"]), order_rate=_rate(row["buyers"], row["profiles"]))


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
