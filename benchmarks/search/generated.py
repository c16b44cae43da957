"""A large shop made by rule: products with German titles whose words are as unevenly frequent as in real catalogs, and queries for them.

A third of the products are variants, six of each, which differ in size and colour.

No text is encoded: vectors are random points round some hundred centres, as products lie by what they are.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import SEED
from hanse.data.catalog.schemas import Price, Product, Stock


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRSTS = _words(
    "akku schlag bohr winkel hand kreis stich hoch druck tauch werkstatt kohle luft schleif trenn säge hammer holz stein stahl metall kabel "
    "garten rasen hecken laub schnee wasser schlauch farb lack wand decken boden fliesen fugen dach fenster tür möbel schrank regal licht strom "
    "netz lade motor getriebe pumpen filter öl brems reifen felgen auto fahrrad sport kinder büro papier küchen koch back brat kaffee tee wein"
)
SECONDS = _words(
    "schrauber bohrer hammer schleifer säge maschine gerät sauger reiniger pumpe messer zange schlüssel halter ständer koffer kasten tasche "
    "scheibe blatt band bürste rolle walze düse ventil schalter stecker kupplung dichtung feder schraube mutter nagel dübel haken griff hebel "
    "lampe leuchte strahler kabel leitung schlauch rohr eimer wanne matte decke folie papier tuch handschuh brille helm schuh hose jacke weste"
)
ADJECTIVES = _words(
    "klein groß leicht robust leise stark kompakt faltbar verstellbar wasserdicht rostfrei verzinkt gehärtet gummiert isoliert gepolstert"
)
COLOURS = _words("schwarz weiß grau rot blau grün gelb orange silber braun")
MATERIALS = _words("Stahl Edelstahl Aluminium Kunststoff Gummi Holz Messing Nylon Baumwolle Leder")
SYLLABLES = _words("ba ke li mo nu ra se ti vo za dor fen gar hil jun kal lem nor pas quin ros tal ven wil")
BRANDS, CATEGORIES, SERIES, CENTRES = 500, 300, 3_000, 300
VARIANTS, GROUPED = 6, 3
"""How many variants a product has that has any, and one of how many has."""
SHARED = ("compound", "brand", "series", "model", "adjective", "material")
"""What variants of a product have in common."""
SKEW = 1.05
"""The exponent of Zipf's law."""
DIMENSIONS = 384
EPOCH_SECONDS = 946_684_800
"""PostgreSQL counts time from the year 2000 on."""


def word(number: int) -> str:
    """Return a made-up name for a number.

    >>> word(0), word(25)
    ('Baba', 'Keke')
    """
    rest, last = divmod(number, len(SYLLABLES))
    more, first = divmod(rest, len(SYLLABLES))
    return f"{SYLLABLES[first]}{SYLLABLES[last] * (1 + more)}".capitalize()


def skewed(rng: np.random.Generator, kinds: int, size: int) -> NDArray[np.int64]:
    """Draw numbers below `kinds` by Zipf's law."""
    weights = 1 / np.arange(1, kinds + 1) ** SKEW
    return rng.choice(kinds, size, p=weights / weights.sum()).astype(np.int64)


@dataclass(frozen=True)
class Shop:
    """So many products, described by what was drawn for each."""

    compounds: list[str]
    brands: list[str]
    series: list[str]
    drawn: dict[str, NDArray[np.int64]]

    def __len__(self) -> int:
        """Return how many products there are."""
        return len(self.drawn["compound"])

    def thing(self, number: int) -> str:
        """Return what a product is."""
        return self.compounds[int(self.drawn["compound"][number])]

    def title(self, number: int) -> str:
        """Return a product's title."""
        drawn = self.drawn
        parts = (self.brands[drawn["brand"][number]], self.thing(number), self.series[drawn["series"][number]], str(drawn["model"][number]))
        return f"{' '.join(parts)} {drawn['size'][number]} mm, {ADJECTIVES[drawn['adjective'][number]]}"


def shop(products: int, seed: int = SEED) -> Shop:
    """Return a shop; the same for the same seed."""
    rng = np.random.default_rng(seed)
    pairs = [f"{first}{second}".capitalize() for first in FIRSTS for second in SECONDS]
    rng.shuffle(pairs)
    kinds = {
        "compound": len(pairs),
        "brand": BRANDS,
        "series": SERIES,
        "adjective": len(ADJECTIVES),
        "colour": len(COLOURS),
        "material": len(MATERIALS),
    }
    drawn = {name: skewed(rng, count, products) for name, count in kinds.items()}
    drawn |= {
        name: rng.integers(1, most, products) for name, most in {"model": 999, "size": 400, "power": 3_000, "cents": 50_000, "stock": 90}.items()
    }
    first = np.array([_first(number) for number in range(products)])
    drawn |= {name: drawn[name][first] for name in SHARED}
    return Shop(pairs, [word(number + 600) for number in range(BRANDS)], [word(number) for number in range(SERIES)], drawn)


