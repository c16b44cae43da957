"""Associations of products become relations, by what the code of their type says; pure functions.

What Akeneo calls an accessory of a drill is `accessory_of` the drill; a set `consists_of` what Akeneo counts in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hanse.data.catalog import Relation, RelationKind
from hanse.sources.akeneo.payloads import Product, Thing, mapped
from hanse.sources.akeneo.structure import Structure

BACKWARD = (
    (re.compile("spare|ersatzteil|replacement_?part"), RelationKind.SPARE_PART_OF),
    (re.compile("consumable|verbrauch"), RelationKind.CONSUMABLE_OF),
    (re.compile("accessor|zubeh"), RelationKind.ACCESSORY_OF),
    (re.compile("successor|nachfolge|follow_?up"), RelationKind.SUCCESSOR_OF),
)
"""Words in types by which the other product is <kind> this one."""
FORWARD = (
    (re.compile("substitut|similar|alternativ|aehnlich"), RelationKind.SIMILAR_TO),
    (re.compile(r"(?:^|_)(?:pack|bundle|kit|set|product_?set|consists_of|components?)s?(?:_|$)"), RelationKind.CONSISTS_OF),
)
"""Words in types by which this product is <kind> the other."""


@dataclass(frozen=True)
class Other:
    """A product that another is associated with."""

    product_id: str | None
    """Null where it has no identifier, or is not there."""
    quantity: int | None = None


def read(thing: Thing, product_id: str, structure: Structure) -> tuple[tuple[Relation, ...], tuple[str, ...]]:
    """Return the relations that a product states, and remarks about what is left out."""
    found: dict[tuple[str, str, str], Relation] = {}
    remarks: list[str] = []
    for code, others, is_quantified in _types(thing, structure):
        kind, is_forward = kind_of(code, is_quantified=is_quantified)
        if kind is None:
            remarks += [f"Associations of the type {code} are not kept."] if others else []
            continue
        for other in others:
            if other.product_id is None or other.product_id == product_id:
                remarks.append(f"An association of the type {code} names no other product.")
            else:
                each = _relation(product_id, kind, other, is_forward=is_forward)
                found.setdefault((each.product_id, each.kind, each.related_id), each)
    return tuple(found.values()), tuple(dict.fromkeys(remarks))


def kind_of(code: str, *, is_quantified: bool) -> tuple[RelationKind | None, bool]:
    """Return what a type of association is, and whether it goes from the product to the other; null for one that is not kept.

    >>> kind_of("SPARE_PARTS", is_quantified=False), kind_of("X_SELL", is_quantified=False)
    ((<RelationKind.SPARE_PART_OF: 'spare_part_of'>, False), (None, True))
    """
    name = code.casefold()
    backward = next((kind for pattern, kind in BACKWARD if pattern.search(name)), None)
    if backward:
        return backward, False
    forward = next((kind for pattern, kind in FORWARD if pattern.search(name)), None)
    return forward or (RelationKind.CONSISTS_OF if is_quantified else None), True


def _types(thing: Thing, structure: Structure) -> Iterable[tuple[str, list[Other], bool]]:
    for code, counted in mapped(thing.quantified_associations).items():
        products = [Other(structure.numbers.get(each.uuid) if each.uuid else each.identifier, each.quantity) for each in counted.products]
        yield code, [*products, *(Other(each.identifier, each.quantity) for each in counted.product_models)], True
    for code, told in mapped(thing.associations).items():
        models = [Other(each) for each in told.product_models]
        yield code, [*(Other(_number(thing, each, structure)) for each in told.products), *models], False


def _number(thing: Thing, name: str, structure: Structure) -> str | None:
    """Return the identifier of a product, which product models name by it and products by its uuid."""
    return structure.numbers.get(name) if isinstance(thing, Product) else name


def _relation(product_id: str, kind: RelationKind, other: Other, *, is_forward: bool) -> Relation:
    ends = (product_id, other.product_id) if is_forward else (other.product_id, product_id)
    return Relation(product_id=str(ends[0]), kind=kind, related_id=str(ends[1]), quantity=other.quantity)
