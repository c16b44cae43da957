"""The files of a folder that may be documents, in the order of their names; what is none, or cannot be one, is told."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hanse.sources.documents.errors import NoDocuments, NoSuchFolder
from hanse.sources.documents.findings import Findings

FORMATS = {".pdf": "pdf", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".xhtml": "html"}
ARCHIVES = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz"})
HIDDEN = (".", "~$")
"""How names begin that nobody means: of the system, and of what an office program has open."""
MOST_BYTES = {"pdf": 300_000_000, "markdown": 20_000_000, "html": 20_000_000}
LONGEST_PATH = 500


@dataclass(frozen=True)
class File:
    """A file that may be a document."""

    path: Path
    name: str
    """Its path below the folder, with slashes, as Unicode composes it."""
    format: str
    size: int


@dataclass
class Folder:
    """What a folder holds."""

    files: list[File] = field(default_factory=list)
    is_whole: bool = True
    """Whether all folders in it could be opened."""


def look(path: Path, findings: Findings, name: str = "") -> Folder:
    """Return the documents below a folder, which may have another name, or the one file; raises `NoSuchFolder` and `NoDocuments`."""
    if not path.exists():
        raise NoSuchFolder(path=path)
    found = Folder()
    root = path if path.is_dir() else path.parent
    for each in _walk(path, root, found, findings) if path.is_dir() else [path]:
        if file := _file(each, root, findings):
            found.files.append(file)
    if not found.files:
        raise NoDocuments(folder=name or path.absolute().name or path)
    found.files.sort(key=lambda each: each.name)
    return found


def unfit(name: str) -> str | None:
    """Return the code of the finding for a file that cannot be a document by the ending of its name."""
    ending = Path(name).suffix.lower()
    return None if ending in FORMATS else "nested_archive" if ending in ARCHIVES else "other_format"


def digest(path: Path) -> str:
    """Return the digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _walk(path: Path, root: Path, found: Folder, findings: Findings) -> Iterator[Path]:
    def told(error: OSError) -> None:
        found.is_whole = False
        findings.add("unreadable_folder", _shown(Path(error.filename), root), reason=error.strerror or "it cannot be read")

    for folder, folders, names in os.walk(path, onerror=told):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith(HIDDEN))


def _file(path: Path, root: Path, findings: Findings) -> File | None:
    shown = _shown(path, root)
    if code := unfit(path.name):
        findings.add(code, shown)
        return None
    if "\ufffd" in shown or len(shown) > LONGEST_PATH:
        findings.add("odd_name", shown[:LONGEST_PATH])
        return None
    try:
        if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
            findings.add("outside", shown)
            return None
        size = path.stat().st_size if path.is_file() else None
    except (OSError, RuntimeError) as error:  # RuntimeError is a link to itself
        findings.add("unreadable", shown, reason=getattr(error, "strerror", None) or "it is a link to itself")
        return None
    return None if size is None else File(path, shown, FORMATS[path.suffix.lower()], size)


def _shown(path: Path, root: Path) -> str:
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    return unicodedata.normalize("NFC", name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "\ufffd"))
