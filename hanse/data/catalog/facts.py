"""What is worked out of a product's own columns: the keys of its categories, what its attributes say as plain text, and its margin.

`summaries` calls this once for each product it remembers; rules and methods compare what it gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

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
    """Return what an attribute says as keys, in every language it says it.

    >>> values({"value": {"de": "Rot", "en": "red"}}), values({"value": 18, "unit": "V"}), values({"value": True})
    (('rot', 'red'), ('18',), ('true',))
    """
    return tuple(dict.fromkeys(_texts(bare(attribute))))


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
