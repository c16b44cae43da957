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
    """Whole pieces other than zero, also written "3 Stk" or "2 pcs"."""
    STOCK = "stock"
    """Whole pieces, zero too."""
    PRICE = "price"
    """An amount of zero or more, also with a currency in the cell."""
    AMOUNT = "amount"
    """An amount that may be negative."""
    CURRENCY = "currency"
    MOMENT = "moment"
    """A date, with or without a time, from 1990 until now."""
    BIRTHDAY = "birthday"
    EMAIL = "email"

    @property
    def is_money(self) -> bool:
        """Return whether cells are amounts."""
        return self in {FieldType.PRICE, FieldType.AMOUNT}

    @property
    def is_pieces(self) -> bool:
        """Return whether cells are counts of pieces."""
        return self in {FieldType.QUANTITY, FieldType.STOCK}

    @property
    def is_date(self) -> bool:
        """Return whether cells are dates."""
        return self in {FieldType.MOMENT, FieldType.BIRTHDAY}


_PIECES_TEXT = "stk stck st stück stueck pcs pc pce piece pieces ea each unit units item items x × mal"
PIECE_UNITS = frozenset(_PIECES_TEXT.split())
"""Units that mean pieces, in lower case and without a dot."""


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
    identified_by: tuple[str, ...] = ()
    """Fields of which each row needs one; where empty, each row needs all fields of the form."""
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

    def needed(self, mapped: Iterable[str]) -> frozenset[str]:
        """Return the fields that no row may leave empty: those of the first form that the file has whole."""
        if self.identified_by:
            return frozenset()
        have = set(mapped)
        return next((form for form in self.forms if form <= have), self.forms[0])
