"""The decisions of the last 120 days: what `recommend.also_bought` would have answered on product pages, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hanse.base.decision import Arm, Basis
from hanse.base.operation import Purpose
from hanse.data.decisions import experiment
from hanse.data.decisions.schemas import DecisionRecord
from hanse.testing.sample import chance
from hanse.testing.sample.assortment import Item

if TYPE_CHECKING:
    from hanse.testing.sample.behaviour.visits import Visit
    from hanse.testing.sample.world import World

OPERATION = "recommend.also_bought"
HOLDOUT_SHARE = 0.2
DAYS = 120
VISIT_SHARE = 0.5
LIMIT = 5
CLICK_PROBABILITY = {Arm.TREATED: 0.09, Arm.HELD_OUT: 0.05}
ORDER_PROBABILITY = {Arm.TREATED: 0.03, Arm.HELD_OUT: 0.02}
"""Of decisions for people with an account, that what was clicked is then ordered."""
POSITIONS = chance.Urn(range(LIMIT), (40, 25, 16, 11, 8))


def places(world: World, day: float) -> int:
    """Return on how many product pages of a visit the shop recommends something."""
    if day < world.window.last_day - DAYS or world.rng.random() > VISIT_SHARE:
        return 0
    return world.rng.choice((1, 2, 3))


def show(visit: Visit, item: Item) -> None:
    """Answer, log the decision, and let the visitor click and choose with the true probabilities."""
    world = visit.world
    if visit.second > world.window.last_second:
        return
    allowed = visit.person.allows(Purpose.PERSONALISATION, visit.day)
    profile_id = visit.person.profile_id if allowed else None
    assignment = experiment.assign("recommend", profile_id, HOLDOUT_SHARE)
    shown = _shown(world, item, assignment.arm, visit.day)
    if not shown:
        return
    decision_id = chance.uuid7(world.rng, world.window.datetime(visit.second))
    answer = {"items": [{"product_id": other.product_id, "score": score, "reason": reason} for other, score, reason in shown]}
    world.decisions.append(
        DecisionRecord(
            decision_id=decision_id,
            operation=OPERATION,
            profile_id=profile_id,
            model_version="sample" if assignment.arm is Arm.TREATED else None,
            arm=assignment.arm,
            arm_probability=assignment.probability,
            basis=_basis(visit, allowed=allowed),
            reason=_reason(item, assignment.arm),
            request=msgspec.Raw(msgspec.json.encode({"product_id": item.product_id, "limit": LIMIT})),
            answer=msgspec.Raw(msgspec.json.encode(answer)),
            decided_at=world.window.datetime(visit.second),
        )
    )
    _follow(visit, item, assignment.arm, decision_id, [other for other, _, _ in shown])


def _follow(visit: Visit, item: Item, arm: Arm, decision_id: UUID, shown: list[Item]) -> None:
    rng, decision = visit.world.rng, str(decision_id)
    placement = {"decision_id": decision, "placement": "product_page", "product_ids": [other.product_id for other in shown]}
    visit.track("Impression", placement, item.path)
    if rng.random() >= CLICK_PROBABILITY[arm]:
        return
    position = min(POSITIONS.draw(rng), len(shown) - 1)
    clicked = shown[position]
    visit.track("Product Clicked", clicked.facts | {"decision_id": decision, "position": position + 1}, item.path)
    visit.track("Product Viewed", clicked.facts, clicked.path)
    if rng.random() < ORDER_PROBABILITY[arm] / CLICK_PROBABILITY[arm] and visit.party.is_known and visit.decision_id is None:
        visit.chosen.setdefault(clicked, 1)
        visit.decision_id = decision


def _shown(world: World, item: Item, arm: Arm, day: float) -> list[tuple[Item, float, str]]:
    if arm is Arm.HELD_OUT:
        popular = [other for other in world.assortment.popular if other is not item and other.is_sold_on(day)]
        start = int(day / 7) % 8
        return [(other, round(1 / (rank + 2), 3), "best seller") for rank, other in enumerate(popular[start : start + LIMIT])]
    complements = sorted(item.complements, key=lambda pair: -pair[1])
    offered = [(other, probability) for other, probability in complements if other.is_sold_on(day)]
    return [(other, probability, "often bought together") for other, probability in offered[:LIMIT]]


def _basis(visit: Visit, *, allowed: bool) -> Basis:
    if allowed:
        return Basis.CONSENT
    return Basis.NONE if visit.signed_in else Basis.ANONYMOUS


def _reason(item: Item, arm: Arm) -> str:
    if arm is Arm.HELD_OUT:
        return "Best sellers, because this visitor belongs to the group without recommendations."
    return f"Often bought together with {item.title('en')}."
