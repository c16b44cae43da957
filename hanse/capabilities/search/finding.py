"""Finding products: those that have the words, those that have some of them, those that mean it; put in one order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.search import meaning, personal, ranking, recent
from hanse.capabilities.search.query import Query
from hanse.capabilities.search.ranking import Floats
from hanse.capabilities.search.recent import Recent
from hanse.capabilities.search.schemas import Sort
from hanse.capabilities.search.search_rules.shaping import NOTHING, Shaping, Target

queries = Queries(__package__)
MOST = 120
"""Products that have all words, of which the order is looked at closely."""
MOST_SOME, MOST_NEAR = 80, 60
"""The same for products that have some words, and that mean what the query means."""
MOST_MOVED = 300
"""Products that have all words where a rule moves some up or down: these may stand far below."""
ENOUGH = 30
"""Products that have all words, above which those that have some are not looked for."""
LEAST_SHARE = 0.3
"""How well a product that does not have all words must fit, as a share of the one that fits best."""
MOST_FACETS = 250
_ALL = ranking.FEATURES.index("all")
Score = Callable[[Floats], Floats]
ORDERS: Mapping[str, tuple[sql.SQL, sql.SQL]] = {
    "price_up": (sql.SQL("{price}"), sql.SQL("NULLS LAST")),
    "price_down": (sql.SQL("{price}"), sql.SQL("DESC NULLS LAST")),
    "newest": (sql.SQL("created_at"), sql.SQL("DESC")),
    "popularity": (sql.SQL("popularity_score"), sql.SQL("DESC")),
}
"""What products are ordered by, and in which direction."""

_EVERYBODYS = sql.SQL("entry.amount_minor")
_OWN = sql.SQL(  # in one line, as comments of statements name what is put into them
    "SELECT amount_minor FROM prices WHERE prices.product_id = entry.product_id AND price_list = ANY ({}::text[]) "
    "AND valid_from <= %(now)s AND valid_until > %(now)s ORDER BY min_quantity, amount_minor LIMIT 1"
)


@dataclass(frozen=True)
class Filters:
    """What products are narrowed down to."""

    facets: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The numbers of values by facet, any of which a product must have."""
    in_stock: bool = False
    from_minor: int | None = None
    to_minor: int | None = None
    hidden: tuple[Target, ...] = ()
    """What a rule never shows."""
    price_lists: tuple[str, ...] = ()
    """Price lists of whom the answer is for, where it depends on them: prices are compared as they are for them."""
    own_range: bool = False
    """Whether only products count that stand in these lists."""
    is_collapsed: bool = False
    """Whether variants of a product count as one: by the best of them."""

    def without(self, name: str) -> Filters:
        """Return them without a facet."""
        rest = {each: numbers for each, numbers in self.facets.items() if each != name}
        return replace(self, facets=rest, in_stock=self.in_stock and name != "stock")

    @property
    def is_open(self) -> bool:
        """Return whether they let everything pass."""
        return replace(self, is_collapsed=False) == Filters()

    @property
    def grouped(self) -> sql.SQL:
        """Return which `entry` shares its place with its variants, as an expression."""
        return sql.SQL("variants > 0") if self.is_collapsed else sql.SQL("false")

    @property
    def price(self) -> sql.Composable:
        """Return what one piece of `entry` costs whom the answer is for, as an expression."""
        return sql.SQL("coalesce(({}), {})").format(self._own_price, _EVERYBODYS) if self.price_lists else _EVERYBODYS

    @property
    def _own_price(self) -> sql.Composed:
        return _OWN.format(sql.Literal(list(self.price_lists)))

    @property
    def condition(self) -> sql.Composable:
        """Return them as a condition on `entry`."""
        parts: list[sql.Composable] = [
            sql.SQL("AND entry.facets && {}::integer[]").format(sql.Literal(list(numbers) or [0])) for numbers in self.facets.values()
        ]
        if self.in_stock:
            parts.append(sql.SQL("AND entry.in_stock"))
        if self.from_minor is not None:
            parts.append(sql.SQL("AND {} >= {}").format(self.price, sql.Literal(self.from_minor)))
        if self.to_minor is not None:
            parts.append(sql.SQL("AND {} <= {}").format(self.price, sql.Literal(self.to_minor)))
        if self.own_range:
            parts.append(sql.SQL("AND EXISTS ({})").format(self._own_price))
        parts += [sql.SQL("AND NOT {}").format(each.condition) for each in self.hidden]
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
    shaping: Shaping = NOTHING
    """What rules make of it; what they hide stands in the filters."""


@dataclass(frozen=True)
class Fitting:
    """A product that was found."""

    product_id: str
    group_id: str
    """The product, or the name of the group, that it is a variant of; else itself."""
    variants: int
    """How many variants of it are sold; 0 for a product that is alone."""
    score: float
    features: tuple[float, ...] = ()
    facets: Sequence[int] = ()
    is_pinned: bool = False
    """Whether a rule put it on its place."""


