"""Where batches go: Parquet files in a folder that gets its name when it is whole, or rows of a table."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import filelock
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hanse.base import database
from hanse.base.config import Settings
from hanse.base.database import Connection
from hanse.data.lake import files

SCHEMA = pa.schema(
    [
        ("profile_id", pa.string()),
        ("decision_id", pa.string()),
        ("rank", pa.int16()),
        ("product_id", pa.string()),
        ("score", pa.float32()),
        ("reason", pa.string()),
        ("language", pa.string()),
        ("arm", pa.string()),
        ("basis", pa.string()),
        ("model_version", pa.string()),
    ]
)
"""One row for each product of each recipient; pseudonymous: nobody's name or address is in it."""
TABLE = "batch_recommendations"
Row = tuple[UUID, UUID, int, str, float, str, str, str, str, str | None]


async def to_table(connection: Connection, batch_id: UUID, made: Sequence[Row]) -> None:
    """Write rows to the table."""
    await database.copy(connection, TABLE, ("batch_id", *SCHEMA.names), ((batch_id, *row) for row in made))


def folder(settings: Settings) -> Path:
    """Return where all batches lie."""
    return settings.home / "batches"


def whole(settings: Settings, batch_id: UUID) -> Path:
    """Return where a batch lies that is whole."""
    return folder(settings) / str(batch_id)


def unfinished(settings: Settings, batch_id: UUID) -> Path:
    """Return where a batch lies while it is made."""
    return folder(settings) / f"{batch_id}{files.UNFINISHED}"


def lock(settings: Settings) -> filelock.AsyncFileLock:
    """Return the lock of who changes files: a part is written and noted, or somebody erased, never both at once."""
    folder(settings).mkdir(parents=True, exist_ok=True)
    return filelock.AsyncFileLock(folder(settings) / "batches.lock")


async def to_file(settings: Settings, batch_id: UUID, part: int, made: Sequence[Row]) -> None:
    """Write rows as one part of a batch, counted from 1."""
    path = unfinished(settings, batch_id) / f"part-{part:06}.parquet"
    await asyncio.to_thread(_write, path, made)


def _write(path: Path, made: Sequence[Row]) -> None:
    columns = list(zip(*made, strict=True)) or [()] * len(SCHEMA)
    named = (map(str, column) if name in {"profile_id", "decision_id"} else column for name, column in zip(SCHEMA.names, columns, strict=True))
    with files.Writing(path, SCHEMA) as writing:
        writing.add(pa.table([pa.array(list(column), field.type) for column, field in zip(named, SCHEMA, strict=True)], schema=SCHEMA))


def take_up(settings: Settings, batch_id: UUID, parts: int) -> bool:
    """Remove what was written of a batch beyond so many parts; return whether those are all there."""
    if whole(settings, batch_id).exists():
        return True
    found = unfinished(settings, batch_id)
    found.mkdir(parents=True, exist_ok=True)
    kept = {f"part-{part:06}.parquet" for part in range(1, parts + 1)}
    for path in found.iterdir():
        if path.name not in kept:
            path.unlink()
    return len(kept) == len(list(found.iterdir()))


def decisions(settings: Settings, batch_id: UUID) -> Iterator[list[UUID]]:
    """Go through the decisions that a batch names which is not whole, part by part."""
    for path in sorted(unfinished(settings, batch_id).glob("*.parquet")):
        found = pq.read_table(path, columns=["decision_id"])["decision_id"]
        yield [UUID(each) for each in pc.unique(found).to_pylist()]


def finish(settings: Settings, batch_id: UUID) -> None:
    """Give the folder of a batch the name of one that is whole; nothing happens where it has it."""
    if not whole(settings, batch_id).exists():
        if not any(unfinished(settings, batch_id).iterdir()):
            _write(unfinished(settings, batch_id) / "part-000001.parquet", [])  # so that it has its columns all the same
        unfinished(settings, batch_id).rename(whole(settings, batch_id))


def remove(settings: Settings, batch_id: UUID) -> None:
    """Remove the files of a batch."""
    for path in (whole(settings, batch_id), unfinished(settings, batch_id)):
        shutil.rmtree(path, ignore_errors=True)
