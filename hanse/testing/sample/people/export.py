"""Turns the simulated customers into what the data layer keeps: profiles, memberships, machines, prices and consents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import uuid5

from hanse.base.operation import Purpose
from hanse.data.catalog.schemas import CustomerPriceList, Price
from hanse.data.consent.schemas import Consent, State
from hanse.data.profiles.schemas import Contract, Identity, Installation, Membership, Profile
from hanse.testing.sample.assortment import Assortment
from hanse.testing.sample.assortment.prices import own_prices
from hanse.testing.sample.people.members import Choice, Company, Party, Person
from hanse.testing.sample.window import Window


def profiles(parties: list[Party], window: Window) -> list[Profile]:
    """Return a profile for every company and person; a shared device is an identity of who had it first."""
    taken: set[str] = set()
    found: list[Profile] = []
    for party in parties:
        created_at = _moment(window, party.joined_day)
        if party.company:
            numbers = (Identity("erp_number", party.company.number), Identity("email", party.company.traits["email"]))
            company = Profile(
                profile_id=party.company.profile_id, kind="company", traits=party.company.traits, identities=numbers, created_at=created_at
            )
            found.append(company)
        found.extend(_person(person, window, taken) for person in party.persons)
    return found


def _person(person: Person, window: Window, taken: set[str]) -> Profile:
    devices = [device.anonymous_id for device in person.devices if device.anonymous_id not in taken]
    taken.update(devices)
    account = [("user_id", person.user_id), ("email", person.traits.get("email"))]
    return Profile(
        profile_id=person.profile_id,
        traits=person.traits,
        identities=(
            *(Identity(kind, value) for kind, value in account if value),
            *(Identity("anonymous_id", value) for value in devices),
        ),
        created_at=_moment(window, person.joined_day),
    )


def memberships(parties: list[Party], window: Window) -> list[Membership]:
    """Return who acts for which company."""
    return [
        Membership(
            company_id=party.company.profile_id,
            member_id=person.profile_id,
            role=person.role,
            created_at=_moment(window, person.joined_day),
        )
        for party in parties
        if party.company
        for person in party.persons
    ]


def contracts(parties: list[Party], window: Window) -> list[Contract]:
    """Return what was agreed with companies: prices for those with a list of their own, maintenance for those with machines."""
    found = []
    for party in parties:
        if party.company is None:
            continue
        begins_on = _moment(window, min(person.joined_day for person in party.persons)).date()
        if party.company.price_list:
            found.append(_contract(party.company, "framework", f"RV-{party.company.number}", begins_on, f"Preisliste {party.company.price_list}"))
        if any(machine.registered and machine.since_day <= window.last_day for machine in party.machines):
            found.append(_contract(party.company, "maintenance", f"WV-{party.company.number}", begins_on, "Wartung einmal im Jahr"))
    return found


def _contract(company: Company, kind: str, number: str, begins_on: date, terms: str) -> Contract:
    contract_id = uuid5(company.profile_id, kind)
    return Contract(contract_id=contract_id, profile_id=company.profile_id, kind=kind, number=number, begins_on=begins_on, terms=terms)


def installations(parties: list[Party], window: Window) -> list[Installation]:
    """Return the machines the shop knows of."""
    return [
        Installation(
            installation_id=machine.installation_id,
            profile_id=(party.company or party.persons[0]).profile_id,
            product_id=machine.item.product_id,
            serial_number=machine.serial_number,
            place=machine.place,
            installed_at=_moment(window, machine.since_day),
        )
        for party in parties
        for machine in party.machines
        if machine.registered and machine.since_day <= window.last_day
    ]


def customer_price_lists(parties: list[Party]) -> list[CustomerPriceList]:
    """Return which companies have prices of their own."""
    return [
        CustomerPriceList(profile_id=party.company.profile_id, price_list=party.company.price_list)
        for party in parties
        if party.company and party.company.price_list
    ]


def prices(parties: list[Party], assortment: Assortment) -> Iterator[Price]:
    """Return the prices on the companies' own lists."""
    for party in parties:
        if party.company and party.company.price_list:
            yield from own_prices(assortment.items, party.company.price_list, party.discounts)


def consents(parties: list[Party], window: Window) -> list[Consent]:
    """Return the ledger of who agreed to what."""
    return [
        Consent(
            consent_id=choice.consent_id,
            profile_id=person.profile_id,
            purpose=choice.purpose,
            state=_state(choice),
            channel=choice.channel,
            evidence={"text_version": "2024-1", "language": person.language},
            decided_at=_moment(window, choice.day),
        )
        for party in parties
        for person in party.persons
        for choice in person.choices
        if choice.day <= window.last_day
    ]


def _state(choice: Choice) -> State:
    """Return what somebody did; the newsletter is one with a double opt-in."""
    if not choice.granted:
        return State.DENIED
    return State.CONFIRMED if choice.purpose is Purpose.ADVERTISING else State.GRANTED


def _moment(window: Window, day: float) -> datetime:
    return window.datetime(min(window.second(day), window.last_second))