@dataclass(frozen=True)
class Findings:
    """What was found, the best first."""

    products: Sequence[Fitting]
    total: int
    strict: int
    """How many have all of the query."""
    vector: str | None
    """What the query means; null where that was not known in time."""
    brought: Sequence[str] = ()
    """Products that only a rule brought in."""

    @property
    def product_ids(self) -> list[str]:
        """Return the ids, the best first."""
        return [each.product_id for each in self.products]


async def find(context: Context, query: Query, filters: Filters, begun: Awaitable[str | None] | None, ask: Ask) -> Findings:
    """Find products by a query that is not empty, and put the best of them in order."""
    most = max(MOST_MOVED if ask.shaping.moves else MOST, ask.least)
    pinned = await _fitting_pins(context, ask.shaping, filters)

    async def look() -> _Seen:
        return await _look(context, query, filters, begun, most=most, is_patient=ask.is_patient, pinned=pinned)

    def is_worth_keeping(found: _Seen) -> bool:  # prices of own lists change without news of the index
        return found.vector is not None and not filters.price_lists

    seen = await context.resource(Recent).get(recent.key("found", query, filters, most, pinned), look, keep=is_worth_keeping)
    fitting = _ordered(seen, ask)
    found, brought = _pinned(_collapsed(fitting) if filters.is_collapsed else fitting, seen, ask.shaping, is_collapsed=filters.is_collapsed)
    total = max(seen.strict, len(found) - len(brought)) if seen.strict < ENOUGH else seen.strict
    return Findings(found, total + len(brought), seen.strict, seen.vector, brought)


async def _fitting_pins(context: Context, shaping: Shaping, filters: Filters) -> tuple[str, ...]:
    """Return the products that rules put on a place, as far as they are what somebody narrowed down to."""
    if not shaping.pins or filters.is_open:
        return shaping.pinned

    async def look() -> tuple[str, ...]:
        rows = await _rows(context, "within", filters, product_ids=list(shaping.pinned))
        return tuple(row["product_id"] for row in rows)

    return await context.resource(Recent).get(recent.key("within", shaping.pinned, filters), look, keep=lambda _: not filters.price_lists)


@dataclass(frozen=True)
class _Seen:
    """What there is to put in order, the same for everybody."""

    product_ids: Sequence[str]
    groups: Sequence[tuple[str, int]]
    """What each is a variant of, and how many variants there are."""
    features: Floats
    facets: Sequence[Sequence[int]]
    has_all: NDArray[np.bool_]
    strict: int
    vector: str | None
    is_found: NDArray[np.bool_]
    """Whether the query itself found it, and not only a rule."""


async def _look(
    context: Context,
    query: Query,
    filters: Filters,
    begun: Awaitable[str | None] | None,
    *,
    most: int,
    is_patient: bool,
    pinned: Sequence[str],
) -> _Seen:
    rows = await _rows(context, "matching", filters, query=query.strict, own_number=query.own_number, most=most)
    strict = int(rows[0]["total"]) if rows else 0
    vector = await meaning.wait(begun, is_hurried=strict > 0 and not is_patient)
    has_all = {row["product_id"] for row in rows}
    others = await _others(context, query, filters, vector) if strict < ENOUGH else []
    described = await _described(context, query, vector, list(dict.fromkeys([*has_all, *others, *pinned])))
    ids, found = [row["product_id"] for row in described], _found(described, has_all, has_all.union(others), filters)
    groups = [(row["group_id"], row["variants"]) for row in described]
    whole, is_found = (np.array([each in known for each in ids], bool) for known in (has_all, found))
    return _Seen(ids, groups, ranking.features(described), [row["facets"] for row in described], whole, strict, vector, is_found)


def _found(described: Sequence[Mapping[str, Any]], has_all: set[str], found: set[str], filters: Filters) -> set[str]:
    """Return what the query itself found, but of a group that has a variant with all words this one alone, where variants count as one."""
    if not filters.is_collapsed:
        return found
    groups = {row["group_id"] for row in described if row["product_id"] in has_all}
    return has_all | {row["product_id"] for row in described if row["product_id"] in found and row["group_id"] not in groups}


async def _others(context: Context, query: Query, filters: Filters, vector: str | None) -> list[str]:
    """Return products that have some of the words, and those that mean what the query means."""
    parts: dict[str, Any] = {"parts": [each.anywhere for each in query.groups], "shares": query.shares}
    some = await _rows(context, "having_any", filters, query=query.telling, most=MOST_SOME, **parts)
    near = await _rows(context, "near", filters, vector=vector, most=MOST_NEAR) if vector else []
    return [row["product_id"] for row in (*some, *near)]


