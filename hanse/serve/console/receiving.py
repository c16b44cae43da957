"""A form with many files, taken in as it comes: its fields into memory, its files straight to disk, so that memory stays flat.

The framework would keep a megabyte and a handle of each file. The token of the session has to stand before the first file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from multipart import MultipartError, MultipartSegment, PushMultipartParser  # type: ignore[import-untyped]  # as it comes without types

from hanse.base.errors import HanseError
from hanse.serve.console import session
from hanse.serve.console.session import Visit

MOST_FIELDS = 20
FIELD_BYTES = 10_000
LONGEST_PART_BYTES = 200
"""Of a name, as file systems take 255 bytes."""


class UploadError(HanseError):
    """The upload could not be read. Choose the files again."""

    status = 400
    exit_code = 2


class UploadTooLarge(UploadError):
    """The upload has more than {megabytes} MB; it broke off at {file}. Choose fewer or smaller files, or import them on the server with `hanse import`."""

    status = 413


class TooManyFiles(UploadError):
    """These are more than {most} files. Choose fewer, or import the folder with `hanse import documents` on the server."""

    status = 413


class SameFileName(UploadError):
    """Two files are called {file}. Rename one of them."""

    status = 422


@dataclass(frozen=True)
class Limits:
    """How much is taken."""

    bytes: int
    files: int


@dataclass
class Received:
    """What came."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    """The names of the files, with their folders."""


Wanted = Callable[[str], bool | None]
"""Says of a file whether it is kept, kept by its name alone, or (null) of no interest to anybody."""


async def receive(visit: Visit, folder: Path, limits: Limits, wanted: Wanted) -> Received:
    """Take in a form, its files into a new folder; raises `WrongToken` and the classes of `UploadError`."""
    boundary = visit.request.content_type[1].get("boundary")
    if not boundary:
        found = await visit.form()
        _check(visit, found)
        return Received(found)
    await asyncio.to_thread(folder.mkdir, parents=True, mode=0o700)
    taking = _Taking(visit, folder, limits, wanted)
    try:
        with taking.files, PushMultipartParser(boundary, max_segment_count=limits.files + MOST_FIELDS) as parser:
            async for chunk in visit.request.stream():
                await asyncio.to_thread(taking.take, parser.parse(chunk))
    except MultipartError as error:
        raise UploadError from error
    _check(visit, taking.received.fields)
    return taking.received


def _check(visit: Visit, fields: dict[str, str]) -> None:
    if visit.session is None:
        raise session.SignInNeeded
    visit.session.check(visit.request.headers.get(session.TOKEN_HEADER) or fields.get(session.TOKEN_FIELD, ""))


@dataclass
class _Taking:
    """A form while it comes in."""

    visit: Visit
    folder: Path
    limits: Limits
    wanted: Wanted
    received: Received = field(default_factory=Received)
    files: ExitStack = field(default_factory=ExitStack)
    _field: tuple[str, bytearray] | None = None
    _file: IO[bytes] | None = None
    _name: str = ""
    _bytes: int = 0

    def take(self, parts: Iterable[Any]) -> None:
        """Take in what a parser found in the next bytes: beginnings, contents and ends of fields and files."""
        for part in parts:
            if isinstance(part, MultipartSegment):
                self._begin(part)
            elif part:
                self._go_on(part)
            else:
                self._end()

    def _begin(self, part: MultipartSegment) -> None:
        self._name, self._file, self._field = "", None, None
        if part.filename is None:
            self._field = (part.name, bytearray())
        elif name := path_of(part.filename):
            _check(self.visit, self.received.fields)
            self._name = name
            self._open()

    def _open(self) -> None:
        is_wanted = self.wanted(self._name)
        if is_wanted is None:
            return
        if len(self.received.files) >= self.limits.files:
            raise TooManyFiles(most=f"{self.limits.files:,}")
        place = self.folder / self._name
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            opened = place.open("xb")
        except (FileExistsError, NotADirectoryError) as error:
            raise SameFileName(file=self._name) from error
        self.received.files.append(self._name)
        if is_wanted:
            self._file = self.files.enter_context(opened)
        else:
            opened.close()

    def _go_on(self, content: bytearray) -> None:
        if self._field:
            self._field[1].extend(content)
            if len(self._field[1]) > FIELD_BYTES:
                raise UploadError
            return
        self._bytes += len(content)
        if self._bytes > self.limits.bytes:
            raise UploadTooLarge(megabytes=f"{self.limits.bytes // 1_000_000:,}", file=self._name)
        if self._file:
            self._file.write(content)

    def _end(self) -> None:
        if self._field:
            self.received.fields[self._field[0]] = self._field[1].decode("utf-8", "replace")
        self.files.close()


def path_of(sent: str) -> str:
    r"""Return the path that a browser sent with a file, without anything that could lead elsewhere; empty for none.

    >>> path_of("../D1\\Anleitung.pdf"), path_of("/etc/./passwd"), path_of("..")
    ('D1/Anleitung.pdf', 'etc/passwd', '')
    """
    parts = (_plain(part) for part in sent.replace("\\", "/").split("/"))
    return "/".join(part for part in parts if part not in {"", ".", ".."})


def _plain(part: str) -> str:
    readable = "".join(each if each.isprintable() else "_" for each in part).strip()
    pure = PurePosixPath(readable)
    while len(readable.encode()) > LONGEST_PART_BYTES and pure.stem:
        pure = pure.with_stem(pure.stem[:-1]) if len(pure.stem) > 1 else PurePosixPath(pure.suffix[:LONGEST_PART_BYTES])
        readable = pure.name
    return readable
