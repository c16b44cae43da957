"""Finding products: those that have the words, those that have some of them, those that mean it; put in one order."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.search import meaning, personal, ranking
from hanse.capabilities.search.query import Query
from hanse.capabilities.search.ranking import Floats
from hanse.capabilities.search.recent import Recent
from hanse.capabilities.search.schemas import Sort

queries = Queries(__package__)
MOST = 120
"""Products that have all words, of which the order is looked at closely."""
MOST_SOME, MOST_NEAR = 80, 60
"""The same for products that have some words, and that mean what the query means."""
ENOUGH = 30
"""Products that have all words, above which those that have some are not looked for."""
LEAST_SHARE = 0.3
"""How well a product that does not have all words must fit, as a share of the one that fits best."""
MOST_FACETS = 250
Score = Callable[[Floats], Floats]
ORDERS: Mapping[str, sql.SQL] = {
    "price_up": sql.SQL("amount_minor NULLS LAST"),
    "price_down": sql.SQL("amount_minor DESC NULLS LAST"),
    "newest": sql.SQL("created_at DESC"),
    "popularity": sql.SQL("popularity_score DESC"),
}


@dataclass(frozen=True)
class Filters:
    """What products are narrowed down to."""

    facets: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The numbers of values by facet, any of which a product must have."""
    in_stock: bool = False
    from_minor: int | None = None
    to_minor: int | None = None

    def without(self, name: str) -> Filters:
        """Return them without a facet."""
        rest = {each: numbers for each, numbers in self.facets.items() if each != name}
        return Filters(rest, self.in_stock and name != "stock", self.from_minor, self.to_minor)

    @property
    def condition(self) -> sql.Composable:
        """Return them as a condition on `entry`."""
        parts: list[sql.Composable] = [
            sql.SQL("AND entry.facets && {}::integer[]").format(sql.Literal(list(numbers) or [0])) for numbers in self.facets.values()
        ]
        if self.in_stock:
            parts.append(sql.SQL("AND entry.in_stock"))
        if self.from_minor is not None:
            parts.append(sql.SQL("AND entry.amount_minor >= {}").format(sql.Literal(self.from_minor)))
        if self.to_minor is not None:
            parts.append(sql.SQL("AND entry.amount_minor <= {}").format(sql.Literal(self.to_minor)))
        return sql.SQL(" ").join(parts)


@dataclass(frozen=True)
class Ask:
    """How to find."""

    least: int
    """How many products at least, if there are."""
    score: Score = ranking.score
    """How well each fits, by what speaks for it."""
    cares: personal.Cares = field(default_factory=dict)
    """What who asks cares for."""
    is_patient: bool = False
    """Whether to wait for what the query means although words found something."""


@dataclass(frozen=True)
class Fitting:
    """A product that was found."""

    product_id: str
    score: float
    features: tuple[float, ...]


@dataclass(frozen=True)
class Findings:
    """What was found, the best first."""

    products: Sequence[Fitting]
    total: int
    strict: int
    """How many have all of the query."""
    vector: str | None
    """What the query means; null where that was not known in time."""

    @property
    def product_ids(self) -> list[str]:
        """Return the ids, the best first."""
        return [each.product_id for each in self.products]


async def find(context: Context, query: Query, filters: Filters, begun: Awaitable[str | None] | None, ask: Ask) -> Findings:
    """Find products by a query that is not empty, and put the best of them in order."""
    most = max(MOST, ask.least)

    async def look() -> _Seen:
        return await _look(context, query, filters, begun, most=most, is_patient=ask.is_patient)

    seen = await context.resource(Recent).get(_key("found", query, filters, most), look, keep=lambda found: found.vector is not None)
    found = _ordered(seen, ask)
    return Findings(found, max(seen.strict, len(found)) if seen.strict < ENOUGH else seen.strict, seen.strict, seen.vector)


@dataclass(frozen=True)
class _Seen:
    """What there is to put in order, the same for everybody."""

    product_ids: Sequence[str]
    features: Floats
    facets: Sequence[Sequence[int]]
    has_all: NDArray[np.bool_]
    strict: int
    vector: str | None


async def _look(context: Context, query: Query, filters: Filters, begun: Awaitable[str | None] | None, *, most: int, is_patient: bool) -> _Seen:
    rows = await _rows(context, "matching", filters, query=query.strict, most=most)
    strict = int(rows[0]["total"]) if rows else 0
    vector = await meaning.wait(begun, is_hurried=strict > 0 and not is_patient)
    has_all = {row["product_id"] for row in rows}
    others = await _others(context, query, filters, vector) if strict < ENOUGH else []
    described = await _described(context, query, vector, list(dict.fromkeys([*has_all, *others])))
    ids = [row["product_id"] for row in described]
    whole = np.array([each in has_all for each in ids], bool)
    return _Seen(ids, ranking.features(described), [row["facets"] for row in described], whole, strict, vector)


