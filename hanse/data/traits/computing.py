"""Computing all declared traits from the lake, one after the other, before `writing` writes what changed. The job calls this.

Whose data may be looked at is asked once for each purpose, as a set: of a purpose that needs consent those who agreed and did not take
it back or object since, of others everybody who is not restricted. Nobody else is in the tables that a trait sees.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hanse.base.config import Settings
from hanse.base.context import Context
from hanse.base.database import Connection, Queries
from hanse.base.operation import Purpose
from hanse.data import lake
from hanse.data.lake.sessions import Session
from hanse.data.traits import families, writing
from hanse.data.traits.declaration import Declared, Trait
from hanse.data.traits.writing import VALUES, Values, Written

if TYPE_CHECKING:
    from hanse.data.traits.tables import Lake, People

queries = Queries(__package__)

PEOPLE = pa.schema([("profile_id", pa.string())])
DIGITS = 6
"""Decimals that are kept; what comes behind is noise of the machine's numbers."""

PeopleByPurpose = Mapping[Purpose, tuple[list[str] | None, list[str]]]
"""For each purpose who is allowed, null for everybody, and who is barred."""


async def compute(context: Context) -> dict[str, Written]:
    """Bring the lake and then all computed traits up to date; return what changed of each."""
    traits = list(of(context).traits.values())
    await context.progress(0.0, "copying to the lake")
    await lake.refresh(Context(context.resources, context.caller))
    now = context.clock.now()
    people = await _people(context, {each.purpose for each in traits})
    with tempfile.TemporaryDirectory(prefix="hanse-traits-") as folder:
        values = Values(Path(folder))
        with opened(context.settings, now, people) as lakes:
            for number, each in enumerate(traits):
                await context.progress((number + 1) / (len(traits) + 2), f"computing {each.name}")
                values.add(each.name, await asyncio.to_thread(values_of, each, lakes[each.purpose]))
        await context.progress((len(traits) + 1) / (len(traits) + 2), "writing what changed")
        return await writing.write(context, traits, values, now=now)


def of(context: Context) -> Declared:
    """Return the computed traits of this installation; our own where the process does not hold those of others."""
    found = context.resources.held.get(Declared, families.BUILT_IN)
    return found if isinstance(found, Declared) else families.BUILT_IN


@contextmanager
def opened(settings: Settings, now: datetime, people: PeopleByPurpose) -> Iterator[dict[Purpose, Lake]]:
    """Open the lake, for each purpose with those whose data it may see."""
    from hanse.data.traits.tables import Lake

    with tempfile.TemporaryDirectory(prefix="hanse-traits-") as folder, lake.session(settings) as session:
        yield {
            purpose: Lake(
                session.tables,
                settings,
                now,
                _people_in(session, Path(folder), purpose, *allowed_and_barred),
                partial(_keep, session, purpose),
            )
            for purpose, allowed_and_barred in people.items()
        }


def _keep(session: Session, purpose: Purpose, name: str, table: Any) -> Any:
    return session.keep(f"{name}_{purpose.value}", table)


def values_of(trait: Trait, seen: Lake) -> pa.Table:
    """Compute one trait: whose, and the value as JSON, in the order of `profile_id`. Not for the event loop."""
    asked = trait.function(seen)
    found = asked.order_by(*(each for each in ("profile_id", "key") if each in asked.columns)).to_pyarrow()
    found = found.filter(pc.is_valid(found["value"]))
    values = pa.table({**{name: found[name] for name in found.column_names if name != "value"}, "value": _json(found["value"])})
    if "key" in values.column_names:
        values = _objects(values)
    return values.select(VALUES.names).cast(VALUES)


async def restricted(connection: Connection) -> list[str]:
    """Return whose data is kept but used for nothing, by the profile that stands for them."""
    return [row["profile_id"] async for row in await connection.execute(queries["restricted"])]


async def _people(context: Context, purposes: set[Purpose]) -> PeopleByPurpose:
    async with context.resources.pool.connection() as connection:
        barred = await restricted(connection)
        return {each: (await writing.allowed(connection, each) if each.needs_consent else None, barred) for each in purposes}


def _people_in(session: Session, folder: Path, purpose: Purpose, allowed: list[str] | None, barred: list[str]) -> People:
    from hanse.data.traits.tables import People

    def table(name: str, people: list[str]) -> Any:
        path = folder / f"{name}_{purpose.value}.parquet"
        pq.write_table(pa.table({"profile_id": pa.array(people, pa.string())}, schema=PEOPLE), path)
        return session.read(path.stem, path, PEOPLE)

    if allowed is not None:
        return People(allowed=table("allowed", allowed))
    return People(barred=table("barred", barred)) if barred else People()


def _json(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return values as JSON, column by column."""
    kind = values.type
    if pa.types.is_timestamp(kind):
        text = pc.strftime(values.cast(pa.timestamp("s", "UTC"), safe=False), "%Y-%m-%dT%H:%M:%SZ")
        return pc.binary_join_element_wise('"', text, '"', "")
    if pa.types.is_floating(kind):
        return pc.round(values, DIGITS).cast(pa.string())
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return values.cast(pa.string())
    encoded = values.dictionary_encode().combine_chunks()
    texts = pa.array([msgspec.json.encode(each).decode() for each in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([texts.take(encoded.indices)])


def _objects(values: pa.Table) -> pa.Table:
    """Return one row for each profile: an object with the value of each key."""
    ordered = values.filter(pc.is_valid(values["key"]))
    parts = pc.binary_join_element_wise(_json(ordered["key"]), ordered["value"], ":")
    grouped = pa.table({"profile_id": ordered["profile_id"], "part": parts}).group_by("profile_id", use_threads=False).aggregate([("part", "list")])
    joined = pc.binary_join(grouped["part_list"], ",")
    return pa.table({"profile_id": grouped["profile_id"], "value": pc.binary_join_element_wise("{", joined, "}", "")})
