"""Erasing people from the files in the home folder: rows that imports refused, and uploads that wait to be imported."""

from __future__ import annotations

import asyncio
import csv
import itertools
from pathlib import Path

import msgspec

from hanse.base import delimited
from hanse.base.context import Context
from hanse.base.erasing import Erased, eraser
from hanse.data.privacy.marks import Marks

REJECTS = "imports/*-rejects.csv"
UPLOADS = "uploads/*/*"
TABLES = frozenset({".csv", ".tsv", ".txt"})
LINES = frozenset({".jsonl", ".ndjson"})
BLOCK = 1_000_000


@eraser(outside=True)
async def files(person: Erased, context: Context) -> dict[str, int]:
    """Erase a person from files of rejects, and from uploads: their rows, or the whole upload where rows cannot be told apart."""
    marks = Marks(person.identities, person.profile_ids)
    return await asyncio.to_thread(_files, context.settings.home, marks)


def _files(home: Path, marks: Marks) -> dict[str, int]:
    rejects = sum(_rows(path, marks) for path in sorted(home.glob(REJECTS)))
    uploads = sum(_upload(path, marks) for path in sorted(home.glob(UPLOADS)) if path.is_file())
    return {"reject_files": rejects, "uploads": uploads}


def _upload(path: Path, marks: Marks) -> int:
    if path.suffix.lower() in TABLES:
        return _rows(path, marks)
    if path.suffix.lower() in LINES:
        return _lines(path, marks)
    path.unlink(missing_ok=True)  # a workbook or an archive; whoever uploaded it chooses it again
    return 1


def _rows(path: Path, marks: Marks) -> int:
    """Remove the rows of a table that name the person; return how many."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = _delimiter(file.readline())
        file.seek(0)
        reader = delimited.reader(file, delimiter)
        header = next(reader, [])
        named = sum(_names(row, header, marks) for row in reader)
    if not named:
        return 0
    fresh = path.with_name(f".{path.name}.erasing")
    with path.open(encoding=encoding, newline="") as file, fresh.open("w", encoding=encoding, newline="") as out:
        writer = csv.writer(out, delimiter=delimiter)
        rows = delimited.reader(file, delimiter)
        writer.writerows(itertools.islice(rows, 1))
        writer.writerows(row for row in rows if not _names(row, header, marks))
    fresh.chmod(path.stat().st_mode)
    fresh.replace(path)
    return named


def _lines(path: Path, marks: Marks) -> int:
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not marks.names(_document(line))]
    if len(kept) < len(lines):
        path.write_bytes(b"".join(kept))
    return len(lines) - len(kept)


def _document(line: bytes) -> object:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return line.decode("utf-8", "replace")


def _names(row: list[str], header: list[str], marks: Marks) -> bool:
    return any(marks.names(value, name) for name, value in itertools.zip_longest(header, row, fillvalue=""))


def _encoding(path: Path) -> str:
    """Return how a file is to be read so that it can be written back as it was."""
    with path.open("rb") as file:
        beginning = file.read(3)
        if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        try:
            for block in iter(lambda: file.readline(BLOCK), b""):
                block.decode()
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8-sig" if beginning == b"\xef\xbb\xbf" else "utf-8"


def _delimiter(line: str) -> str:
    return max((";", ",", "\t", "|"), key=line.count)
