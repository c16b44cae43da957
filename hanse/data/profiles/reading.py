"""Reading one customer whole, finding customers by any identity or a name, and the merge log page by page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hanse.base.database import Connection, Queries
from hanse.base.errors import InvalidRequest
from hanse.data import consent
from hanse.data.profiles import asking, keys, merging
from hanse.data.profiles.asking import Asked, Rows
from hanse.data.profiles.requests import (
    CompanyOf,
    ConsentOf,
    ContractOf,
    FoundProfile,
    FoundProfiles,
    HouseholdMember,
    InstallationOf,
    KnownIdentity,
    KnownProfile,
    MergeEntry,
    MergeLog,
    PriceListOf,
)

queries = Queries(__package__, "reading.sql")

MOST = 500
"""Identities, machines and companies of one customer that are read."""
MOST_AT_HOME = 20
"""People of one household that are read."""
DEEPEST = 5
"""Companies above companies."""
MOST_HITS = 2_000
"""Customers that a name may find; whoever is looked for among more says more of it."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Around:
    """One customer, and what was read at the same time."""

    known: KnownProfile
    standings: list[consent.Standing]
    found: dict[str, Rows]
    """The rows of everything that was asked, by name."""


def called(kind: str, traits: Mapping[str, Any]) -> str:
    """Return what somebody is called: a company by its name, a person by theirs, or by the address; empty where nothing is known."""
    if kind == "company":
        company = traits.get("company") or traits.get("name")
        return str((company.get("name") if isinstance(company, Mapping) else company) or "")
    whole = " ".join(str(traits[part]) for part in ("firstName", "lastName") if traits.get(part))
    return whole or str(traits.get("name") or traits.get("email") or "")


async def members(connection: Connection, profile_id: UUID) -> list[UUID]:
    """Return all records that are the same person; raises `UnknownProfile`."""
    found = await merging.members(connection, profile_id)
    if not found:
        raise merging.UnknownProfile(profile_id=profile_id)
    return found


async def whole(connection: Connection, profile_id: UUID) -> KnownProfile:
    """Return everything that is known of one customer; raises `UnknownProfile`."""
    return (await around(connection, profile_id)).known


async def around(connection: Connection, profile_id: UUID, beside: Callable[[list[UUID]], Mapping[str, Asked]] = lambda _: {}) -> Around:
    """Return everything that is known of one customer, and the rows of what else is asked of all their records; raises `UnknownProfile`."""
    own = await members(connection, profile_id)
    found = await asking.ask(connection, {**_asked_of(own), "acts": consent.asking_acts(own), **beside(own)})
    (about,), (seen,) = found["about"], found["seen"]
    companies, household = found["companies"], found["household"] if about["kind"] == "person" else []
    found |= await asking.ask(connection, _asked_of_nearest([about["profile_id"], *(each["profile_id"] for each in companies)]))
    standings = consent.standings_of([consent.act(each) for each in found["acts"]])
    known = KnownProfile(
        **about,
        **seen,
        name=called(about["kind"], about["traits"]),
        members=own,
        identities=msgspec.convert(found["identities"], list[KnownIdentity]),
        companies=[CompanyOf(**each, name=called("company", each["traits"])) for each in companies],
        household=[HouseholdMember(**each, name=called("person", each["traits"])) for each in household],
        price_lists=msgspec.convert(found["price_lists"], list[PriceListOf]),
        installations=msgspec.convert(found["installations"], list[InstallationOf]),
        contracts=msgspec.convert(found["contracts"], list[ContractOf]),
        consents=[_standing(each) for each in standings],
    )
    return Around(known, standings, found)


def _asked_of(own: list[UUID]) -> dict[str, Asked]:
    """Return what is asked of all records of a customer."""
    facts = {"profile_ids": own, "deepest": DEEPEST, "limit": MOST}
    names = ("about", "seen", "companies", "identities")
    return {**{name: (queries[name], facts) for name in names}, "household": (queries["household"], {**facts, "limit": MOST_AT_HOME})}


def _asked_of_nearest(nearest: list[UUID]) -> dict[str, Asked]:
    """Return what is asked of a customer together with those they act for."""
    facts = {"profile_ids": nearest, "limit": MOST}
    return {name: (queries[name], facts) for name in ("price_lists", "installations", "contracts")}


