"""Writing and reading imports and dead letters. The import of files, the intake of events and the console use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import sql

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.base.errors import InvalidRequest
from hanse.data.imports.schemas import DeadLetter, DeadLetterFilter, DeadLetterGroup, DeadLetterPage, ImportRecord

queries = Queries(__package__)
DEAD_LETTER_COLUMNS = ("dead_letter_id", "kind", "source", "import_id", "line", "field", "reason", "payload", "created_at")
PAGE = 50
EVERY = DeadLetterFilter()


async def begin(connection: Connection, *, import_id: UUID, kind: str, file_name: str, source: str, started_by: str, now: datetime) -> None:
    """Note that an import has begun; commit, so that others see it running."""
    facts = {"import_id": import_id, "kind": kind, "file_name": file_name, "source": source, "started_by": started_by, "now": now}
    await connection.execute(queries["begin"], facts)


async def hold(connection: Connection, import_id: UUID) -> None:
    """Say that an import is really running, for as long as this transaction lasts."""
    await connection.execute(queries["hold"], {"import_id": import_id})


async def fail_abandoned(connection: Connection, *, now: datetime) -> int:
    """Fail the imports that were begun more than a minute ago and that nobody holds; return how many."""
    return (await connection.execute(queries["fail_abandoned"], {"now": now})).rowcount


async def finish(
    connection: Connection,
    import_id: UUID,
    *,
    columns: Mapping[str, Any],
    counts: Mapping[str, int],
    findings: Iterable[msgspec.Struct],
    reject_file: str | None,
    now: datetime,
) -> None:
    """Note how an import went."""
    facts = {
        "import_id": import_id,
        "columns": database.jsonb(columns),
        "counts": database.jsonb(counts),
        "findings": database.jsonb(list(findings)),
        "reject_file": reject_file,
        "now": now,
    }
    await connection.execute(queries["finish"], facts)


async def fail(connection: Connection, import_id: UUID, *, error: str, now: datetime) -> None:
    """Note why an import came to nothing."""
    await connection.execute(queries["fail"], {"import_id": import_id, "error": error.replace("\0", "\ufffd"), "now": now})


async def find(connection: Connection, import_id: UUID) -> ImportRecord | None:
    """Return one import."""
    row = await (await connection.execute(queries["find"], {"import_id": import_id})).fetchone()
    return msgspec.convert(row, ImportRecord) if row else None


async def list_imports(connection: Connection, *, limit: int = PAGE, before: UUID | None = None) -> list[ImportRecord]:
    """Return the newest imports, or those before one of them."""
    cursor = await connection.execute(queries["list_imports"], {"limit": limit, "before": before})
    return msgspec.convert(await cursor.fetchall(), list[ImportRecord])


async def add_dead_letters(connection: Connection, letters: Iterable[DeadLetter]) -> int:
    """Keep dead letters, each id once for all time; return how many were new."""
    rows = (
        (
            each.dead_letter_id,
            each.kind,
            each.source,
            each.import_id,
            each.line,
            each.field,
            each.reason,
            database.jsonb(each.payload),
            each.created_at,
        )
        for each in letters
    )
    await database.stage(connection, "dead_letters", DEAD_LETTER_COLUMNS, rows)
    return (await connection.execute(queries["insert_staged_dead_letters"])).rowcount


async def list_dead_letters(
    connection: Connection,
    *,
    state: str | None = "open",
    chosen: DeadLetterFilter = EVERY,
    cursor: str | None = None,
    limit: int = PAGE,
) -> DeadLetterPage:
    """Return dead letters, newest first and by line within an import; null asks for every state.

    Raises `InvalidRequest` for a cursor that did not come from here.
    """
    facts = {"state": state, **msgspec.structs.asdict(chosen), "limit": limit + 1, **_place(cursor)}
    rows = await (await connection.execute(_fitting("list_dead_letters"), facts)).fetchall()
    items = tuple(msgspec.convert(row, DeadLetter) for row in rows[:limit])
    return DeadLetterPage(items=items, next_cursor=_cursor(items[-1]) if len(rows) > limit else None)


async def dead_letter_groups(connection: Connection, *, chosen: DeadLetterFilter = EVERY, limit: int = PAGE) -> list[DeadLetterGroup]:
    """Return what is wrong with the open dead letters, and with how many, the most first."""
    facts = {**msgspec.structs.asdict(chosen), "limit": limit}
    return msgspec.convert(await (await connection.execute(_fitting("dead_letter_groups"), facts)).fetchall(), list[DeadLetterGroup])


async def dead_letter(connection: Connection, dead_letter_id: UUID, *, lock: bool = False) -> DeadLetter | None:
    """Return one dead letter; locked for the transaction that is about to close it."""
    query = queries["lock_dead_letter" if lock else "dead_letter"]
    row = await (await connection.execute(query, {"dead_letter_id": dead_letter_id})).fetchone()
    return msgspec.convert(row, DeadLetter) if row else None


async def close_dead_letter(connection: Connection, dead_letter_id: UUID, *, state: str, now: datetime) -> bool:
    """Mark a dead letter as `replayed` or `dismissed`; return whether it was open."""
    facts = {"dead_letter_id": dead_letter_id, "state": state, "now": now}
    return (await connection.execute(queries["close_dead_letter"], facts)).rowcount == 1


async def dismiss(connection: Connection, dead_letter_ids: Iterable[UUID], *, now: datetime) -> int:
    """Close dead letters that nobody wants to replay; return how many were still open."""
    return (await connection.execute(queries["dismiss"], {"dead_letter_ids": list(dead_letter_ids), "now": now})).rowcount


async def count_open(connection: Connection) -> dict[str, int]:
    """Return how many dead letters of each kind wait for somebody."""
    return {row["kind"]: row["count"] async for row in await connection.execute(queries["count_open"])}


def _cursor(letter: DeadLetter) -> str:
    return f"{letter.created_at.isoformat()}/{letter.line or 0}/{letter.dead_letter_id}"


def _place(cursor: str | None) -> dict[str, object]:
    if cursor is None:
        return {"created_at": None, "line": None, "dead_letter_id": None}
    try:
        moment, line, dead_letter_id = cursor.split("/")
        return {"created_at": datetime.fromisoformat(moment), "line": int(line), "dead_letter_id": UUID(dead_letter_id)}
    except ValueError as error:
        raise InvalidRequest(reason=f"the cursor {cursor!r} does not come from this list") from error


def _fitting(name: str) -> sql.Composed:
    """Return a statement about the dead letters that somebody asks for."""
    return sql.SQL(queries[name]).format(fits=sql.SQL(queries["fits"]))
