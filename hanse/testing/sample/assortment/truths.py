"""The hidden truths of products: popularity, quality, launches, complements; drawn from the seed by `assortment.build`."""

from __future__ import annotations

from random import Random
from typing import Any

from hanse.data.catalog.schemas import Stock
from hanse.testing.sample import chance, vocabulary
from hanse.testing.sample.assortment.items import Assortment, Item, Kind
from hanse.testing.sample.chance import Urn

LEAVES = {Kind.MACHINE: 0.8, Kind.SPARE_PART: 0.9, Kind.CONSUMABLE: 0.4, Kind.GARMENT: 1.0}
"""By how much the return rate of a family holds for a kind of product; 0.7 for the others."""
ACROSS = (("angle_grinder", "work_wear"), ("pressure_washer", "pump"), ("circular_saw", "vacuum"), ("sander", "vacuum"), ("hammer_drill", "vacuum"))
"""Families of which something is bought together although no relation in the catalog says so."""


def draw_truths(assortment: Assortment, rng: Random) -> None:
    """Draw what the catalog does not show, and stock that follows from it."""
    families = vocabulary.families()
    for item in assortment.items:
        item.popularity *= chance.around(rng, 1.0, spread=0.6)
        item.quality = chance.within(rng.gauss(0.72 + 0.06 * item.grade, 0.13), 0.2, 0.98)
        item.return_probability = families[item.family].returns * LEAVES.get(item.kind, 0.7) * (1.9 - 1.2 * item.quality)
        item.facts = _facts(item)
    _launch(assortment, rng)
    for item in assortment.items:
        item.complements = _complements(assortment, item, rng)
    assortment.urns = {
        (family, kind): Urn(items, [item.popularity for item in items])
        for family, kinds in assortment.by_family.items()
        for kind, items in kinds.items()
    }
    sold = [item for item in assortment.items if item.retired_day > 0 and item.kind is not Kind.SPARE_PART]
    assortment.popular = sorted(sold, key=_wanted, reverse=True)[:40]
    assortment.stock = [_stock(item, rng) for item in assortment.items]


def _wanted(item: Item) -> float:
    return item.popularity * {Kind.CONSUMABLE: 2.0, Kind.WINE: 1.2, Kind.GARMENT: 0.8}.get(item.kind, 1.0)


def _facts(item: Item) -> dict[str, Any]:
    product = item.product
    return {
        "product_id": product.product_id,
        "sku": product.product_id,
        "category": product.category["de"],
        "name": product.title["de"],
        "brand": product.brand,
        "price": item.price_minor / 100,
        "currency": "EUR",
    }


def _launch(assortment: Assortment, rng: Random) -> None:
    """Let about half of the newest generations come out within the 24 months, and retire what they replace."""
    lines: dict[str, list[Item]] = {}
    for item in assortment.items:
        if item.kind is Kind.MACHINE:
            lines.setdefault(item.line, []).append(item)
    for generations in lines.values():
        launch = float(rng.randrange(120, 560) if rng.random() < 0.5 else -rng.randrange(30, 400))
        for newer, older in zip(generations[:0:-1], generations[-2::-1], strict=True):
            newer.launched_day, older.retired_day = launch, launch
            launch -= rng.randrange(500, 800)
    for item in assortment.items:
        if item.kind is Kind.SET:
            item.launched_day = lines[item.line][-1].launched_day


def _complements(assortment: Assortment, item: Item, rng: Random) -> list[tuple[Item, float]]:
    candidates = _candidates(assortment, item)
    rng.shuffle(candidates)
    chosen = candidates[:4] + _surprises(assortment, item, rng)
    return [(other, round(rng.uniform(0.08, 0.32), 3)) for other in chosen]


def _candidates(assortment: Assortment, item: Item) -> list[Item]:
    kinds = assortment.by_family[item.family]
    if item.kind in {Kind.MACHINE, Kind.SET}:
        return [other for kind in (Kind.CONSUMABLE, Kind.ACCESSORY) for other in kinds[kind] if other.line in {"", item.line}]
    if item.kind is Kind.SPARE_PART:
        return [other for other in kinds[Kind.SPARE_PART] if other.line == item.line and other is not item]
    if item.kind is Kind.GARMENT:
        return [
            other for other in kinds[Kind.GARMENT] if other.style != item.style and (other.size == item.size or len(other.size) != len(item.size))
        ]
    if item.kind is Kind.WINE:
        return [other for other in kinds[Kind.WINE] if other.style == item.style and other is not item]
    return [other for kind in kinds if kind in {Kind.CONSUMABLE, Kind.ACCESSORY, Kind.FOOD} for other in kinds[kind] if other is not item]


def _surprises(assortment: Assortment, item: Item, rng: Random) -> list[Item]:
    partners = [right for left, right in ACROSS if left == item.family and item.kind is Kind.MACHINE]
    kinds = {"work_wear": Kind.GARMENT, "pump": Kind.ACCESSORY, "vacuum": Kind.CONSUMABLE}
    found = [rng.choice(assortment.by_family[partner][kinds[partner]]) for partner in partners]
    if item.kind is Kind.WINE:
        found += rng.sample(assortment.by_family["delicatessen"][Kind.FOOD], 2)
    if item.kind is Kind.FOOD:
        found += rng.sample(assortment.by_family["wine"][Kind.WINE], 2)
    return found


def _stock(item: Item, rng: Random) -> Stock:
    if item.retired_day < 9999 or rng.random() < 0.04:
        return Stock(product_id=item.product_id, quantity=0)
    bulk = {Kind.CONSUMABLE: 180, Kind.WINE: 140, Kind.FOOD: 60, Kind.MACHINE: 14, Kind.SET: 6}.get(item.kind, 30)
    return Stock(product_id=item.product_id, quantity=round(chance.around(rng, bulk * min(item.popularity, 3), spread=0.6)))
