"""Training in Spark: blends are chosen and measured on the newest part of each log on the driver, and then learn from all of it in Spark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from hanse.ai.models import Card
from hanse.base.config import Settings
from hanse.capabilities.recommend import blends, cards, choice, learning
from hanse.capabilities.recommend.blend import Blend
from hanse.capabilities.recommend.choice import Tell
from hanse.capabilities.recommend.learning import Learned
from hanse.capabilities.recommend.questions import Kind
from hanse.capabilities.recommend.reading import Catalog, Log
from hanse.capabilities.recommend.spark import fitting, reading
from hanse.capabilities.recommend.spark.reading import Read
from hanse.data import lake
from hanse.data.lake import Session

SAMPLE_ROWS = 2_000_000
"""The newest interactions that settings, weights and trees are chosen by: more of them change the choice no longer, and fit on any driver."""
CHOOSING = 0.7
"""The share of the time that choosing takes, for the progress."""
LOGS: Mapping[str, tuple[Kind, Callable[[Session], Read]]] = {
    blends.VIEWED: (Kind.SESSION, reading.visits),
    blends.BOUGHT: (Kind.TOPN, reading.orders),
    blends.NEXT: (Kind.BASKET, reading.customers),
}


@dataclass(frozen=True)
class Trained:
    """A blend that learned in Spark, and what its card is made of."""

    name: str
    blend: Blend
    product_ids: tuple[str, ...]
    learned: Learned
    sample: Log
    sizes: Mapping[str, int]

    def card(self, now: datetime) -> Card:
        """Return its card."""
        card = cards.of_blend(now, self.name, self.sample, self.learned)
        chosen = f"Settings, weights, trees and measures are those of the newest {len(self.sample.histories.item)} interactions; all are learned from, in Spark."
        return msgspec.structs.replace(card, sizes=dict(self.sizes), notes=(*card.notes, chosen))


def learn_all(settings: Settings, tell: Tell = choice.nobody) -> tuple[Catalog, list[Trained]]:
    """Learn a blend from each log that has enough; also returns the catalog, which is small. Not for the event loop.

    Raises `MissingExtra` where Spark is not installed.
    """
    with lake.session(settings) as session:
        found = []
        for place, (name, (kind, read)) in enumerate(LOGS.items()):
            made = learn(name, kind, read(session), _part(tell, place / len(LOGS), 1 / len(LOGS)))
            found += [made] if made else []
        return reading.catalog(session), found


def learn(name: str, kind: Kind, log: Read, tell: Tell = choice.nobody) -> Trained | None:
    """Choose a blend by the newest part of a log, and have it learn from all; none where there is too little to learn from."""
    sample = log.histories.newest(SAMPLE_ROWS)
    learned = learning.learn(kind, sample, tell=_part(tell, 0.0, CHOOSING))
    if learned is None:
        return None
    blend = fitting.blend(learned.choice, log.histories, _part(tell, CHOOSING, 1 - CHOOSING))
    sizes = {"histories": len(log.histories), "interactions": log.histories.rows, "products": log.histories.items, "profiles": log.owners}
    whole = Log(sample, log.product_ids, log.since, log.until, log.owners)
    return Trained(name, blend, log.product_ids, replace(learned, blend=blend), whole, sizes)


def _part(tell: Tell, begin: float, share: float) -> Tell:
    return lambda score, note: tell(begin + share * score, note)
