"""Work wear in sizes, wine and delicatessen; called by `assortment.build`."""

from __future__ import annotations

from hanse.testing.sample import vocabulary
from hanse.testing.sample.assortment.items import Assortment, Item, Kind, Numbering, path, value
from hanse.testing.sample.assortment.machines import product_of
from hanse.testing.sample.vocabulary import Bottle, Food, Range, Style

SIZE_WEIGHTS = {"S": 0.5, "M": 1.1, "L": 1.5, "XL": 1.2, "XXL": 0.6, "40": 0.5, "41": 0.9, "42": 1.3, "43": 1.3, "44": 1.1, "45": 0.7, "46": 0.4}


def add_work_wear(assortment: Assortment, numbering: Numbering) -> None:
    """Add every style as a parent with a variant for each size."""
    wear = vocabulary.ranges()["work_wear"]
    for style in wear.styles:
        parent = _garment(numbering, wear, style, "", None)
        assortment.parents.append(parent.product)
        for size in style.sizes:
            assortment.add(_garment(numbering, wear, style, size, parent.product_id))


def _garment(numbering: Numbering, wear: Range, style: Style, size: str, parent_id: str | None) -> Item:
    made = {"de": "Farbe", "en": "Colour"}
    attributes = {"colour": {"value": style.colour}, "material": {"value": style.material}}
    product = product_of(
        numbering.next("DG"),
        title={language: f"{style.title[language]}{f', {text} {size}' if size else ''}" for language, text in {"de": "Größe", "en": "size"}.items()},
        description={
            language: f"{style.title[language]}. {text}: {style.colour[language]}. {style.material[language]}." for language, text in made.items()
        },
        category=path(wear.title, style.group),
        brand="Deichgänger",
        parent_id=parent_id,
        attributes=attributes | ({"size": value(size)} if size else {}),
    )
    weight = style.weight * SIZE_WEIGHTS.get(size, 1.0)
    return Item(product, Kind.GARMENT, "work_wear", style.price, style=style.key, size=size, popularity=weight)


def add_delicacies(assortment: Assortment, numbering: Numbering) -> None:
    """Add wine and delicatessen."""
    wine, delicatessen = vocabulary.ranges()["wine"], vocabulary.ranges()["delicatessen"]
    for bottle in wine.bottles:
        assortment.add(_bottle(numbering, wine, bottle))
    for food in delicatessen.foods:
        assortment.add(_food(numbering, delicatessen, food))


def _bottle(numbering: Numbering, wine: Range, bottle: Bottle) -> Item:
    kind = wine.kinds[bottle.kind]
    grapes = {"de": "Rebsorte", "en": "Grape"}
    tastes = {"de": "schmeckt nach", "en": "tastes of"}
    named = {"de": f"{bottle.name} {bottle.vintage}", "en": f"{bottle.name} {bottle.vintage} ({wine.kinds[bottle.kind]['en'].lower()})"}
    product = product_of(
        numbering.next("SN"),
        title={language: f"{bottle.estate} {named[language]}" for language in kind},
        description={
            language: f"{text} ({bottle.region}), {tastes[language]} {bottle.taste[language]}. {grapes[language]}: {bottle.grape}."
            for language, text in kind.items()
        },
        category=path(wine.title, kind),
        brand=bottle.estate,
        attributes={
            "vintage": value(bottle.vintage),
            "grape": value(bottle.grape),
            "region": value(bottle.region),
            "volume": value(0.75, "l"),
            "alcohol": value(11.0 + bottle.price % 7 / 2, "% vol"),
        },
    )
    return Item(product, Kind.WINE, "wine", bottle.price, style=bottle.kind, grade=0 if bottle.price < 900 else 1 if bottle.price < 1300 else 2)


def _food(numbering: Numbering, delicatessen: Range, food: Food) -> Item:
    product = product_of(
        numbering.next("SN"),
        title=food.title,
        description=food.text,
        category=path(delicatessen.title, food.group),
        brand="Speicher Neun",
        attributes={"net_content": value(food.amount, food.unit)},
    )
    return Item(product, Kind.FOOD, "delicatessen", food.price, tax_percent=7, style=food.group["en"])
