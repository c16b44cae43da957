"""Machines in generations, with their spare parts, accessories, consumables and sets; called by `assortment.build`."""

from __future__ import annotations

from typing import Any

from hanse.data.catalog.schemas import Product, RelationKind, Texts
from hanse.testing.sample import pictures, vocabulary
from hanse.testing.sample.assortment.items import SHOP_URL, Assortment, Item, Kind, Numbering, path, value
from hanse.testing.sample.vocabulary import Accessory, Consumable, Line, MachineFamily, PartUse

MACHINES = {"de": "Maschinen", "en": "Machines"}
SPARE_PARTS = {"de": "Ersatzteile", "en": "Spare parts"}
ACCESSORIES = {"de": "Zubehör", "en": "Accessories"}
CONSUMABLES = {"de": "Verbrauchsmaterial", "en": "Consumables"}
SETS = {"de": "Sets", "en": "Sets"}
FOR = {"de": "für", "en": "for"}
ROMAN = ("", " II", " III")
WORN_FROM = {"weight": 0.96}
"""How an attribute changes from one generation to the next; all others grow by 8 %."""
GRADES = (
    {"de": "Die handliche Wahl für zu Hause und leichte Arbeiten.", "en": "The handy choice for home and light work."},
    {"de": "Für Handwerker, die sie mehrmals in der Woche brauchen.", "en": "For tradespeople who need it several times a week."},
    {"de": "Für den täglichen Dauereinsatz in der Werkstatt.", "en": "For all-day use in the workshop, every day."},
)


def add_machines(assortment: Assortment, numbering: Numbering) -> None:
    """Add every family of machines with what belongs to it."""
    for family in vocabulary.machine_families():
        machines = [_generations(assortment, numbering, family, line) for line in family.lines]
        _add_parts(assortment, numbering, family, machines)
        accessories = [_add_accessory(assortment, numbering, family, each, machines) for each in family.accessories]
        consumables = [item for each in family.consumables for item in _add_consumables(assortment, numbering, family, each, machines)]
        for generations in machines[1:]:
            _add_set(assortment, numbering, family, (generations[-1], accessories[0], consumables[0]))


def _generations(assortment: Assortment, numbering: Numbering, family: MachineFamily, line: Line) -> list[Item]:
    machines: list[Item] = []
    for generation in range(line.generations):
        item = _machine(numbering, family, line, generation)
        assortment.add(item)
        if machines:
            assortment.relate(item, RelationKind.SUCCESSOR_OF, machines[-1])
        machines.append(item)
    return machines


def _machine(numbering: Numbering, family: MachineFamily, line: Line, generation: int) -> Item:
    name, behind = line.name + ROMAN[generation], line.generations - 1 - generation
    attributes: dict[str, Any] = {key: value(_aged(key, number, behind), unit) for key, (number, unit) in line.attributes.items()}
    product = product_of(
        numbering.next("NW"),
        title={language: f"Nordwerk {family.title[language]} {name}" for language in family.title},
        description={language: f"{family.use[language]} {GRADES[line.grade][language]}" for language in family.use},
        category=path(MACHINES, family.group, family.title),
        attributes=attributes | {"generation": value(generation + 1)},
        state="discontinued" if behind else "active",
    )
    price = rounded(line.price * 0.92**behind, 100)
    return Item(product, Kind.MACHINE, family.key, price, line=f"{family.key} {line.grade}", grade=line.grade, popularity=(1.1, 1.4, 0.7)[line.grade])


def _aged(key: str, number: float, behind: int) -> float:
    if key in {"voltage", "chuck", "disc_diameter", "pad_diameter", "cutting_depth", "tank", "dust_class"}:
        return number
    aged = number / WORN_FROM.get(key, 1.08) ** behind
    return round(aged, 1) if number < 50 else round(aged, -1)


def _add_parts(assortment: Assortment, numbering: Numbering, family: MachineFamily, machines: list[list[Item]]) -> None:
    for generations in machines:
        for use in family.parts:
            part = assortment.add(_part(numbering, family, use, generations))
            for machine in generations:
                assortment.relate(part, RelationKind.SPARE_PART_OF, machine)


def _part(numbering: Numbering, family: MachineFamily, use: PartUse, generations: list[Item]) -> Item:
    kind, newest = vocabulary.part_types()[use.type], generations[-1]
    name = family.lines[newest.grade].name
    fits = {"de": "Original-Ersatzteil, passt zu", "en": "Original spare part, fits"}
    product = product_of(
        numbering.next("NW"),
        title={language: f"{text} {FOR[language]} {family.title[language]} {name}" for language, text in kind.title.items()},
        description={
            language: f"{fits[language]} {', '.join(each.title(language) for each in generations)}. {text}: {kind.symptom[language]}."
            for language, text in {"de": "Zu tauschen, wenn", "en": "Change it when"}.items()
        },
        category=path(SPARE_PARTS, family.title),
        attributes={"part_type": {"value": kind.title}, "fits": {"value": [each.product_id for each in generations]}},
    )
    price = rounded(use.price * (1 + 0.35 * newest.grade), 10)
    return Item(
        product, Kind.SPARE_PART, family.key, price, line=newest.line, grade=newest.grade, part_type=use.type, months=use.months, popularity=0.3
    )


