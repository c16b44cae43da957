"""How well each product of the sample shop fits what is meant, 0 to 3, from what the shop is made of; called by `queries`.

What somebody means is a set of things, named by labels such as `machine:hammer_drill`, `part:chuck/hammer_drill` or `consumable:HSS-Bohrer`,
perhaps with something asked of them: a size, a voltage, a range of machines. The rules, the same for every query:

3. The thing that is meant, and all that was asked of it holds. Where only a head word was typed (`säge`), each thing of that head is meant.
2. The thing that is meant, but one thing that was asked does not hold (another size, another range of the same machine, another grape of the
   same kind of wine); a set that contains what is meant; the garment that has the size as a variant.
1. Related: what the catalog says belongs to a product of grade 3 (its spare parts, accessories and consumables, the machine that a part fits, what
   is similar), what stands in the same innermost category, and a spare part of the type that was asked for, but for another machine.
0. Everything else, and everything that is no longer sold.

A number names one product: nothing is judged beside it. A whole title names one product too: what could stand in for it counts 2, what is only related
counts nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from hanse.data.catalog.schemas import Product, RelationKind
from hanse.testing.sample.assortment import Assortment, Item, Kind

EXACT, NEAR, RELATED = 3, 2, 1
Grades = Mapping[str, int]
Ids = frozenset[str]
_COUNTED = re.compile(
    r" (?:drei|vier|fünf|three|four|five) (?:Stück|pieces)$| (?:Paar|Körnung|grit|pair)$|,? (?:Länge|length)$|,? (?:Feinheit|fineness)$"
)
_STEM = re.compile(r"^(.*?)(?: für | for | mit | with |,| \(| \d)")


def stem(title: str) -> str:
    """Return what a title calls the thing, without what it is for, how many there are and which size.

    >>> stem("Trennscheiben Stahl 10 Stück 125 mm"), stem("Schnellkupplung vier Stück"), stem("Kohlebürsten (Paar)")
    ('Trennscheiben Stahl', 'Schnellkupplung', 'Kohlebürsten')
    """
    found = _STEM.match(title)
    return _COUNTED.sub("", found.group(1) if found else title)


class Judge:
    """Knows the things of an assortment and grades its products."""

    def __init__(self, assortment: Assortment) -> None:
        """Sort the products that are sold by what they are."""
        self.items = [item for item in assortment.items if item.product.state == "active"]
        self._things: dict[str, set[str]] = defaultdict(set)
        self._shelf: dict[str, set[str]] = defaultdict(set)
        self._beside: dict[str, set[str]] = defaultdict(set)
        self._sets: dict[str, set[str]] = defaultdict(set)
        self._parent: dict[str, str] = {}
        self.products: dict[str, Product] = {item.product_id: item.product for item in self.items}
        self._take(assortment)

    def _take(self, assortment: Assortment) -> None:
        for item in self.items:
            self._put(item.product, labels(item))
            if item.product.parent_id:
                self._parent[item.product_id] = item.product.parent_id
        for parent in assortment.parents:
            self.products[parent.product_id] = parent
            style = next(item for item in self.items if item.product.parent_id == parent.product_id)
            self._put(parent, labels(style))
        for relation in assortment.relations:
            if relation.kind is RelationKind.CONSISTS_OF:
                self._sets[relation.related_id].add(relation.product_id)
            self._beside[relation.product_id].add(relation.related_id)
            self._beside[relation.related_id].add(relation.product_id)

    def _put(self, product: Product, names: Iterable[str]) -> None:
        for name in names:
            self._things[name].add(product.product_id)
        self._shelf[product.category["de"]].add(product.product_id)

    def of(self, names: str) -> Ids:
        """Return the products with any of the labels, which are parted by `; `; `says:word` are those that are described with a word.

        Raises `KeyError` for a label that nothing has: then a query would have no answer.
        """
        return frozenset[str]().union(*(self._known(name) for name in names.split("; ")))

    def _known(self, name: str) -> set[str]:
        if name.startswith("says:"):
            return {each for each, product in self.products.items() if name[5:] in " ".join(product.description.values()).casefold()}
        if name not in self._things:
            raise KeyError(name)
        return self._things[name]

    def having(self, ids: Collection[str], label: str, number: object) -> Ids:
        """Return those of some products of which an attribute has a value."""
        return frozenset(each for each in ids if _value(self.products[each], label) == number)

    def grades(self, exact: Collection[str], *, core: Collection[str] = (), far: Collection[str] = (), alone: bool = False) -> Grades:
        """Return the grades above 0, given what is meant, the same thing without what was asked of it, and what is only of that type.

        `alone`: one product is named, so that what is merely related counts nothing.
        """
        found = {} if alone else dict.fromkeys([*self._related(exact), *far], RELATED)
        found |= dict.fromkeys([*core, *self._containing(exact), *(self._parent[each] for each in exact if each in self._parent)], NEAR)
        found |= dict.fromkeys(exact, EXACT)
        return {product_id: found[product_id] for product_id in sorted(found) if product_id in self.products}

    def _related(self, exact: Collection[str]) -> set[str]:
        beside = set().union(*(self._beside[each] for each in exact))
        return beside.union(*(self._shelf[self.products[each].category["de"]] for each in exact))

    def _containing(self, exact: Collection[str]) -> set[str]:
        """Return the sets built round a machine that is meant; a set is not what somebody wants who asks for drill bits."""
        return set().union(*(self._sets[each] for each in exact if self.products[each].category["de"].startswith("Maschinen")))


def labels(item: Item) -> list[str]:
    """Return what an item is called in judgements."""
    product, family = item.product, item.family
    leaf = product.category["de"].rpartition(" > ")[2]
    by_kind: dict[Kind, list[str]] = {
        Kind.MACHINE: [f"machine:{family}", f"line:{item.line}"],
        Kind.SPARE_PART: [f"part:{item.part_type}", f"part:{item.part_type}/{family}"],
        Kind.GARMENT: [f"garment:{item.style}", f"wear:{leaf}"],
        Kind.WINE: [f"wine:{item.style}", f"grape:{_value(product, 'grape')}", f"estate:{product.brand}", f"estate:{product.brand}/{item.style}"],
        Kind.FOOD: [f"food:{stem(item.title('de'))}", f"delicacy:{leaf}"],
    }
    return by_kind.get(item.kind, [f"{item.kind.value}:{stem(item.title('de'))}"])


def _value(product: Product, label: str) -> Any:
    found = (product.attributes or {}).get(label)
    return found.get("value") if isinstance(found, Mapping) else None
