"""Candidate pairs: records that share a key, where each key outlives another kind of error.

The same keys serve a whole file (`pairs`) and single new records (`Index`). A key that too many records share says nothing about who
they are, as the one e-mail address of a whole company: it is cut, and told where it is a value of one field.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hanse.data.profiles.matching import fields, projection

Pairs = npt.NDArray[np.int64]
"""Two columns of row numbers, the smaller first."""

MOST_NAMES = 20
"""Different names that may stand with one e-mail address or number."""
MOST_SHARING = 100
"""Records that may share a key; more than a family, a flat-sharing community or the duplicates of one person."""
PAIRS_PER_RECORD = 10
"""Candidate pairs that one rule may give for each record, on average; beyond, its largest blocks are cut."""
LOOSE_PAIRS = 100_000
"""Candidate pairs that a loose rule may give in all: in a large file it is for rare values only."""

TOLD = (*fields.IDENTIFIERS, "birth_date")
"""Fields in which a value that many share is somebody's mistake or a stopgap, and so worth telling."""


@dataclass(frozen=True)
class Rule:
    """One way for two records to become candidates: all its parts are the same."""

    name: str
    parts: tuple[str, ...]
    """Expressions over the columns of a cleaned record; null in one of them means no key."""
    reads: tuple[str, ...]
    is_loose: bool = False
    """Whether it says little by itself, and is there for records of which little is known."""

    def budget(self, records: int) -> int:
        """Return how many pairs it may give."""
        return min(records * PAIRS_PER_RECORD, LOOSE_PAIRS) if self.is_loose else records * PAIRS_PER_RECORD


@dataclass(frozen=True)
class Finding:
    """A value that too many people share to tell them apart: the mailbox of a company, the number of a till, a stopgap for a date."""

    field: str
    value: str
    records: int
    names: int
    """How many different names have it."""


@dataclass(frozen=True)
class Candidates:
    """The candidate pairs of a file, and what was cut to keep them few."""

    pairs: Pairs
    limits: dict[str, int]
    """Rule to the most records that may share a key."""
    cut: dict[str, int]
    """Rule to the number of keys that were cut."""


def rules(columns: Collection[str]) -> list[Rule]:
    """Return the rules for the fields there are."""
    known = set(columns)
    others = [each for each in sorted(known) if each.startswith("other_")]
    return [rule for rule in [*_RULES, *map(_other, others)] if known.issuperset(rule.reads)]


