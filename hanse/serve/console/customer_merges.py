"""Why records are one customer, in words; taking a merge back and merging two customers, each after a look at what will happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base.database import Connection
from hanse.data.access.accounts import Permission
from hanse.data.profiles import merging, reading
from hanse.data.profiles.asking import Rows
from hanse.data.profiles.requests import KnownProfile, MergeEntry
from hanse.serve.console import customer_list, labels, masking, pages, session
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.console.texts import Words

LOGGED = 20
LONGEST_REASON = 500
KEYS_SHOWN = 12


@dataclass(frozen=True)
class Side:
    """One of two customers: all that is theirs once they are apart, or before they are one."""

    profile_id: UUID
    name: str
    kind: str
    members: int
    keys: list[tuple[str, str]]
    """Kind and value as they may be shown."""
    more_keys: int
    events: int


@get("/customers/{profile_id:uuid}/merges/{link_id:uuid}")
async def show_take_back(request: AnyRequest, profile_id: FromPath[UUID], link_id: FromPath[UUID]) -> Response[bytes]:
    """Show what will happen when a merge is taken back."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    async with visit.context() as context:
        connection = await context.connection()
        entry = await reading.merge_entry(connection, link_id)
        named = await _names(visit, connection, [entry], open_=False)
        sides = await _apart(visit, connection, entry)
    facts: dict[str, Any] = {"entry": _told(visit, entry, named, open_=False), "sides": sides, "longest": LONGEST_REASON}
    return pages.page(visit, "customer_take_back.html", profile_id=profile_id, **facts)


@post("/customers/{profile_id:uuid}/merges/{link_id:uuid}/take-back", status_code=200)
async def take_back(request: AnyRequest, profile_id: FromPath[UUID], link_id: FromPath[UUID]) -> Response[bytes]:
    """Take a merge back, and offer to merge again."""
    visit, reason = await _deciding(request)
    async with visit.context() as context:
        connection, now = await context.connection(), context.clock.now()
        entry = await reading.merge_entry(connection, link_id)
        await merging.unmerge(connection, link_id, actor=visit.account.name, now=now, reason=reason)
        one, other = [await merging.canonical(connection, each) for each in (entry.profile_id, entry.other_id)]
        await visit.note(context, "profiles.unmerge", subject=str(one), other_id=str(other), link_id=str(link_id))
    undo = f"/customers/{entry.profile_id}/merge/{entry.other_id}"
    back = profile_id if profile_id in {one, other} else one
    return pages.redirect(visit, f"/customers/{back}", message=visit.words.gettext("They are two customers now."), undo=undo)


@get("/customers/{profile_id:uuid}/merge")
async def show_search(request: AnyRequest, profile_id: FromPath[UUID]) -> Response[bytes]:
    """Search for the customer who is the same person."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    text = request.query_params.get("q", "").strip()[:200]
    async with visit.context() as context:
        connection = await context.connection()
        known = await reading.whole(connection, profile_id)
        found = [each for each in await customer_list.search(connection, text) if each["profile_id"] not in known.members]
    name = masking.name(known.kind, known.traits, open_=False)
    facts: dict[str, Any] = {"name": name, "found": found, "search": text}
    return pages.page(visit, "customer_merge.html", profile_id=known.profile_id, **facts)


@get("/customers/{profile_id:uuid}/merge/{other_id:uuid}")
async def show_merge(request: AnyRequest, profile_id: FromPath[UUID], other_id: FromPath[UUID]) -> Response[bytes]:
    """Show two customers side by side, field by field, masked."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    return await _compare(visit, profile_id, other_id, open_=False)


