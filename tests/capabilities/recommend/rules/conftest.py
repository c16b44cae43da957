"""What the tests of rules share: products and rules in short, and a process that has a rulebook."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hanse.capabilities.recommend.rules.rulebook import Rulebook
from hanse.capabilities.recommend.rules.schemas import Draft, Rule
from hanse.data.catalog.summaries import Summary
from tests.capabilities.recommend.conftest import Shop, shop
from tests.conftest import NOW

__all__ = ["shop"]


def product(product_id: str, **facts: Any) -> Summary:
    """Return a product that is sold, in stock, new and costs 10 euros, as far as nothing else is said."""
    usual: dict[str, Any] = {
        "title": {"en": product_id},
        "category": {},
        "state": "active",
        "image_url": None,
        "amount_minor": 1_000,
        "currency": "EUR",
        "stock": 5.0,
        "created_at": NOW - timedelta(days=10),
    }
    return Summary(product_id=product_id, **{**usual, **facts})


def rule(number: int = 1, **facts: Any) -> Rule:
    """Return a rule that does one thing, called by its number."""
    named: dict[str, Any] = {"name": f"rule {number}", **facts}
    return Rule(rule_id=UUID(int=number), position=number, version=1, changed_by="Eva", changed_at=NOW, **named)


def draft(name: str = "A rule", **facts: Any) -> Draft:
    """Return a rule as somebody writes it."""
    return Draft(name=name, **facts)


@pytest.fixture
def ruled(shop: Shop) -> Shop:
    """A process of Hanse with an empty catalog and no rules."""
    shop.resources.hold(Rulebook, Rulebook())
    return shop
