"""Facets: what products can be narrowed down by, numbered in the index, counted in what was found, and read for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hanse.base import database, translation
from hanse.base.database import Connection, Queries
from hanse.capabilities.search.schemas import Choice, Facet, FacetKind, FacetValue
from hanse.data.catalog import facts
from hanse.data.catalog.summaries import title

queries = Queries(__package__)
CATEGORY, BRAND, STOCK, ATTRIBUTE = "category", "brand", "stock", "attribute:"
TITLES = {CATEGORY: "Category", BRAND: "Brand", STOCK: "Availability"}
LONGEST = 60
"""Characters of a value; longer ones are texts and narrow nothing down."""
MOST_ATTRIBUTES = 8
MOST_VALUES = 50
LEAST_SHARE = 0.15
"""An attribute is shown where so many of the products found have it."""
SIZES = {size: place for place, size in enumerate(("xxs", "xs", "s", "m", "l", "xl", "xxl", "2xl", "xxxl", "3xl", "4xl", "5xl"))}
"""Sizes of clothes, in their order."""
_IDENTIFYING = re.compile(r"(?i)number|nummer|(?:^|_)(?:nr|mpn|ean|gtin|sku|pid|aid|id)(?:$|_)|keyword")


class Said(NamedTuple):
    """A value of a facet that a product has."""

    name: str
    value: str
    title: Mapping[str, str]


def of(row: Mapping[str, Any]) -> list[Said]:
    """Return what a product has: its category with those above it, its brand, and its technical data."""
    found = list(_categories(row["category"]))
    if row["brand"]:
        found.append(Said(BRAND, facts.key(row["brand"]), {"und": row["brand"]}))
    for name, fact in row["attributes"].items():
        if name not in {facts.MARGIN, facts.COST} and not _IDENTIFYING.search(name):
            found += _said(name, fact)
    return [each for each in found if each.value]


def _categories(paths: Mapping[str, str]) -> Iterable[Said]:
    """Give one value for a path in all languages, as long as they go equally deep."""
    parts = {language: [" ".join(each.split()) for each in path.split(">") if each.strip()] for language, path in paths.items()}
    main = next((each for each in ("de", "en", *parts) if parts.get(each)), None)
    if main is None:
        return
    for depth in range(1, len(parts[main]) + 1):
        titles = {language: " > ".join(each[:depth]) for language, each in parts.items() if len(each) == len(parts[main])}
        yield Said(CATEGORY, facts.key(titles[main]), titles)


def _said(name: str, fact: object) -> Iterable[Said]:
    value = facts.bare(fact)
    unit = str(fact.get("unit") or "") if isinstance(fact, Mapping) else ""
    if isinstance(value, Mapping):
        texts = {language: str(text) for language, text in value.items()}
        if texts:
            yield from _one(name, title(texts, "de"), texts, unit)
        return
    for each in value if isinstance(value, list | tuple) else (value,):
        if isinstance(each, bool):
            yield Said(ATTRIBUTE + name, str(each).lower(), {"de": "ja" if each else "nein", "en": "yes" if each else "no"})
        elif each is not None and not isinstance(each, Mapping | list):
            text = f"{each:g}" if isinstance(each, float) else str(each)
            yield from _one(name, text, {"und": text}, unit)


def _one(name: str, value: str, texts: Mapping[str, str], unit: str) -> Iterable[Said]:
    if len(value) <= LONGEST:
        yield Said(ATTRIBUTE + name, _key(value, unit), {language: f"{text} {unit}".strip() for language, text in texts.items()})


def _key(value: str, unit: str) -> str:
    """Return by what a value is known: a measure in its canonical unit, so that 0.8 cm and 8 mm are one."""
    found = facts.measured({"value": value, "unit": unit} if unit else value)
    return found[0] if found else facts.key(f"{value} {unit}")


async def number(connection: Connection, rows: Sequence[Sequence[Said]]) -> list[list[int]]:
    """Return the numbers of what products have; what is new gets one, unless it names a product."""
    numbers: dict[tuple[str, str], int] = {}
    different = {(each.name, each.value): each.title for row in rows for each in row}
    if different:
        staged = ((name, value, database.jsonb(dict(titles))) for (name, value), titles in sorted(different.items()))
        await database.stage(connection, "search_facets", ("name", "value", "title"), staged)
        found = await (await connection.execute(queries["number_facets"])).fetchall()
        numbers = {(row["name"], row["value"]): row["facet_id"] for row in found}
    return [sorted({numbers[key] for each in row if (key := (each.name, each.value)) in numbers}) for row in rows]


async def chosen(connection: Connection, choices: Sequence[Choice]) -> dict[str, list[int]]:
    """Return the numbers of what somebody chose, by facet; of what there is not, none."""
    if not choices:
        return {}
    pairs = sorted(_wanted(each for each in choices if each.facet != STOCK))
    facts_of = {"names": [name for name, _ in pairs], "values": [value for _, value in pairs]}
    rows = await (await connection.execute(queries["find_facets"], facts_of)).fetchall()
    found: dict[str, list[int]] = {each.facet: [] for each in choices if each.facet != STOCK}
    for row in rows:
        found[row["name"]].append(row["facet_id"])
    return found


def wants_stock(choices: Sequence[Choice]) -> bool:
    """Return whether somebody wants only what is in stock."""
    return any(each.facet == STOCK and "true" in each.values for each in choices)


def show(rows: Sequence[Mapping[str, Any]], total: int, picked: Sequence[Choice], language: str) -> list[Facet]:
    """Return the facets of what was found, from rows (`name`, `value`, `title`, `count`): categories, brands, then the commonest attributes."""
    wanted = _wanted(picked)
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_name.setdefault(row["name"], []).append(row)
    attributes = sorted(
        (name for name in by_name if name.startswith(ATTRIBUTE)), key=lambda name: (-sum(row["count"] for row in by_name[name]), name)
    )
    chosen_names = {name for name, _ in wanted}
    shown = [
        name
        for name in attributes
        if name in chosen_names or (len(by_name[name]) > 1 and sum(row["count"] for row in by_name[name]) >= LEAST_SHARE * total)
    ][:MOST_ATTRIBUTES]
    facets = []
    for name in (CATEGORY, BRAND, STOCK, *shown):
        values = [_value(row, wanted, language) for row in by_name.get(name, [])]
        if len(values) > 1 or any(each.chosen for each in values) or (name == STOCK and values):
            facets.append(Facet(name=name, kind=_kind(name), title=_readable(name, language), values=_ordered(values)[:MOST_VALUES]))
    return facets


def _wanted(picked: Iterable[Choice]) -> set[tuple[str, str]]:
    """Return what somebody chose as names and keys, a measure in its canonical unit, too."""
    return {(each.facet, said) for each in picked for value in each.values for said in facts.values(value)}


def _value(row: Mapping[str, Any], wanted: set[tuple[str, str]], language: str) -> FacetValue:
    return FacetValue(value=row["value"], title=title(row["title"], language), count=row["count"], chosen=(row["name"], row["value"]) in wanted)


def _kind(name: str) -> FacetKind:
    if name == CATEGORY:
        return "category"
    if name == BRAND:
        return "brand"
    return "stock" if name == STOCK else "attribute"


def _readable(name: str, language: str) -> str:
    """Return the name of a facet for people: `attribute:cutting_length` is `Cutting length`."""
    if name in TITLES:
        return translation.say(__package__, TITLES[name], language)
    plain = name.removeprefix(ATTRIBUTE).replace("_", " ")
    return translation.say(__package__, plain[:1].upper() + plain[1:], language)


def _ordered(values: list[FacetValue]) -> list[FacetValue]:
    sizes = [_leading(each.value) for each in values]
    if values and all(size is not None for size in sizes):
        return [each for _, each in sorted(zip(sizes, values, strict=True), key=lambda pair: (pair[0], pair[1].value))]
    return sorted(values, key=lambda each: (-each.count, each.title))


def _leading(value: str) -> float | None:
    if value in SIZES:
        return SIZES[value]
    found = re.match(r"-?\d+(?:[.,]\d+)?", value)
    return float(found.group().replace(",", ".")) if found else None
