"""A product as the simulation sees it, with the truths that drive what is bought; made by the builders beside this module."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hanse.data.catalog.schemas import Document, Product, Relation, RelationKind, Stock, Texts
from hanse.testing.sample.chance import Urn

SHOP_URL = "https://nordwerk.example"


class Kind(StrEnum):
    """The part a product plays."""

    MACHINE = "machine"
    SPARE_PART = "spare_part"
    ACCESSORY = "accessory"
    CONSUMABLE = "consumable"
    SET = "set"
    GARMENT = "garment"
    WINE = "wine"
    FOOD = "food"


@dataclass(slots=True, eq=False)
class Item:
    """A product with its hidden truths."""

    product: Product
    kind: Kind
    family: str
    price_minor: int
    tax_percent: int = 19
    line: str = ""
    """Range of machines it is of or fits."""
    grade: int = 0
    """0 for the plain, 1 for the good, 2 for the best of a family."""
    part_type: str = ""
    months: float = 0.0
    """How long it lasts in a busy workshop."""
    style: str = ""
    size: str = ""
    popularity: float = 1.0
    quality: float = 0.5
    """What reviews scatter about, 0 to 1."""
    return_probability: float = 0.05
    launched_day: float = -9999.0
    retired_day: float = 9999.0
    complements: list[tuple[Item, float]] = field(default_factory=list)
    """What is truly bought with it, and with which probability."""
    facts: dict[str, Any] = field(default_factory=dict)
    """How events name it; shared by many events, so never change it."""

    @property
    def product_id(self) -> str:
        """Return its id."""
        return self.product.product_id

    @property
    def path(self) -> str:
        """Return the path of its page."""
        return f"/p/{self.product.product_id}"

    def is_sold_on(self, day: float) -> bool:
        """Return whether the shop offers it on a day."""
        return self.launched_day <= day < self.retired_day

    def title(self, language: str) -> str:
        """Return its name in a language."""
        return self.product.title[language]


class Numbering:
    """Gives out product ids and in-store article numbers, the same for every shop."""

    def __init__(self) -> None:
        """Start at the first number of each range."""
        self._numbers: dict[str, int] = {}

    def next(self, prefix: str) -> tuple[str, str]:
        """Return the next id of a range, such as NW-1042, and its GTIN."""
        number = self._numbers[prefix] = self._numbers.get(prefix, 1000) + 1
        range_number = sum(ord(letter) for letter in prefix) % 100
        return f"{prefix}-{number}", gtin(f"2{range_number:02d}00000{number}")


def gtin(digits: str) -> str:
    """Return a 13-digit number with its check digit (GS1 General Specifications, 7.9); 20 to 29 are for in-store use."""
    total = sum(int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


@dataclass
class Assortment:
    """Everything the shop sells, with ways to find it."""

    items: list[Item] = field(default_factory=list)
    parents: list[Product] = field(default_factory=list)
    """Products that are only sold as variants."""
    relations: list[Relation] = field(default_factory=list)
    stock: list[Stock] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    by_id: dict[str, Item] = field(default_factory=dict)
    by_family: dict[str, dict[Kind, list[Item]]] = field(default_factory=dict)
    parts_of_line: dict[str, list[Item]] = field(default_factory=dict)
    garments: dict[tuple[str, str], Item] = field(default_factory=dict)
    """Work wear by style and size."""
    popular: list[Item] = field(default_factory=list)
    """Best sellers, first the most wanted."""
    urns: dict[tuple[str, Kind], Urn[Item]] = field(default_factory=dict)

    def add(self, item: Item) -> Item:
        """Take an item in."""
        self.items.append(item)
        self.by_id[item.product_id] = item
        self.by_family.setdefault(item.family, {}).setdefault(item.kind, []).append(item)
        if item.kind is Kind.GARMENT:
            self.garments[item.style, item.size] = item
        if item.kind is Kind.SPARE_PART:
            self.parts_of_line.setdefault(item.line, []).append(item)
        return item

    def relate(self, item: Item, kind: RelationKind, other: Item, quantity: int | None = None) -> None:
        """Note that an item belongs to another."""
        self.relations.append(Relation(product_id=item.product_id, kind=kind, related_id=other.product_id, quantity=quantity))

    @property
    def products(self) -> list[Product]:
        """Return all products, those that are only sold as variants first."""
        return [*self.parents, *(item.product for item in self.items)]


def path(*parts: Texts) -> Texts:
    """Join texts to a category path in each language."""
    return {language: " > ".join(part[language] for part in parts) for language in ("de", "en")}


def value(number: object, unit: str = "") -> dict[str, object]:
    """Return an attribute's value, with its unit where it has one."""
    return {"value": number, "unit": unit} if unit else {"value": number}
