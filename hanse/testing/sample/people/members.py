"""Customers as the simulation sees them, with the truths that drive what they do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hanse.base.operation import Purpose
from hanse.testing.sample.assortment import Item
from hanse.testing.sample.vocabulary import Persona


@dataclass(slots=True, eq=False)
class Device:
    """A browser or app, known by its anonymous id."""

    anonymous_id: str
    user_agent: str


@dataclass(slots=True, eq=False)
class Choice:
    """What somebody decided about a purpose on a day."""

    day: float
    purpose: Purpose
    granted: bool
    consent_id: UUID
    channel: str


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who visits the shop."""

    profile_id: UUID
    user_id: str | None
    joined_day: float
    devices: list[Device]
    traits: dict[str, Any]
    language: str = "de"
    role: str = "member"
    size: str = "L"
    shoe_size: str = "43"
    mail_score: float = 0.3
    """How gladly they read what the shop sends, 0 to 1."""
    choices: list[Choice] = field(default_factory=list)
    same_as: Person | None = None
    """Whom this second account belongs to."""

    def allows(self, purpose: Purpose, day: float) -> bool:
        """Return whether they agreed to a purpose and had not taken it back by a day."""
        granted = False
        for choice in self.choices:
            if choice.purpose is purpose and choice.day <= day:
                granted = choice.granted
        return granted

    @property
    def name(self) -> str:
        """Return their full name, empty for who never told it."""
        return f"{self.traits.get('firstName', '')} {self.traits.get('lastName', '')}".strip()


@dataclass(slots=True, eq=False)
class Machine:
    """A machine that stands at a customer's."""

    installation_id: UUID
    item: Item
    since_day: float
    serial_number: str
    place: str | None
    registered: bool
    """Whether the shop knows of it."""


@dataclass(slots=True, eq=False)
class Company:
    """The company behind a party."""

    profile_id: UUID
    number: str
    """Its customer number in the shop's ERP system."""
    traits: dict[str, Any]
    price_list: str | None = None


@dataclass(slots=True, eq=False)
class Ring:
    """Accounts of the same fraudsters."""

    ring_id: str
    devices: list[Device]
    cards: list[str]
    addresses: list[dict[str, str]]
    parties: list[Party] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Party:
    """A household, a company or an unknown visitor: who decides together what is bought."""

    number: int
    persona: Persona
    persons: list[Person]
    tastes: dict[str, float]
    price_sensitivity: float
    interval_days: float
    visits_a_month: float
    usage: float
    joined_day: float
    churned_day: float | None
    method: str
    """How they pay."""
    cards: list[str]
    company: Company | None = None
    discounts: dict[str, float] = field(default_factory=dict)
    machines: list[Machine] = field(default_factory=list)
    habits: dict[tuple[str, str], Item] = field(default_factory=dict)
    """What they bought last of a family and kind, and are likely to buy again."""
    ring: Ring | None = None
    last_item: Item | None = None
    last_order_id: str = ""
    orders: int = 0
    revenue_minor: int = 0

    @property
    def is_known(self) -> bool:
        """Return whether they have an account, so that they can order."""
        return self.persons[0].user_id is not None

    def is_active_on(self, day: float) -> bool:
        """Return whether they still come on a day."""
        return self.churned_day is None or day < self.churned_day

    def ease(self, day: float) -> float:
        """Return how much of their usual activity is left: it fades in the 90 days before they stop."""
        if self.churned_day is None:
            return 1.0
        return min(max((self.churned_day - day) / 90, 0.0), 1.0)
