"""Which files of a folder hold data, and what a file is: by its content, and by its name only where content does not say."""

from __future__ import annotations

import gzip
import zlib
from enum import StrEnum
from pathlib import Path
from typing import IO, cast

from hanse.sources.files import errors

DATA_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json", ".parquet", ".pq", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
PACKED_SUFFIXES = frozenset({".gz", ".zst"})
HEAD = 65_536
"""Bytes from which a file is recognised."""


class Format(StrEnum):
    """What a file is."""

    DELIMITED = "delimited text"
    JSON_LINES = "JSON lines"
    JSON_ARRAY = "JSON array"
    PARQUET = "Parquet"
    WORKBOOK = "workbook"


STRANGERS = {
    b"%PDF": "it is a PDF document",
    b"\x89PNG": "it is a picture",
    b"\xff\xd8\xff": "it is a picture",
    b"GIF8": "it is a picture",
    b"BZh": "it is packed with bzip2; pack it as .gz or .zst",
    b"\xfd7zXZ": "it is packed with xz; pack it as .gz or .zst",
    b"7z\xbc\xaf": "it is a 7-Zip archive; unpack it first",
    b"Rar!": "it is a RAR archive; unpack it first",
    b"SQLite format 3": "it is a SQLite database; export its tables first",
    b"\x7fELF": "it is a program",
    b"{\\rtf": "it is a text document (RTF)",
    b"<!DOCTYPE html": "it is a web page",
    b"<html": "it is a web page",
    b"<?xml": "it is XML; export it as CSV, JSON lines or Excel",
}
"""First bytes of what people give by mistake."""


def data_files(path: Path) -> tuple[list[Path], list[str]]:
    """Return the files with data of a folder, or the one file, and the names of those left out.

    Raises `NoSuchFile` and `NoDataFile`.
    """
    check_exists(path)
    if path.is_file():
        return [path], []
    files = sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith((".", "~$")))
    data = [each for each in files if _has_data(each)]
    others = [str(each.relative_to(path)) for each in files if each not in data]
    if not data:
        raise errors.NoDataFile(folder=path.name, files=", ".join(others) or "nothing")
    return data, others


def check_exists(path: Path) -> None:
    """Raise `NoSuchFile` where there is nothing."""
    if not path.exists():
        raise errors.NoSuchFile(path=path)


def recognise(path: Path) -> Format:
    """Return what a file is.

    Raises `EmptyFile` and `UnreadableFile`.
    """
    with open_bytes(path) as stream:
        head = read(stream, HEAD, path.name)
    if not head.strip():
        raise errors.EmptyFile(file=path.name, reason="is empty")
    _refuse_strangers(head, path.name)
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return Format.WORKBOOK
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    suffix = next((each for each in reversed(path.suffixes) if each.lower() not in PACKED_SUFFIXES), "").lower()
    if suffix in {".jsonl", ".ndjson", ".json"} or start.startswith((b"{", b"[{")):
        return Format.JSON_ARRAY if start.startswith(b"[") else Format.JSON_LINES
    return Format.DELIMITED


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacked where it is packed with gzip or Zstandard."""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if magic == b"\x28\xb5\x2f\xfd":
        import pyarrow as pa

        return cast("IO[bytes]", pa.input_stream(str(path), compression="zstd"))
    return path.open("rb")


def read(stream: IO[bytes], size: int, file: str) -> bytes:
    """Read from a stream of `open_bytes`; raises `UnreadableFile` where what is packed in it is damaged."""
    try:
        return bytes(stream.read(size))
    except (OSError, EOFError, zlib.error) as error:
        raise errors.UnreadableFile(file=file, reason=f"what is packed in it is damaged or cut off ({error})") from error


def _has_data(path: Path) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in PACKED_SUFFIXES:
        suffixes.pop()
    return bool(suffixes) and suffixes[-1] in DATA_SUFFIXES


def _refuse_strangers(head: bytes, file: str) -> None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, reason in STRANGERS.items():
        if start.startswith(magic):
            raise errors.UnreadableFile(file=file, reason=reason)
