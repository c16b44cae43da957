"""References of a product to others, in the direction and with the names of our relations."""

from __future__ import annotations

from dataclasses import dataclass

from hanse.data.revisions.schemas import EntryRelation
from hanse.sources.feeds import values
from hanse.sources.feeds.bmecat import names
from hanse.sources.feeds.nodes import Node
from hanse.sources.feeds.values import Notes

LONGEST_ID = 200


@dataclass(frozen=True)
class Related:
    """What a product says of others."""

    relations: tuple[EntryRelation, ...] = ()
    parent_id: str | None = None
    """The product it is a variant of."""
    parent_line: int = 0


def read(product: Node, product_id: str, notes: Notes) -> Related:
    """Return the relations a product states."""
    relations: dict[tuple[str, str, str], EntryRelation] = {}
    parent_id, parent_line = None, 0
    for node in product.every(*names.REFERENCE):
        target = node.first(*names.REFERENCE_TO)
        related_id = target.text[:LONGEST_ID] if target else ""
        kind = _kind(node, notes)
        if kind is None or not related_id:
            continue
        if related_id == product_id:
            notes.add("related_to_itself", node.line)
        elif kind == "base_product":
            parent_id, parent_line = parent_id or related_id, parent_line or node.line
        else:
            each = _relation(kind, product_id, related_id, node, notes)
            relations.setdefault((each.product_id, each.kind, each.related_id), each)
    return Related(tuple(relations.values()), parent_id, parent_line)


def _kind(node: Node, notes: Notes) -> str | None:
    said = node.attributes.get("type", "").strip()
    if said in names.RELATION_TYPES:
        kind: str | None = said
    else:
        plain = said.lower().replace("-", "_").replace(" ", "_")
        kind = plain if plain in names.RELATION_TYPES else names.STRAY_RELATIONS.get(plain)
        if kind:
            notes.add("stray_relation", node.line, type=said[:40], kind=kind)
        else:
            notes.add("unknown_relation", node.line, type=said[:40] or "(none)")
    if kind == "others":
        notes.add("relation_not_kept", node.line, type=kind)
        return None
    return kind


def _relation(kind: str, product_id: str, related_id: str, node: Node, notes: Notes) -> EntryRelation:
    ours, detail = names.FORWARD.get(kind) or names.BACKWARD[kind]
    first, second = (product_id, related_id) if kind in names.FORWARD else (related_id, product_id)
    return EntryRelation(product_id=first, kind=ours, related_id=second, quantity=_quantity(node, notes), type=detail, line=node.line)


def _quantity(node: Node, notes: Notes) -> int | None:
    said = node.attributes.get("quantity", "").strip()
    if not said:
        return None
    quantity, _ = values.number(said)
    if quantity is None or not 0 < quantity < 2**31 or quantity != quantity.to_integral_value():
        notes.add("wrong_relation_quantity", node.line, quantity=said[:40])
        return None
    return int(quantity)
