"""Writing what was computed: a range of people after the other, all their traits at once, and of those only what changed.

Values wait in files, in the order of the people, so that a million customers need no more memory than a few; and as rows come in the
order of the table's key, each page of its index is touched once. Every range is a transaction of its own: who looks at somebody
meanwhile finds all their traits as they were or all as they are.
"""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from hanse.base.context import Context
from hanse.base.database import Connection, Queries
from hanse.base.operation import Purpose
from hanse.data.consent.standing import BLOCKED_BY_OBJECTION
from hanse.data.traits.declaration import Trait

queries = Queries(__package__)

VALUES = pa.schema([("profile_id", pa.string()), ("value", pa.string())])
"""What is computed of one trait: whose, and the value as JSON."""
NAMED = pa.schema([("profile_id", pa.string()), ("name", pa.string()), ("value", pa.string())])
PEOPLE_AT_ONCE = 25_000
"""People whose traits are written in one transaction."""
WRITERS = 2
"""Ranges that are written at the same time: one core of the database each."""
ROWS = 50_000
"""Rows sent to the database at once."""

Range = tuple[UUID, UUID]
"""The first and the last id of some people."""
EVERYBODY: Range = (UUID(int=0), UUID(int=2**128 - 1))


@dataclass(frozen=True)
class Written:
    """What became of one trait."""

    people: int
    changed: int
    removed: int


class Values:
    """The values of all traits, in files of a folder."""

    def __init__(self, folder: Path) -> None:
        """Begin without any."""
        self.folder = folder
        self.people: Counter[str] = Counter()

    def add(self, name: str, values: pa.Table) -> None:
        """Keep those of one trait, which are in the order of `profile_id`."""
        named = values.append_column("name", pa.repeat(name, values.num_rows)).select(NAMED.names)
        pq.write_table(named, self.folder / f"{len(self.people)}.parquet", row_group_size=PEOPLE_AT_ONCE)
        self.people[name] += values.num_rows

    def between(self, first: UUID, last: UUID) -> pa.Table:
        """Return those of the people from one id to another."""
        if not self.people:
            return NAMED.empty_table()
        whose = ds.field("profile_id")
        found = ds.dataset(sorted(self.folder.glob("*.parquet")), schema=NAMED)
        return found.to_table(filter=(whose >= str(first)) & (whose <= str(last)))


async def write(context: Context, traits: Iterable[Trait], values: Values, *, now: datetime) -> dict[str, Written]:
    """Write the values that are new or others than before, and remove those that are no more; return what became of each trait.

    Written is of those who may be looked at at that moment.
    """
    purposes = {each.name: each.purpose for each in traits}
    pool = context.resources.pool
    async with pool.connection() as connection:
        ranges = await _ranges(connection)
    changed, removed = Counter[str](), Counter[str]()
    waiting = iter(ranges)

    async def write_some() -> None:
        for people in waiting:
            async with pool.connection() as connection:
                for row in await _write(connection, purposes, values, people, now):
                    changed[row["name"]] += row["changed"]
                    removed[row["name"]] += row["removed"]

    async with asyncio.TaskGroup() as group:
        for _ in range(min(WRITERS, len(ranges))):
            group.create_task(write_some())
    return {name: Written(values.people[name], changed[name], removed[name]) for name in purposes}


async def allowed(connection: Connection, purpose: Purpose, people: Range = EVERYBODY) -> list[str]:
    """Return who agreed to a purpose that needs consent, by the profile that stands for them."""
    facts = {"purpose": purpose.value, "blocked": [each.value for each in BLOCKED_BY_OBJECTION], **_ends(people)}
    return [row["profile_id"] async for row in await connection.execute(queries["allowed"], facts, prepare=False)]


async def _write(connection: Connection, purposes: Mapping[str, Purpose], values: Values, people: Range, now: datetime) -> list[dict[str, Any]]:
    """Write what changed of the traits of a range of people; return how many of each trait."""
    found = await asyncio.to_thread(values.between, *people)
    found = await _consented(connection, purposes, found, people)
    await connection.execute(queries["stage"])
    async with connection.cursor() as cursor, cursor.copy(queries["copy"]) as stream:
        for batch in found.to_batches(ROWS):
            await stream.write(await asyncio.to_thread(_csv, batch))
    facts = {"names": list(purposes), "purposes": [each.value for each in purposes.values()], "now": now, **_ends(people)}
    await connection.execute(queries["compare_at_once"])
    await connection.execute(queries["compare"], facts, prepare=False)
    await connection.execute(queries["write_one_by_one"])
    counts = await (await connection.execute(queries["count_changes"])).fetchall()
    if counts:
        await connection.execute(queries["remove"], facts, prepare=False)
        await connection.execute(queries["put"], facts, prepare=False)
    return counts


async def _consented(connection: Connection, purposes: Mapping[str, Purpose], values: pa.Table, people: Range) -> pa.Table:
    """Return the values of those who still agree: somebody may have withdrawn since the lake was opened."""
    for purpose in {each for each in purposes.values() if each.needs_consent}:
        concerned = pc.is_in(values["name"], pa.array([name for name, each in purposes.items() if each is purpose], pa.string()))
        agreed = pc.is_in(values["profile_id"], pa.array(await allowed(connection, purpose, people), pa.string()))
        values = values.filter(pc.or_(pc.invert(concerned), agreed))
    return values


async def _ranges(connection: Connection) -> list[Range]:
    """Return the ranges in which all people are, about as many in each."""
    cursor = await connection.execute(queries["ends_of_ranges"], {"people": PEOPLE_AT_ONCE})
    ends = [row["profile_id"] async for row in cursor]
    return list(zip([EVERYBODY[0], *(UUID(int=each.int + 1) for each in ends)], [*ends, EVERYBODY[1]], strict=True))


def _ends(people: Range) -> dict[str, UUID]:
    return {"first": people[0], "last": people[1]}


def _csv(batch: pa.RecordBatch) -> bytes:
    text = io.BytesIO()
    pacsv.write_csv(batch, text, pacsv.WriteOptions(include_header=False))
    return text.getvalue()
