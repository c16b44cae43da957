"""Writing changes of a shop into the log, the profiles, the ledger and the catalog, in the transaction of the caller.

Always in the same order (versions, people, events, catalog), so that two writers never wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from hanse.base import changes as news
from hanse.base.database import Connection
from hanse.data import events
from hanse.data.events import Event
from hanse.sources.connections import catalog_writing, people_writing, versions
from hanse.sources.connections.versions import Key, Standing
from hanse.sources.source import Change, Shop, orders

ORDER = "order"
PRODUCT = "product"


@dataclass(frozen=True)
class Written:
    """What became of some changes."""

    newer: int = 0
    """How many were new or newer than what was known."""
    events: int = 0
    """How many events were new."""


async def write(connection: Connection, shop: Shop, changes: Sequence[Change], *, now: datetime) -> Written:
    """Write changes, each once for all time."""
    changes = sorted(changes, key=lambda each: each.changed_at)
    standings = await versions.take(connection, shop, changes)
    told = [(change, standings[change.kind, change.resource_id]) for change in changes]
    relevant = [change for change, standing in told if _is_relevant(change, standing)]
    newest = {id(change) for change, standing in told if standing.newer}
    people = await people_writing.write(connection, shop, relevant, newest, now=now)
    logged = [(event, people.owners.get(id(change))) for change in relevant for event in (*change.events, *_farewell(shop, change, standings))]
    fresh = [*people.identified, *(_owned(event, owner) for event, owner in logged)]
    appended = await events.append(connection, fresh, now=now) if fresh else None
    if await catalog_writing.write(connection, shop, changes, standings, now=now):
        await news.announce(connection, "catalog")
    return Written(len(newest), appended.accepted if appended else 0)


def _is_relevant(change: Change, standing: Standing) -> bool:
    """Return whether a change may say anything new: an older version of an order may hold events that the newer one does not tell of."""
    return not standing.same and (standing.newer or change.kind == ORDER or bool(change.consents))


def _owned(event: Event, owner: people_writing.Owner | None) -> Event:
    return msgspec.structs.replace(event, profile_id=owner) if owner else event


def _farewell(shop: Shop, change: Change, standings: dict[Key, Standing]) -> list[Event]:
    """Return the events of an order that the shop removed: it is cancelled, where it was known."""
    if change.kind != ORDER or not change.deleted:
        return []
    previous = standings[change.kind, change.resource_id].previous_ids
    return [orders.deleted(order_id, at=change.changed_at, source=shop.source) for order_id in previous]
