"""What goes into an import of documents and what comes out of it."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from hanse.sources.documents.findings import Finding

USUAL_SOURCE = "documents"
State = Literal["new", "changed", "same", "left_out"]


class DocumentsRequest(msgspec.Struct, kw_only=True, frozen=True):
    """A folder of documents, one of them, or a ZIP archive of them."""

    path: str
    source: str = USUAL_SOURCE
    """Name under which they are kept; the same folder has the same name every time."""
    language: str | None = None
    """Language of documents that do not say it: `de`, `en`; else the one of the settings, with a note."""
    kind: str | None = None
    """Kind of documents that do not say it and whose names do not either: `manual`, `repair_guide`, `data_sheet`; else `advice`."""
    mirror: bool = False
    """Whether documents of this source whose files are gone are withdrawn."""
    name: str = ""
    """How people know the import; else the name of the folder or file."""


class Tally(msgspec.Struct, kw_only=True):
    """What became of the files: all of them are new, changed, same or left out."""

    new: int = 0
    changed: int = 0
    """Files that changed, and documents that name other products of the catalog than before."""
    same: int = 0
    left_out: int = 0
    """Files of which nothing could be taken; what was taken of them before stays."""
    gone: int = 0
    """Documents that were withdrawn."""
    pages: int = 0
    """Pages with text that were read."""
    links: int = 0
    """Links to products that the new and changed ones have."""


class FileOutcome(msgspec.Struct, kw_only=True, frozen=True):
    """What became of one file."""

    file: str
    state: State
    pages: int = 0
    links: int = 0


class DocumentsImport(msgspec.Struct, kw_only=True, frozen=True):
    """How an import went."""

    import_id: UUID
    name: str
    source: str
    files: int
    tally: Tally
    findings: dict[str, int]
    """How often each kind of finding occurs."""
    examples: tuple[Finding, ...]
    """The first findings of each kind."""
    seconds: float
