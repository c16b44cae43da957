"""Everything a simulated day needs: assortment, people, time, the log, and what is counted through the whole run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hanse.data.decisions.schemas import DecisionRecord
from hanse.testing.sample.assortment import Assortment
from hanse.testing.sample.assortment.items import SHOP_URL
from hanse.testing.sample.journal import Journal
from hanse.testing.sample.people.members import Device
from hanse.testing.sample.people.population import Population
from hanse.testing.sample.window import Window

LOCALES = {"de": "de-DE", "en": "en-GB"}


@dataclass
class Facts:
    """What really happened and the log does not say; it goes into the truth file."""

    fraudulent_orders: list[str] = field(default_factory=list)
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    attacks: list[dict[str, Any]] = field(default_factory=list)
    worn_parts: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class World:
    """The shop while it is being simulated."""

    window: Window
    assortment: Assortment
    population: Population
    journal: Journal
    agents: dict[str, dict[str, float]]
    """With which probability each agent solves each topic."""
    rng: Random
    """Chance of the party whose life is being played."""
    decisions: list[DecisionRecord] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    _counts: Counter[str] = field(default_factory=Counter)
    _contexts: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    lists: dict[tuple[str, str, int], dict[str, Any]] = field(default_factory=dict)

    def number(self, kind: str) -> int:
        """Return the next number of a kind, from 1."""
        self._counts[kind] += 1
        return self._counts[kind]

    def context(self, path: str, device: Device, language: str) -> dict[str, Any]:
        """Return the circumstances of an event on a page; shared by many events, so never change it."""
        key = (path, device.user_agent, language)
        found = self._contexts.get(key)
        if found is None:
            page = {"path": path, "url": SHOP_URL + path}
            found = self._contexts[key] = {"page": page, "userAgent": device.user_agent, "locale": LOCALES[language]}
        return found
