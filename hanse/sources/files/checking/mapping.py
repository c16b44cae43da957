"""Which column of a file is which field: by choice, by the names of known systems, or by what columns are usually called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hanse.base.errors import FieldProblem
from hanse.sources.files import errors
from hanse.sources.files.kinds.declaration import PIECE_UNITS, Field, Kind

_LANGUAGE_CODES = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl no pl pt ro sk sl sv tr uk"
_LANGUAGE_WORDS = {"deutsch": "de", "german": "de", "ger": "de", "englisch": "en", "english": "en", "eng": "en"}
LANGUAGES = _LANGUAGE_WORDS | {code: code for code in _LANGUAGE_CODES.split()}
"""Language by the end of a column's name."""
REJECT_COLUMNS = ("line", "field", "reason", "remedy")
"""The columns that a reject file adds at its end; a repaired one can be imported as it is."""

_LANGUAGE_SUFFIX = re.compile(r"^(?P<base>.+?)[\s_\-./(\[]+(?P<language>[A-Za-z]{2,8})(?:[_-][A-Z]{2})?[)\]]?$")
_UNIT_SUFFIX = re.compile(r"^(?P<base>.+?)(?:[\s_]+in)?[\s_]*[\s_(\[](?P<unit>[^\s()\[\]_]{1,8})[)\]]?$")
_UNIT_BRACKETS = re.compile(r"^(?P<base>.*\w.*?)\s*[(\[](?P<unit>[^()\[\]]{1,12})[)\]]$")
_CURRENCIES = {"€": "EUR", "eur": "EUR", "euro": "EUR", "$": "USD", "usd": "USD", "£": "GBP", "gbp": "GBP", "chf": "CHF", "sek": "SEK", "pln": "PLN"}


@dataclass
class ColumnMapping:
    """The columns of one file and what they are."""

    columns: dict[str, str] = field(default_factory=dict)
    """Column by field; fields in several languages as `title_de`."""
    others: list[str] = field(default_factory=list)
    """Columns that are no field."""
    currency: str | None = None
    """Currency that the name of an amount's column says: `Preis (EUR)`."""


def key(name: str) -> str:
    """Return what is left of a name without case, accents and punctuation; ü, ue and u are the same."""
    folded = name.casefold().replace("ß", "ss")
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(letter))
    letters = "".join(letter for letter in plain if letter.isalnum())
    return letters.replace("ae", "a").replace("oe", "o").replace("ue", "u") or name


def propose(kind: Kind, headers: Sequence[str], chosen: Mapping[str, str], *, file: str) -> ColumnMapping:
    """Find the field of each column; what was chosen wins, and a field chosen to be nothing ("") stays without a column.

    Raises `UnknownField` and `UnknownColumn` for choices that cannot be.
    """
    mapping = ColumnMapping()
    usable = list(headers[:-4]) if _is_reject_file(headers) else list(headers)
    for name, header in _chosen(kind, usable, chosen, file):
        mapping.columns[name] = header
    for name, header in _preset(kind, usable):
        if name not in chosen:
            _map(mapping, name, header)
    by_key = _first_by_key(usable)
    for each in kind.fields:
        if each.name not in chosen:
            _find(mapping, each, by_key)
    for header in usable:
        _find_language(mapping, kind, header)
    for header in usable:
        _find_with_unit(mapping, kind, header)
    taken = set(mapping.columns.values())
    mapping.others = [header for header in usable if header not in taken]
    return mapping


def check_complete(kind: Kind, mapping: ColumnMapping, headers: Sequence[str], *, file: str) -> None:
    """Raise `UnmappedColumns` where required fields have no column."""
    missing = kind.missing(mapping.columns)
    if missing:
        example = ",".join(f"{name}=COLUMN" for name in missing)
        problems = tuple(FieldProblem(field=name, message="no column was found", remedy=_describe(kind, name)) for name in missing)
        names = {"missing": ", ".join(missing), "columns": ", ".join(headers)}
        raise errors.UnmappedColumns(fields=problems, file=file, kind=kind.name, example=example, **names)


