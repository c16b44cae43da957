"""What a kind of import is: its fields, declared once. Reading, console, command line and documentation follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FieldType(StrEnum):
    """What the cells of a column are."""

    ID = "id"
    TEXT = "text"
    QUANTITY = "quantity"
    """Whole pieces, also written "3 Stk" or "2 pcs"."""
    NUMBER = "number"
    MONEY = "money"
    """An amount, also with a currency in the cell."""
    CURRENCY = "currency"
    DATE = "date"
    EMAIL = "email"


@dataclass(frozen=True)
class Field:
    """One column that a kind of import understands."""

    name: str
    type: FieldType
    description: str
    aliases: tuple[str, ...] = ()
    """Names of it in other systems, the surest first; case, umlauts and punctuation do not matter."""
    required: bool = False
    by_language: bool = False
    """Whether there may be several, one a language: `title_de`, `title_en`."""


@dataclass(frozen=True)
class Preset:
    """Columns of one system whose names mean something else elsewhere."""

    name: str
    signature: tuple[str, ...]
    """Columns that only this system's exports have together."""
    columns: Mapping[str, str]
    """Field by column."""


@dataclass(frozen=True)
class Kind:
    """Something that files are imported as."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    forms: tuple[frozenset[str], ...]
    """Sets of fields, one of which a file must have whole."""
    presets: tuple[Preset, ...] = ()
    keeps_other_columns: bool = False
    """Whether columns that are no field are kept as attributes."""
    ignored: tuple[str, ...] = ()
    """Parts of column names that mean consent, which a file cannot give."""
    _by_name: dict[str, Field] = field(init=False, default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """Index the fields."""
        self._by_name.update((each.name, each) for each in self.fields)

    def field(self, name: str) -> Field | None:
        """Return a field by its name."""
        return self._by_name.get(name)

    def missing(self, mapped: Iterable[str]) -> list[str]:
        """Return the fields that a file still needs, by the form that it is nearest to."""
        have = set(mapped)
        nearest = min(self.forms, key=lambda form: len(form - have))
        return [each.name for each in self.fields if each.name in nearest - have]