async def _others(context: Context, query: Query, filters: Filters, vector: str | None) -> list[str]:
    """Return products that have some of the words, and those that mean what the query means."""
    parts: dict[str, Any] = {"parts": [each.anywhere for each in query.groups], "shares": query.shares}
    some = await _rows(context, "having_any", filters, query=query.telling, most=MOST_SOME, **parts)
    near = await _rows(context, "near", filters, vector=vector, most=MOST_NEAR) if vector else []
    return [row["product_id"] for row in (*some, *near)]


def _ordered(seen: _Seen, ask: Ask) -> list[Fitting]:
    """Return what fits, the best first; what does not have all words only where it fits nearly as well."""
    if not seen.product_ids:
        return []
    scores = ask.score(seen.features) + personal.gain(seen.facets, ask.cares)
    by_hand = ranking.score(seen.features)
    fits = seen.has_all | (ranking.is_meant(seen.features) & (by_hand >= float(by_hand.max()) * LEAST_SHARE))
    order = np.lexsort((np.array(seen.product_ids), -scores))
    return [Fitting(seen.product_ids[place], float(scores[place]), tuple(seen.features[place])) for place in order[fits[order]]]


async def _described(context: Context, query: Query, vector: str | None, product_ids: list[str]) -> list[dict[str, Any]]:
    facts = {
        "product_ids": product_ids,
        "query": query.loose,
        "number": query.number,
        "own_number": query.own_number,
        "vector": vector,
        "anywhere": [each.anywhere for each in query.groups],
        "in_title": [each.in_title for each in query.groups],
        "exact": [each.exact for each in query.groups],
        "shares": query.shares,
    }
    return await (await (await context.connection()).execute(sql.SQL(queries["described"]).format(), facts)).fetchall()


async def listed(context: Context, query: Query | None, filters: Filters, sort: Sort, *, offset: int, limit: int) -> tuple[list[str], int]:
    """Return the ids of a page of products in an order that is not how well they fit, and how many there are; all products without a query."""
    order = ORDERS.get(sort, ORDERS["popularity"])
    rows = await _rows(context, "listed", filters, matching=_matching(query), order=order, query=query and query.strict, most=limit, skip=offset)
    return [row["product_id"] for row in rows], int(rows[0]["total"]) if rows else 0


async def counted(context: Context, query: Query | None, filters: Filters, findings: Findings | None) -> list[dict[str, Any]]:
    """Return what the products found can be narrowed down by; of what is chosen also what could be chosen instead."""
    by_ids = findings is not None and findings.strict == 0

    async def look() -> list[dict[str, Any]]:
        return await _counted(context, query, filters, findings if by_ids else None)

    if by_ids:
        return await look()
    return await context.resource(Recent).get(_key("counted", query, filters), look, keep=bool)


async def _counted(context: Context, query: Query | None, filters: Filters, findings: Findings | None) -> list[dict[str, Any]]:
    facts: dict[str, Any] = {
        "matching": sql.SQL("entry.product_id = ANY (%(product_ids)s)") if findings else _matching(query),
        "query": query and query.strict,
        "product_ids": findings.product_ids if findings else [],
        "most": MOST_FACETS,
    }
    rows = await _rows(context, "counted", filters, **facts)
    for name in [*filters.facets, *(["stock"] if filters.in_stock else [])]:
        instead = await _rows(context, "counted", filters.without(name), **facts)
        rows = [row for row in rows if row["name"] != name] + [row for row in instead if row["name"] == name]
    return rows


def _key(*parts: object) -> bytes:
    """Return what stands for a question, as what somebody typed is not to be kept."""
    return hashlib.blake2b(repr(parts).encode(errors="surrogatepass"), digest_size=16).digest()


def _matching(query: Query | None) -> sql.SQL:
    return sql.SQL("true") if query is None else sql.SQL("entry.lexemes @@ %(query)s::tsquery")


async def _rows(
    context: Context, name: str, filters: Filters, *, matching: sql.SQL | None = None, order: sql.SQL | None = None, **facts: Any
) -> list[dict[str, Any]]:
    statement = sql.SQL(queries[name]).format(filters=filters.condition, matching=matching, order=order)
    return await (await (await context.connection()).execute(statement, facts)).fetchall()
