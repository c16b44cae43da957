"""An operation's answer, as a customer would see it: products as cards, all else as facts and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hanse.base.decision import Decision
from hanse.serve.console.texts import Words

STAMP = frozenset(Decision.__struct_fields__)


@dataclass(frozen=True)
class Card:
    """A product as a shop would show it."""

    product_id: str
    title: str
    reason: str
    image_url: str | None
    price: str


def cards(answer: Mapping[str, Any], words: Words) -> list[Card]:
    """Return the products of an answer that is a list of products; empty where it is not one."""
    for value in answer.values():
        if isinstance(value, list) and value and all(isinstance(each, dict) and "product_id" in each and "title" in each for each in value):
            return [_card(each, words) for each in value]
    return []


def facts(answer: Mapping[str, Any], *, decides: bool) -> dict[str, Any]:
    """Return what else an answer says, without the stamp of its decision."""
    return {name: value for name, value in answer.items() if not (decides and name in STAMP)}


def _card(item: Mapping[str, Any], words: Words) -> Card:
    price = item.get("price") or item
    title = item["title"] if isinstance(item["title"], str) else words.text_of(item["title"])
    return Card(
        product_id=str(item["product_id"]),
        title=title or str(item["product_id"]),
        reason=str(item.get("reason") or ""),
        image_url=item.get("image_url"),
        price=words.money(price["amount_minor"], price["currency"]) if price.get("amount_minor") is not None and price.get("currency") else "",
    )
