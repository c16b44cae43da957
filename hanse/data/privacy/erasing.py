"""Erasing a person: in the database in one transaction, then in the files; what is left is a receipt that names no one.

`ask` notes who is to be erased. `carry_out` does it, at once where the log is small and else in the job: it finds all profiles that are the
person, erases what is about them, takes them out of what was said elsewhere (`places`), and calls every declared eraser. It can be
broken off at any moment and is taken up where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import structlog

from hanse.base import changes, database, ids
from hanse.base.context import Context, Resources
from hanse.base.database import Connection, Queries
from hanse.base.erasing import Erased, Erasers
from hanse.base.errors import HanseError
from hanse.data import consent
from hanse.data.lake import pseudonymisation
from hanse.data.lake.erasure import ORDERS
from hanse.data.privacy import journal, marks, places, secret
from hanse.data.privacy.marks import Marks
from hanse.data.profiles import merging

queries = Queries(__package__)

TOPIC = "erased"
"""What processes are told that remember something of people."""
AT_ONCE = 200_000
"""Events in the log up to which an erasure is done while somebody waits: going through all of them takes some seconds."""


async def ask(connection: Connection, profile_id: UUID, context: Context, *, keep_orders: bool, legal_basis: str) -> UUID:
    """Note that a person is to be erased; return the number of the erasure, that of one which waits already where there is one."""
    members = await merging.members(connection, profile_id)
    waiting = await (await connection.execute(queries["waiting_erasure"], {"profile_ids": members})).fetchone()
    if waiting:
        return UUID(str(waiting["erasure_id"]))
    now = context.clock.now()
    erasure_id = ids.new(now)
    who = {"actor_kind": context.caller.kind, "actor": context.caller.name}
    facts = {"erasure_id": erasure_id, "profile_id": profile_id, "keep_orders": keep_orders, "legal_basis": legal_basis, "now": now}
    await connection.execute(queries["add_erasure"], {**facts, **who})
    return erasure_id


async def soon(context: Context, erasure_id: UUID) -> None:
    """Carry an erasure out as soon as what asks for it is committed, where that takes a moment only; the job does the others."""
    row = await (await (await context.connection()).execute(queries["log_size"])).fetchone()
    if row and row["rows"] <= AT_ONCE:
        resources = context.resources

        async def at_once() -> None:
            try:
                await carry_out(resources, erasure_id)
            except (OSError, psycopg.Error, HanseError):  # what was asked for stands; the job takes it up
                structlog.get_logger().exception("an erasure was broken off", erasure_id=str(erasure_id))

        context.after_commit(at_once)


async def carry_out_all(context: Context) -> int:
    """Carry out every erasure that waits or was broken off; return how many."""
    async with context.resources.pool.connection() as connection:
        rows = await (await connection.execute(queries["open_erasures"])).fetchall()
    for number, row in enumerate(rows):
        await context.progress(number / len(rows), f"erasing {number + 1} of {len(rows)}")
        await carry_out(context.resources, row["erasure_id"])
    return len(rows)


async def carry_out(resources: Resources, erasure_id: UUID) -> None:
    """Carry out one erasure, from where it is; one that is done is left alone."""
    async with Context(resources) as context:
        await _in_database(context, erasure_id)
    async with Context(resources) as context:
        await _outside(context, erasure_id)
    await _vacuum(resources)


async def _in_database(context: Context, erasure_id: UUID) -> None:
    connection = await context.connection()
    await merging.lock(connection)
    row = await (await connection.execute(queries["lock_erasure"], {"erasure_id": erasure_id, "state": "waiting"})).fetchone()
    if row is None:
        return
    members = await merging.members(connection, row["profile_id"])
    person = await known_as(connection, members or [row["profile_id"]], keep_orders=row["keep_orders"])
    await erase_known(context, erasure_id, person)


async def erase_known(context: Context, erasure_id: UUID, person: Erased) -> None:
    """Erase a person from the database and note what is left to do outside of it."""
    connection, counts = await context.connection(), await erase(context, person)
    every = (*person.identities, *(("profile_id", str(each)) for each in person.profile_ids))
    home = context.settings.home
    facts = {"pending": secret.seal(home, person), "counts": database.jsonb(counts), "identity_hashes": secret.hashes(home, every)}
    await connection.execute(queries["finish_database"], {"erasure_id": erasure_id, **facts})
    await changes.announce(connection, TOPIC)


async def _outside(context: Context, erasure_id: UUID) -> None:
    connection = await context.connection()
    row = await (await connection.execute(queries["lock_erasure"], {"erasure_id": erasure_id, "state": "files"})).fetchone()
    if row is None:
        return
    person = msgspec.json.decode(secret.unseal(context.settings.home, bytes(row["pending"])), type=Erased)
    found = await (await connection.execute(queries["counts"], {"erasure_id": erasure_id})).fetchone()
    counts = Counter(found["counts"] if found else {})
    counts.update(await late(connection, person))
    counts.update(await _call(context, person, outside=True))
    facts = {"erasure_id": erasure_id, "now": context.clock.now(), "counts": database.jsonb(+counts)}
    receipt = await (await connection.execute(queries["finish_erasure"], facts)).fetchone()
    if receipt:
        journal.add(context.settings.home, receipt)


async def known_as(connection: Connection, profile_ids: Sequence[UUID], *, keep_orders: bool) -> Erased:
    """Return everything that some profiles are known by."""
    facts = {"profile_ids": list(profile_ids)}
    named = {(row["kind"], row["value"]) async for row in await connection.execute(queries["identities"], facts)}
    async for row in await connection.execute(queries["traits"], facts):
        named |= marks.of_traits({row["name"]: row["value"]})
    return Erased(tuple(profile_ids), tuple(sorted(named)), keep_orders)


async def erase(context: Context, person: Erased) -> dict[str, int]:
    """Erase a person from the database, in the context's transaction; return how many rows it was, by table."""
    connection, now = await context.connection(), context.clock.now()
    facts: dict[str, Any] = {"profile_ids": list(person.profile_ids)}
    named = Marks(person.identities, person.profile_ids)
    counts: Counter[str] = Counter((await (await connection.execute(queries["count_rows"], facts)).fetchone()) or {})
    counts.update(await _said(connection, person, named, now))
    counts.update(await _log(connection, person))
    counts["consents"] += await consent.erase(connection, list(person.profile_ids), now=now)
    counts.update(await _call(context, person, outside=False))
    counts["profiles"] += (await connection.execute(queries["delete_profiles"], facts)).rowcount
    await connection.execute(queries["begin_erasing"])
    counts.update({f"{table}_masked": count for table, count in (await places.sweep(connection, named)).items()})
    await connection.execute(queries["end_erasing"])
    return dict(+counts)