def keys(records: pa.Table, wanted: list[Rule], *, connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return one text column for each rule, null where a record has no such key."""
    names = {name for rule in wanted for name in rule.reads}
    heard = {_heard(name): _sounds(name) for name in ("given_name", "surname") if name in names}
    plain = {name: f'"{name}"' for name in sorted(names)}
    made = {f"k{number}": " || chr(31) || ".join(f"({part})" for part in rule.parts) for number, rule in enumerate(wanted)}
    return projection.project(connection, records, plain | heard, made)


def kiosks(records: pa.Table, *, connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Return the values that are not one person's, most shared first. One customer with a hundred orders is no such case."""
    found = [finding for name in TOLD if name in records.column_names for finding in _kiosks(records, name, connection)]
    return sorted(found, key=lambda finding: (-finding.records, finding.field, finding.value))


def pairs(records: pa.Table, wanted: list[Rule], *, connection: duckdb.DuckDBPyConnection) -> Candidates:
    """Return every pair of records that shares a key, each once."""
    count = records.num_rows
    found: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    limits, cut = {}, {}
    if not wanted or not count:
        return Candidates(np.empty((0, 2), np.int64), {rule.name: MOST_SHARING for rule in wanted}, {})
    for rule, column in zip(wanted, keys(records, wanted, connection=connection).columns, strict=True):
        blocks = _Blocks.of(column)
        limit = blocks.limit(rule.budget(count))
        limits[rule.name] = limit
        cut[rule.name] = int((blocks.sizes > limit).sum())
        found.append(blocks.pairs(limit, count))
    codes = np.unique(np.concatenate(found))
    return Candidates(np.stack([codes // count, codes % count], axis=1), limits, cut)


def _kiosks(records: pa.Table, name: str, connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    named = [f'"{each}"' for each in ("given_name", "surname", "company") if each in records.column_names]
    who = f"count(DISTINCT concat_ws(' ', {', '.join(named)}))" if named else "count(*)"
    rows = projection.groups(connection, records, name, "count(*)", who)
    # People share birthdays, and the more so the more they are.
    usual = 10 * sum(row[1] for row in rows) / max(len(rows), 1) if name == "birth_date" else 0
    return [Finding(name, value, count, names) for value, count, names in rows if names > max(MOST_NAMES, usual)]


@dataclass
class _Blocks:
    """The records of one rule, sorted so that those with the same key stand together."""

    rows: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    names: list[str]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> _Blocks:
        encoded = column.combine_chunks().dictionary_encode()
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        rows = np.argsort(codes, kind="stable")
        rows = rows[codes[rows] >= 0]
        _, starts, sizes = np.unique(codes[rows], return_index=True, return_counts=True)
        return cls(rows, starts.astype(np.int64), sizes.astype(np.int64), encoded.dictionary.to_pylist())

    def limit(self, budget: int) -> int:
        """Return the size up to which all blocks together stay within the number of pairs."""
        sizes, counts = np.unique(self.sizes, return_counts=True)
        total = np.cumsum(counts * sizes * (sizes - 1) // 2)
        within = sizes[total <= budget]
        largest = int(within.max()) if len(within) else 1
        return MOST_SHARING if len(within) == len(sizes) else min(MOST_SHARING, largest)

    def pairs(self, limit: int, count: int) -> npt.NDArray[np.int64]:
        """Return pairs of rows as one number each, block size by block size."""
        made = []
        for size in np.unique(self.sizes[(self.sizes > 1) & (self.sizes <= limit)]):
            starts = self.starts[self.sizes == size]
            members = np.sort(self.rows[starts[:, None] + np.arange(size)], axis=1)
            left, right = np.triu_indices(size, 1)
            made.append((members[:, left] * count + members[:, right]).ravel())
        return np.unique(np.concatenate(made)) if made else np.empty(0, np.int64)


@dataclass
class Index:
    """Which records have a key, for those that come one by one."""

    limits: list[int]
    rows: list[dict[str, list[int]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = self.rows or [defaultdict(list) for _ in self.limits]

    def add(self, row: int, record_keys: tuple[str | None, ...]) -> set[int]:
        """Take a record in and return those it may be the same as. A key that has become too common gives none."""
        found: set[int] = set()
        for key, rows, limit in zip(record_keys, self.rows, self.limits, strict=True):
            if key is None:
                continue
            sharing = rows[key]
            if len(sharing) < limit:
                found.update(sharing)
            if len(sharing) <= limit:
                sharing.append(row)
        return found


def each(table: pa.Table) -> Iterator[tuple[str | None, ...]]:
    """Yield the keys of one record after another."""
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


def _sounds(column: str) -> str:
    """Consonants by the place where they are spoken, after the Cologne phonetics: what is misheard or misspelt stays the same."""
    text = f"replace(replace(replace(replace(\"{column}\", 'ph', 'f'), 'sch', 's'), 'ck', 'k'), ' ', '')"
    text = f"translate({text}, 'bpdtfvwgkqcxlmnrszhaeiouyj', '11223334444456678888')"
    for digit in "12345678":
        text = f"regexp_replace({text}, '{digit}+', '{digit}', 'g')"
    return f'left("{column}", 1) || {text}'


def _heard(name: str) -> str:
    return f"heard_{name}"


def _heard_of(name: str) -> str:
    return f'"{_heard(name)}"'


def _first(column: str, length: int) -> str:
    return f'left("{column}", {length})'


def _sorted_pair(left: str, right: str) -> tuple[str, ...]:
    """Two values in the order of the alphabet, so that swapped ones are the same; `least` alone would overlook a null."""
    return f"least({left}, {right})", f"CASE WHEN {left} IS NOT NULL AND {right} IS NOT NULL THEN greatest({left}, {right}) END"


def _rule(name: str, *parts: str, reads: str) -> Rule:
    return Rule(name, parts, tuple(reads.split()))


def _loose(name: str, *parts: str, reads: str) -> Rule:
    return Rule(name, parts, tuple(reads.split()), is_loose=True)


def _value(name: str) -> Rule:
    return Rule(fields.words(name), (f'"{name}"',), (name,))


def _other(name: str) -> Rule:
    """Let a text of unknown meaning make candidates only together with the surname's sound, or it would join all of one kind."""
    return Rule(f"{fields.words(name)} and surname", (f'"{name}"', _heard_of("surname")), (name, "surname"))


_LOCAL_PART = "CASE WHEN length(split_part(\"email\", '@', 1)) >= 6 THEN split_part(\"email\", '@', 1) END"
_ANY_NAME = 'coalesce(left("surname", 1), left("given_name", 1))'
_YEAR, _MONTH_DAY = 'left("birth_date", 4)', 'right("birth_date", 4)'
_RULES = [
    *map(_value, fields.IDENTIFIERS),
    _value("birth_date"),
    *(_loose(fields.words(name), f'"{name}"', reads=name) for name in ("postcode", "city", "address_extra", "company")),
    _loose("surname", _heard_of("surname"), reads="surname"),
    _loose("given name", _heard_of("given_name"), reads="given_name"),
    _loose("beginning of mailbox", _first("email", 5), reads="email"),
    _loose("street", _first("street", 8), reads="street"),
    _loose("given name and initial", _heard_of("given_name"), _first("surname", 1), reads="given_name surname"),
    _loose("house and postcode", '"house_number"', _first("postcode", 3), reads="house_number postcode"),
    _loose("street and house", _first("street", 5), '"house_number"', reads="street house_number"),
    _rule("mailbox", _LOCAL_PART, reads="email"),
    _rule("names", *_sorted_pair('"given_name"', '"surname"'), reads="given_name surname"),
    _rule("sounds of names", _heard_of("given_name"), _heard_of("surname"), reads="given_name surname"),
    _rule("beginnings of names", *_sorted_pair(_first("given_name", 3), _first("surname", 4)), reads="given_name surname"),
    _rule(
        "birth date and initials", '"birth_date"', *_sorted_pair(_first("given_name", 1), _first("surname", 1)), reads="birth_date given_name surname"
    ),
    _rule("birth date and given name", '"birth_date"', _first("given_name", 2), reads="birth_date given_name"),
    _rule("birth date and surname", '"birth_date"', _first("surname", 2), reads="birth_date surname"),
    _rule("birth date and postcode", '"birth_date"', _first("postcode", 3), reads="birth_date postcode"),
    _rule("birth date and city", '"birth_date"', _first("city", 3), reads="birth_date city"),
    _rule("year of birth and given name and surname", _YEAR, _heard_of("given_name"), _first("surname", 1), reads="birth_date given_name surname"),
    _rule("day of birth and surname", _MONTH_DAY, _heard_of("surname"), reads="birth_date surname"),
    _rule("day of birth and given name", _MONTH_DAY, _heard_of("given_name"), reads="birth_date given_name"),
    _rule("year of birth and surname", _YEAR, _heard_of("surname"), reads="birth_date surname"),
    _rule("surname and postcode", _heard_of("surname"), '"postcode"', reads="surname postcode"),
    _rule("given name and postcode", _heard_of("given_name"), '"postcode"', reads="given_name postcode"),
    _rule("surname and city", '"surname"', '"city"', reads="surname city"),
    _rule("given name and city", '"given_name"', '"city"', reads="given_name city"),
    _rule("surname and street", _heard_of("surname"), _first("street", 5), reads="surname street"),
    _rule("given name and street", _heard_of("given_name"), _first("street", 5), reads="given_name street"),
    _rule("street and house and postcode", _first("street", 4), '"house_number"', '"postcode"', reads="street house_number postcode"),
    _rule("street and house and name", _first("street", 5), '"house_number"', _ANY_NAME, reads="street house_number surname given_name"),
    _rule("street and city and house", '"street"', '"house_number"', '"city"', reads="street house_number city"),
    _rule("street and city and name", '"street"', '"city"', _ANY_NAME, reads="street city surname given_name"),
    _rule("address line and surname", '"address_extra"', _first("surname", 1), reads="address_extra surname"),
    _rule("address line and given name", '"address_extra"', _first("given_name", 1), reads="address_extra given_name"),
    _rule("address line and street", '"address_extra"', _first("street", 3), reads="address_extra street"),
    _rule("company and city", '"company"', '"city"', reads="company city"),
    _rule("company and name", _first("company", 8), _heard_of("surname"), reads="company surname"),
    _rule("company and postcode", _first("company", 5), '"postcode"', reads="company postcode"),
]
