"""The sample shop as a value, and how it comes about: assortment, customers, then the life of every one of them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hanse.data.catalog.schemas import CustomerPriceList, Document, Price, Product, Relation, Stock
from hanse.data.consent.schemas import Consent
from hanse.data.decisions.schemas import DecisionRecord
from hanse.data.events.schemas import Event
from hanse.data.profiles.schemas import Contract, Installation, Membership, Profile
from hanse.testing.sample import assortment, chance, truth
from hanse.testing.sample.assortment.prices import list_prices
from hanse.testing.sample.behaviour import attacks, lives, mailings, service
from hanse.testing.sample.journal import Journal
from hanse.testing.sample.people import export, population
from hanse.testing.sample.window import Window
from hanse.testing.sample.world import World

UNTIL = datetime(2026, 7, 1, tzinfo=UTC)
"""Where the 24 months end unless somebody says otherwise, so that tests always see the same shop."""


@dataclass(frozen=True)
class SampleShop:
    """Everything of one sample shop, as the stores of the data layer take it."""

    products: list[Product]
    relations: list[Relation]
    prices: list[Price]
    customer_price_lists: list[CustomerPriceList]
    stock: list[Stock]
    documents: list[Document]
    profiles: list[Profile]
    memberships: list[Membership]
    installations: list[Installation]
    contracts: list[Contract]
    consents: list[Consent]
    events: list[Event]
    """In order of time. Events share the dicts in `properties` and `context`, so never change them."""
    decisions: list[DecisionRecord]
    truth: dict[str, Any]
    """What drove it all; belongs into a file of its own, see `write_truth`."""


def generate(customers: int = 2000, seed: int = 7, until: datetime | None = None) -> SampleShop:
    """Return the shop of the 24 months up to a moment, with as many profiles as asked for; the same for the same arguments."""
    with _without_collection():
        window = Window(until or UNTIL)
        goods = assortment.build(chance.seeded(seed, "assortment"))
        people = population.draw(chance.seeded(seed, customers, "people"), customers, goods)
        journal = Journal(window, f"sample-{chance.digest(customers, seed, window.until.isoformat())[:8]}")
        agents = service.draw_agents(chance.seeded(seed, "agents"))
        world = World(window, goods, people, journal, agents, chance.seeded(seed))
        _simulate(world, customers, seed)
        return _collect(world, truth.tell(world, customers, seed))


def _simulate(world: World, customers: int, seed: int) -> None:
    letters = mailings.plan(world.window)
    for party in world.population.parties:
        world.rng = chance.seeded(seed, customers, "life", party.number)
        lives.live(world, party, letters)
    world.rng = chance.seeded(seed, customers, "attacks")
    attacks.attack(world)


def _collect(world: World, told: dict[str, Any]) -> SampleShop:
    goods, parties, window = world.assortment, world.population.parties, world.window
    return SampleShop(
        products=goods.products,
        relations=goods.relations,
        prices=[*list_prices(goods.items), *export.prices(parties, goods)],
        customer_price_lists=export.customer_price_lists(parties),
        stock=goods.stock,
        documents=goods.documents,
        profiles=export.profiles(parties, window),
        memberships=export.memberships(parties, window),
        installations=export.installations(parties, window),
        contracts=export.contracts(parties, window),
        consents=export.consents(parties, window),
        events=world.journal.events(),
        decisions=sorted(world.decisions, key=lambda record: record.decided_at),
        truth=told,
    )


def write_truth(shop: SampleShop, path: Path) -> None:
    """Write the truth of a shop as compressed JSON that only its owner may read."""
    truth.write_truth(shop.truth, path)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep Python from looking for garbage among a million objects that all stay; it would take a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