async def find(connection: Connection, text: str, *, kind: str | None = None, cursor: str | None = None, limit: int = 20) -> FoundProfiles:
    """Return customers by an identity of any kind in any spelling, an id, or the beginnings of the words of a name; the newest first."""
    text = text.replace("\0", "\ufffd").strip()
    kinds = [row["kind"] for row in await rows(connection, "identity_kinds")]
    wanted = {(each, value) for each in kinds for value in _spellings(each, text)}
    prefixes = _prefixes(text)
    facts: dict[str, Any] = {
        "kinds": [each for each, _ in wanted],
        "values": [value for _, value in wanted],
        "asked_id": _uuid(text),
        "longest": prefixes[0] if prefixes else None,
        "words": prefixes[1:],
        "before": _place(cursor),
        "kind": kind,
        "most": MOST_HITS,
        "limit": limit + 1,
    }
    found = [FoundProfile(**row, name=called(row["kind"], row["traits"])) for row in await rows(connection, "find", **facts)]
    return FoundProfiles(items=found[:limit], next_cursor=str(found[limit - 1].profile_id) if len(found) > limit else None)


async def merges(connection: Connection, profile_ids: Sequence[UUID], *, cursor: str | None = None, limit: int = 50) -> MergeLog:
    """Return a page of the merge log of somebody, the newest first; raises `InvalidRequest` for a cursor that did not come from here."""
    statement, facts = asking_merges(profile_ids, cursor=cursor, limit=limit)
    return merge_log(await (await connection.execute(statement, facts, prepare=False)).fetchall(), limit)


def asking_merges(profile_ids: Sequence[UUID], *, cursor: str | None = None, limit: int) -> Asked:
    """Return the statement by which `merges` are read, and its facts, for who reads more at once; raises `InvalidRequest`."""
    before_at, before_id = _moment(cursor)
    return queries["merges"], {"profile_ids": list(profile_ids), "before_at": before_at, "before_id": before_id, "limit": limit + 1}


def merge_log(found: Rows, limit: int) -> MergeLog:
    """Return the rows of the statement of `asking_merges` as a page of the merge log."""
    entries = msgspec.convert(found, list[MergeEntry])
    last = entries[limit - 1] if len(entries) > limit else None
    return MergeLog(items=entries[:limit], next_cursor=f"{last.linked_at.isoformat()}/{last.link_id}" if last else None)


async def merge_entry(connection: Connection, link_id: UUID) -> MergeEntry:
    """Return one entry of the merge log; raises `UnknownMerge`."""
    found = await rows(connection, "link", link_id=link_id)
    if not found:
        raise merging.UnknownMerge(link_id=link_id)
    return msgspec.convert(found[0], MergeEntry)


async def said_by_person(connection: Connection, profile_id: UUID, other_id: UUID) -> UUID:
    """Return the entry by which a person joined two records; raises `UnknownMerge`."""
    one, other = min(profile_id, other_id), max(profile_id, other_id)
    found = await rows(connection, "said_by_person", one=one, other=other)
    if not found:
        raise merging.UnknownMerge(link_id="")
    return UUID(str(found[0]["link_id"]))


async def rows(connection: Connection, name: str, **facts: Any) -> list[dict[str, Any]]:
    """Return the rows of one statement, planned for these facts: how many events or keys somebody has differs too much for one plan."""
    return await (await connection.execute(queries[name], facts, prepare=False)).fetchall()


def _standing(found: consent.Standing) -> ConsentOf:
    return ConsentOf(
        purpose=found.purpose.value,
        medium=found.medium.value if found.medium else None,
        situation=found.situation.value,
        allowed=found.situation.allows,
        basis=found.basis,
        since=found.act.decided_at if found.act else None,
    )


def _spellings(kind: str, text: str) -> set[str]:
    """Return how an identity of a kind may be kept: in its one form, or as it was written where the kind has none."""
    key = keys.key(kind, text)
    return {text, text.casefold(), *([key[1]] if key else [])}


def _prefixes(text: str) -> list[str]:
    """Return what asks for each word of a name by its beginning, the longest first; nothing where the text has no word long enough."""
    words = sorted(_WORD.findall(text.casefold()), key=len, reverse=True)
    return [f"{word}:*" for word in words] if words and len(words[0]) > 1 and "@" not in text else []


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _place(cursor: str | None) -> UUID | None:
    if not cursor:
        return None
    found = _uuid(cursor)
    if found is None:
        raise _wrong_cursor()
    return found


def _moment(cursor: str | None) -> tuple[datetime | None, UUID | None]:
    if not cursor:
        return None, None
    moment, _, link_id = cursor.partition("/")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError as error:
        raise _wrong_cursor() from error
    if at.tzinfo is None:
        raise _wrong_cursor()
    return at, _place(link_id or "-")


def _wrong_cursor() -> InvalidRequest:
    return InvalidRequest(reason="cursor: it did not come from here; leave it out to begin at the start")
