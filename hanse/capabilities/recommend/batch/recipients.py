"""Who is answered, on which basis, and what they did: read for many people by a handful of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from hanse.base.context import Assignment, Context, Subject
from hanse.base.database import Connection, Queries
from hanse.base.decision import Basis
from hanse.base.operation import Purpose
from hanse.capabilities.recommend import candidates
from hanse.capabilities.recommend.batch.schemas import Wanted
from hanse.capabilities.recommend.blends import Past
from hanse.capabilities.recommend.candidates import MOST_BOUGHT, MOST_SEEN
from hanse.capabilities.recommend.operations import for_you
from hanse.data import consent
from hanse.data.consent import Medium, standing
from hanse.data.consent.standing import Act
from hanse.data.profiles import asking

queries = Queries(__package__)
FIRST = UUID(int=0)
"""Comes before all profiles."""


@dataclass(frozen=True)
class Recipient:
    """Somebody who is to be answered."""

    profile_id: UUID
    subject: Subject
    """The profile where there is a basis for personalisation, else nobody."""
    language: str | None
    """What they said is their language."""
    assignment: Assignment
    seen: Sequence[Past] = ()
    bought: Sequence[Past] = ()


@dataclass(frozen=True)
class Page:
    """The next profiles: where they end, how many they were, and those of them who are answered."""

    after_id: UUID
    profiles: int
    recipients: list[Recipient]


async def count(connection: Connection, wanted: Wanted) -> int:
    """Return how many there are about; whoever took their consent back is counted still."""
    row = await (await connection.execute(queries["expected"], _facts(wanted))).fetchone()
    return int(row["count"]) if row else 0


async def read(context: Context, wanted: Wanted, after_id: UUID | None, most: int) -> Page | None:
    """Return the next recipients by id, without what they did; null where there are no more profiles."""
    connection = await context.connection()
    facts = {**_facts(wanted), "after_id": after_id or FIRST, "most": most, "own_language": wanted.language is None}
    rows = await (await connection.execute(queries["recipients"], facts)).fetchall()
    if not rows:
        return None
    free = [row for row in rows if not row["restricted"]]
    acts = await _acts(connection, [row["profile_ids"] for row in free])
    allowed = [(row, found) for row, found in zip(free, acts, strict=True) if wanted.recipients == "everybody" or _may_be_mailed(found)]
    return Page(rows[-1]["profile_id"], len(rows), [_recipient(context, row, found) for row, found in allowed])


def _recipient(context: Context, row: dict[str, Any], acts: Sequence[Act]) -> Recipient:
    subject = _subject(row["profile_id"], acts)
    assignment = context.resources.ports.assign(for_you.capability, subject.profile_id)
    return Recipient(row["profile_id"], subject, row["language"], assignment)


async def with_pasts(connection: Connection, people: Sequence[Recipient]) -> list[Recipient]:
    """Return them with what they did, which is read of those alone for whom there is a basis."""
    wanted = [each.profile_id for each in people if each.subject.profile_id is not None]
    seen = await _pasts(connection, "seen", wanted, MOST_SEEN)
    bought = await _pasts(connection, "bought", wanted, MOST_BOUGHT)
    return [replace(each, seen=seen.get(each.profile_id, ()), bought=bought.get(each.profile_id, ())) for each in people]


def _facts(wanted: Wanted) -> dict[str, Any]:
    return {
        "everybody": wanted.recipients == "everybody",
        "profile_ids": list(wanted.profile_ids) if wanted.profile_ids is not None else None,
    }


def _may_be_mailed(acts: Sequence[Act]) -> bool:
    return standing.stand(acts, Purpose.ADVERTISING, Medium.EMAIL).situation.allows


def _subject(profile_id: UUID, acts: Sequence[Act]) -> Subject:
    found = standing.stand(acts, Purpose.PERSONALISATION, None)
    return Subject(profile_id, found.basis) if found.situation.allows else Subject(None, Basis.NONE)


async def _acts(connection: Connection, members: Sequence[Sequence[UUID]]) -> list[list[Act]]:
    """Return what decides where each person stands with consent."""
    found: dict[int, list[Act]] = defaultdict(list)
    flat = {
        "people": [person for person, profile_ids in enumerate(members) for _ in profile_ids],
        "members": [each for profile_ids in members for each in profile_ids],
    }
    async for row in await connection.execute(queries["acts"], flat):
        found[row.pop("person")].append(consent.act(row))
    return [found[person] for person in range(len(members))]


async def _pasts(connection: Connection, query: str, people: Sequence[UUID], most: int) -> dict[UUID, list[Past]]:
    """Return what each person did, who did anything."""
    one = candidates.queries[query].replace("%(profile_id)s", "person").rstrip(";")
    asked = queries["pasts"].replace("{one}", one)
    rows = (await asking.ask(connection, {"pasts": (asked, {"people": people, "most": most})}))["pasts"]
    return {row["person"]: list(map(Past, row["product_ids"], row["steps"], row["days"])) for row in rows}
