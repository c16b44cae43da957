"""Payments: authorised, failed, charged back; fraud rings try several stolen cards."""

from __future__ import annotations

from typing import Any

from hanse.testing.sample import chance
from hanse.testing.sample.behaviour.visits import Visit

DAY_SECONDS = 86400
INNOCENT_DISPUTE_PROBABILITY = 0.002
FRAUD_DISPUTE_PROBABILITY = 0.85
FAILURE_PROBABILITY = {"card": 0.035, "wallet": 0.015, "direct_debit": 0.03, "prepayment": 0.0, "invoice": 0.0}


def authorize(visit: Visit, order: dict[str, Any]) -> dict[str, Any]:
    """Pay for an order, at the first try or a later one; return the payment."""
    world, party = visit.world, visit.party
    cards = world.rng.sample(party.cards, len(party.cards))
    for attempt in range(4):
        payment = _payment(visit, order, cards[attempt % len(cards)])
        if world.rng.random() >= (0.45 if party.ring else FAILURE_PROBABILITY[party.method]):
            break
        reason = world.rng.choice(("insufficient_funds", "do_not_honour", "authentication_failed"))
        visit.track("Payment Failed", payment | {"reason": reason}, "/checkout")
        payment = _payment(visit, order, cards[(attempt + 1) % len(cards)])
    visit.track("Payment Authorized", payment, "/checkout")
    return payment


def dispute(visit: Visit, order: dict[str, Any], payment: dict[str, Any]) -> None:
    """Let the true owner of a card object to a fraudulent payment, or somebody by mistake to their own."""
    world, party = visit.world, visit.party
    if party.ring:
        world.facts.fraudulent_orders.append(order["order_id"])
    probability = FRAUD_DISPUTE_PROBABILITY if party.ring else INNOCENT_DISPUTE_PROBABILITY
    if party.method == "card" and world.rng.random() < probability:
        at = visit.second + DAY_SECONDS * (10 + chance.around(world.rng, 22))
        world.journal.track("Chargeback Received", visit.person, at, payment)


def _payment(visit: Visit, order: dict[str, Any], card: str) -> dict[str, Any]:
    payment = {
        "payment_id": f"P-{visit.world.number('payment'):07d}",
        "order_id": order["order_id"],
        "method": visit.party.method,
        "amount": order["total"],
        "currency": order["currency"],
    }
    return payment | ({"card_fingerprint": card} if visit.party.method == "card" else {})
