"""What became of each file of an import of documents, with what was noticed and what to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Response

from hanse.data.imports.schemas import ImportRecord
from hanse.serve.console import pages, phrases
from hanse.serve.console.session import Visit
from hanse.serve.console.texts import Words
from hanse.sources.documents.importing import FILES
from hanse.sources.documents.schemas import FileOutcome

SEVERITIES = ("error", "warning", "note")
"""The worst first."""


@dataclass(frozen=True)
class Remark:
    """One thing that was noticed."""

    severity: str
    text: str
    page: int | None


@dataclass(frozen=True)
class Row:
    """One file."""

    file: str
    outcome: FileOutcome | None
    """Null for what was no document from the beginning, and for what is not told any more among so many."""
    remarks: tuple[Remark, ...]

    @property
    def rank(self) -> tuple[int, str]:
        """Return its place: what was left out or needs a look stands first."""
        worst = min((SEVERITIES.index(each.severity) for each in self.remarks), default=len(SEVERITIES))
        return worst, self.file


def page(visit: Visit, record: ImportRecord) -> Response[bytes]:
    """Show how an import of documents went."""
    found = rows(visit.words, record)
    told = sum(each.outcome is not None for each in found)
    facts: dict[str, Any] = {"record": record, "rows": found, "untold": max(0, record.counts.get("rows", 0) - told)}
    return pages.page(visit, "document_import.html", **facts, outcome_of=lambda each: state(visit.words, each))


def rows(words: Words, record: ImportRecord) -> list[Row]:
    """Return the files of an import, those first that need a look."""
    outcomes = {each.file: each for each in msgspec.convert(record.columns.get(FILES, []), list[FileOutcome])}
    remarks = _remarks(words, record.findings)
    found = [Row(file, outcomes.get(file), tuple(remarks.get(file, ()))) for file in {**outcomes, **remarks}]
    return sorted(found, key=lambda each: each.rank)


def state(words: Words, row: Row) -> tuple[str, str, str]:
    """Return what became of a file, how good that is, and its icon."""
    gettext = words.gettext
    if row.outcome is None:
        return gettext("left out"), "", "ban"
    return {
        "new": (gettext("taken in"), "good", "check"),
        "changed": (gettext("replaced"), "good", "check"),
        "same": (gettext("known already"), "", "check"),
    }.get(row.outcome.state, (gettext("left out"), "bad", "circle-alert"))


def _remarks(words: Words, findings: Iterable[dict[str, Any]]) -> dict[str, list[Remark]]:
    found: dict[str, list[Remark]] = defaultdict(list)
    for each in findings:
        severity = each.get("severity", "note")
        remark = Remark(severity if severity in SEVERITIES else "note", phrases.finding(words, each), each.get("page"))
        found[each.get("file", "")].append(remark)
    for remarks in found.values():
        remarks.sort(key=lambda each: SEVERITIES.index(each.severity))
    return found
