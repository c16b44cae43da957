"""Draws the customers: companies with members, households, second accounts, fraud rings and visitors without a name."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from hanse.base.operation import Purpose
from hanse.testing.sample import chance, vocabulary
from hanse.testing.sample.assortment import Assortment, Item, Kind
from hanse.testing.sample.chance import Urn
from hanse.testing.sample.people.members import Choice, Company, Device, Machine, Party, Person, Ring
from hanse.testing.sample.people.names import Names, misspelt
from hanse.testing.sample.vocabulary import Persona
from hanse.testing.sample.window import DAYS

DESKTOPS = Urn(("desktop firefox", "desktop chromium", "desktop safari"), (3, 5, 2))
MOBILES = Urn(("mobile chromium", "mobile safari", "tablet chromium", "app"), (5, 4, 1, 1.5))
SIZES = Urn(("S", "M", "L", "XL", "XXL"), (1, 3, 4, 3, 1))
SHOE_SIZES = Urn(("40", "41", "42", "43", "44", "45", "46"), (1, 2, 3, 3, 3, 2, 1))
MEMBERS = Urn((1, 2, 3, 4), (3, 4, 2, 1))
ROLES = ("owner", "buyer", "member", "member")
METHODS = Urn(("card", "wallet", "direct_debit", "prepayment", "invoice"), (45, 28, 13, 6, 8))
GRANTS = {Purpose.STATISTICS: 0.84, Purpose.PERSONALISATION: 0.78, Purpose.ADVERTISING: 0.58}
"""How many of those who are asked agree."""


@dataclass
class Population:
    """All customers, and the generator that drew them."""

    rng: Random
    assortment: Assortment
    names: Names = field(init=False)
    parties: list[Party] = field(default_factory=list)
    rings: list[Ring] = field(default_factory=list)
    size: int = 0
    """Profiles so far."""

    def __post_init__(self) -> None:
        """Start without a used mail address."""
        self.names = Names(self.rng)

    def add(self, party: Party) -> None:
        """Take a party in."""
        self.parties.append(party)
        self.size += len(party.persons) + (party.company is not None)


def draw(rng: Random, customers: int, assortment: Assortment) -> Population:
    """Return a population with as many profiles as asked for."""
    population = Population(rng, assortment)
    anonymous = round(customers * 0.07)
    for number in range(max(1, round(customers / 350)) if customers >= 30 else 0):
        _add_ring(population, number, rng.randrange(3, 6))
    companies_until = population.size + round((customers - anonymous - population.size) * 0.52)
    while population.size + 3 <= companies_until:
        population.add(_company(population, min(MEMBERS.draw(rng), companies_until - population.size - 1)))
    while population.size < customers - anonymous:
        population.add(_household(population, customers - anonymous - population.size))
    while population.size < customers:
        population.add(_visitor(population))
    return population


def _company(population: Population, members: int) -> Party:
    rng, names = population.rng, population.names
    party = _party(population, _persona(rng, company=True), joined=_joined(rng, 0.65))
    surname, address = names.last(), names.address()
    domain = names.domain(surname)
    party.company = Company(
        chance.uuid4(rng),
        f"D-{20000 + party.number}",
        {
            "name": names.company(party.persona.title["de"], surname),
            "email": names.email("info", domain),
            "phone": names.phone(),
            "address": address,
            "employees": members + round(chance.around(rng, 8, spread=0.8)),
        },
    )
    if rng.random() < 0.6:
        party.company.traits["industry"] = party.persona.title["de"]
    for role in ROLES[:members]:
        party.persons.append(_person(population, party, names.last() if party.persons else surname, address, domain=domain, role=role))
    party.method = "invoice" if rng.random() < 0.82 else "card"
    if rng.random() < 0.55:
        favourites = sorted(party.tastes, key=lambda family: -party.tastes[family])[: rng.randrange(1, 4)]
        party.discounts = {family: rng.randrange(5, 26) / 100 for family in favourites}
        party.company.price_list = f"K-{20000 + party.number}"
    _install(population, party)
    return party


def _household(population: Population, room: int) -> Party:
    rng, names = population.rng, population.names
    party = _party(population, _persona(rng, company=False), joined=_joined(rng, 0.5))
    surname, address = names.last(), names.address()
    party.persons = [_person(population, party, surname, address)]
    if room > 1 and rng.random() < 0.06:
        partner = _person(population, party, surname, address)
        partner.devices = [*partner.devices[:1], party.persons[0].devices[-1]]
        party.persons.append(partner)
    elif room > 1 and rng.random() < 0.06:
        party.persons.append(_second_account(population, party))
    _install(population, party)
    return party


def _second_account(population: Population, party: Party) -> Person:
    rng, first = population.rng, party.persons[0]
    traits = dict(first.traits)
    surname = traits["lastName"]
    traits["lastName"] = misspelt(rng, surname) if rng.random() < 0.5 else surname
    traits["firstName"] = traits["firstName"][:1] + "." if rng.random() < 0.3 else traits["firstName"]
    second = _person(population, party, surname, traits["address"])
    second.traits |= {key: traits[key] for key in ("firstName", "lastName", "phone")}
    second.joined_day = party.joined_day + rng.uniform(20, 300)
    second.same_as = first
    return second


def _visitor(population: Population) -> Party:
    rng = population.rng
    joined = rng.uniform(0, DAYS - 5)
    party = _party(population, _persona(rng, company=rng.random() < 0.2), joined=joined)
    person = Person(chance.uuid4(rng), None, joined, [_device(rng)], {}, "en" if rng.random() < 0.15 else "de", role="person")
    person.choices = _choices(rng, person, 0.7)
    party.persons, party.machines = [person], []
    party.churned_day = joined + chance.around(rng, 60, spread=1.0)
    return party


def _add_ring(population: Population, number: int, size: int) -> None:
    rng = population.rng
    ring = Ring(
        f"ring-{number + 1}", [_device(rng) for _ in range(2)], [_card(rng) for _ in range(4)], [population.names.address() for _ in range(2)]
    )
    first = rng.uniform(60, 480)
    for _ in range(size):
        joined = first + rng.uniform(0, 25)
        party = _party(population, _persona(rng, company=False), joined=joined)
        person = _person(population, party, population.names.last(), rng.choice(ring.addresses))
        person.devices = [rng.choice(ring.devices), *person.devices[:1]] if rng.random() < 0.4 else list(ring.devices)
        party.persons, party.ring, party.method = [person], ring, "card"
        party.cards = rng.sample(ring.cards, 2)
        party.churned_day = joined + rng.uniform(50, 160)
        ring.parties.append(party)
        population.add(party)
    population.rings.append(ring)


def _party(population: Population, persona: Persona, *, joined: float) -> Party:
    rng = population.rng
    leaves = rng.random() < persona.churn
    churned = max(joined, 0.0) + 60 + rng.random() * (DAYS - 60)
    return Party(
        number=len(population.parties),
        persona=persona,
        persons=[],
        tastes=chance.shares(rng, _broadened(persona.taste), 14),
        price_sensitivity=round(chance.within(rng.gauss(persona.price_sensitivity, 0.17)), 3),
        interval_days=round(chance.around(rng, persona.interval_days, spread=0.45), 1),
        visits_a_month=round(chance.around(rng, persona.visits, spread=0.5), 2),
        usage=round(chance.around(rng, persona.usage, spread=0.3), 2),
        joined_day=joined,
        churned_day=churned if leaves and churned < DAYS - 20 else None,
        method=METHODS.draw(rng),
        cards=[_card(rng)],
    )


def _person(
    population: Population, party: Party, surname: str, address: dict[str, str], *, domain: str | None = None, role: str = "person"
) -> Person:
    rng, names = population.rng, population.names
    first = names.first()
    number = 100001 + population.size + len(party.persons) + 7 * party.number
    traits: dict[str, Any] = {
        "email": names.email(f"{first}.{surname}", domain),
        "firstName": first,
        "lastName": surname,
        "phone": names.phone(),
        "address": address,
    }
    if domain is None and rng.random() < 0.5:
        traits["birthday"] = f"{rng.randrange(1952, 2005)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
    person = Person(chance.uuid4(rng), f"U-{number}", party.joined_day + (rng.uniform(0, 60) if role == "member" else 0.0), [], traits, role=role)
    person.devices = [_device(rng) for _ in range(rng.choice((1, 2, 2, 3)))]
    person.language = "en" if rng.random() < 0.1 else "de"
    person.size, person.shoe_size, person.mail_score = SIZES.draw(rng), SHOE_SIZES.draw(rng), round(rng.betavariate(2, 4), 3)
    person.choices = _choices(rng, person, 0.92)
    return person


def _choices(rng: Random, person: Person, asked_probability: float) -> list[Choice]:
    if rng.random() > asked_probability:
        return []
    channel, day = ("cookie banner" if rng.random() < 0.7 or not person.user_id else "checkout"), person.joined_day
    choices = [Choice(day, purpose, rng.random() < share, chance.uuid4(rng), channel) for purpose, share in GRANTS.items()]
    for choice in [each for each in choices if each.granted and rng.random() < 0.06]:
        withdrawn = max(day, 0.0) + rng.uniform(10, 500)
        if withdrawn < DAYS:
            choices.append(Choice(withdrawn, choice.purpose, False, chance.uuid4(rng), rng.choice(("account page", "email", "letter"))))
    return choices


def _install(population: Population, party: Party) -> None:
    rng = population.rng
    for _ in range(chance.poisson(rng, party.persona.machines)):
        machines = [family for family in party.tastes if Kind.MACHINE in population.assortment.by_family[family]]
        family = Urn(machines, [party.tastes[key] + 1e-6 for key in machines]).draw(rng)
        since = party.joined_day - rng.uniform(0, 1100) if party.company else party.joined_day - rng.uniform(0, 700)
        items = [item for item in population.assortment.by_family[family][Kind.MACHINE] if item.launched_day < since < item.retired_day]
        if items:
            own(population, party, Urn(items, [_liking(party, item.grade) for item in items]).draw(rng), since)


def own(population: Population, party: Party, item: Item, since: float) -> Machine:
    """Let a machine stand at a party's; companies register most of theirs, households some."""
    rng = population.rng
    place = population.names.place() if party.company else None
    registered = rng.random() < (0.85 if party.company else 0.3)
    machine = Machine(chance.uuid4(rng), item, since, f"{item.product_id[3:]}-{rng.randrange(10**6):06d}", place, registered)
    party.machines.append(machine)
    return machine


def _liking(party: Party, grade: int) -> float:
    wish = 0.5 + 1.5 * party.usage * (1.2 - party.price_sensitivity)
    return float(2.0 ** -abs(grade - wish))


def _broadened(taste: dict[str, float]) -> dict[str, float]:
    return {family: taste.get(family, 0.15) for family in vocabulary.families()}


def _persona(rng: Random, *, company: bool) -> Persona:
    fitting = [persona for persona in vocabulary.personas() if persona.company is company]
    return Urn(fitting, [persona.share for persona in fitting]).draw(rng)


def _joined(rng: Random, established: float) -> float:
    return rng.uniform(-900, 0) if rng.random() < established else rng.uniform(0, DAYS - 10)


def _device(rng: Random) -> Device:
    return Device(str(chance.uuid4(rng)), (DESKTOPS if rng.random() < 0.55 else MOBILES).draw(rng))


def _card(rng: Random) -> str:
    return f"card_{rng.getrandbits(64):016x}"
