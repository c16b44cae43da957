"""All that is kept of a person, for themselves (Art. 15 and 20 DSGVO): one ZIP to read and for machines.

Nothing in it is masked, and nothing is of others: colleagues in a company are there by role alone, and what lies as it came is left out
where it names somebody else too.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from hanse.base.context import Context
from hanse.base.database import Connection, Queries
from hanse.data.consent import proof_page, store
from hanse.data.consent.processing import Activity, Declared, activities
from hanse.data.lake.pseudonymisation import EMAIL
from hanse.data.privacy import erasing, export_page, marks
from hanse.data.privacy.marks import Marks

queries = Queries(__package__, "export.sql")

TABLES = tuple(queries)
OTHER_PEOPLE = frozenset({"userid", "customerid", "anonymousid", "kundennummer", "kundennr", "customernumber", "email", "mail"})
"""Fields that name somebody."""
MADE = (1980, 1, 1, 0, 0, 0)
"""Time of the files in the archive: the same data gives the same archive."""


@dataclass(frozen=True)
class Kept:
    """All that is kept of a person."""

    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    consents: proof_page.Collected
    activities: Sequence[Activity]


async def collect(connection: Connection, members: Sequence[UUID], context: Context, *, language: str) -> Kept:
    """Read all that is kept of a person."""
    facts = {"profile_ids": list(members)}
    tables: dict[str, Sequence[Mapping[str, Any]]] = {}
    for name in TABLES:
        tables[name] = await (await connection.execute(queries[name], facts)).fetchall()
    tables["consents"] = [_entry(each) for each in await store.history(connection, members)]
    tables["as_it_came"] = [row async for row in _as_it_came(connection, members)]
    collected = await proof_page.collect(connection, members, now=context.clock.now())
    return Kept(tables, collected, activities(context.resource(Declared), language))


def pack(kept: Kept, *, language: str, time_zone: str) -> bytes:
    """Return the archive."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(kept, language, time_zone):
            archive.writestr(zipfile.ZipInfo(name, MADE), content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _files(kept: Kept, language: str, time_zone: str) -> Iterator[tuple[str, bytes]]:
    yield "index.html", export_page.render(kept.tables, kept.activities, language=language, time_zone=time_zone).encode()
    for name, rows in kept.tables.items():
        yield f"{name}.json", msgspec.json.format(msgspec.json.encode(rows), indent=2)
    yield "events.csv", _csv(kept.tables["events"])
    if kept.consents.entries:
        page = proof_page.render(kept.consents, language=language, time_zone=time_zone)
        yield "consents.html", page.encode()


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    names = ("event_id", "occurred_at", "type", "name", "source", "user_id", "anonymous_id", "properties", "context")
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    return msgspec.json.encode(value).decode() if isinstance(value, dict) else value.isoformat() if hasattr(value, "isoformat") else value


def _entry(each: Any) -> dict[str, Any]:
    facts: dict[str, Any] = msgspec.to_builtins(each)
    return {**facts, "hash": each.hash.hex(), "previous_hash": each.previous_hash.hex()}


async def _as_it_came(connection: Connection, members: Sequence[UUID]) -> Any:
    """Go through what could not be taken in, and messages of shops, that name this person and nobody else."""
    person = await erasing.known_as(connection, members, keep_orders=True)
    named = Marks(person.identities, person.profile_ids)
    search = {"patterns": named.patterns, "digits": named.digits}
    for row in await (await connection.execute(erasing.queries["find_letters"], search)).fetchall():
        if named.names(row["payload"]) and _alone(row["payload"], named):
            yield {"kind": "dead_letter", "content": row["payload"]}
    for row in await (await connection.execute(erasing.queries["find_deliveries"], search)).fetchall():
        content = marks.read(bytes(row["body"]))
        if named.names(content) and _alone(content, named):
            yield {"kind": "delivery", "content": content}


def _alone(value: Any, named: Marks, key: str = "") -> bool:
    """Return whether nobody else is named."""
    if isinstance(value, Mapping):
        return all(_alone(each, named, marks.plain(name)) for name, each in value.items())
    if isinstance(value, list):
        return all(_alone(each, named, key) for each in value)
    if not isinstance(value, str | int) or not str(value):
        return True
    if key in OTHER_PEOPLE and not named.names(value, key):
        return False
    return all(named.names(found) for found in EMAIL.findall(str(value)))
