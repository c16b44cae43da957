"""Reviews: some buyers say what they think; stars scatter about the hidden quality of the product."""

from __future__ import annotations

from hanse.testing.sample import chance, vocabulary
from hanse.testing.sample.assortment import Item, Kind
from hanse.testing.sample.behaviour.visits import Visit

DAY_SECONDS = 86400
STYLES = {Kind.MACHINE: "tool", Kind.SET: "tool", Kind.GARMENT: "wear", Kind.WINE: "food", Kind.FOOD: "food"}
"""How people speak of a kind of product; `supply` for the others."""


def write(visit: Visit, items: list[Item]) -> None:
    """Let the buyer review some of what they bought, after a while."""
    rng = visit.world.rng
    for item in items:
        if rng.random() < (0.03 if visit.party.company else 0.09):
            at = visit.second + DAY_SECONDS * (5 + chance.around(rng, 16))
            visit.world.journal.track("Product Reviewed", visit.person, at, _review(visit, item))


def _review(visit: Visit, item: Item) -> dict[str, object]:
    rng = visit.world.rng
    rating = round(chance.within(rng.gauss(1 + 4 * item.quality, 0.85), 1, 5))
    mood = "good" if rating >= 4 else "middling" if rating == 3 else "bad"
    phrases = vocabulary.reviews()[STYLES.get(item.kind, "supply")][mood][visit.person.language]
    body = " ".join(rng.sample(phrases, min(rng.choice((1, 1, 2)), len(phrases))))
    return {"product_id": item.product_id, "review_id": f"R-{visit.world.number('review'):06d}", "rating": rating, "review_body": body}
