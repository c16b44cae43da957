"""Making, changing and trying targets, and sending dead letters again."""

from __future__ import annotations

from collections.abc import Mapping as Facts
from typing import Any
from uuid import UUID, uuid4

import msgspec

from hanse.base import database, ids
from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data.access import audit
from hanse.data.entries import Entry
from hanse.sources.connections import vault
from hanse.sources.crm import mapping as mappings
from hanse.sources.crm import messages, store, systems, webhook
from hanse.sources.crm.errors import InvalidTarget, UnknownEntry, UnknownPush, UnknownTarget
from hanse.sources.crm.messages import Withheld
from hanse.sources.crm.schemas import Mapping, Preview, Previewed, SavedTarget, SaveTarget, State, TargetOptions
from hanse.sources.crm.target import Known, Message, Target
from hanse.sources.source import Secrets

SIGNING = "signing_secret"


async def save(context: Context, request: SaveTarget) -> SavedTarget:
    """Make a target or change one. Raises `InvalidTarget` and `InvalidMapping`, which name what is wrong."""
    connection = await context.connection()
    system = systems.SYSTEMS[request.system]
    mappings.check(request.mapping)
    system.check(request.options, request.mapping)
    before = await store.row(connection, "lock_target", {"name": request.name})
    if before and before["state"] != "removed" and before["system"] != request.system:
        raise InvalidTarget(what="the system", reason=f"is {before['system']} and cannot be another one; save it under another name")
    secrets, made = _secrets(context, system, request, before)
    facts = {
        "target_id": ids.new(context.clock.now()),
        "name": request.name,
        "system": request.system,
        "options": database.jsonb(request.options),
        "mapping": database.jsonb(request.mapping),
        "entry_kinds": mappings.kinds(request.mapping),
        "trait_names": mappings.traits(request.mapping),
        "secrets": vault.seal(context.settings.home, secrets) if secrets else None,
        "now": context.clock.now(),
    }
    await connection.execute(store.queries["put_target"], facts)
    return SavedTarget(target=await store.status(connection, request.name), made_secret=made)


async def change(connection: Connection, name: str, state: State) -> None:
    """Pause, resume or remove a target; raises `UnknownTarget`."""
    row = await store.row(connection, "put_state", {"name": name, "state": state})
    if row is None:
        raise UnknownTarget(name=name)
    if state == "removed":
        await connection.execute(store.queries["forget_target"], {"target_id": row["target_id"]})
        await connection.execute(store.queries["forget_people"], {"target_id": row["target_id"]})


async def replay(connection: Connection, name: str, delivery_id: UUID | None) -> int:
    """Send one dead letter again or all of a target; return how many. Raises `UnknownTarget` and `UnknownPush`."""
    target = await store.status(connection, name)
    facts = {"target_id": target.target_id, "delivery_id": delivery_id}
    superseded = (await connection.execute(store.queries["supersede"], facts)).rowcount
    count = (await connection.execute(store.queries["replay"], facts)).rowcount
    if delivery_id and not count and not superseded:
        raise UnknownPush(delivery_id=delivery_id)
    return count


async def preview(context: Context, request: Preview) -> Previewed:
    """Return what a mapping makes of a real entry. Raises `InvalidMapping` and `UnknownEntry`."""
    mappings.check(request.mapping)
    connection = await context.connection()
    wanted: Facts[str, Any] = {"kind": request.kind, "kinds": mappings.kinds(request.mapping), "entry_id": request.entry_id}
    row = await store.row(connection, "entry" if request.entry_id else "newest_entry", wanted)
    if row is None:
        raise UnknownEntry
    entry = msgspec.convert(row, Entry)
    await _note_look(context, connection, entry)
    try:
        message = await messages.of_entry(connection, _tried(context, request.mapping), entry, key=str(row["entry_id"]))
    except Withheld as reason:
        return Previewed(kind=entry.kind, entry_id=row["entry_id"], withheld=str(reason), document={})
    return Previewed(kind=entry.kind, entry_id=row["entry_id"], withheld="", document=_document(message))


def _document(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(message.document)
    return found


def _tried(context: Context, mapping: Mapping) -> Known:
    return Known(
        target_id=uuid4(),
        name="preview",
        system="webhook",
        options=TargetOptions(),
        mapping=mapping,
        secrets=Secrets({}),
        language=context.language or context.settings.language,
        home=context.settings.home,
    )


async def _note_look(context: Context, connection: Connection, entry: Entry) -> None:
    """Note who looked at an entry about a person."""
    if entry.profile_id:
        who = {"actor_kind": context.caller.kind, "actor": context.caller.name}
        await audit.note(connection, **who, facts={}, action="crm.preview", effect="read", subject=str(entry.profile_id), now=context.clock.now())


def _secrets(context: Context, system: Target, request: SaveTarget, before: Facts[str, Any] | None) -> tuple[dict[str, str], str]:
    """Return the secrets of a target: those from before, those that are given, and one that is made."""
    allowed = {*system.secrets, *({SIGNING} if request.system == "webhook" else ())}
    if unknown := sorted(request.secrets.keys() - allowed):
        raise InvalidTarget(
            what=f"the secret {unknown[0]}", reason=f"is none of {', '.join(sorted(allowed)) or 'those that it needs: it needs none'}"
        )
    kept = dict(vault.unseal(context.settings.home, before["secrets"], name=request.name)) if before else {}
    found = kept | {name: value.strip() for name, value in request.secrets.items() if value.strip()}
    if missing := sorted(set(system.secrets) - found.keys()):
        raise InvalidTarget(what=f"the secret {missing[0]}", reason="is missing")
    made = webhook.make_secret() if request.system == "webhook" and SIGNING not in found else ""
    if SIGNING in found:
        webhook.check_secret(found[SIGNING])
    return found | ({SIGNING: made} if made else {}), made
