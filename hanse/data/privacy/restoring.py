"""After a backup was restored: whoever was erased since it was made is erased again.

The list of erasures lies in the home folder, outside of backups and of the database. It holds hashes only; their key lies beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hanse.base import database, ids
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.data.privacy import erasing, journal, secret
from hanse.data.privacy.journal import Receipt

queries = Queries(__package__)
LEGAL_BASIS = "Art. 17 DSGVO: erased before and brought back by a backup"


async def erase_again(context: Context, *, backup_made_at: datetime) -> int:
    """Bring back the receipts that a backup did not have yet, and erase the people they are about; return how many profiles that were.

    Exactly the profiles that were erased then: whoever was found to be the same person since has receipts of their own.
    """
    receipts = journal.read(context.settings.home)
    connection = await context.connection()
    for each in receipts:
        await connection.execute(queries["restore_receipt"], {**msgspec.structs.asdict(each), "counts": database.jsonb(each.counts)})
    since = [each for each in receipts if each.done_at >= backup_made_at]
    found = await _brought_back(context, since) if since else {}
    for receipt in since:
        if profile_ids := found.get(receipt.erasure_id):
            await _erase(context, receipt, sorted(profile_ids))
    return sum(map(len, found.values()))


async def _erase(context: Context, receipt: Receipt, profile_ids: Sequence[UUID]) -> None:
    connection = await context.connection()
    person = await erasing.known_as(connection, profile_ids, keep_orders=receipt.keep_orders)
    erasure_id, resources = ids.new(context.clock.now()), context.resources
    facts = {"erasure_id": erasure_id, "profile_id": profile_ids[0], "keep_orders": receipt.keep_orders, "legal_basis": LEGAL_BASIS}
    who = {"actor_kind": context.caller.kind, "actor": context.caller.name, "now": context.clock.now()}
    await connection.execute(queries["add_erasure"], {**facts, **who})
    await erasing.erase_known(context, erasure_id, person)
    context.after_commit(lambda: erasing.carry_out(resources, erasure_id))


async def _brought_back(context: Context, receipts: Sequence[Receipt]) -> dict[UUID, set[UUID]]:
    """Return the profiles that are there again, by receipt; the newest receipt of a profile counts."""
    of_hash = {each: receipt.erasure_id for receipt in receipts for each in receipt.identity_hashes}
    owner: dict[UUID, UUID] = {}
    hashed = secret.hashing(context.settings.home)
    cursor = await (await context.connection()).execute(queries["all_identities"])
    async for row in cursor:
        if (receipt := of_hash.get(hashed((row["kind"], row["value"])))) is not None:
            owner[row["profile_id"]] = receipt
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for profile_id, erasure_id in owner.items():
        found[erasure_id].add(profile_id)
    return found
