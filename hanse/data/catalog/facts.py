"""What is worked out of a product's own columns: keys of its categories, what its attributes say as text and in canonical units, its margin.

`summaries` calls this once for each product it remembers; rules and methods compare what it gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from hanse.data.catalog import quantities

MARGIN, COST = "margin", "cost"
"""The attributes from which the margin is known: a share or per cent of the net price, or the cost of one piece in its currency."""
HUNDREDTHS = frozenset({"%", "percent", "per cent", "prozent"})


@lru_cache(maxsize=50_000)
def category_keys(path: str) -> tuple[str, ...]:
    """Return the keys of a category and of those above it, the narrowest first.

    >>> category_keys("Machines > Drilling")
    ('machines > drilling', 'machines')
    """
    whole = [part for part in (key(each) for each in path.split(">")) if part]
    return tuple(" > ".join(whole[:depth]) for depth in range(len(whole), 0, -1))


def key(text: str) -> str:
    """Return a text as it is compared: without case and superfluous space.

    >>> key("  Bosch   Professional ")
    'bosch professional'
    """
    return " ".join(text.split()).casefold()


def values(attribute: object) -> tuple[str, ...]:
    """Return what an attribute says as keys: as it is given, in every language, and with its unit in the canonical one where that is known.

    >>> values({"value": {"de": "Rot", "en": "red"}}), values({"value": 0.8, "unit": "cm"}), values("0,8 cm"), values({"value": True})
    (('rot', 'red'), ('0.8', '8 mm'), ('0,8 cm', '8 mm'), ('true',))
    """
    return tuple(dict.fromkeys((*_texts(bare(attribute)), *measured(attribute))))


def likeness(attribute: object) -> tuple[str, ...]:
    """Return what an attribute says as keys by which products are alike: where its unit is known, measured and not as it is given.

    >>> likeness({"value": 0.8, "unit": "cm"}), likeness({"value": 18, "unit": "pcs"})
    (('8 mm',), ('18',))
    """
    return tuple(dict.fromkeys(measured(attribute) or _texts(bare(attribute))))


def normalised(attribute: object) -> object:
    """Return an attribute with value and unit in the canonical unit, numbers in texts too; itself where its unit is not known.

    >>> normalised({"value": "8,0", "unit": "cm"}), normalised({"value": [1, 2.5], "unit": "KGM"}), normalised("0,8 cm")
    ({'value': 80, 'unit': 'mm'}, {'value': [1000, 2500], 'unit': 'g'}, {'value': 8, 'unit': 'mm'})
    """
    found = quantities.read(bare(attribute), attribute.get("unit") if isinstance(attribute, dict) else None)
    if found is None:
        return attribute
    told = attribute if isinstance(attribute, dict) and "value" in attribute else {}
    return {**told, "value": found.value, "unit": found.unit}


def canonical(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return those attributes whose unit is known in the canonical one, value and unit alone."""
    found = {name: normalised(each) for name, each in attributes.items()}
    return {
        name: {"value": each["value"], "unit": each["unit"]}
        for name, each in found.items()
        if each is not attributes[name] and isinstance(each, dict)
    }


def measured(attribute: object) -> tuple[str, ...]:
    """Return the keys of an attribute in its canonical unit; none where that is not known.

    >>> measured({"value": [1, 1.5], "unit": "m"}), measured({"value": 18, "unit": "pcs"})
    (('1000 mm', '1500 mm'), ())
    """
    found = normalised(attribute)
    return tuple(key(f"{said} {found['unit']}") for said in _texts(found["value"])) if isinstance(found, dict) and found is not attribute else ()


def margin_score(attributes: Mapping[str, Any], amount_minor: int | None) -> float | None:
    """Return the share of the net price that is left after cost, or null where nobody says it.

    >>> margin_score({"margin": {"value": 35, "unit": "%"}}, None), margin_score({"cost": {"value": 6.0}}, 1_000)
    (0.35, 0.4)
    """
    told, cost = attributes.get(MARGIN), _number(attributes.get(COST))
    if (share := _number(told)) is not None:
        unit = told.get("unit") if isinstance(told, dict) else None
        return share / 100 if isinstance(unit, str) and key(unit) in HUNDREDTHS else share
    if cost is None or not amount_minor:
        return None
    return round(1 - 100 * cost / amount_minor, 6)


def bare(attribute: object) -> object:
    """Return the value of an attribute without its unit."""
    return attribute.get("value") if isinstance(attribute, dict) and "value" in attribute else attribute


def _number(attribute: object) -> float | None:
    value = bare(attribute)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield key(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif value is not None:
        yield msgspec.json.encode(value).decode()
