"""Erasing people from what waits to be pushed and from exported files; the CRM is told by its own id that it has to erase them too."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path
from typing import Any

import msgspec

from hanse.base import delimited
from hanse.base.context import Context
from hanse.base.erasing import Erased, eraser
from hanse.data.privacy.marks import Marks
from hanse.sources.connections import vault
from hanse.sources.crm import files as exporting
from hanse.sources.crm import messages, store


@eraser()
async def entries(person: Erased, context: Context) -> dict[str, int]:
    """Erase what waits, is dead or was sent, and have every CRM told that knows the person (Art. 19 DSGVO).

    What is kept for that is the id of the CRM alone, encrypted, until it is delivered. An e-mail address or telephone number is no such id.
    """
    connection, facts = await context.connection(), {"profile_ids": list(person.profile_ids)}
    for row in await store.rows(connection, "erase_known", facts):
        if who := _who(row):
            sealed = vault.seal(context.settings.home, who)
            await connection.execute(store.queries["put_erasure"], {"target_id": row["target_id"], "remote_id": sealed, "now": context.clock.now()})
    deliveries = (await connection.execute(store.queries["erase"], facts)).rowcount
    return {"crm_deliveries": deliveries, "entries": (await connection.execute(store.queries["erase_entries"], facts)).rowcount}


@eraser(outside=True)
async def files(person: Erased, context: Context) -> dict[str, int]:
    """Erase a person from the files that were exported for the CRM."""
    marks = Marks(person.identities, person.profile_ids)
    return {"crm_files": await asyncio.to_thread(_files, context.settings.home, marks)}


def _who(row: dict[str, Any]) -> dict[str, str]:
    names = ("remote_id",) if row["person_kind"] in messages.CONTACT else ("remote_id", "person")
    return {name: row[name] for name in names if row[name]}


def _files(home: Path, marks: Marks) -> int:
    return sum(_file(path, marks) for path in sorted((home / exporting.FOLDER).glob("*/*")) if path.is_file() and not path.name.startswith("."))


def _file(path: Path, marks: Marks) -> int:
    """Leave out the lines that name the person; return how many. Line by line, so that a large file needs no memory."""
    fresh = path.with_name(f".{path.name}.erasing")
    with path.open(encoding="utf-8", newline="") as file, fresh.open("w", encoding="utf-8", newline="") as out:
        removed = _table(file, out, marks) if path.suffix == ".csv" else _lines(file, out, marks)
    if not removed:
        fresh.unlink()
        return 0
    fresh.chmod(path.stat().st_mode)
    fresh.replace(path)
    return removed


def _lines(file: Any, out: Any, marks: Marks) -> int:
    removed = 0
    for line in file:
        if marks.names(msgspec.json.decode(line)):
            removed += 1
        else:
            out.write(line)
    return removed


def _table(file: Any, out: Any, marks: Marks) -> int:
    removed, rows, writer = 0, delimited.reader(file), csv.writer(out)
    header = next(rows, [])
    writer.writerow(header)
    for row in rows:
        if any(marks.names(value, name) for name, value in zip(header, row, strict=False)):
            removed += 1
        else:
            writer.writerow(row)
    return removed
