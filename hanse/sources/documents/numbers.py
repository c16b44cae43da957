"""The numbers by which texts name products: their ids, GTINs and article numbers, found as whole words however they are written.

A number counts where it has a digit and at least four characters, or six where it is digits alone: years, sizes and post codes are no
products. What parts it is left out: `NW-BS 18.120` is `nwbs18120`. Over a space it only goes where the catalog parts it too, or where
letters meet digits, and only in the same case; digits alone have to be parted as the catalog has them. GTINs need their check digit.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hanse.base.database import Connection, Queries
from hanse.data.catalog import facts
from hanse.sources.source import gtin

queries = Queries("hanse.data.catalog")
ATTRIBUTES = (
    *("mpn", "manufacturer_number", "manufacturer_pid", "manufacturer_aid", "supplier_pid", "supplier_aid", "supplier_number"),
    *("supplier_alternative_number", "article_number", "item_number", "order_number", "part_number", "model_number", "sku"),
    *("artikelnummer", "herstellernummer", "herstellerartikelnummer", "bestellnummer", "teilenummer", "ersatzteilnummer", "modellnummer"),
)
"""Attributes whose values are numbers of the product; the case of their names does not count."""
PAGE = 5_000
SHORTEST = 4
SHORTEST_DIGITS = 6
SHORTEST_DIGITS_IN_NAME = 5
LONGEST = 60
MOST_ATOMS = 8
MOST_PRODUCTS = 20
"""Products that share a number; of more it says nothing."""
PREFIX = 2

_ATOM = re.compile(r"[^\W_]+")
_WRITTEN = re.compile(r"[^\W_]+(?:(?:[-–‐‑./_]| {1,2})[^\W_]+)*")
_DIGIT_EDGE = re.compile(r"(?<=\d)(?=\D)|(?<=\D)(?=\d)")
TIGHT = frozenset("-–‐‑./_")
SPACES = frozenset((" ", "\u00a0", "\u202f"))
OPEN = frozenset("/_")
"""What may join two parts of a number, and may part two numbers as well."""


class Number(NamedTuple):
    """A number as the catalog writes it."""

    written: str
    product_id: str


class Hit(NamedTuple):
    """A number that a text names."""

    product_ids: tuple[str, ...]
    place: int
    """Where it begins in the text."""


@dataclass
class Numbers:
    """All numbers of the catalog, by their characters alone."""

    known: dict[str, list[Number]] = field(default_factory=dict)
    gtins: dict[str, list[str]] = field(default_factory=dict)
    products: set[str] = field(default_factory=set)
    _prefixes: set[str] = field(default_factory=set)
    _sum: int = 0

    @property
    def digest(self) -> str:
        """Return what tells these numbers from others, in whatever order they came."""
        return f"{self._sum:016x}"

    def add(self, product_id: str, gtins: Iterable[str], others: Iterable[str]) -> None:
        """Take in the numbers of one product."""
        self.products.add(product_id)
        said = sorted({product_id, *others})
        for written in said:
            self._add_number(Number(product_id if written == product_id else written, product_id))
        valid = sorted({each.zfill(14) for each in gtins if gtin.has_check_digit(each)})
        for each in valid:
            self.gtins.setdefault(each, []).append(product_id)
        body = "\0".join((product_id, *said, "", *valid)).encode("utf-8", "replace")
        self._sum = (self._sum + int.from_bytes(hashlib.blake2b(body, digest_size=8).digest(), "big")) % 2**64

    def named(self, number: str) -> tuple[str, ...]:
        """Return the products that somebody names by a number that stands alone."""
        if number in self.products:
            return (number,)
        return next((hit.product_ids for hit in self.find(number, is_name=True) if hit.place == 0), ())

    def find(self, text: str, *, is_name: bool = False) -> Iterator[Hit]:
        """Go through the numbers in a text; the longest counts where one holds another.

        In the name of a file, hyphens and points may part a number from other words.
        """
        atoms = [found.span() for found in _ATOM.finditer(text)]
        parted = OPEN | TIGHT if is_name else OPEN
        place = 0
        while place < len(atoms):
            step = 1
            if self._may_begin(text, atoms, place, parted) and (found := self._longest(text, atoms, place, parted, is_name=is_name)):
                products, last = found
                yield Hit(products, atoms[place][0])
                step = last - place + 1
            place += step

    def _add_number(self, number: Number) -> None:
        key = "".join(_ATOM.findall(number.written)).lower()
        if not SHORTEST <= len(key) <= LONGEST or not any(letter.isdigit() for letter in key) or not _WRITTEN.fullmatch(number.written):
            return
        if key.isdigit() and len(key) < SHORTEST_DIGITS_IN_NAME:
            return
        self._prefixes.add(key[:PREFIX])
        self.known.setdefault(key, []).append(number)

    def _may_begin(self, text: str, atoms: list[tuple[int, int]], place: int, parted: frozenset[str]) -> bool:
        begin, end = atoms[place]
        if place and begin - atoms[place - 1][1] == 1 and text[begin - 1] in TIGHT and text[begin - 1] not in parted:
            return False
        head = text[begin : min(end, begin + PREFIX)].lower()
        return head in self._prefixes or len(head) < PREFIX or head[0].isdigit()

    def _longest(
        self, text: str, atoms: list[tuple[int, int]], place: int, parted: frozenset[str], *, is_name: bool
    ) -> tuple[tuple[str, ...], int] | None:
        """Return the products of the longest number that begins at a word, and its last word."""
        found: tuple[tuple[str, ...], int] | None = None
        piece = ""
        cuts: list[int] = []
        spaces: list[int] = []
        for last in range(place, min(place + MOST_ATOMS, len(atoms))):
            begin, end = atoms[last]
            if last > place:
                between = text[atoms[last - 1][1] : begin]
                if between not in TIGHT and between not in SPACES:
                    break
                (spaces if between in SPACES else cuts).append(len(piece))
            piece += text[begin:end]
            if len(piece) > LONGEST:
                break
            follows = text[end : atoms[last + 1][0]] if last + 1 < len(atoms) else ""
            if follows in TIGHT and follows not in parted:
                continue
            if products := self._products(piece, cuts, spaces, is_name=is_name):
                found = products, last
        return found

    def _products(self, piece: str, cuts: list[int], spaces: list[int], *, is_name: bool) -> tuple[str, ...]:
        if len(piece) in gtin.LENGTHS and gtin.has_check_digit(piece) and (found := self.gtins.get(piece.zfill(14))):
            return tuple(found) if len(found) <= MOST_PRODUCTS else ()
        known = self.known.get(piece.lower())
        if not known or len(known) > MOST_PRODUCTS:
            return ()
        if piece.isdigit() and len(piece) < SHORTEST_DIGITS and not is_name:
            return ()
        return tuple(dict.fromkeys(each.product_id for each in known if _fits(each.written, piece, cuts, spaces)))


async def load(connection: Connection) -> Numbers:
    """Return the numbers of all products."""
    numbers, after = Numbers(), ""
    wanted = {"names": list(ATTRIBUTES), "most": PAGE}
    while rows := await (await connection.execute(queries["product_numbers"], {**wanted, "after": after})).fetchall():
        for row in rows:
            numbers.add(row["product_id"], [row["gtin"]] if row["gtin"] else [], _texts(row["numbers"] or []))
        after = rows[-1]["product_id"]
    return numbers


def _fits(written: str, piece: str, cuts: list[int], spaces: list[int]) -> bool:
    """Return whether a piece of text that has the characters of a number is parted as the number may be."""
    if not cuts and not spaces:
        return True
    own, length = set(), 0
    for atom in _ATOM.findall(written):
        length += len(atom)
        own.add(length)
    if piece.isdigit():
        return own.issuperset(cuts) and own.issuperset(spaces)
    compact = "".join(_ATOM.findall(written))
    edges = {found.start() for found in _DIGIT_EDGE.finditer(compact)}
    return not spaces or (compact == piece and (own | edges).issuperset(spaces))


def _texts(value: Any) -> Iterator[str]:
    """Return the texts in an attribute, however deep they lie."""
    value = facts.bare(value)
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
