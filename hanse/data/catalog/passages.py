"""What is read of a product by who understands texts: title, category, brand, technical facts and the beginning of the description."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple

from hanse.base.database import Connection, Queries
from hanse.data.catalog import facts
from hanse.data.catalog.summaries import title

queries = Queries(__package__)
PAGE = 500
MOST_FACTS = 12
MOST_DESCRIBED = 400
"""Characters of the description: what a product is stands at the beginning."""


class Passage(NamedTuple):
    """A product in some sentences."""

    product_id: str
    text: str


def passage(product: Mapping[str, Any], language: str) -> str:
    """Return what a product is, in a language as far as it is described in it.

    >>> passage({"title": {"de": "Bohrer"}, "category": {}, "brand": "Nord", "attributes": {"Länge": {"value": 8, "unit": "mm"}}, "description": {}}, "de")
    'Bohrer. Nord. Länge: 8 mm.'

    Its names in other languages stand beside the one in this, so that it is understood in all of them.
    """
    open_facts = [(name, fact) for name, fact in sorted(product["attributes"].items()) if name not in {facts.MARGIN, facts.COST}]
    said = [f"{name}: {text}" for name, fact in open_facts[:MOST_FACTS] if (text := _said(fact, language))]
    described = title(product["description"], language)[:MOST_DESCRIBED]
    parts = [
        title(product["title"], language),
        *_others(product["title"], language),
        title(product["category"], language),
        product["brand"] or "",
        *said,
        described,
    ]
    return " ".join(part if part.endswith(".") else f"{part}." for part in map(str.strip, parts) if part)


def _others(titles: Mapping[str, str], language: str) -> list[str]:
    shown = title(dict(titles), language)
    return sorted({each for each in titles.values() if each != shown})


def _said(fact: Any, language: str) -> str:
    """Return what a technical fact says, with its unit; empty for what is no more than yes or no."""
    found = facts.bare(fact)
    if isinstance(found, Mapping):
        found = title(dict(found), language)
    if isinstance(found, Sequence) and not isinstance(found, str):
        found = ", ".join(str(each) for each in found)
    unit = fact.get("unit") if isinstance(fact, Mapping) else None
    return "" if isinstance(found, bool) or found is None else f"{found} {unit or ''}".strip()


async def count(connection: Connection) -> int:
    """Return how many products are sold."""
    rows = await (await connection.execute(queries["sold"])).fetchall()
    return int(rows[0]["count"])


async def read(connection: Connection, language: str) -> AsyncIterator[Sequence[Passage]]:
    """Go through the products that are sold, by their ids, some hundreds at a time."""
    after = ""
    while rows := await (await connection.execute(queries["described"], {"after": after, "most": PAGE})).fetchall():
        yield [Passage(row["product_id"], passage(row, language)) for row in rows]
        after = rows[-1]["product_id"]
