"""What a party wants on a day: a basket that follows from its tastes, its machines, the season and campaigns."""

from __future__ import annotations

import math

from hanse.testing.sample import chance, vocabulary
from hanse.testing.sample.assortment import Item, Kind
from hanse.testing.sample.chance import Urn
from hanse.testing.sample.people.members import Party, Person
from hanse.testing.sample.window import SEASON_OF
from hanse.testing.sample.world import World

Basket = dict[Item, int]
"""Items with how many of each."""

OWNED = Urn((Kind.CONSUMABLE, Kind.ACCESSORY, Kind.MACHINE, Kind.SPARE_PART), (0.72, 0.12, 0.1, 0.06))
NOT_OWNED = Urn((Kind.MACHINE, Kind.SET, Kind.CONSUMABLE, Kind.ACCESSORY), (0.4, 0.12, 0.34, 0.14))
WITHOUT_MACHINES = {"work_wear": Kind.GARMENT, "wine": Kind.WINE, "delicatessen": Kind.FOOD}
LARGEST = 6
CAMPAIGN_PULL = 9.0
"""How many times its percentage a campaign lifts demand, for an elasticity and a price sensitivity of 1."""


def demand(world: World, party: Party, day: float) -> dict[str, float]:
    """Return how much of each family a party wants on a day; 1 in all is an ordinary day."""
    month = world.window.months[min(max(int(day), 0), len(world.window.months) - 1)]
    wanted = {family: taste * SEASON_OF[family][month] for family, taste in party.tastes.items()}
    campaign = world.window.campaign(day)
    if campaign:
        for family in campaign.families:
            wanted[family] *= 1 + campaign_lift(family, campaign.percent, party.price_sensitivity)
    return wanted


def campaign_lift(family: str, percent: float, price_sensitivity: float) -> float:
    """Return by how much a discount lifts the demand for a family."""
    return vocabulary.families()[family].elasticity * price_sensitivity * percent / 100 * CAMPAIGN_PULL


def wish(world: World, party: Party, person: Person, day: float, families: dict[str, float]) -> Basket:
    """Return what somebody wants to buy: one thing, and what truly goes with it."""
    rng = world.rng
    family = Urn(list(families), list(families.values())).draw(rng)
    first = choose(world, party, person, day, family)
    if first is None:
        return {}
    basket = {first: _quantity(world, party, first)}
    add_complements(world, party, person, day, basket)
    if rng.random() < 0.15:
        second = choose(world, party, person, day, Urn(list(families), list(families.values())).draw(rng))
        if second is not None:
            basket.setdefault(second, _quantity(world, party, second))
    return basket


def add_complements(world: World, party: Party, person: Person, day: float, basket: Basket) -> None:
    """Put in what is truly bought together with what is there."""
    for item in list(basket):
        for other, probability in item.complements:
            if len(basket) < LARGEST and world.rng.random() < probability:
                fitting = sized(world, other, person)
                if fitting.is_sold_on(day):
                    basket.setdefault(fitting, _quantity(world, party, fitting))


def choose(world: World, party: Party, person: Person, day: float, family: str) -> Item | None:
    """Return one thing of a family: what they always buy, or one they like."""
    kind = _kind(world, party, family)
    habit = party.habits.get((family, kind.value))
    if habit is not None and habit.is_sold_on(day) and kind not in {Kind.MACHINE, Kind.SET} and world.rng.random() < 0.6:
        return sized(world, habit, person)
    for _ in range(8):
        item = sized(world, world.assortment.urns[family, kind].draw(world.rng), person)
        if item.is_sold_on(day) and world.rng.random() < _liking(party, item):
            party.habits[family, kind.value] = item
            return item
    return None


def sized(world: World, item: Item, person: Person) -> Item:
    """Return a garment in somebody's size, anything else as it is."""
    if item.kind is not Kind.GARMENT:
        return item
    return world.assortment.garments[item.style, person.shoe_size if item.style == "shoes" else person.size]


def _kind(world: World, party: Party, family: str) -> Kind:
    if family in WITHOUT_MACHINES:
        return WITHOUT_MACHINES[family]
    owned = any(machine.item.family == family for machine in party.machines)
    return (OWNED if owned else NOT_OWNED).draw(world.rng)


def _liking(party: Party, item: Item) -> float:
    if item.kind is Kind.SPARE_PART:
        return 1.0 if any(machine.item.line == item.line for machine in party.machines) else 0.02
    if item.kind in {Kind.MACHINE, Kind.SET}:
        wanted_grade = 0.4 + 1.5 * min(party.usage, 1.2) * (1.25 - party.price_sensitivity)
        return math.pow(0.25, abs(item.grade - wanted_grade)) * (0.5 + item.quality / 2)
    if item.kind is Kind.CONSUMABLE and item.line:
        return 1.0 if any(machine.item.line == item.line for machine in party.machines) else 0.1
    return (1.0 - 0.45 * item.grade * party.price_sensitivity) * (0.4 + 0.6 * item.quality)


def _quantity(world: World, party: Party, item: Item) -> int:
    rng = world.rng
    if item.kind is Kind.CONSUMABLE:
        return 10 if party.company and rng.random() < 0.08 else 1 + chance.poisson(rng, 2.2 * party.usage)
    if item.kind is Kind.WINE:
        return rng.choice((1, 2, 3, 6, 6, 12))
    if item.kind in {Kind.GARMENT, Kind.FOOD}:
        return 1 + chance.poisson(rng, 1.3 if party.company else 0.3)
    return 2 if party.company and item.kind is Kind.MACHINE and rng.random() < 0.05 else 1
