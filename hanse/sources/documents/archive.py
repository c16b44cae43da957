"""ZIP archives of documents: unpacked file by file into a folder of their own, which is removed when they are read.

Nothing in an archive is believed: names that lead out, links, files that swell and archives with more than is unpacked are refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import lzma
import re
import shutil
import stat
import struct
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from hanse.base import ids
from hanse.base.context import Context
from hanse.sources.documents import folder
from hanse.sources.documents.errors import ArchiveTooLarge, LockedArchive, NotAnArchive
from hanse.sources.documents.findings import Findings

ENDING = ".zip"
UPLOADS = "uploads"
"""Below the home folder: what is not imported yet. The console removes what lies there for more than a day."""
UNPACKED = "unpacked"
MOST_FILES = 5_000
MOST_UNPACKED_BYTES = 4_000_000_000
MOST_TIMES = 200
SMALL_BYTES = 10_000_000
"""Files that may grow as they like."""
LONGEST_ENTRY_BYTES = 2_000
"""What a file may take in the directory at the end of an archive, on average."""
BLOCK_BYTES = 1_000_000
SYSTEM_FOLDER = "__MACOSX"
_UTF8, _LOCKED = 0x800, 0x1
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_BYTES = 20
_LONGEST_COMMENT = 65_535
_DRIVE = re.compile(r"[A-Za-z]:")


class _Swollen(Exception):
    """A file that grows more than any document does."""


@contextlib.asynccontextmanager
async def unpacked(context: Context, path: Path, findings: Findings) -> AsyncIterator[Path]:
    """Give the folder that an archive was unpacked into; what is none is given as it is.

    Raises `NotAnArchive`, `LockedArchive` and `ArchiveTooLarge`.
    """
    if not is_archive(path):
        yield path
        return
    upload = context.settings.home / UPLOADS / str(ids.new())
    target = upload / UNPACKED
    try:
        await asyncio.to_thread(check, path)
        await asyncio.to_thread(target.mkdir, parents=True, mode=0o700)
        await _unpack(context, path, target, findings)
        yield target
    finally:
        await asyncio.to_thread(shutil.rmtree, upload, ignore_errors=True)


def is_archive(path: Path) -> bool:
    """Return whether a file says that it is a ZIP archive."""
    return path.suffix.lower() == ENDING and path.is_file()


def check(path: Path) -> None:
    """Look at the directory of an archive; raises `NotAnArchive`, `LockedArchive` and `ArchiveTooLarge`."""
    name = path.name
    try:
        if _claims_more(path):
            raise _too_large(name)
        with ZipFile(path) as archive:
            found = [each for each in archive.infolist() if not each.is_dir()]
    except (BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as error:  # the second: a way of packing zipfile does not know
        raise NotAnArchive(name=name) from error
    wanted = [each for each in found if folder.unfit(each.filename) is None]
    if len(found) > MOST_FILES or sum(each.file_size for each in wanted) > MOST_UNPACKED_BYTES:
        raise _too_large(name)
    if wanted and all(each.flag_bits & _LOCKED for each in wanted):
        raise LockedArchive(name=name)


def _claims_more(path: Path) -> bool:
    """Return whether an archive says that it has more files than are taken, before its directory is read into memory."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _LONGEST_COMMENT - _END.size - _LOCATOR_BYTES - _END_64.size))
        last = file.read()
    place = last.rfind(b"PK\x05\x06")
    if place < 0:
        raise BadZipFile
    *_, count, length, _start, _comment = _END.unpack_from(last, place)
    before = place - _LOCATOR_BYTES - _END_64.size
    if before >= 0 and last[before : before + 4] == b"PK\x06\x06":
        *_, count, length, _start = _END_64.unpack_from(last, before)
    return bool(count > MOST_FILES or length > MOST_FILES * LONGEST_ENTRY_BYTES)


async def _unpack(context: Context, path: Path, target: Path, findings: Findings) -> None:
    with ZipFile(path) as archive:
        found, room = list(_wanted(archive, findings)), MOST_UNPACKED_BYTES
        for done, (info, name) in enumerate(found):
            await context.progress(0.0, f"unpacking {done + 1:,} of {len(found):,} files")
            room -= await asyncio.to_thread(_take, archive, info, target / name, findings)
            if room < 0:
                raise _too_large(path.name)


def _wanted(archive: ZipFile, findings: Findings) -> Iterator[tuple[ZipInfo, str]]:
    """Go through what may be documents, each with its path; what is none, or may not be taken, is told."""
    for info in archive.infolist():
        shown = _shown(info)
        parts = PurePosixPath(shown).parts
        if info.is_dir() or any(part == SYSTEM_FOLDER or (part != ".." and part.startswith(folder.HIDDEN)) for part in parts):
            continue
        if code := _fault(info, shown):
            findings.add(code, shown[: folder.LONGEST_PATH])
        elif info.file_size > (most := folder.MOST_BYTES[folder.FORMATS[PurePosixPath(shown).suffix.lower()]]):
            findings.add("too_large", shown, most=most // 1_000_000)
        else:
            yield info, shown


def _fault(info: ZipInfo, shown: str) -> str | None:
    """Return the code of what keeps a file from being unpacked."""
    if shown.startswith("/") or _DRIVE.match(shown) or ".." in PurePosixPath(shown).parts:
        return "leads_out"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "link_in_archive"
    if code := folder.unfit(shown):
        return code
    if len(shown) > folder.LONGEST_PATH or "\ufffd" in shown:
        return "odd_name"
    return "locked_in_archive" if info.flag_bits & _LOCKED else None


def _take(archive: ZipFile, info: ZipInfo, target: Path, findings: Findings) -> int:
    """Unpack one file; return its size, 0 where it was left out."""
    name = _shown(info)
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _written(archive, info, target)
    except FileExistsError:
        findings.add("same_name", name)
        return 0
    except _Swollen:
        findings.add("swollen", name, times=MOST_TIMES)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error, lzma.LZMAError):  # as above, or a password
        findings.add("damaged_in_archive", name)
    except OSError as error:
        findings.add("unreadable", name, reason=error.strerror or type(error).__name__)
    target.unlink(missing_ok=True)
    return 0


def _written(archive: ZipFile, info: ZipInfo, target: Path) -> int:
    most, size = max(SMALL_BYTES, info.compress_size * MOST_TIMES), 0
    with archive.open(info) as source, target.open("xb") as file:
        while block := source.read(BLOCK_BYTES):
            size += len(block)
            if size > most:
                raise _Swollen
            file.write(block)
    return size


def _shown(info: ZipInfo) -> str:
    """Return the path of a file in an archive; some programs write UTF-8 and do not say so, others the slashes of Windows."""
    name = info.filename
    if not info.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _too_large(name: str) -> ArchiveTooLarge:
    return ArchiveTooLarge(name=name, files=f"{MOST_FILES:,}", megabytes=f"{MOST_UNPACKED_BYTES // 1_000_000:,}")
