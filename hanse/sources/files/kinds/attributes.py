"""Columns of product files that are no field of their own: technical data, kept as attributes with their units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hanse.sources.files.checking import mapping
from hanse.sources.files.kinds.last_rows import steps
from hanse.sources.files.kinds.loading import InputFile
from hanse.sources.files.workspace import Workspace, literal

_PREFIX = re.compile(r"^(attribute|attribut|attr|eigenschaft|merkmal|meta|spec)s?[\s_:.\-]+(?=.)", re.IGNORECASE)


@dataclass(frozen=True)
class Attribute:
    """One column that becomes an attribute."""

    name: str
    """Its name in the rows."""
    header: str
    key: str
    unit: str | None
    decimal: str | None
    """Decimal sign, where all of its cells are numbers."""

    def value(self, cell: str | None) -> dict[str, Any] | None:
        """Return what a cell says; null for an empty one."""
        text = (cell or "").strip()
        if not text:
            return None
        value = text if self.decimal is None else _number(text.replace(self.decimal, "."))
        return {"value": value} | ({"unit": self.unit} if self.unit else {})


def found(workspace: Workspace, file: InputFile) -> list[Attribute]:
    """Return the columns of a file that become attributes."""
    made = []
    for index, header in enumerate(file.mapping.others):
        base, unit = mapping.unit(_PREFIX.sub("", header))
        key = re.sub(r"\W+", "_", base.casefold()).strip("_") or header
        made.append(Attribute(f"other_{index}", header, key, unit, _decimal(workspace, file, header)))
    return made


def _decimal(workspace: Workspace, file: InputFile, header: str) -> str | None:
    """Return the decimal sign with which all cells of a column are numbers; null where they are not."""
    column = f"c{file.raw.headers.index(header)}"
    for sign in (".", ","):
        pattern = literal(rf"-?(0|[1-9]\d{{0,11}})([{sign}]\d{{1,6}})?")
        (numeric,) = workspace.one(steps["numeric"], column=column, raw=file.raw.name, pattern=pattern)
        if numeric:
            return sign
    return None


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
