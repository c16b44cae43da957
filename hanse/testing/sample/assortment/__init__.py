"""What the sample shop sells: the same products for every seed, with truths drawn from it."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hanse.data.catalog.schemas import RelationKind
from hanse.testing.sample.assortment.documents import write_documents
from hanse.testing.sample.assortment.items import Assortment, Item, Kind, Numbering
from hanse.testing.sample.assortment.machines import add_machines
from hanse.testing.sample.assortment.range import add_delicacies, add_work_wear
from hanse.testing.sample.assortment.truths import draw_truths

__all__ = ["Assortment", "Item", "Kind", "build"]


def build(rng: Random) -> Assortment:
    """Return the assortment with its truths."""
    assortment, numbering = Assortment(), Numbering()
    add_machines(assortment, numbering)
    add_work_wear(assortment, numbering)
    add_delicacies(assortment, numbering)
    _relate_similar(assortment)
    draw_truths(assortment, rng)
    assortment.documents = write_documents(assortment)
    return assortment


def _relate_similar(assortment: Assortment) -> None:
    """Relate the newest machines of neighbouring ranges, and wines of one kind and price class."""
    for kinds in assortment.by_family.values():
        newest = [item for item in kinds.get(Kind.MACHINE, []) if item.product.state == "active"]
        wines = sorted(kinds.get(Kind.WINE, []), key=lambda item: (item.style, item.grade))
        for left, right in [*pairwise(newest), *pairwise(wines)]:
            if left.style == right.style:
                assortment.relate(left, RelationKind.SIMILAR_TO, right)
