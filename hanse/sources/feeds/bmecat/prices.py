"""Prices of a product: net, of one order unit, each in the list it belongs to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hanse.data.revisions.schemas import EntryPrice
from hanse.sources.feeds import pricing, values
from hanse.sources.feeds.bmecat import names
from hanse.sources.feeds.bmecat.header import CatalogFacts
from hanse.sources.feeds.nodes import Node
from hanse.sources.feeds.values import Notes

ODD_FACTOR = (Decimal("0.01"), Decimal(10))
"""Factors beyond these are more likely a mistake than a discount."""
ONE = Decimal(1)
MOST_QUANTITY = 2**31 - 1
WITH_TAX = frozenset({"gros_list"})


@dataclass(frozen=True)
class Validity:
    """Since when and until when some prices hold."""

    start: datetime | None = None
    end: datetime | None = None


def read(product: Node, facts: CatalogFacts, notes: Notes) -> tuple[EntryPrice, ...]:
    """Return the prices of a product; what cannot be one is left out with a finding."""
    quantity = _price_quantity(product, notes)
    if quantity is None:
        return ()
    found: dict[tuple[object, ...], EntryPrice] = {}
    for details in product.every(*names.PRICE_DETAILS):
        validity = _validity(details, facts, notes)
        if validity is None:
            continue
        for node in details.every(*names.PRICE):
            price = _price(node, quantity, validity, facts, notes)
            if price is None:
                continue
            key = (price.price_list, price.min_quantity, price.currency, price.valid_from)
            if key in found:
                notes.add("price_twice", node.line, price_list=price.price_list, quantity=price.min_quantity)
            found.setdefault(key, price)
    return tuple(found.values())


def _price_quantity(product: Node, notes: Notes) -> Decimal | None:
    details = product.first(*names.ORDER_DETAILS)
    node = details.first("PRICE_QUANTITY") if details else None
    if node is None or not node.text:
        return ONE
    quantity, _ = values.number(node.text)
    if quantity is None or quantity <= 0:
        notes.add("wrong_quantity", node.line, field="PRICE_QUANTITY", quantity=node.text[:40])
        return None
    return quantity


def _validity(details: Node, facts: CatalogFacts, notes: Notes) -> Validity | None:
    start = end = None
    for node in details.children:
        if node.name == "DATETIME":
            is_end, date, time, zone = node.attributes.get("type") == "valid_end_date", node.said("DATE"), node.said("TIME"), node.said("TIMEZONE")
        elif node.name in {"VALID_START_DATE", "VALID_END_DATE"}:
            is_end, date, time, zone = node.name == "VALID_END_DATE", node.text, "", ""
        else:
            continue
        moment = values.moment(date, time, zone, default_zone=facts.options.time_zone, is_end=is_end)
        if moment is None:
            notes.add("wrong_date", node.line, date=f"{date} {time}".strip()[:40])
        elif is_end:
            end = moment
        else:
            start = moment
    if start is not None and end is not None and end <= start:
        notes.add("wrong_validity", details.line)
        return None
    return Validity(start, end)


def _price(node: Node, quantity: Decimal, validity: Validity, facts: CatalogFacts, notes: Notes) -> EntryPrice | None:
    kind = node.attributes.get("price_type", "net_list")
    said = {child.name: child for child in reversed(node.children)}
    price_list = _price_list(kind, node, facts, notes)
    currency = _currency(said.get("PRICE_CURRENCY"), facts, notes)
    amount = pricing.amount(said.get("PRICE_AMOUNT", node), notes)
    factor = _factor(said.get("PRICE_FACTOR"), notes)
    least = _lower_bound(said.get("LOWER_BOUND"), notes)
    if price_list is None or currency is None or amount is None or factor is None or least is None:
        return None
    exact = amount if factor == quantity else amount * factor / quantity
    if kind in WITH_TAX:
        share = pricing.tax(_tax_node(node), facts.options.tax_rate, node.line, notes)
        if share is None:
            return None
        exact /= 1 + share
    minor = pricing.minor(exact, currency, node.line, notes)
    if minor is None:
        return None
    if factor != 1 and not ODD_FACTOR[0] <= factor <= ODD_FACTOR[1]:
        notes.add("odd_factor", said["PRICE_FACTOR"].line, factor=str(factor), amount=pricing.shown(minor, currency))
    return EntryPrice(
        price_list=_of_territory(price_list, node, facts) if "TERRITORY" in said else price_list,
        min_quantity=least,
        amount_minor=minor,
        currency=currency,
        valid_from=validity.start,
        valid_until=validity.end,
        line=node.line,
    )


def _price_list(kind: str, node: Node, facts: CatalogFacts, notes: Notes) -> str | None:
    if kind in names.LISTS:
        return names.LISTS[kind]
    if kind in {"net_customer", "net_customer_exp"}:
        if not facts.customer_list:
            notes.add("no_buyer", node.line)
            return None
        return facts.customer_list + ("-express" if kind == "net_customer_exp" else "")
    if kind.startswith("udp_") and len(kind) <= 20:
        return kind
    if kind != "on_request":
        notes.add("unknown_price_type", node.line, type=kind[:40])
    return None


def _currency(found: Node | None, facts: CatalogFacts, notes: Notes) -> str | None:
    if found is None or not found.text:
        return facts.currency
    code = found.text.upper()
    if values.is_currency(code):
        return code
    notes.add("wrong_currency", found.line, currency=found.text[:20])
    return None


def _factor(found: Node | None, notes: Notes) -> Decimal | None:
    if found is None or not found.text:
        return ONE
    factor, comma = values.number(found.text)
    if factor is None or factor <= 0:
        notes.add("wrong_factor", found.line, factor=found.text[:40])
        return None
    if comma:
        notes.add("decimal_comma", found.line, amount=found.text[:40])
    return factor


def _lower_bound(found: Node | None, notes: Notes) -> int | None:
    if found is None or not found.text:
        return 1
    if found.text == "1":
        return 1
    bound, _ = values.number(found.text)
    if bound is None or bound < 0 or bound > MOST_QUANTITY:
        notes.add("wrong_quantity", found.line, field="LOWER_BOUND", quantity=found.text[:40])
        return None
    return max(1, math.ceil(bound))


def _tax_node(node: Node) -> Node | None:
    details = node.first("TAX_DETAILS")
    return node.first("TAX") or (details.first("TAX") if details else None)


def _of_territory(price_list: str, node: Node, facts: CatalogFacts) -> str:
    """Return the list of a price that holds in some countries only, where these are not the catalog's."""
    territories = [each.text for each in node.children if each.name == "TERRITORY" and each.text]
    if not territories or not facts.territories or facts.territories.intersection(territories):
        return price_list
    return f"{price_list}-{territories[0][:10].lower()}"
