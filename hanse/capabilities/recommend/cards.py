"""What the registry keeps of a blend: what was tried, what was chosen, and how good it was on what it had not seen."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import hanse
from hanse.ai.models import Card
from hanse.capabilities.recommend import searches, trained
from hanse.capabilities.recommend.choice import SEED, Tried
from hanse.capabilities.recommend.learning import Learned
from hanse.capabilities.recommend.reading import Log
from hanse.data.lake import searched
from hanse.data.lake.searched import Searches


def of_blend(now: datetime, name: str, log: Log, learned: Learned) -> Card:
    """Return the card of a blend that has just learned."""
    chosen = learned.choice
    weights = {method.name: round(weight, 3) for method, weight in zip(chosen.methods, chosen.weights, strict=True)}
    return Card(
        name=name,
        method="blend: " + ", ".join(weights) + (" + boosted trees" if chosen.forest else ""),
        parameters={
            "weights": weights,
            "settings": {method.name: _said(method) for method in chosen.methods},
            "tried": [_tried(each) for each in chosen.tried],
            "validation NDCG": {stage: round(value, 4) for stage, value in chosen.ndcg.items()},
        },
        trained_at=now,
        data_since=log.since,
        data_until=log.until,
        sizes={"histories": len(log.histories), "interactions": len(log.histories.item), "products": log.histories.items, "profiles": log.owners},
        measures=dict(learned.measures),
        intervals=dict(learned.intervals),
        baseline=dict(learned.baseline),
        seconds=learned.seconds,
        seed=SEED,
        code_version=hanse.__version__,
        notes=(
            f"Measured on {learned.questions} questions about the end of the log, which a blend chosen in the same way had not seen.",
            "The baseline is what sells best. The model in use learned from all.",
        ),
    )


def of_searches(now: datetime, log: Searches, learned: searches.Learned) -> Card:
    """Return the card of what comes of searches."""
    return Card(
        name=trained.AFTER_SEARCH,
        method="searches",
        parameters={"shrinkage": learned.shrinkage, "tried": {f"{each:g}": round(value, 4) for each, value in learned.tried.items()}},
        trained_at=now,
        data_since=log.since,
        data_until=log.until,
        sizes={"searches": len(log), "queries": len(log.queries), "products": len(log.product_ids)},
        measures=dict(learned.measures),
        intervals=dict(learned.intervals),
        baseline=dict(learned.baseline),
        seed=SEED,
        code_version=hanse.__version__,
        notes=(
            f"Measured on {learned.asked} of the newest searches: what was looked at within an hour. The baseline is what is looked at most.",
            f"Queries and words that fewer than {searched.LEAST_PEOPLE} people searched for are not learned.",
        ),
    )


def _settings(method: object) -> dict[str, float]:
    return asdict(method)  # type: ignore[call-overload,no-any-return]  # methods are dataclasses of numbers


def _said(method: object) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in _settings(method).items())


def _tried(each: Tried) -> dict[str, object]:
    return {"method": each.method.name, "settings": _said(each.method), "NDCG": round(each.ndcg, 4), "seconds": round(each.seconds, 2)}