async def late(connection: Connection, person: Erased) -> dict[str, int]:
    """Erase what was on its way while the person was erased: events and decisions that knew their profile already."""
    return await _log(connection, person)


async def _log(connection: Connection, person: Erased) -> dict[str, int]:
    facts: dict[str, Any] = {"profile_ids": list(person.profile_ids)}
    orders = await _anonymise_orders(connection, person) if person.keep_orders else 0
    deleted = (await connection.execute(queries["delete_events"], facts)).rowcount
    decisions = (await connection.execute(queries["anonymise_decisions"], facts)).rowcount
    return {"events": deleted, "orders_anonymised": orders, "decisions": decisions}


async def _anonymise_orders(connection: Connection, person: Erased) -> int:
    """Keep what was ordered without anything that a sender wrote of the person."""
    named = Marks(person.identities, person.profile_ids)
    rows = await (await connection.execute(queries["orders"], {"profile_ids": list(person.profile_ids), "names": sorted(ORDERS)})).fetchall()
    cleaned = [database.jsonb(named.without(msgspec.json.decode(pseudonymisation.json(row["properties"])[1]))) for row in rows]
    facts = {"event_ids": [row["event_id"] for row in rows], "occurred_ats": [row["occurred_at"] for row in rows], "properties": cleaned}
    return (await connection.execute(queries["anonymise_orders"], facts)).rowcount if rows else 0


async def _said(connection: Connection, person: Erased, named: Marks, now: datetime) -> dict[str, int]:
    """Erase what came in about the person and lies as it came: dead letters, messages of shops, requests."""
    search = {"patterns": named.patterns, "digits": named.digits}
    facts = {"profile_ids": list(person.profile_ids)}
    letters = (await connection.execute(queries["delete_letters_of_messages"], facts)).rowcount
    rows = await (await connection.execute(queries["find_letters"], search)).fetchall()
    found = [row["dead_letter_id"] for row in rows if named.names(row["payload"])]
    letters += (await connection.execute(queries["delete_letters"], {"ids": found})).rowcount
    rows = await (await connection.execute(queries["find_deliveries"], search)).fetchall()
    found = [row["delivery_id"] for row in rows if named.names(marks.read(bytes(row["body"])))]
    bodies = (await connection.execute(queries["forget_deliveries"], {"ids": found, "now": now})).rowcount
    resources = (await connection.execute(queries["delete_resources"], {"values": [value for _, value in person.identities]})).rowcount
    requests = await _requests(connection, person, named, now)
    return {"dead_letters": letters, "deliveries": bodies, "shop_resources": resources, "privacy_requests": requests}


async def _requests(connection: Connection, person: Erased, named: Marks, now: datetime) -> int:
    rows = await (await connection.execute(queries["requests_with_subject"], {"profile_ids": list(person.profile_ids)})).fetchall()
    about = [row for row in rows if row["profile_id"] in person.profile_ids or named.names(row["subject"]) or named.names(row["request_key"])]
    facts = {"ids": [row["request_id"] for row in about], "now": now}
    return (await connection.execute(queries["erase_requests"], facts)).rowcount if about else 0


async def _call(context: Context, person: Erased, *, outside: bool) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for each in context.resource(Erasers).declared:
        if each.outside is outside:
            counts.update(await each(person, context))
    return counts


async def _vacuum(resources: Resources) -> None:
    """Have PostgreSQL free the pages in which deleted rows still lie."""
    tables = sorted({place.table for place in places.PLACES} | places.ERASED_WHOLE)
    async with resources.pool.connection() as connection:
        await connection.set_autocommit(True)
        try:
            await connection.execute(f"VACUUM (SKIP_LOCKED) {', '.join(tables)}".encode())
        finally:
            await connection.set_autocommit(False)
