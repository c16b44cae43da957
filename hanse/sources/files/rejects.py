"""Rows that cannot be used: all of them in a file for a person's spreadsheet, the first ten thousand as dead letters too."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from hanse.base.database import Queries
from hanse.data.imports import DeadLetter
from hanse.sources.files.checking import reasons
from hanse.sources.files.checking.mapping import REJECT_COLUMNS
from hanse.sources.files.checking.reasons import Complaint
from hanse.sources.files.kinds.loading import InputFile
from hanse.sources.files.workspace import Workspace

MOST_DEAD_LETTERS = 10_000
REST = "(rest)"
"""Key, in a dead letter, of what did not fit the columns."""
PAGE = 10_000

cells = Queries(f"{__package__}.checking", "cells.sql")


@dataclass(frozen=True)
class Reject:
    """One row that cannot be used."""

    file: InputFile
    line: int
    complaint: Complaint
    row: dict[str, str]

    @property
    def rest(self) -> str:
        """Return what did not fit the columns."""
        return self.row.get(REST, "")


def count(workspace: Workspace) -> int:
    """Return how many of the checked rows cannot be used."""
    (rows,) = workspace.one("SELECT count(*) FROM checked WHERE problem IS NOT NULL")
    return int(rows)


def rejects(workspace: Workspace, files: Iterable[InputFile], limit: int | None = None) -> Iterator[Reject]:
    """Go through the rows that cannot be used, file by file and line by line."""
    left = limit
    for file in files:
        table = workspace.name("rejected")
        top = "" if left is None else f"LIMIT {left}"
        columns = "".join(f", c{index}" for index in range(len(file.raw.headers)))
        workspace.run(cells["rejected"], rejected=table, raw=file.raw.name, columns=columns, file=str(file.number), top=top)
        rows = 0
        for page in _pages(workspace, table):
            rows += len(page)
            yield from (_reject(file, row) for row in page)
        left = None if left is None else left - rows


def write_file(path: Path, workspace: Workspace, files: tuple[InputFile, ...], *, language: str) -> None:
    """Write all of them as Excel opens it: with a byte order mark, and parted as it does in the reader's country."""
    headers = list(dict.fromkeys(header for file in files for header in file.raw.headers))
    named = ["file"] if len(files) > 1 else []
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, delimiter=";" if language == "de" else ",")
        writer.writerow([*headers, *named, *REJECT_COLUMNS])
        for each in rejects(workspace, files):
            why = each.complaint
            where = [each.file.name] if named else []
            told = [each.line, why.field, _with_rest(why.reason.reason, each.rest), why.reason.remedy]
            writer.writerow([*(each.row.get(header, "") for header in headers), *where, *told])


def dead_letters(
    workspace: Workspace, files: tuple[InputFile, ...], *, import_id: UUID, kind: str, source: str, now: datetime
) -> Iterator[DeadLetter]:
    """Return the first of them as dead letters; the same row of the same file always has the same id."""
    for each in rejects(workspace, files, MOST_DEAD_LETTERS):
        facts = (kind, source, each.file.name, each.line, each.row)
        yield DeadLetter(
            dead_letter_id=_id(facts),
            kind=kind,
            source=source,
            import_id=import_id,
            line=each.line,
            field=each.complaint.field,
            reason=each.complaint.reason.reason,
            payload=each.row,
            created_at=now,
        )


def _pages(workspace: Workspace, table: str) -> Iterator[list[tuple[Any, ...]]]:
    first = 0
    while page := workspace.run(cells["page_of_rejected"], {"first": first, "last": first + PAGE}, rejected=table):
        yield page
        first += PAGE


def _reject(file: InputFile, row: tuple[Any, ...]) -> Reject:
    line, problem, rest, *texts = row
    facts = {header: text.replace("\0", "\ufffd") if text else "" for header, text in zip(file.raw.headers, texts, strict=True)}
    return Reject(file, line, reasons.complaint(problem), facts | ({REST: rest} if rest else {}))


def _with_rest(reason: str, rest: str) -> str:
    return f"{reason} ({rest})" if rest else reason


def _id(facts: tuple[object, ...]) -> UUID:
    return UUID(bytes=hashlib.blake2b(msgspec.json.encode(facts), digest_size=16).digest())
