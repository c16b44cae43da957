"""Text of whatever encoding becomes UTF-8: read once in pieces to find the encoding, written again only where it is not UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import IO

from hanse.sources.files import errors
from hanse.sources.files.reading import formats
from hanse.sources.files.schemas import Finding, finding

CHUNK = 1 << 20
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WESTERN = "äöüÄÖÜßéèêëáàâçñóòôíìúùåÅæøØÉ€§°®™–—„“”‚‘’…²³½¼µ×·´«»¿¡£ \xa0".encode("cp1252")
"""Bytes that are common in Windows-1252 texts; broken UTF-8 rarely looks like them."""
CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1a\x1b")


@dataclass(frozen=True)
class Text:
    """A text file in UTF-8, without NUL characters and with lines that end in LF."""

    path: Path
    lines: int
    """Lines, without empty ones at the end."""
    broken: bool
    """Whether characters could not be read; they became U+FFFD."""
    findings: tuple[Finding, ...]


@dataclass
class _Lines:
    """Counts lines without empty ones at the end."""

    feeds: int = 0
    trailing: int = 0
    returns: int = 0

    def add(self, chunk: bytes) -> None:
        self.feeds += chunk.count(b"\n")
        self.returns += chunk.count(b"\r")
        body = chunk.rstrip(b"\r\n")
        end = chunk[len(body) :].count(b"\n")
        self.trailing = end if body else self.trailing + end

    @property
    def lines(self) -> int:
        return self.feeds - self.trailing + 1


@dataclass
class _Survey:
    """What is in the bytes of a file."""

    size: int = 0
    nuls: int = 0
    control: int = 0
    good: int = 0
    bad: int = 0
    western: int = 0
    counted: _Lines = field(default_factory=_Lines)
    decoder: codecs.IncrementalDecoder = field(default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace"))

    def add(self, chunk: bytes, *, last: bool = False) -> None:
        """Look at the next bytes."""
        self.size += len(chunk)
        self.nuls += chunk.count(0)
        self.counted.add(chunk)
        self.control += len(chunk) - len(chunk.translate(None, CONTROL))
        pending = self.decoder.getstate()[0]
        if chunk.isascii() and not pending:
            return
        text = self.decoder.decode(chunk, last)
        bad = max(text.count("\ufffd") - chunk.count(b"\xef\xbf\xbd"), 0)
        self.bad += bad
        self.good += len(text) - len(text.encode("ascii", "ignore")) - bad
        self.western += len(chunk) - len(chunk.translate(None, WESTERN))

    @property
    def encoding(self) -> str:
        """Return the likeliest encoding: UTF-8 where some of its characters are there, which come about by chance in no other."""
        if self.bad == 0 or self.good * 4 >= self.bad or (self.good == 0 and self.western * 2 < self.bad):
            return "utf-8"
        return "cp1252"


def to_utf8(path: Path, folder: Path, encoding: str | None, name: str) -> Text:
    """Return a file as clean UTF-8 text: itself where it is that already, else a copy in the folder.

    Raises `UnreadableFile`, and `UnknownOption` for an encoding that does not exist.
    """
    copy = folder / name
    with formats.open_bytes(path) as stream:
        packed = not isinstance(stream, BufferedReader)
        survey, mark = _survey(stream, copy if packed else None, path.name)
    found = _encoding(survey, mark, encoding, path.name)
    source = copy if packed else path
    broken = found == "utf-8" and survey.bad > 0
    only_returns = survey.counted.feeds == 0 and survey.counted.returns > 0
    if found in {"utf-8", "utf-8-sig"} and not broken and not survey.nuls and not only_returns:
        return Text(source, survey.counted.lines, broken=False, findings=())
    return _converted(source, folder / f"{name}-utf8", found, path.name, survey)


def _survey(stream: IO[bytes], copy: Path | None, file: str) -> tuple[_Survey, str | None]:
    survey, mark = _Survey(), None
    out = copy.open("wb") if copy else None
    try:
        for index, chunk in enumerate(_chunks(stream, file)):
            if index == 0:
                mark = next((name for sign, name in BYTE_ORDER_MARKS if chunk.startswith(sign)), None)
            survey.add(chunk)
            if out:
                out.write(chunk)
    finally:
        if out:
            out.close()
    survey.add(b"", last=True)
    return survey, mark


def _chunks(stream: IO[bytes], file: str) -> Iterator[bytes]:
    while chunk := formats.read(stream, CHUNK, file):
        yield chunk


def _encoding(survey: _Survey, mark: str | None, given: str | None, file: str) -> str:
    if given is not None:
        return _known(given)
    if mark is not None:
        return mark
    if survey.nuls * 4 > survey.size:
        raise errors.UnreadableFile(file=file, reason="it seems to be UTF-16 without a mark at its start; give the encoding utf-16-le or utf-16-be")
    if survey.control * 20 > survey.size:
        raise errors.UnreadableFile(file=file, reason="it is not a text file")
    return survey.encoding


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, TypeError) as error:
        raise errors.UnknownOption(option="encoding", value=encoding, expected="a name such as utf-8, cp1252 or utf-16 is expected") from error
    return name


def _converted(source: Path, target: Path, encoding: str, file: str, survey: _Survey) -> Text:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    counted, replaced = _Lines(), 0
    only_returns = survey.counted.feeds == 0 and encoding not in {"utf-16", "utf-32"}
    with source.open("rb") as stream, target.open("wb") as out:
        while True:
            chunk = stream.read(CHUNK)
            text = decoder.decode(chunk, not chunk).replace("\0", "\ufffd")
            replaced += text.count("\ufffd")
            data = (text.replace("\r", "\n") if only_returns else text).encode()
            counted.add(data)
            out.write(data)
            if not chunk:
                break
    return Text(target, counted.lines, broken=replaced > 0, findings=_findings(encoding, file))


def _findings(encoding: str, file: str) -> tuple[Finding, ...]:
    if encoding in {"utf-8", "utf-8-sig"}:
        return ()
    names = {"cp1252": "Windows-1252 (Latin-1)", "utf-16": "UTF-16", "utf-32": "UTF-32"}
    return (finding("{file} was read as {encoding}.", file=file, encoding=names.get(encoding, encoding)),)
