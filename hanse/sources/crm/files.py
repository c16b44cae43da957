"""Pushing by file: one file a run below `exports` in the home folder, as JSON lines or as CSV, whole before it gets its name."""

from __future__ import annotations

import csv
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from hanse.sources.crm import schemas
from hanse.sources.crm.schemas import TargetOptions
from hanse.sources.crm.target import Channel, Known, Message

FOLDER = "exports"
HEADER = ("id", "type", "timestamp", "to")


@dataclass
class _Channel:
    target: Known
    path: Path
    file: IO[str] | None = None

    async def send(self, message: Message) -> str | None:
        if self.file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            number = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self.file = os.fdopen(number, "w", encoding="utf-8", newline="")
            if self.target.options.format == "csv":
                csv.writer(self.file).writerow(header(self.target.mapping))
        self._write(self.file, message)
        return None

    @property
    def _part(self) -> Path:
        return self.path.with_name(f".{self.path.name}.part")

    def _write(self, file: IO[str], message: Message) -> None:
        if self.target.options.format == "csv":
            csv.writer(file).writerow(row(self.target.mapping, message))
        else:
            file.write(msgspec.json.encode(message.document).decode() + "\n")

    def finish(self) -> None:
        """Give the file its name, once it is on the disk."""
        if self.file is not None:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
            self._part.replace(self.path)

    def discard(self) -> None:
        """Leave nothing behind."""
        if self.file is not None:
            self.file.close()
            self._part.unlink(missing_ok=True)


class File:
    """A folder that the CRM reads."""

    system = "file"
    at_once = 1
    is_late = True
    secrets: tuple[str, ...] = ()

    def check(self, options: TargetOptions, mapping: schemas.Mapping) -> None:
        """Take anything: the folder is ours."""
        del options, mapping

    @asynccontextmanager
    async def open(self, target: Known, now: datetime) -> AsyncIterator[Channel]:
        """Begin a file; it appears when the run is done, or not at all."""
        channel = _Channel(target, _free(folder(target.home, target.name), now, target.options.format))
        try:
            yield channel
        except BaseException:
            channel.discard()
            raise
        channel.finish()


def folder(home: Path, name: str) -> Path:
    """Return where the files of a target lie."""
    return home / FOLDER / name


def header(mapping: schemas.Mapping) -> tuple[str, ...]:
    """Return the columns of a CSV: the same for all files of a mapping."""
    return (*HEADER, mapping.person, *fields(mapping))


def fields(mapping: schemas.Mapping) -> list[str]:
    """Return all fields that a mapping writes, in its order."""
    named = [*(name for rule in mapping.entries for name in rule.fields), *(rule.field for rule in mapping.traits)]
    return list(dict.fromkeys(named))


def row(mapping: schemas.Mapping, message: Message) -> Sequence[str]:
    """Return one line of a CSV."""
    said = (message.key, message.kind, message.occurred_at.isoformat(), message.to, message.person or message.remote_id or "")
    return (*said, *(_cell(message.fields.get(name)) for name in fields(mapping)))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _free(place: Path, now: datetime, ending: str) -> Path:
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    number = 1
    while (path := place / f"{stamp}-{number:03}.{ending}").exists():
        number += 1
    return path