def _first(number: int) -> int:
    """Return the first of a product's variants; the product itself where it has none."""
    group = number // VARIANTS
    return number if group % GROUPED else group * VARIANTS


def products(made: Shop) -> Iterator[Product]:
    """Go through the products."""
    for number in range(len(made)):
        yield product(made, number)


def product(made: Shop, number: int) -> Product:
    """Return a product as the catalog takes it."""
    drawn, thing = made.drawn, made.thing(number)
    category = int(drawn["compound"][number]) % CATEGORIES
    material = MATERIALS[drawn["material"][number]]
    said = f"{thing} aus {material}, {ADJECTIVES[drawn['adjective'][number]]} und für jeden Tag gemacht. Passt zu allem aus der Reihe."
    return Product(
        product_id=product_id(number),
        parent_id=None if (number // VARIANTS) % GROUPED else f"GROUP-{_first(number):06}",
        title={"de": made.title(number)},
        description={"de": said},
        category={"de": f"{FIRSTS[category % len(FIRSTS)].capitalize()} > Gruppe {category}"},
        brand=made.brands[drawn["brand"][number]],
        attributes={
            "diameter": {"value": int(drawn["size"][number]), "unit": "mm"},
            "power": {"value": int(drawn["power"][number]) * 10, "unit": "W"},
            "colour": {"value": {"de": COLOURS[drawn["colour"][number]]}},
            "material": {"value": {"de": material}},
        },
    )


def product_id(number: int) -> str:
    """Return the id of a product."""
    return f"GX-{number:06}"


def prices(made: Shop) -> Iterator[Price]:
    """Go through the prices."""
    return (Price(product_id=product_id(number), amount_minor=int(cents)) for number, cents in enumerate(made.drawn["cents"]))


def stock(made: Shop) -> Iterator[Stock]:
    """Go through the stock."""
    return (Stock(product_id=product_id(number), quantity=int(pieces) - 1) for number, pieces in enumerate(made.drawn["stock"]))


def vectors(count: int, read_at: datetime, seed: int = SEED) -> Iterator[bytes]:
    """Go through rows of product, vector of length one and time, as a binary COPY takes them (halfvec: dimensions, unused, half floats)."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(CENTRES, DIMENSIONS))
    moment = struct.pack("!iq", 8, round((read_at.timestamp() - EPOCH_SECONDS) * 1e6))
    yield b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
    for number, centre in enumerate(rng.integers(CENTRES, size=count)):
        drawn = centres[centre] + rng.normal(scale=0.7, size=DIMENSIONS)
        halves = (drawn / np.linalg.norm(drawn)).astype(">f2").tobytes()
        name = product_id(number).encode()
        yield struct.pack("!hi", 3, len(name)) + name + struct.pack("!ihh", len(halves) + 4, DIMENSIONS, 0) + halves + moment
    yield struct.pack("!h", -1)


def queries(made: Shop, count: int, seed: int) -> list[str]:
    """Return so many distinct queries for products that are drawn as they come: a thing, a thing with brand, series, size or colour."""
    rng = np.random.default_rng(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[_query(made, int(rng.integers(len(made))), rng)] = None
    return list(found)


def _query(made: Shop, number: int, rng: np.random.Generator) -> str:
    drawn, thing = made.drawn, made.thing(number).lower()
    ways = (
        thing,
        f"{made.brands[drawn['brand'][number]].lower()} {thing}",
        f"{thing} {drawn['size'][number]}mm",
        f"{thing} {COLOURS[drawn['colour'][number]]}",
        f"{thing} {made.series[drawn['series'][number]].lower()}",
        f"{made.series[drawn['series'][number]].lower()} {drawn['model'][number]}",
        _mistyped(thing, rng),
    )
    return str(rng.choice(ways))


def _mistyped(text: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(1, len(text) - 1))
    return text[:place] + text[place + 1 :]


def zipf(items: Sequence[str], count: int, seed: int) -> list[str]:
    """Draw items by Zipf's law, the first ones most often."""
    return [items[place] for place in skewed(np.random.default_rng(seed), len(items), count)]
