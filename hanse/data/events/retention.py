"""How long events are kept: rules by name, by type and for all; what is older is deleted, a month at once where nothing of it stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import psycopg

from hanse.base.context import Context
from hanse.base.database import Connection, Queries
from hanse.data.events import store
from hanse.data.lake.retention import Cutoff

queries = Queries(__package__, "retention.sql")

ALL = "*"
DEAD_LETTER = "dead_letter"
"""The type under which dead letters stand: those that are closed go by it, those that are open as well."""
CHUNK = 20_000
"""Events deleted in one transaction."""
LEAST_AGE_TO_DROP = store.REMEMBERED
"""Age of a month from which on it may go whole: up to there processes remember which months there are."""


class Rule(msgspec.Struct, kw_only=True, frozen=True):
    """How long some events are kept. The rule of a name counts before that of a type, that before the one for all."""

    type: str = ALL
    """A type of event, `dead_letter`, or `*` for all."""
    name: str = ALL
    """A name of event, or `*` for all of the type."""
    keep_days: int


class Retained(msgspec.Struct, kw_only=True, frozen=True):
    """What was deleted."""

    months: int
    """Months of the log that went whole."""
    events: int
    """Events deleted besides."""
    dead_letters: int


class Due(msgspec.Struct, kw_only=True, frozen=True):
    """What some rules would delete now."""

    events: int
    oldest_at: datetime | None
    """When the oldest of the events happened; null where there is none."""
    dead_letters: int


async def rules(connection: Connection) -> list[Rule]:
    """Return the rules there are; without any, everything is kept."""
    return msgspec.convert(await (await connection.execute(queries["rules"])).fetchall(), list[Rule])


async def put(connection: Connection, rule: Rule, *, by: str, now: datetime) -> None:
    """Set how long some events are kept."""
    facts = {"type": rule.type, "name": rule.name, "keep_days": rule.keep_days, "by": by, "now": now}
    await connection.execute(queries["put_rule"], facts)


async def remove(connection: Connection, rule_type: str, name: str) -> bool:
    """Take a rule back; return whether there was one."""
    return (await connection.execute(queries["remove_rule"], {"type": rule_type, "name": name})).rowcount == 1


async def preview(connection: Connection, found: Sequence[Rule], now: datetime) -> Due:
    """Count what some rules would delete now, without deleting anything."""
    facts = {"now": now, "types": [each.type for each in found], "names": [each.name for each in found], "days": [each.keep_days for each in found]}
    row = await (await connection.execute(queries["count_due"], facts, prepare=False)).fetchone()
    return msgspec.convert(row, Due)


def changed(found: Sequence[Rule], rule_type: str, name: str, keep_days: int | None) -> list[Rule]:
    """Return rules with one of them set, or taken back where no days are given."""
    kept = [each for each in found if (each.type, each.name) != (rule_type, name)]
    return [*kept, Rule(type=rule_type, name=name, keep_days=keep_days)] if keep_days is not None else kept


async def apply(context: Context) -> Retained:
    """Delete what has been kept long enough, in short transactions of its own."""
    async with context.resources.pool.connection() as connection:
        found = await rules(connection)
    now = context.clock.now()
    months = await _drop_months(context, found, now)
    events = await _delete(context, "delete_events", now) if found else 0
    letters = await _delete(context, "delete_dead_letters", now) if any(rule.type == DEAD_LETTER for rule in found) else 0
    return Retained(months=months, events=events, dead_letters=letters)


def longest(found: Sequence[Rule]) -> timedelta | None:
    """Return how long any event is kept at most; null where some are kept for ever."""
    days = {(rule.type, rule.name): rule.keep_days for rule in found if rule.type != DEAD_LETTER}
    return timedelta(days=max(days.values())) if (ALL, ALL) in days else None


def cutoffs(found: Sequence[Rule], now: datetime) -> list[Cutoff]:
    """Return what of the lake has been kept long enough."""
    kept = (rule for rule in found if rule.type != DEAD_LETTER)
    return [Cutoff(type=rule.type, name=rule.name, before=now - timedelta(days=rule.keep_days)) for rule in kept]


async def _drop_months(context: Context, found: Sequence[Rule], now: datetime) -> int:
    """Drop months of which nothing stays: without going through their rows, and without anything left to clean up."""
    kept = longest(found)
    if kept is None:
        return 0
    before = now - max(kept, LEAST_AGE_TO_DROP)
    try:
        async with context.resources.pool.connection() as connection:
            rows = await (await connection.execute(queries["months_before"], {"before": before})).fetchall()
            await connection.execute(queries["wait_briefly"])
            for row in rows:
                await connection.execute(queries["drop_month"], {"partition": row["partition"]})
    except psycopg.errors.LockNotAvailable:
        return 0  # somebody reads the log for long; the events go one by one, or the next time
    return len(rows)


async def _delete(context: Context, query: str, now: datetime) -> int:
    deleted = 0
    while True:
        async with context.resources.pool.connection() as connection:
            count = (await connection.execute(queries[query], {"now": now, "limit": CHUNK})).rowcount
        deleted += count
        await context.progress(0.5, f"{deleted} deleted")
        if count < CHUNK:
            return deleted