def _ordered(seen: _Seen, ask: Ask) -> list[Fitting]:
    """Return what fits, the best first; what does not have all words only where it fits nearly as well."""
    if not seen.is_found.any():
        return []
    gains = ask.shaping.gains(seen.product_ids, seen.facets, seen.features)
    scores = ask.score(seen.features) + personal.gain(seen.facets, ask.cares) + gains
    by_hand = ranking.score(seen.features)
    best = float(by_hand[seen.is_found].max())
    fits = seen.is_found & (seen.has_all | (ranking.is_meant(seen.features) & (by_hand >= best * LEAST_SHARE)))
    order = np.lexsort((np.array(seen.product_ids), -scores))
    return [_fitting(seen, place, float(scores[place])) for place in order[fits[order]].tolist()]


def _fitting(seen: _Seen, place: int, score: float) -> Fitting:
    return Fitting(seen.product_ids[place], *seen.groups[place], score, tuple(seen.features[place]), seen.facets[place])


def _collapsed(found: Iterable[Fitting]) -> list[Fitting]:
    """Return the best of each group, in the order that they have."""
    best: dict[str, Fitting] = {}
    for each in found:
        best.setdefault(each.group_id, each)
    return list(best.values())


def _pinned(found: list[Fitting], seen: _Seen, shaping: Shaping, *, is_collapsed: bool) -> tuple[list[Fitting], list[str]]:
    """Put the products of rules on their places; return the list, and those that the query would not have found.

    A variant on a place stands for its group.
    """
    if not shaping.pins:
        return found, []
    known = {each.product_id: each for each in found}
    by_hand = ranking.score(seen.features)
    there = {each: _fitting(seen, place, float(by_hand[place])) for place, each in enumerate(seen.product_ids)}
    pins = [each for each in shaping.pins if each.product_id in there]
    ids, groups = {each.product_id for each in pins}, {there[each.product_id].group_id for each in pins if is_collapsed}
    made = [each for each in found if each.product_id not in ids and each.group_id not in groups]
    for pin in pins:
        made.insert(pin.place - 1, replace(known.get(pin.product_id) or there[pin.product_id], is_pinned=True))
    shown = {each.group_id for each in found} if is_collapsed else known.keys()
    brought = [each for each in ids if (there[each].group_id if is_collapsed else each) not in shown]
    return made, [each for each in brought if not there[each].features[_ALL]]


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


async def listed(context: Context, query: Query | None, filters: Filters, sort: Sort, *, offset: int, limit: int) -> tuple[list[Fitting], int]:
    """Return a page of products in an order that is not how well they fit, and how many there are; all products without a query."""
    key, direction = ORDERS.get(sort, ORDERS["popularity"])
    said = {"matching": _matching(query), "key": key.format(price=filters.price), "direction": direction}
    rows = await _rows(context, "listed", filters, said, query=query and query.strict, most=limit, skip=offset)
    return [Fitting(row["product_id"], row["group_id"], row["variants"], 1.0) for row in rows], int(rows[0]["total"]) if rows else 0


async def counted(context: Context, query: Query | None, filters: Filters, findings: Findings | None) -> list[dict[str, Any]]:
    """Return what the products found can be narrowed down by; of what is chosen also what could be chosen instead."""
    by_ids = findings is not None and findings.strict == 0

    async def look() -> list[dict[str, Any]]:
        return await _counted(context, query, filters, findings, by_ids=by_ids)

    if by_ids:
        return await look()
    brought = sorted(findings.brought) if findings else []
    return await context.resource(Recent).get(
        recent.key("counted", query, filters, brought), look, keep=lambda found: bool(found) and not filters.price_lists
    )


async def _counted(context: Context, query: Query | None, filters: Filters, findings: Findings | None, *, by_ids: bool) -> list[dict[str, Any]]:
    brought = list(findings.brought) if findings else []
    said = {"matching": _BY_IDS if by_ids else _OR_BROUGHT if brought else _matching(query)}
    facts: dict[str, Any] = {
        "query": query and query.strict,
        "product_ids": findings.product_ids if findings and by_ids else brought,
        "most": MOST_FACETS,
    }
    rows = await _rows(context, "counted", filters, said, **facts)
    for name in [*filters.facets, *(["stock"] if filters.in_stock else [])]:
        instead = await _rows(context, "counted", filters.without(name), said, **facts)
        rows = [row for row in rows if row["name"] != name] + [row for row in instead if row["name"] == name]
    return rows


_BY_IDS = sql.SQL("entry.product_id = ANY (%(product_ids)s)")
_OR_BROUGHT = sql.SQL("(entry.lexemes @@ %(query)s::tsquery OR entry.product_id = ANY (%(product_ids)s))")


def _matching(query: Query | None) -> sql.SQL:
    return sql.SQL("true") if query is None else sql.SQL("entry.lexemes @@ %(query)s::tsquery")


async def _rows(
    context: Context, name: str, filters: Filters, said: Mapping[str, sql.Composable] = MappingProxyType({}), /, **facts: Any
) -> list[dict[str, Any]]:
    statement = sql.SQL(queries[name]).format(filters=filters.condition, grouped=filters.grouped, **said)
    return await (await (await context.connection()).execute(statement, {**facts, "now": context.clock.now()})).fetchall()
