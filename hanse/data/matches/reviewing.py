"""Reading pairs for those who decide: lists, two customers side by side with what each field says, and how far they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from hanse.base.database import Connection, Queries
from hanse.base.errors import InvalidRequest
from hanse.data.matches import deciding, records
from hanse.data.matches.schemas import FieldOf, ListMatches, Match, MatchDetails, Matches, Struck, Training
from hanse.data.profiles import reading

queries = Queries(__package__)

MOST_COUNTED = 10_000
A_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Progress:
    """How far those are who decide."""

    waiting: int
    decided: int
    """In the last day."""

    @property
    def place(self) -> int:
        """Return which of all of them is decided next."""
        return min(self.decided + 1, self.total)

    @property
    def total(self) -> int:
        """Return how many there were to decide."""
        return self.waiting + self.decided


async def page(connection: Connection, wanted: ListMatches) -> Matches:
    """Return a page of pairs; raises `InvalidRequest` for a cursor that did not come from here."""
    before, before_id = _place(wanted.cursor)
    facts: dict[str, Any] = {
        "state": wanted.state,
        "least": wanted.least_probability,
        "most": wanted.most_probability,
        "before": before,
        "before_id": before_id,
        "limit": wanted.limit + 1,
    }
    rows = await (await connection.execute(queries["page"], facts, prepare=False)).fetchall()
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    return Matches(
        items=[_match(row, row["decided_at"], row["decided_by"]) for row in rows[: wanted.limit]],
        next_cursor=f"{last['probability']!r}/{last['proposal_id']}" if last else None,
        waiting=await waiting(connection),
        training=await training(connection),
    )


async def details(connection: Connection, proposal_id: UUID) -> MatchDetails:
    """Return a pair with both customers side by side, as they are now; raises `UnknownMatch`."""
    row = await deciding.pair(connection, proposal_id)
    alone = row["one_id"] == row["two_id"]
    one, other = [await _known(connection, row[end], alone=alone) for end in ("profile_id", "other_id")]
    at, who = await deciding.standing(connection, row)
    named = {**row, "one_traits": one[0], "two_traits": other[0]}
    return MatchDetails(
        match=_match(named, at, who),
        fields=list(_fields(row["evidence"], one[1], other[1])),
        note=row["note"],
        link_id=row["link_id"],
        version=await deciding.version(connection, row),
    )


async def waiting(connection: Connection) -> int:
    """Return how many pairs wait, up to the most that are counted."""
    row = await (await connection.execute(queries["count_waiting"], {"most": MOST_COUNTED})).fetchone()
    return row["count"] if row else 0


async def progress(connection: Connection, *, now: datetime) -> Progress:
    """Return how far those are who decide."""
    row = await (await connection.execute(queries["count_decided"], {"since": now - A_DAY})).fetchone()
    return Progress(await waiting(connection), row["count"] if row else 0)


async def following(connection: Connection, row: Match) -> UUID | None:
    """Return the pair to be looked at after one: the next likely one, at the end the first again."""
    facts = {"proposal_id": row.proposal_id, "probability": row.probability}
    found = await (await connection.execute(queries["next"], facts, prepare=False)).fetchone()
    return found["proposal_id"] if found else None


async def training(connection: Connection) -> Training | None:
    """Return the last time that all customers were compared."""
    row = await (await connection.execute(queries["training"])).fetchone()
    if row is None:
        return None
    counts = row["counts"]
    return Training(
        trained_at=row["trained_at"],
        records=row["records"],
        joined=counts.get("joined", 0),
        proposed=counts.get("proposed", 0),
        findings=msgspec.convert(row["findings"], list[Struck]),
    )


async def _known(connection: Connection, profile_id: UUID, *, alone: bool) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """Return what is given of a customer, or of one record of theirs alone, and what of it is compared."""
    (row,) = await (await connection.execute(queries["side"], {"profile_id": profile_id, "alone": alone}, prepare=False)).fetchall()
    return row["traits"], records.fields(row["traits"], row["keys"] or {})


def _fields(evidence: list[dict[str, Any]], one: Mapping[str, str], other: Mapping[str, str]) -> Iterator[FieldOf]:
    """Yield the compared fields, the heaviest first, then those that only are known."""
    compared = [each["field"].replace(" ", "_") for each in evidence]
    for name, each in zip(compared, evidence, strict=True):
        if one.get(name) or other.get(name) or each["level"] != "unknown":
            yield FieldOf(field=name, one=one.get(name, ""), other=other.get(name, ""), level=each["level"], bits=each["bits"])
    for name in records.FIELDS:
        if name not in compared and (one.get(name) or other.get(name)):
            yield FieldOf(field=name, one=one.get(name, ""), other=other.get(name, ""), level="", bits=0.0)


def _match(row: Mapping[str, Any], at: datetime | None, who: str | None) -> Match:
    return Match(
        proposal_id=row["proposal_id"],
        one_id=row["one_id"],
        other_id=row["two_id"],
        one_name=reading.called("person", row["one_traits"]),
        other_name=reading.called("person", row["two_traits"]),
        probability=row["probability"],
        reason=row["reason"],
        state=row["state"],
        found_at=row["found_at"],
        decided_at=at,
        decided_by=who,
    )


def _place(cursor: str | None) -> tuple[float | None, UUID | None]:
    if not cursor:
        return None, None
    probability, _, proposal_id = cursor.partition("/")
    try:
        return float(probability), UUID(proposal_id)
    except ValueError as error:
        raise InvalidRequest(reason="cursor: it did not come from here; leave it out to begin at the start") from error
