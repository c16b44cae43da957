"""Pushing into Tryton: notes on the party (`ir.note`), and fields of the party itself, by its JSON-RPC.

The party is found by the key of the mapping: its number, its e-mail address or telephone number. A note begins nothing new where the
same one was written before: its key stands in its last line and is looked for first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2
import msgspec

from hanse.sources.crm import schemas, sending
from hanse.sources.crm.errors import TargetAway, TargetRefused, wrong
from hanse.sources.crm.schemas import TargetOptions
from hanse.sources.crm.target import Channel, Known, Message
from hanse.sources.tryton import rpc
from hanse.sources.tryton.rpc import Rpc, TrytonFault

NOTE, PARTY = "note", "party"
MESSAGE = "message"
MARK = "Hanse "


@dataclass
class _Channel:
    target: Known
    rpc: Rpc

    async def send(self, message: Message) -> str | None:
        try:
            return await self._sent(message)
        except TargetAway as away:
            if away.facts["reason"] != "status 401":
                raise
            self.rpc.forget()  # an old session; a new one is asked for once
            return await self._sent(message)

    async def _sent(self, message: Message) -> str | None:
        try:
            party = await self._party(message)
            if message.kind == "profile_erased":
                await self._note(party, message, {MESSAGE: "Erased in Hanse (Art. 17 DSGVO): erase here too."})
            elif message.to == PARTY or message.kind == "trait_changed":
                await self.rpc.call("model.party.party.write", [party], rpc.tagged(dict(message.fields)))
            else:
                await self._note(party, message, message.fields)
        except TrytonFault as fault:
            if fault.facts["kind"] == "ConcurrencyException":
                raise TargetAway(reason="somebody else is writing the same") from fault
            raise TargetRefused(reason=f"Tryton answers with {fault.facts['kind']}") from fault
        return str(party)

    async def _party(self, message: Message) -> int:
        if message.remote_id:
            found = await self.rpc.call("model.party.party.search", [["id", "=", int(message.remote_id)]], 0, 1, None)
            if found:
                return int(found[0])
        if not message.person:
            raise TargetRefused(reason="it is about nobody, and Tryton keeps notes of parties alone")
        found = await self.rpc.call("model.party.party.search", _search(message), 0, 2, None)
        if len(found) != 1:
            raise TargetRefused(reason="there is no such party" if not found else "there are several such parties")
        return int(found[0])

    async def _note(self, party: int, message: Message, fields: Mapping[str, Any]) -> None:
        mark = f"{MARK}{message.key}"
        resource = f"party.party,{party}"
        known = await self.rpc.call("model.ir.note.search", [["resource", "=", resource], ["message", "like", f"%{mark}"]], 0, 1, None)
        if not known:
            text = f"{fields.get(MESSAGE) or ''}\n\n{mark}".strip()
            await self.rpc.call("model.ir.note.create", [{"resource": resource, MESSAGE: text}])


class Tryton:
    """The CRM that Tryton is."""

    system = "tryton"
    at_once = 1
    is_late = False
    secrets: tuple[str, ...] = ("user", "password")

    def check(self, options: TargetOptions, mapping: schemas.Mapping) -> None:
        """Check the address, and that entries become notes or fields of the party."""
        sending.check_url(options)
        for number, rule in enumerate(mapping.entries):
            if rule.to not in {NOTE, PARTY}:
                raise wrong(f"entries[{number}].to", "Tryton takes note or party")
            if rule.to == NOTE and set(rule.fields) != {MESSAGE}:
                raise wrong(f"entries[{number}].fields", "a note of Tryton has the field message alone")

    @asynccontextmanager
    async def open(self, target: Known, now: datetime) -> AsyncIterator[Channel]:
        """Open a session for one run."""
        del now
        async with sending.client(target.options) as through:
            yield _Channel(target, Rpc(_post(target, through), target.secrets["user"], target.secrets["password"]))


def _post(target: Known, through: httpx2.AsyncClient) -> rpc.Post:
    async def post(path: str, content: object, headers: Mapping[str, str]) -> bytes:
        return await sending.post(through, target.options.url.rstrip("/") + path, msgspec.json.encode(content), headers)

    return post


def _search(message: Message) -> list[Any]:
    """Return the search for the party by the key of the mapping."""
    if message.person_kind == "email":
        return [["contact_mechanisms", "where", [["type", "=", "email"], ["value", "ilike", message.person]]]]
    if message.person_kind == "phone":
        return [["contact_mechanisms", "where", [["type", "in", ["phone", "mobile"]], ["value_compact", "=", message.person]]]]
    return [["code", "=", message.person]]
