"""Delivering what waits: target by target at the same time, person by person in order, a bounded number in one run.

A run has its target for itself by a lease. Who is told about what is read at the moment of sending. What fails for a moment is tried
again, ten times in about eight hours; what is refused, or was tried often enough, is a dead letter.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Mapping as Facts
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.base.errors import HanseError
from hanse.sources.connections import store as connections
from hanse.sources.crm import messages, store, systems
from hanse.sources.crm.errors import TargetAway, TargetRefused
from hanse.sources.crm.messages import Withheld
from hanse.sources.crm.target import Channel, Known, Message

MOST_ATTEMPTS = 10
FIRST_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 4 * 3600
JITTER_SHARE = 0.1
BATCH = 200
MOST_BATCHES = 10
MOST_FAILURES = 3
"""Failures in one run after which a target counts as away, so that the others of the run are not tried in vain."""
LEASE = timedelta(minutes=10)

Row = Facts[str, Any]


async def deliver_all(context: Context, chance: random.Random) -> dict[str, dict[str, int]]:
    """Deliver what is due, to all targets at the same time; one that fails does not keep the others from theirs."""
    async with connections.transaction(context) as connection:
        due = [row["target_id"] for row in await store.rows(connection, "due_targets", {"now": context.clock.now()})]
    if context.fixed_connection is not None:
        return dict([await _guarded(context, each, chance) for each in due])
    return dict(await asyncio.gather(*(_guarded(context, each, chance) for each in due)))


async def _guarded(context: Context, target_id: UUID, chance: random.Random) -> tuple[str, dict[str, int]]:
    try:
        return await deliver(context, target_id, chance)
    except Exception as error:  # noqa: BLE001  # what goes wrong with one target must not keep the others from theirs
        structlog.get_logger().warning("pushing to the CRM ended early", target_id=str(target_id), exc_info=error)
        fault = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        reason = fault.detail() if isinstance(fault, HanseError) else type(fault).__name__
        async with connections.transaction(context) as connection:
            now = context.clock.now()
            await connection.execute(store.queries["note_failure"], {"target_id": target_id, "reason": reason, "now": now})
            await connection.execute(store.queries["leave_target"], {"target_id": target_id})
        return str(target_id), {"failed": 1}


async def deliver(context: Context, target_id: UUID, chance: random.Random) -> tuple[str, dict[str, int]]:
    """Deliver what is due to one target; return its name, and how many of which fate."""
    now = context.clock.now()
    facts = {"target_id": target_id, "now": now, "busy_until": now + LEASE}
    async with connections.transaction(context) as connection:
        row = await store.row(connection, "take_target", facts)
    if row is None:
        return str(target_id), {}
    run = _Run(context, store.known(context, row), chance)
    try:
        await run.go()
    finally:
        async with connections.transaction(context) as connection:
            await connection.execute(store.queries["leave_target"], {"target_id": target_id})
    return run.target.name, dict(run.counts)


@dataclass
class _Run:
    """One run over one target."""

    context: Context
    target: Known
    chance: random.Random
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    failures: int = 0
    late: list[tuple[Row, Message]] = field(default_factory=list)
    blocked: set[UUID] = field(default_factory=set)
    """Whose earlier message failed in this run."""

    async def go(self) -> None:
        """Send batch after batch, until nothing is due or the target is away."""
        system = systems.SYSTEMS[self.target.system]
        after = 0
        async with system.open(self.target, self.context.clock.now()) as channel:
            for _ in range(MOST_BATCHES):
                batch = await self._batch(after)
                if not batch:
                    break
                await self._send_all(channel, batch, 1 if self.context.fixed_connection else system.at_once)
                after = batch[-1]["number"]
                if self.failures >= MOST_FAILURES:
                    break
        for row, message in self.late:  # the file is there now
            await self._note_arrival(row, message, None)

    async def _batch(self, after: int) -> Sequence[Row]:
        now = self.context.clock.now()
        facts = {"target_id": self.target.target_id, "now": now, "busy_until": now + LEASE}
        async with connections.transaction(self.context) as connection:
            if await store.row(connection, "keep_target", facts) is None:
                return []
            return await store.rows(connection, "due", {**facts, "after": after, "limit": BATCH})

    async def _send_all(self, channel: Channel, batch: Sequence[Row], at_once: int) -> None:
        """Send what is about different people at the same time, and what is about one in order."""
        people: dict[UUID, list[Row]] = defaultdict(list)
        for row in batch:
            people[row["profile_id"] or row["delivery_id"]].append(row)
        if at_once == 1:
            for row in batch:
                await self._send_in_order(channel, [row])
            return
        free = asyncio.Semaphore(at_once)

        async def one(rows: Sequence[Row]) -> None:
            async with free:
                await self._send_in_order(channel, rows)

        async with asyncio.TaskGroup() as tasks:  # a fault in one ends the others, before somebody else gets the target
            for rows in people.values():
                tasks.create_task(one(rows))

    async def _send_in_order(self, channel: Channel, rows: Sequence[Row]) -> None:
        for row in rows:
            if self.failures >= MOST_FAILURES or row["profile_id"] in self.blocked:
                return
            await self._send(channel, row)

    async def _send(self, channel: Channel, row: Row) -> None:
        try:
            async with connections.transaction(self.context) as connection:
                message = await messages.make(connection, self.target, row)
            remote_id = await channel.send(message)
        except Withheld as reason:
            await self._finish(row, "withheld", str(reason))
        except TargetRefused as error:
            await self._finish(row, "dead", str(error.facts["reason"]))
        except TargetAway as error:
            await self._postpone(row, str(error.facts["reason"]), error.retry_after_seconds)
        else:
            await self._arrived(row, message, remote_id)

    async def _arrived(self, row: Row, message: Message, remote_id: str | None) -> None:
        if systems.SYSTEMS[self.target.system].is_late:
            self.late.append((row, message))
        else:
            await self._note_arrival(row, message, remote_id)

    async def _note_arrival(self, row: Row, message: Message, remote_id: str | None) -> None:
        if row["profile_id"]:
            facts = {"target_id": self.target.target_id, "profile_id": row["profile_id"], "person": message.person, "remote_id": remote_id}
            async with connections.transaction(self.context) as connection:
                await connection.execute(store.queries["put_person"], facts)
        await self._finish(row, "delivered")

    async def _finish(self, row: Row, state: str, reason: str = "") -> None:
        self.counts[state] += 1
        now = self.context.clock.now()
        facts = {"delivery_id": row["delivery_id"], "version": row["version"], "state": state, "reason": reason, "now": now}
        async with connections.transaction(self.context) as connection:
            await connection.execute(store.queries["finish"], facts)
            if state == "delivered":
                await connection.execute(store.queries["note_success"], {"target_id": self.target.target_id, "now": now})
            elif state == "dead":
                await self._note(connection, reason, now)

    async def _postpone(self, row: Row, reason: str, retry_after_seconds: float | None) -> None:
        self.failures += 1
        if row["profile_id"]:
            self.blocked.add(row["profile_id"])
        if row["attempts"] + 1 >= MOST_ATTEMPTS:
            await self._finish(row, "dead", f"{reason}, after {MOST_ATTEMPTS} attempts")
            return
        self.counts["waiting"] += 1
        now = self.context.clock.now()
        until = now + timedelta(seconds=wait_seconds(row["attempts"], retry_after_seconds, self.chance))
        async with connections.transaction(self.context) as connection:
            await connection.execute(store.queries["postpone"], {"delivery_id": row["delivery_id"], "reason": reason, "next_attempt_at": until})
            await self._note(connection, reason, now)
            if retry_after_seconds is not None:  # it speaks for all that would be sent
                held = now + timedelta(seconds=min(retry_after_seconds, LONGEST_WAIT_SECONDS))
                await connection.execute(store.queries["hold_target"], {"target_id": self.target.target_id, "hold_until": held})
                self.failures = MOST_FAILURES

    async def _note(self, connection: Connection, reason: str, now: datetime) -> None:
        await connection.execute(store.queries["note_failure"], {"target_id": self.target.target_id, "reason": reason, "now": now})


def wait_seconds(attempts: int, retry_after_seconds: float | None, chance: random.Random) -> float:
    """Return how long to wait after so many earlier attempts: twice as long each time, a little apart, at least what was asked for."""
    wait: float = min(FIRST_WAIT_SECONDS * 2**attempts, LONGEST_WAIT_SECONDS)
    wait *= 1 + chance.uniform(-JITTER_SHARE, JITTER_SHARE)
    return min(max(wait, retry_after_seconds or 0.0), LONGEST_WAIT_SECONDS * (1 + JITTER_SHARE))
