"""What goes into an import and what comes out of it."""

from __future__ import annotations

from uuid import UUID

import msgspec


class ImportRequest(msgspec.Struct, kw_only=True, frozen=True):
    """One file or folder to import."""

    path: str
    kind: str
    """`orders`, `products` or `customers`."""
    source: str = "import"
    """Name of the system that the file comes from."""
    columns: dict[str, str] = {}
    """Column by field, where the names in the file are not understood: `{"order_id": "Beleg"}`."""
    language: str | None = None
    """Language of texts in columns that do not say it: `de`, `en`."""
    currency: str | None = None
    """Currency (ISO 4217) of amounts that do not say it; else the one of the settings."""
    decimal: str | None = None
    """Decimal sign, `.` or `,`, where it must not be found out."""
    encoding: str | None = None
    """Encoding, such as `cp1252`, where it must not be found out."""


class Finding(msgspec.Struct, kw_only=True, frozen=True):
    """Something to know about rows that were loaded all the same, or about the file."""

    finding: str
    """One English sentence, complete."""
    rows: int = 0
    """How many rows it concerns; 0 where it is not about rows."""
    example: str = ""
    template: str = ""
    """The sentence with `{names}` for its facts: the key of its translation."""
    facts: dict[str, str] = {}


def finding(template: str, *, rows: int = 0, example: str = "", **facts: object) -> Finding:
    """Return a finding from its sentence and what its `{names}` stand for."""
    texts = {name: str(value) for name, value in facts.items()} | {"rows": f"{rows:,}", "example": example}
    return Finding(finding=template.format_map(texts), rows=rows, example=example, template=template, facts=texts)


class ImportReport(msgspec.Struct, kw_only=True, frozen=True):
    """How an import went: rows = loaded + known + rejected."""

    import_id: UUID
    kind: str
    file_name: str
    rows: int
    loaded: int
    known: int
    """Rows that had been imported before."""
    rejected: int
    findings: list[Finding]
    reject_file: str | None
    """File of the rows that could not be used, each with line and reason."""
    made: dict[str, int]
    """What was made of the rows: orders, refunds, products, profiles."""
    seconds: float


class Preview(msgspec.Struct, kw_only=True, frozen=True):
    """What a file holds, before it is imported."""

    file_name: str
    kind: str
    columns: list[str]
    mapping: dict[str, str]
    """Column by field, as proposed."""
    missing: list[str]
    """Required fields that no column was found for."""
    rows: list[dict[str, str]]
    """The first rows, as they are."""
    findings: list[Finding]


class ReplayResult(msgspec.Struct, kw_only=True, frozen=True):
    """What became of a repaired row."""

    replayed: bool
    field: str = ""
    """What is still wrong with it, where it was not replayed."""
    reason: str = ""
    remedy: str = ""
