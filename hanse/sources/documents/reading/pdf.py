"""PDF by PDFium, page by page."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hanse.sources.documents import naming
from hanse.sources.documents.reading import safe
from hanse.sources.documents.reading.parts import About, Part, Problem, Text

MOST_PAGES = 5_000
LONGEST_PAGE = 100_000
"""Characters of one page."""
MOST_BROKEN = 20
"""Broken pages in a row after which the rest is taken for broken, too."""
LOCKED = frozenset({4, 5})
"""What PDFium says where a password or a right is missing."""
GARBLED_SHARE = 0.3
"""Share of letters without a meaning from which on a page has none."""

_LEADERS = re.compile(r"(?: ?\.){4,}")
"""Points that lead to a page number in a table of contents."""
_PROGRAM = re.compile(
    r"^microsoft (?:office )?\w+ - |\.(?:docx?|indd|pdf|qxd|fm|odt|rtf|pptx?|xlsx?|tex|dvi)$|^(?:untitled|unbenannt|document\d*|dokument\d*)$",
    re.IGNORECASE,
)
"""Titles that a program wrote and nobody chose."""


def read(path: Path) -> Iterator[Part]:
    """Return what is in a PDF."""
    import pypdfium2

    head, tail = _ends(path)
    if b"%PDF-" not in head:
        yield Problem("not_pdf")
        return
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        yield Problem("encrypted" if getattr(error, "err_code", None) in LOCKED else "damaged")
        return
    try:
        yield from _read(document, is_whole=b"%%EOF" in tail)
    finally:
        document.close()


def _read(document: Any, *, is_whole: bool) -> Iterator[Part]:
    count = len(document)
    yield About(title=_title(document), language=naming.code(_language(document)), page_count=count)
    if not is_whole:
        yield Problem("cut_short", None, {"pages": count})
    if count > MOST_PAGES:
        yield Problem("too_many_pages", None, {"pages": count, "most": MOST_PAGES})
    pages = _Pages(document, min(count, MOST_PAGES))
    yield from pages.read()
    yield from pages.told()


class _Pages:
    """The pages of one PDF, and which of them have nothing that can be read."""

    def __init__(self, document: Any, count: int) -> None:
        self.document, self.count = document, count
        self.broken: list[int] = []
        self.empty: list[int] = []
        self.garbled: list[int] = []
        self.cut: list[int] = []

    def read(self) -> Iterator[Part]:
        for page in range(1, self.count + 1):
            text = self._text(page)
            if text is None:
                self.broken.append(page)
                if self.broken[-MOST_BROKEN:] == list(range(page - MOST_BROKEN + 1, page + 1)):
                    return
            elif not text:
                self.empty.append(page)
            elif _is_garbled(text):
                self.garbled.append(page)
            else:
                yield Text(page, text)

    def told(self) -> Iterator[Part]:
        for page in self.broken[:MOST_BROKEN]:
            yield Problem("broken_page", page)
        for page in self.cut:
            yield Problem("page_cut", page, {"most": f"{LONGEST_PAGE:,}"})
        if self.garbled:
            yield Problem("garbled", self.garbled[0], {"count": len(self.garbled)})
        if self.empty and len(self.empty) == self.count:
            yield Problem("scanned")
        elif len(self.empty) * 2 > self.count:
            yield Problem("mostly_scanned", self.empty[0], {"without": len(self.empty), "pages": self.count})

    def _text(self, page: int) -> str | None:
        """Return the text of a page; null where it cannot be read. What PDFium holds of it is given back at once."""
        import pypdfium2

        try:
            opened = self.document[page - 1]
        except pypdfium2.PdfiumError:
            return None
        try:
            drawn = opened.get_textpage()
        except pypdfium2.PdfiumError:
            return None
        else:
            raw: str = drawn.get_text_bounded()
            drawn.close()
        finally:
            opened.close()
        if len(raw) > LONGEST_PAGE:
            self.cut.append(page)
        return safe.text(_LEADERS.sub(" …", raw[:LONGEST_PAGE]))


def _is_garbled(text: str) -> bool:
    letters = [letter for letter in text if not letter.isspace()]
    unknown = sum(letter == "\ufffd" or unicodedata.category(letter) in {"Co", "Cn"} for letter in letters)
    return unknown > GARBLED_SHARE * len(letters)


def _title(document: Any) -> str:
    title = safe.line(document.get_metadata_dict().get("Title", ""))
    return "" if len(title) < 4 or _PROGRAM.search(title) else title


def _language(document: Any) -> str:
    import pypdfium2.raw as pdfium

    size = pdfium.FPDFCatalog_GetLanguage(document, None, 0)
    if not 2 < size < 200:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")


def _ends(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(1024)
        file.seek(max(0, path.stat().st_size - 2048))
        return head, file.read()