@post("/customers/{profile_id:uuid}/merge/{other_id:uuid}/reveal", status_code=200)
async def reveal_merge(request: AnyRequest, profile_id: FromPath[UUID], other_id: FromPath[UUID]) -> Response[bytes]:
    """Show two customers side by side in clear, and note who asked."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    async with visit.context() as context:
        for each in (profile_id, other_id):
            await visit.note(context, "customers.reveal", effect="read", subject=str(each))
    return await _compare(visit, profile_id, other_id, open_=True)


@post("/customers/{profile_id:uuid}/merge/{other_id:uuid}", status_code=200)
async def merge(request: AnyRequest, profile_id: FromPath[UUID], other_id: FromPath[UUID]) -> Response[bytes]:
    """Make two customers one, and offer to take it back."""
    visit, reason = await _deciding(request)
    async with visit.context() as context:
        connection, now = await context.connection(), context.clock.now()
        evidence = {"reason": reason} if reason else {}
        stands = await merging.merge(connection, profile_id, other_id, actor=visit.account.name, now=now, evidence=evidence)
        link_id = await reading.said_by_person(connection, profile_id, other_id)
        await visit.note(context, "profiles.merge", subject=str(stands), other_id=str(other_id), link_id=str(link_id))
    undo = f"/customers/{profile_id}/merges/{link_id}/take-back"
    return pages.redirect(visit, f"/customers/{stands}", message=visit.words.gettext("They are one customer now."), undo=undo)


async def log(visit: Visit, connection: Connection, found: Rows, *, open_: bool) -> dict[str, Any]:
    """Return why the records of a customer are one, and what was refused or taken back, in words; `found` are the rows of the merge log."""
    page = reading.merge_log(found, LOGGED)
    named = await _names(visit, connection, page.items, open_=open_)
    entries = [_told(visit, each, named, open_=open_) for each in page.items]
    return {
        "joined": [each for each in entries if each["state"] == "joined"],
        "others": [each for each in entries if each["state"] != "joined"],
        "more": page.next_cursor is not None,
        "shown": LOGGED,
    }


def _told(visit: Visit, entry: MergeEntry, named: dict[UUID, str], *, open_: bool) -> dict[str, Any]:
    """Return an entry of the merge log in words."""
    words = visit.words
    return {
        "link_id": entry.link_id,
        "one": named[entry.profile_id],
        "other": named[entry.other_id],
        "one_id": entry.profile_id,
        "other_id": entry.other_id,
        "why": labels.merge_cause(words, entry.cause, day=words.day(entry.linked_at), actor=entry.actor),
        "refused": labels.merge_refusal(words, entry.refused) if entry.refused else "",
        "evidence": _evidence(entry, open_=open_),
        "cut_at": entry.cut_at,
        "cut_by": entry.cut_by,
        "state": "cut" if entry.cut_at else "refused" if entry.refused else "joined",
    }


def _evidence(entry: MergeEntry, *, open_: bool) -> dict[str, Any]:
    """Return what an entry rests on; what each field of a match says stands with the pair."""
    return masking.traits({name: said for name, said in entry.evidence.items() if name not in {"fields", "probability"}}, open_=open_)


async def _names(visit: Visit, connection: Connection, entries: list[MergeEntry], *, open_: bool) -> dict[UUID, str]:
    """Return what the records of some entries are called: by their first keys, else by the end of their id."""
    wanted = sorted({each for entry in entries for each in (entry.profile_id, entry.other_id)})
    named: dict[UUID, list[str]] = {each: [] for each in wanted}
    for row in await reading.rows(connection, "name_keys", profile_ids=wanted) if wanted else ():
        shown = masking.identity(row["kind"], row["value"], open_=open_)
        named[row["profile_id"]].append(f"{labels.identity(visit.words, row['kind'])} {shown}")
    return {each: keys[0] if keys else visit.words.gettext("Record %(number)s", number=str(each)[-6:]) for each, keys in named.items()}


async def _apart(visit: Visit, connection: Connection, entry: MergeEntry) -> list[Side]:
    """Return what each side would have, by taking the merge back and undoing that; raises `UnknownMerge`."""
    now = visit.runtime.resources.clock.now()
    async with connection.transaction(force_rollback=True):
        await merging.unmerge(connection, entry.link_id, actor=visit.account.name, now=now)
        return [await _side(visit.words, connection, each, open_=False) for each in (entry.profile_id, entry.other_id)]


async def _side(words: Words, connection: Connection, profile_id: UUID, *, open_: bool) -> Side:
    known = await reading.whole(connection, profile_id)
    counted = await reading.rows(connection, "count_events", profile_ids=known.members)
    keys = [(labels.identity(words, each.kind), masking.identity(each.kind, each.value, open_=open_)) for each in known.identities]
    return Side(
        profile_id=known.profile_id,
        name=masking.name(known.kind, known.traits, open_=open_),
        kind=known.kind,
        members=len(known.members),
        keys=keys[:KEYS_SHOWN],
        more_keys=max(0, len(keys) - KEYS_SHOWN),
        events=sum(row["count"] for row in counted),
    )


async def _compare(visit: Visit, profile_id: UUID, other_id: UUID, *, open_: bool) -> Response[bytes]:
    async with visit.context() as context:
        connection = await context.connection()
        pair = [await reading.whole(connection, each) for each in (profile_id, other_id)]
        if pair[0].profile_id == pair[1].profile_id:
            raise merging.AlreadyOne
        sides = [await _side(visit.words, connection, each.profile_id, open_=open_) for each in pair]
    facts: dict[str, Any] = {"sides": sides, "fields": _fields(pair[0], pair[1], open_=open_), "open": open_, "longest": LONGEST_REASON}
    return pages.page(visit, "customer_compare.html", one=pair[0], other=pair[1], **facts)


def _fields(one: KnownProfile, other: KnownProfile, *, open_: bool) -> list[dict[str, Any]]:
    """Return what is known of two customers field by field, and whether it is the same; compared as it is, shown as it may be."""
    shown = [masking.traits(each.traits, open_=open_ or each.kind == "company") for each in (one, other)]
    names = dict.fromkeys([*one.traits, *other.traits])
    return [{"name": name, "one": shown[0].get(name), "other": shown[1].get(name), "verdict": _verdict(one, other, name)} for name in names]


def _verdict(one: KnownProfile, other: KnownProfile, name: str) -> str:
    mine, theirs = one.traits.get(name), other.traits.get(name)
    if mine in (None, "") or theirs in (None, ""):
        return "missing"
    return "same" if _plain(mine) == _plain(theirs) else "different"


def _plain(value: Any) -> Any:
    return " ".join(value.split()).casefold() if isinstance(value, str) else value


async def _deciding(request: AnyRequest) -> tuple[Visit, str]:
    """Return the visit of somebody who may decide who is who, and the reason that they give."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    return visit, (await visit.form()).get("reason", "").replace("\0", "\ufffd").strip()[:LONGEST_REASON]