def reduced(kind: Kind, mapping: ColumnMapping) -> ColumnMapping:
    """Leave out the fields of other forms: an order's total where its lines are known."""
    if kind.identified_by:
        return mapping
    unneeded = frozenset().union(*kind.forms) - kind.needed(mapping.columns)
    kept = {name: header for name, header in mapping.columns.items() if name not in unneeded}
    others = [header for name, header in mapping.columns.items() if name in unneeded]
    return ColumnMapping(kept, [*mapping.others, *others], mapping.currency)


def _describe(kind: Kind, name: str) -> str:
    found = kind.field(name)
    return found.description if found else ""


def unit(header: str) -> tuple[str, str | None]:
    """Return the name and the unit in the name of a column: `Gewicht (kg)`, `Voltage [V]`."""
    match = _UNIT_BRACKETS.match(header)
    return (match["base"].strip(), match["unit"].strip()) if match else (header, None)


def is_consent(kind: Kind, header: str) -> bool:
    """Return whether a column says that somebody agreed to something, which only evidence can."""
    return any(key(part) in key(header) for part in kind.ignored)


def _is_reject_file(headers: Sequence[str]) -> bool:
    last = tuple(headers[-4:])
    return last[1:] == REJECT_COLUMNS[1:] and last[0].partition("_")[0] == REJECT_COLUMNS[0]


def _chosen(kind: Kind, headers: Sequence[str], chosen: Mapping[str, str], file: str) -> Iterable[tuple[str, str]]:
    by_key = _first_by_key(headers)
    for name, column in chosen.items():
        if not column:
            continue
        if not _is_field(kind, name):
            raise errors.UnknownField(kind=kind.title, field=name, known=", ".join(each.name for each in kind.fields))
        header = column if column in headers else by_key.get(key(column))
        if header is None:
            raise errors.UnknownColumn(column=column, file=file, field=name, columns=", ".join(headers))
        yield name, header


def _is_field(kind: Kind, name: str) -> bool:
    base, _, language = name.rpartition("_")
    by_language = kind.field(base)
    return kind.field(name) is not None or (by_language is not None and by_language.by_language and language in LANGUAGES.values())


def _preset(kind: Kind, headers: Sequence[str]) -> Iterable[tuple[str, str]]:
    by_key = _first_by_key(headers)
    for preset in kind.presets:
        if all(key(column) in by_key for column in preset.signature):
            yield from ((name, by_key[key(column)]) for column, name in preset.columns.items() if key(column) in by_key)


def _first_by_key(headers: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for header in headers:
        found.setdefault(key(header), header)
    return found


def _map(mapping: ColumnMapping, name: str, header: str) -> None:
    if name not in mapping.columns and header not in mapping.columns.values():
        mapping.columns[name] = header


def _find(mapping: ColumnMapping, wanted: Field, by_key: Mapping[str, str]) -> None:
    for alias in (wanted.name, *wanted.aliases):
        header = by_key.get(key(alias))
        if header is not None:
            _map(mapping, wanted.name, header)


def _find_language(mapping: ColumnMapping, kind: Kind, header: str) -> None:
    match = _LANGUAGE_SUFFIX.match(header)
    language = LANGUAGES.get(match["language"].casefold()) if match else None
    if match is None or language is None:
        return
    wanted = _named(kind, match["base"])
    if wanted is not None and wanted.by_language:
        _map(mapping, f"{wanted.name}_{language}", header)


def _find_with_unit(mapping: ColumnMapping, kind: Kind, header: str) -> None:
    """Understand `Preis (EUR)`, `Preis in EUR` and `Menge [Stk]`."""
    match = _UNIT_SUFFIX.match(header)
    wanted = _named(kind, match["base"]) if match else None
    if match is None or wanted is None or wanted.name in mapping.columns or header in mapping.columns.values():
        return
    currency = _CURRENCIES.get(match["unit"].casefold())
    if wanted.type.is_money and currency:
        mapping.currency = currency
    elif not (wanted.type.is_pieces and match["unit"].casefold().rstrip(".") in PIECE_UNITS):
        return
    _map(mapping, wanted.name, header)


def _named(kind: Kind, name: str) -> Field | None:
    wanted = key(name)
    return next((each for each in kind.fields if wanted in map(key, (each.name, *each.aliases))), None)