def _add_accessory(assortment: Assortment, numbering: Numbering, family: MachineFamily, accessory: Accessory, machines: list[list[Item]]) -> Item:
    about = {"de": "Zubehör für alle Geräte der Reihe", "en": "Accessory for all machines of the range"}
    product = product_of(
        numbering.next("FK"),
        title=accessory.title,
        description={language: f"{accessory.title[language]}. {about[language]} {family.title[language]}." for language in about},
        category=path(ACCESSORIES, family.title),
        brand="Fleetkant",
    )
    item = assortment.add(Item(product, Kind.ACCESSORY, family.key, accessory.price, popularity=0.7))
    for machine in (machine for generations in machines for machine in generations):
        assortment.relate(item, RelationKind.ACCESSORY_OF, machine)
    return item


def _add_consumables(
    assortment: Assortment, numbering: Numbering, family: MachineFamily, consumable: Consumable, machines: list[list[Item]]
) -> list[Item]:
    items = [_consumable(numbering, family, consumable, position) for position in range(len(consumable.sizes))]
    by_grade = consumable.label == "disc_diameter" or (family.key == "vacuum" and consumable.label == "volume")
    for position, item in enumerate(items):
        assortment.add(item)
        fitting = machines[position : position + 1] if by_grade else machines
        item.line = fitting[0][0].line if by_grade else ""
        for machine in (machine for generations in fitting for machine in generations):
            assortment.relate(item, RelationKind.CONSUMABLE_OF, machine)
    return items


def _consumable(numbering: Numbering, family: MachineFamily, consumable: Consumable, position: int) -> Item:
    size = consumable.sizes[position]
    number = {"de": f"{size:g}".replace(".", ","), "en": f"{size:g}"}
    unit = f" {consumable.unit}" if consumable.unit else ""
    about = {"de": "Verbrauchsmaterial für", "en": "Consumable for"}
    steady = {"de": "gleichbleibende Qualität, in Werkstätten erprobt", "en": "steady quality, proven in workshops"}
    product = product_of(
        numbering.next("FK"),
        title={language: f"{text} {number[language]}{unit}" for language, text in consumable.title.items()},
        description={language: f"{about[language]} {family.title[language]}: {steady[language]}." for language in about},
        category=path(CONSUMABLES, family.title),
        brand="Fleetkant",
        attributes={consumable.label: value(size, consumable.unit)},
    )
    middle = 1.3 if 0 < position < len(consumable.sizes) - 1 else 0.9
    price = rounded(consumable.price * (1 + 0.35 * position), 10)
    return Item(product, Kind.CONSUMABLE, family.key, price, months=consumable.months, popularity=middle)


def _add_set(assortment: Assortment, numbering: Numbering, family: MachineFamily, contents: tuple[Item, ...]) -> None:
    machine = contents[0]
    together = {"de": "Alles zum Anfangen, günstiger als einzeln", "en": "All you need to start, cheaper than one by one"}
    product = product_of(
        numbering.next("NW"),
        title={language: f"Set {machine.title(language)}, {len(contents)}-{part}" for language, part in {"de": "teilig", "en": "piece"}.items()},
        description={language: f"{text}: {', '.join(each.title(language) for each in contents)}." for language, text in together.items()},
        category=path(SETS, family.group),
        attributes={"pieces": value(len(contents))},
    )
    price = rounded(sum(each.price_minor for each in contents) * 0.93, 100)
    item = assortment.add(Item(product, Kind.SET, family.key, price, line=machine.line, grade=machine.grade, popularity=0.5))
    for each in contents:
        assortment.relate(item, RelationKind.CONSISTS_OF, each, 1)


def rounded(price_minor: float, step: int) -> int:
    """Return a price in whole steps of cents, as shops like it."""
    return round(price_minor / step) * step


def product_of(
    numbers: tuple[str, str],
    *,
    title: Texts,
    description: Texts,
    category: Texts,
    brand: str = "Nordwerk",
    state: str = "active",
    parent_id: str | None = None,
    attributes: dict[str, Any] | None = None,
) -> Product:
    """Return a product under its numbers."""
    product_id, gtin = numbers
    return Product(
        product_id=product_id,
        parent_id=parent_id,
        state=state,
        title=title,
        description=description,
        category=category,
        brand=brand,
        gtin=gtin,
        url=f"{SHOP_URL}/p/{product_id}",
        image_url=pictures.address(product_id, title, category),
        attributes=attributes or {},
    )
