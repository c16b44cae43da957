"""What becomes of a delivery: taken in, ignored, tried again later, or a dead letter with the field and the reason.

The shop is asked outside of any transaction; what was read is then written in one, together with the state of the delivery.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import psycopg
import structlog

from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.sources.connections import letters, privacy, store, systems, writing
from hanse.sources.connections.errors import told
from hanse.sources.source import Delivery, Reading, Shop, checking
from hanse.sources.source.errors import NeedsShop, Unmappable

MOST_ATTEMPTS = 10
FIRST_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 4 * 3600
DONE, IGNORED, REJECTED, WAITING = "done", "ignored", "rejected", "waiting"


async def process(context: Context, delivery_id: UUID, *, may_ask: bool) -> str:
    """Take in one delivery; return `done`, `ignored`, `rejected`, or `waiting` where it has to be tried again.

    Without `may_ask` the shop is not asked, as somebody is waiting: a delivery that needs it waits for a job.
    """
    async with store.transaction(context) as connection:
        found = await store.waiting_delivery(context, connection, delivery_id)
    if found is None:
        return DONE
    delivery, shop, attempts = found
    try:
        reading = await read(delivery, shop, may_ask=may_ask)
        return await _take_in(context, delivery, shop, reading, in_haste=not may_ask)
    except (NeedsShop, psycopg.errors.LockNotAvailable) as need:
        return await _wait(context, delivery, shop, need, may_ask=may_ask)
    except Unmappable as problem:
        return await _reject(context, delivery, shop, problem)
    except Exception as error:  # noqa: BLE001  # one delivery that trips over a fault must neither be lost nor stop the others
        return await _postpone(context, delivery, shop, attempts, error)


async def _wait(context: Context, delivery: Delivery, shop: Shop, need: Exception, *, may_ask: bool) -> str:
    """Leave a delivery to a job, which may ask and has time; what the shop would have to be asked for in vain is ignored."""
    in_vain = isinstance(need, NeedsShop) and (may_ask or not systems.find(shop.system).can_ask(shop))
    return await _finish(context, delivery, IGNORED, told(need)) if in_vain else WAITING


async def read(delivery: Delivery, shop: Shop, *, may_ask: bool) -> Reading:
    """Return what a delivery says, asking the shop where that is allowed and needed."""
    source = systems.find(shop.system)
    if may_ask and source.can_ask(shop):
        async with source.api(shop) as api:
            reading = await source.read(delivery, shop, api)
    else:
        reading = await source.read(delivery, shop, None)
    checking.checked(reading.changes)
    return reading


async def take_in(context: Context, connection: Connection, shop: Shop, reading: Reading) -> str | None:
    """Write what a delivery says; return what was odd about it."""
    now = context.clock.now()
    await writing.write(connection, shop, reading.changes, now=now)
    for request in reading.requests:
        await privacy.record(connection, shop, request, now=now)
    if reading.disconnected:
        await store.put_state(connection, shop.connection_id, "disconnected")
    remarks = [remark for change in reading.changes for remark in change.remarks]
    return " ".join(remarks) or reading.ignored or None


async def _take_in(context: Context, delivery: Delivery, shop: Shop, reading: Reading, *, in_haste: bool) -> str:
    """Write what a delivery says; in haste, others who write the same things are not waited for long."""
    state = IGNORED if reading.ignored else DONE
    async with store.transaction(context) as connection:
        if in_haste:
            await connection.execute(store.queries["be_quick"])
        if await store.lock_delivery(connection, delivery.delivery_id):
            note = await take_in(context, connection, shop, reading)
            await store.finish_delivery(connection, delivery.delivery_id, state=state, note=note, now=context.clock.now())
    return state


async def _finish(context: Context, delivery: Delivery, state: str, note: str) -> str:
    async with store.transaction(context) as connection:
        await store.finish_delivery(connection, delivery.delivery_id, state=state, note=note, now=context.clock.now())
    return state


async def _reject(context: Context, delivery: Delivery, shop: Shop, problem: Unmappable) -> str:
    async with store.transaction(context) as connection:
        if await store.lock_delivery(connection, delivery.delivery_id):
            await letters.add_delivery(connection, shop, delivery, problem, now=context.clock.now())
            note = f"{problem.field}: {problem.reason}"
            await store.finish_delivery(connection, delivery.delivery_id, state=REJECTED, note=note, now=context.clock.now())
    return REJECTED


async def _postpone(context: Context, delivery: Delivery, shop: Shop, attempts: int, error: Exception) -> str:
    """Note when to try again; after the last attempt it is a dead letter."""
    structlog.get_logger().warning("a delivery could not be taken in", connection=shop.name, topic=delivery.topic, exc_info=error)
    if attempts + 1 >= MOST_ATTEMPTS:
        return await _reject(context, delivery, shop, Unmappable(field="body", reason=f"it could not be taken in after {MOST_ATTEMPTS} attempts"))
    wait = timedelta(seconds=min(FIRST_WAIT_SECONDS * 2**attempts, LONGEST_WAIT_SECONDS))
    facts = {"delivery_id": delivery.delivery_id, "note": told(error), "next_attempt_at": context.clock.now() + wait}
    async with store.transaction(context) as connection:
        await connection.execute(store.queries["postpone_delivery"], facts)
    return WAITING
