"""Polls: what webhooks missed is read from the shop, page by page, each committed with how far it got."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
import structlog

from hanse.base.context import Context
from hanse.sources.connections import letters, store, systems, writing
from hanse.sources.connections.errors import told
from hanse.sources.connections.schemas import Polled
from hanse.sources.source import Page, Position, Shop
from hanse.sources.source.api import Api

OVERLAP = timedelta(minutes=10)
"""How far before the newest change seen a poll begins again, as shops may show a change late; what was known changes nothing."""
MOST_PAGES = 500
"""Pages of one kind read in one run; the next run goes on, so that one large shop does not keep the others waiting."""


async def poll(context: Context, name: str, within: tuple[float, float] = (0.0, 1.0)) -> Polled:
    """Read from one connected shop what changed since the last time; raises `UnknownConnection`.

    `within` is the part of the progress of a job, from 0 to 1, that this is.
    """
    async with store.transaction(context) as connection:
        known, shop = await store.shop(context, connection, name)
        positions = await store.positions(connection, known.connection_id)
    report = Polled(name=name)
    if known.state != "active" or not systems.find(known.system).can_ask(shop):
        return report
    return await _Poll(context, shop, positions, report, within).run()


async def poll_all(context: Context) -> list[Polled]:
    """Read from all connected shops; one that fails does not keep the others from being read."""
    async with store.transaction(context) as connection:
        names = [each.name for each in await store.list_connections(connection) if each.state == "active"]
    reports = []
    for number, name in enumerate(names):
        reports.append(await poll(context, name, (number / len(names), (number + 1) / len(names))))
    return reports


@dataclass
class _Poll:
    """One run over one shop."""

    context: Context
    shop: Shop
    positions: Mapping[str, Position]
    report: Polled
    within: tuple[float, float]

    async def run(self) -> Polled:
        """Read all kinds of things; what goes wrong ends the run, and is told."""
        source = systems.find(self.shop.system)
        try:
            async with source.api(self.shop) as api:
                for number, kind in enumerate(source.kinds):
                    await self._read(api, kind, number / len(source.kinds))
        except Exception as error:  # noqa: BLE001  # what goes wrong with one shop must not keep the others from being read
            structlog.get_logger().warning("a poll ended early", connection=self.shop.name, exc_info=error)
            self.report = msgspec.structs.replace(self.report, error=told(error))
        await self._note()
        return self.report

    async def _read(self, api: Api, kind: str, share: float) -> None:
        await self._tell(share)
        before = self.positions.get(kind)
        pages = 0
        async with aclosing(systems.find(self.shop.system).poll(self.shop, api, kind, _begin(self.shop, before))) as found:
            async for page in found:
                await self._take_in(kind, page, before, api.first_answer_at)
                await self._tell(share)
                pages += 1
                if pages >= MOST_PAGES:
                    break

    async def _take_in(self, kind: str, page: Page, before: Position | None, answered_at: datetime | None) -> None:
        shop, now = self.shop, self.context.clock.now()
        async with store.transaction(self.context) as connection:
            written = await writing.write(connection, shop, page.changes, now=now)
            refused = sum([await letters.add_refused(connection, shop, each, now=now) for each in page.refused])
            await store.put_position(connection, shop.connection_id, kind, _after(page, before, answered_at), now=now)
        self.report = msgspec.structs.replace(
            self.report,
            read=self.report.read + len(page.changes) + len(page.refused),
            written=self.report.written + written.newer,
            refused=self.report.refused + refused,
        )

    async def _tell(self, share: float) -> None:
        begin, end = self.within
        note = f"{self.report.read:,} read so far" if self.report.read else f"reading {self.shop.name}"
        await self.context.progress(begin + share * (end - begin), note)

    async def _note(self) -> None:
        facts = {"connection_id": self.shop.connection_id, "error": self.report.error or None, "now": self.context.clock.now()}
        async with store.transaction(self.context) as connection:
            await connection.execute(store.queries["note_poll"], facts)


def _begin(shop: Shop, position: Position | None) -> Position:
    """Return where to go on: within a round that was interrupted, or a little before the newest change of the last one."""
    if position is None:
        return Position(since=shop.options.since)
    if position.cursor or position.since is None:
        return position
    return Position(since=position.since - OVERLAP)


def _after(page: Page, before: Position | None, answered_at: datetime | None) -> Position:
    """Return how far a page got; a round in which nothing was new does not lead back.

    All is read up to the newest change that was seen, but at most up to when the round began: what was read first may have changed since.
    """
    begun_at = (before.begun_at if before and before.cursor else None) or answered_at
    if page.position.cursor:
        return replace(page.position, begun_at=begun_at)
    newest_at = min((each for each in (page.position.newest_at, page.position.newest_at and begun_at) if each), default=None)
    return Position(since=max((each for each in (newest_at, before and before.since) if each), default=None))
