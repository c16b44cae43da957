"""The words of the sample shop: typed tables read from the TOML files beside this module.

Called by everything in the sample shop that needs names, texts or rates.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, TypeVar

import msgspec

from hanse.data.catalog.schemas import Texts

TableT = TypeVar("TableT")

LANGUAGES = ("de", "en")
Phrases = dict[str, list[str]]
"""Sentences by language, of which one is drawn."""


class Line(msgspec.Struct, frozen=True):
    """A range of machines of one family: its newest generation, and how many there were."""

    name: str
    grade: int
    generations: int
    price: int
    attributes: dict[str, tuple[float, str]]


class PartUse(msgspec.Struct, frozen=True):
    """A kind of spare part in one family: its price, and how many months it lasts in a busy workshop."""

    type: str
    price: int
    months: float


class Accessory(msgspec.Struct, frozen=True):
    """Something to use with every machine of a family."""

    title: Texts
    price: int


class Consumable(msgspec.Struct, frozen=True):
    """Something machines use up, in several sizes."""

    title: Texts
    label: str
    unit: str
    sizes: list[float]
    price: int
    months: float


class MachineFamily(msgspec.Struct, frozen=True):
    """A kind of machine with all that belongs to it."""

    key: str
    title: Texts
    group: Texts
    season: str
    elasticity: float
    returns: float
    rate: float
    use: Texts
    words: Phrases
    lines: list[Line]
    parts: list[PartUse]
    accessories: list[Accessory]
    consumables: list[Consumable]


class PartType(msgspec.Struct, frozen=True):
    """What goes wrong when a part wears out, why, and how it is changed."""

    title: Texts
    symptom: Texts
    cause: Texts
    steps: Phrases


class Style(msgspec.Struct, frozen=True):
    """A garment that comes in sizes."""

    key: str
    title: Texts
    group: Texts
    colour: Texts
    material: Texts
    price: int
    weight: float
    sizes: tuple[str, ...] = ("S", "M", "L", "XL", "XXL")


class Bottle(msgspec.Struct, frozen=True):
    """A wine."""

    estate: str
    name: str
    grape: str
    kind: str
    vintage: int
    region: str
    price: int
    taste: Texts


class Food(msgspec.Struct, frozen=True):
    """A delicacy."""

    title: Texts
    group: Texts
    amount: float
    unit: str
    price: int
    text: Texts


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """A family without machines."""

    key: str
    title: Texts
    season: str
    elasticity: float
    returns: float
    rate: float
    words: Phrases
    styles: list[Style] = []
    bottles: list[Bottle] = []
    kinds: dict[str, Texts] = {}
    foods: list[Food] = []


class Persona(msgspec.Struct, frozen=True):
    """A segment of customers."""

    key: str
    company: bool
    share: float
    title: Texts
    taste: dict[str, float]
    interval_days: float
    visits: float
    machines: float
    usage: float
    price_sensitivity: float
    churn: float


class Campaign(msgspec.Struct, frozen=True):
    """Days of every year on which a coupon holds for some families."""

    coupon: str
    title: Texts
    first_day: str
    days: int
    percent: int
    families: list[str]


class People(msgspec.Struct, frozen=True):
    """Parts of which names, addresses and telephone numbers are put together."""

    first_names: list[str]
    surname_heads: list[str]
    surname_tails: list[str]
    street_heads: list[str]
    street_tails: list[str]
    town_heads: list[str]
    town_tails: list[str]
    company_forms: list[str]
    phone_stems: list[str]
    mobile_stem: str
    mail_domains: list[str]
    places_of_machines: list[str]


class Topic(msgspec.Struct, frozen=True):
    """What a ticket can be about."""

    channels: list[str]
    subject: Phrases
    body: Phrases
    answer: Phrases


def _read(file: str, kind: type[TableT]) -> TableT:
    text = resources.files(__name__).joinpath(file).read_text(encoding="utf-8")
    return msgspec.toml.decode(text, type=kind)


@cache
def machine_families() -> tuple[MachineFamily, ...]:
    """Return all families of machines."""
    files = ("machines_drilling.toml", "machines_sawing.toml", "machines_cleaning.toml")
    return tuple(family for file in files for family in _read(file, dict[str, list[MachineFamily]])["families"])


@cache
def ranges() -> dict[str, Range]:
    """Return the families without machines by key: work wear, wine and delicatessen."""
    tables = _range_file()
    return {key: msgspec.convert(table, Range) for key, table in tables.items() if key != "seasons"}


@cache
def seasons() -> dict[str, list[float]]:
    """Return the curves by name: a factor for each month."""
    return msgspec.convert(_range_file()["seasons"], dict[str, list[float]])


@cache
def families() -> dict[str, MachineFamily | Range]:
    """Return all families by key, machines first."""
    return {family.key: family for family in machine_families()} | ranges()


@cache
def part_types() -> dict[str, PartType]:
    """Return the kinds of spare parts by key."""
    return _read("parts.toml", dict[str, PartType])


@cache
def personas() -> tuple[Persona, ...]:
    """Return the segments of customers."""
    return tuple(msgspec.convert(_persona_file()["personas"], list[Persona]))


@cache
def campaigns() -> tuple[Campaign, ...]:
    """Return the yearly campaigns."""
    return tuple(msgspec.convert(_persona_file()["campaigns"], list[Campaign]))


@cache
def people() -> People:
    """Return the parts of names and places."""
    return _read("people.toml", People)


@cache
def reviews() -> dict[str, dict[str, Phrases]]:
    """Return what reviews say by the style of the product and the mood of the writer."""
    return _read("reviews.toml", dict[str, dict[str, Phrases]])


@cache
def topics() -> dict[str, Topic]:
    """Return what tickets are about; `handover` is how an agent passes one on."""
    return _read("tickets.toml", dict[str, Topic])


@cache
def _range_file() -> dict[str, Any]:
    return _read("range.toml", dict[str, Any])


@cache
def _persona_file() -> dict[str, Any]:
    return _read("personas.toml", dict[str, Any])
