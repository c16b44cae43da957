"""The truth file: what drove the sample shop, so that every capability can be graded against it. Never loaded into Hanse."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import msgspec

from hanse.base.decision import Arm
from hanse.testing.sample import vocabulary
from hanse.testing.sample.assortment import Assortment, Item, Kind
from hanse.testing.sample.behaviour import mailings, recommendations
from hanse.testing.sample.behaviour.lives import BOUGHT_HERE_PROBABILITY, WEAR_SHARE
from hanse.testing.sample.behaviour.visits import NOT_SOLD, queries_for
from hanse.testing.sample.behaviour.wishes import CAMPAIGN_PULL
from hanse.testing.sample.people.members import Party, Person, Ring
from hanse.testing.sample.vocabulary import LANGUAGES
from hanse.testing.sample.window import SEASON_OF, Window
from hanse.testing.sample.world import World


def tell(world: World, customers: int, seed: int) -> dict[str, Any]:
    """Return the whole truth of a simulated shop."""
    window, assortment = world.window, world.assortment
    return {
        "customers": customers,
        "seed": seed,
        "since": window.since,
        "until": window.until,
        "profiles": _profiles(world.population.parties, window),
        "products": {item.product_id: _product(item, window) for item in assortment.items},
        "families": {key: {"season": SEASON_OF[key], "elasticity": each.elasticity} for key, each in vocabulary.families().items()},
        "campaigns": [{"coupon": each.coupon, "percent": each.percent, "families": each.families} for each in vocabulary.campaigns()],
        "campaign_pull": CAMPAIGN_PULL,
        "wear": {"share_of_day": WEAR_SHARE, "bought_here_probability": BOUGHT_HERE_PROBABILITY, "parts": world.facts.worn_parts},
        "recommendations": _recommendations(),
        "mailings": _mailings(window),
        "agents": world.agents,
        "tickets": world.facts.tickets,
        "fraud_rings": [_ring(ring) for ring in world.population.rings],
        "fraudulent_orders": sorted(world.facts.fraudulent_orders),
        "attacks": world.facts.attacks,
        "searches": _searches(assortment),
        "questions": _questions(assortment),
    }


def write_truth(truth: dict[str, Any], path: Path) -> None:
    """Write the truth as compressed JSON that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(descriptor, 0o600)
    with os.fdopen(descriptor, "wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as compressed:
        compressed.write(msgspec.json.encode(truth))


def _profiles(parties: list[Party], window: Window) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for party in parties:
        shared = _party(party, window)
        if party.company:
            found[str(party.company.profile_id)] = shared | {"kind": "company", "discounts": party.discounts}
        for person in party.persons:
            found[str(person.profile_id)] = shared | _person(party, person)
    return found


def _party(party: Party, window: Window) -> dict[str, Any]:
    churned = None if party.churned_day is None else window.datetime(window.second(party.churned_day))
    return {
        "party": party.number,
        "persona": party.persona.key,
        "tastes": {family: round(share, 4) for family, share in party.tastes.items()},
        "price_sensitivity": party.price_sensitivity,
        "interval_days": party.interval_days,
        "usage": party.usage,
        "churned_at": churned,
        "fraud_ring": party.ring.ring_id if party.ring else None,
        "coupon_effect": round(mailings.COUPON_EFFECT * party.price_sensitivity, 4),
        "orders": party.orders,
        "revenue_minor": party.revenue_minor,
        "machines": [machine.item.product_id for machine in party.machines],
    }


def _person(party: Party, person: Person) -> dict[str, Any]:
    return {
        "kind": "person" if party.is_known else "visitor",
        "company_id": str(party.company.profile_id) if party.company else None,
        "same_person_as": str(person.same_as.profile_id) if person.same_as else None,
        "mail_score": person.mail_score,
        "size": person.size,
        "shoe_size": person.shoe_size,
        "language": person.language,
    }


def _product(item: Item, window: Window) -> dict[str, Any]:
    begun = item.launched_day > -9999
    return {
        "family": item.family,
        "kind": item.kind.value,
        "popularity": round(item.popularity, 4),
        "quality": round(item.quality, 4),
        "return_probability": round(item.return_probability, 4),
        "launched_at": window.datetime(window.second(item.launched_day)) if begun else None,
        "retired_at": window.datetime(window.second(item.retired_day)) if item.retired_day < 9999 else None,
        "months": item.months or None,
        "complements": {other.product_id: probability for other, probability in item.complements},
    }


def _recommendations() -> dict[str, Any]:
    return {
        "operation": recommendations.OPERATION,
        "holdout_share": recommendations.HOLDOUT_SHARE,
        "click_probability": {arm.value: recommendations.CLICK_PROBABILITY[arm] for arm in Arm},
        "order_probability": {arm.value: recommendations.ORDER_PROBABILITY[arm] for arm in Arm},
    }


def _mailings(window: Window) -> dict[str, Any]:
    letters = mailings.plan(window)
    return {
        "order_probability_when_opened": mailings.ORDER_PROBABILITY,
        "coupon_effect_at_price_sensitivity_1": mailings.COUPON_EFFECT,
        "letters": [{"campaign_id": each.campaign_id, "family": each.family, "with_coupon": each.with_coupon} for each in letters],
    }


def _ring(ring: Ring) -> dict[str, Any]:
    return {
        "ring_id": ring.ring_id,
        "profile_ids": [str(person.profile_id) for party in ring.parties for person in party.persons],
        "anonymous_ids": [device.anonymous_id for device in ring.devices],
        "card_fingerprints": ring.cards,
    }


def _searches(assortment: Assortment) -> dict[str, list[str]]:
    """Return which products every query of the log asks for; none for what the shop does not sell."""
    found: dict[str, list[str]] = {query: [] for language in LANGUAGES for query in NOT_SOLD[language]}
    for item in assortment.items:
        for query in dict.fromkeys(query for language in LANGUAGES for query in queries_for(item, language)):
            found.setdefault(query, []).append(item.product_id)
    return found


def _questions(assortment: Assortment) -> list[dict[str, str]]:
    """Return questions whose answer stands in a document: a symptom, the part that cures it and the guide."""
    asks = {"de": "{symptom}. Was muss ich bei {machine} tun?", "en": "{symptom}. What do I do with {machine}?"}
    machines = {item.line: item for item in assortment.items if item.kind is Kind.MACHINE}
    return [
        {
            "language": language,
            "question": asks[language].format(
                symptom=vocabulary.part_types()[part.part_type].symptom[language], machine=machines[part.line].title(language)
            ),
            "product_id": machines[part.line].product_id,
            "part_id": part.product_id,
            "document_id": f"repair_guide-{part.product_id}-{language}".lower(),
        }
        for part in assortment.items
        if part.kind is Kind.SPARE_PART
        for language in LANGUAGES
    ]
