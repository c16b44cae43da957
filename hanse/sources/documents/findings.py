"""What can be wrong or odd with a file: each kind with its severity, a sentence and what to do about it.

They are kept with the import, so that people see them under Data, Imports. They are no dead letters: a PDF cannot be repaired in a form.
A file that could not be read is kept nowhere, so importing the folder again is its replay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

MOST_KEPT = 200
"""Findings of one kind that are kept; all are counted."""


@dataclass(frozen=True)
class FindingKind:
    """One kind of finding; the `{names}` in its sentences are facts."""

    severity: Literal["error", "warning", "note"]
    """`error`: the file or a part of it was left out; `warning`: it should be looked at; `note`: good to know."""
    message: str
    remedy: str = ""

    @property
    def template(self) -> str:
        """Return both sentences, the key of their translation."""
        return f"{self.message} {self.remedy}".strip()


class Finding(msgspec.Struct, kw_only=True, frozen=True):
    """Something found in a file."""

    code: str
    severity: str
    file: str
    page: int | None = None
    finding: str
    """The English sentences, complete."""
    template: str
    facts: dict[str, str] = {}
    example: str = ""
    """The file, as the console shows it."""


KINDS: Mapping[str, FindingKind] = {
    # the folder
    "other_format": FindingKind("note", "It is neither PDF nor Markdown nor HTML; it was left out.", "Save it as a PDF."),
    "odd_name": FindingKind("error", "The name cannot be written in Unicode, or is too long; the file was left out.", "Rename it."),
    "outside": FindingKind("error", "It is a link to a file outside the folder; it was left out.", "Put the file itself there."),
    "unreadable": FindingKind("error", "It cannot be opened: {reason}.", "Check who may read it."),
    "unreadable_folder": FindingKind("error", "The folder cannot be opened: {reason}. Nothing was withdrawn.", "Check who may read it."),
    "nested_archive": FindingKind("warning", "It is an archive beside or inside others; it was left out.", "Unpack it first."),
    # a ZIP archive
    "leads_out": FindingKind("error", "Its name leads out of the archive; it was left out.", "Pack the folder anew."),
    "link_in_archive": FindingKind("error", "It is a link and no file; it was left out.", "Put the file itself into the archive."),
    "locked_in_archive": FindingKind("error", "It is locked with a password; it was left out.", "Pack it without a password."),
    "damaged_in_archive": FindingKind("error", "It cannot be unpacked; it was left out.", "Pack the folder anew."),
    "swollen": FindingKind("error", "It grows more than {times} times when unpacked; it was left out.", "Choose the file itself."),
    "same_name": FindingKind("error", "Another file in the archive has the same name; it was left out.", "Rename one of them."),
    # the files
    "same_file": FindingKind("note", "It is the same file as {other}; both were taken.", "Keep it once."),
    # reading
    "empty": FindingKind("error", "The file is empty.", "Copy it again."),
    "too_large": FindingKind("error", "The file has more than {most} MB; it was left out.", "Divide it, or make its pictures smaller."),
    "too_slow": FindingKind("error", "Reading it took more than {seconds} seconds; it was left out.", "Save it anew, or divide it."),
    "crashed": FindingKind(
        "error", "Reading it broke off, as it is damaged or wants too much memory; it was left out.", "Save it anew, or divide it."
    ),
    "not_pdf": FindingKind("error", "It is called a PDF and is none; it was left out.", "Ask for the file again."),
    "damaged": FindingKind("error", "The PDF is damaged or cut short; it was left out.", "Ask for the file again."),
    "cut_short": FindingKind(
        "warning", "The PDF has no end, so it may be cut short; what is there was read.", "Compare its number of pages: {pages}."
    ),
    "encrypted": FindingKind("error", "The PDF is locked with a password; it was left out.", "Save it without a password."),
    "scanned": FindingKind("error", "The PDF has no text, only pictures, as if it was scanned; it was left out.", "Have its text recognised (OCR)."),
    "mostly_scanned": FindingKind(
        "warning", "{without} of {pages} pages have no text; the first is page {page}.", "Have their text recognised (OCR)."
    ),
    "garbled": FindingKind(
        "error", "The letters of {count} pages have no meaning, from page {page} on; they were left out.", "Have the PDF made with its fonts."
    ),
    "broken_page": FindingKind("error", "Page {page} cannot be read; it was left out.", "Save the PDF anew."),
    "too_many_pages": FindingKind("warning", "The PDF has {pages} pages; only the first {most} were read.", "Divide it."),
    "page_cut": FindingKind("warning", "Page {page} has more than {most} characters; the rest was left out.", "Check the page."),
    "not_text": FindingKind("error", "The file holds no text; it was left out.", "Ask for the file again."),
    "wrong_encoding": FindingKind("warning", "The file is not in UTF-8; it was read as Windows-1252.", "Save it in UTF-8."),
    "too_deep": FindingKind("error", "Its elements lie in each other more than {most} deep; it was left out.", "Save the page anew."),
    "no_text": FindingKind("error", "There is no text in it; it was left out.", "Check the file."),
    "front_matter": FindingKind(
        "warning", "The lines between the --- at its beginning cannot be read; they were taken for text.", "End them with ---."
    ),
    "unknown_value": FindingKind("warning", "{value} cannot be its {field}; that was left out.", "Use one of {allowed}."),
    # languages and links
    "language_guessed": FindingKind(
        "note", "Nothing says its language; {language} was taken.", "Put the language into its name, such as manual_de.pdf."
    ),
    "unknown_product": FindingKind(
        "warning", "It names the product {product}, which is not there.", "Import the product first, then the documents again."
    ),
    "many_links": FindingKind(
        "warning", "It names {count} products; it was linked to those in its name and on its first page alone.", "Name its products in its file name."
    ),
    "no_links": FindingKind("warning", "No product was found in it; it was kept without a link.", "Put a product's number into its name."),
}
"""Every kind of finding by its code."""

LEFT_OUT = frozenset({"unreadable", "too_slow", "crashed", "not_pdf", "damaged", "encrypted", "scanned", "not_text", "too_deep"})
"""Kinds of problems after which nothing of a file is taken, even of what was read already."""


@dataclass
class Findings:
    """What was found in one import."""

    counts: Counter[str] = field(default_factory=Counter)
    kept: list[Finding] = field(default_factory=list)

    def add(self, code: str, file: str, page: int | None = None, **facts: Any) -> None:
        """Note something by the code of its kind."""
        self.counts[code] += 1
        if self.counts[code] > MOST_KEPT:
            return
        kind = KINDS[code]
        told = {name: str(value)[:200] for name, value in facts.items()} | ({} if page is None else {"page": str(page)})
        self.kept.append(
            Finding(
                code=code,
                severity=kind.severity,
                file=file,
                page=page,
                finding=kind.template.format_map(told),
                template=kind.template,
                facts=told,
                example=file,
            )
        )

    def first(self, most: int) -> Iterator[Finding]:
        """Go through the first findings of each kind."""
        told: Counter[str] = Counter()
        for each in self.kept:
            told[each.code] += 1
            if told[each.code] <= most:
                yield each
