"""The rules of the search as one process holds them, found by the form of a query: read once after each change, no statement for an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hanse.base.context import Context
from hanse.base.database import Connection, Queries
from hanse.capabilities.search import facets
from hanse.capabilities.search.query import Query, Synonyms, no_synonyms
from hanse.capabilities.search.search_rules import forms, store
from hanse.capabilities.search.search_rules.forms import Form
from hanse.capabilities.search.search_rules.schemas import SearchRule, WhichProducts
from hanse.capabilities.search.search_rules.shaping import NOTHING, STEPS, Act, Pin, Shaping, Target
from hanse.data.catalog import facts

queries = Queries(__package__)
MOST_SHAPINGS = 1_000
"""Sets of rules that hold together, kept in memory."""
Facet = tuple[str, str]
"""The name of a facet and the key of a value; of an empty one any value."""


@dataclass(frozen=True)
class Index:
    """Rules by the queries for which they are, named by their place in the order."""

    exact: Mapping[Form, Sequence[int]]
    contains: Mapping[str, Sequence[tuple[frozenset[str], int]]]
    """By one of the words that a query must contain."""
    every: Sequence[int]

    def places(self, said: Iterable[Form]) -> set[int]:
        """Return which rules are for a query."""
        found = set(self.every)
        for form in said:
            found.update(self.exact.get(form, ()))
            for word in form:
                found.update(place for needed, place in self.contains.get(word, ()) if needed.issubset(form))
        return found


@dataclass(frozen=True)
class Same:
    """A synonym: what else is meant, while a rule holds."""

    means: tuple[str, ...]
    rule: SearchRule


@dataclass
class Edition:
    """The rules as they were read once, ready to be applied."""

    rules: Sequence[SearchRule]
    index: Index
    acts: Mapping[int, Act]
    """What rules do to products, by their place."""
    indexed: frozenset[str]
    """Pinned products that are in the index."""
    synonyms: Mapping[Form, Sequence[Same]]
    shapings: dict[tuple[int, ...], Shaping] = field(default_factory=dict)

    def same(self, language: str, now: datetime) -> Synonyms:
        """Return what tells the synonyms of words in a language, now."""
        if not self.synonyms:
            return no_synonyms

        def tell(tokens: Sequence[str]) -> Sequence[str]:
            found = (each for form in forms.of_words(tokens) for each in self.synonyms.get(form, ()))
            return list(dict.fromkeys(text for each in found if holds(each.rule, language, now) for text in each.means))

        return tell

    @property
    def has_hidden(self) -> bool:
        """Return whether any rule has products never be shown."""
        return any(each.kind == "hide" for each in self.acts.values())

    def holding(self, query: Query | None, language: str, now: datetime) -> list[int]:
        """Return the places of the rules that hold for a query; without one, of those that hold for any."""
        if not self.rules or (query is not None and query.is_empty):
            return []
        said = forms.of_query(query) if query else ()
        return sorted(place for place in self.index.places(said) if holds(self.rules[place], language, now))

    def shaping(self, query: Query | None, language: str, now: datetime) -> Shaping:
        """Return what the rules that hold make of a query; without one, those that hold for any."""
        places = tuple(self.holding(query, language, now))
        if not places:
            return NOTHING
        found = self.shapings.get(places)
        if found is None:
            if len(self.shapings) >= MOST_SHAPINGS:
                self.shapings.clear()
            found = self.shapings[places] = self._shaping(places)
        return found

    def _shaping(self, places: Sequence[int]) -> Shaping:
        acts = [self.acts[place] for place in places if place in self.acts]
        rules = [self.rules[place] for place in places]
        return Shaping(
            pins=tuple(self._pins(rules)),
            moves=tuple(each for each in acts if each.gain),
            hides=tuple(each for each in acts if each.kind == "hide"),
            redirect_url=next((each.redirect.url for each in rules if each.redirect), None),
            rule_ids=tuple(each.rule_id for each in rules),
        )

    def _pins(self, rules: Sequence[SearchRule]) -> list[Pin]:
        """Return which product stands where: of two on one place the second takes the next that is free."""
        taken: dict[int, Pin] = {}
        for rule in rules:
            for wanted in sorted(rule.pin.places if rule.pin else (), key=lambda each: each.place):
                if wanted.product_id in self.indexed and wanted.product_id not in {each.product_id for each in taken.values()}:
                    place = next(each for each in range(wanted.place, wanted.place + len(taken) + 1) if each not in taken)
                    taken[place] = Pin(place, wanted.product_id, rule.rule_id, rule.name)
        return [taken[place] for place in sorted(taken)]


NO_RULES = Edition((), Index({}, {}, ()), {}, frozenset(), {})


class Rulebook:
    """The rules of one process, forgotten at news of a change of them or of the index."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._edition: Edition | None = None
        self._forgotten = 0

    async def forget(self, detail: str = "") -> None:
        """Forget everything, at news of a change."""
        del detail
        self._edition = None
        self._forgotten += 1

    async def get(self, context: Context) -> Edition:
        """Return the rules there are; no statement unless something changed."""
        if self._edition is not None:
            return self._edition
        began = self._forgotten
        connection = await context.connection()
        found = await edition(connection, await store.rules(connection))
        if began == self._forgotten:  # else the news came while we read, and what we read may be old
            self._edition = found
        return found

    async def warm(self, context: Context) -> None:
        """Read the rules now."""
        await self.get(context)


async def edition(connection: Connection, rules: Sequence[SearchRule]) -> Edition:
    """Make rules ready to be applied, in their order, with what the index has of what they mean."""
    on = [each for each in rules if each.on]
    if not on:
        return NO_RULES
    numbers, members = await _facets(connection, on), await _members(connection, on)
    pinned = [each for rule in on if rule.pin for each in rule.product_ids]
    rows = await (await connection.execute(queries["indexed"], {"product_ids": pinned})).fetchall() if pinned else []
    acts = {place: act for place, rule in enumerate(on) if (act := _act(rule, numbers, members))}
    return Edition(on, _index(on), acts, frozenset(row["product_id"] for row in rows), _synonyms(on))


def indexed(rules: Sequence[SearchRule]) -> Edition:
    """Return rules by their queries only, without what the index has of what they mean."""
    return Edition(rules, _index(rules), {}, frozenset(), _synonyms(rules))


def holds(rule: SearchRule, language: str, now: datetime) -> bool:
    """Return whether a rule is meant in a language at a moment."""
    return (
        rule.on
        and (rule.language is None or rule.language == language)
        and (rule.starts_at is None or rule.starts_at <= now)
        and (rule.ends_at is None or now < rule.ends_at)
    )


def _index(rules: Sequence[SearchRule]) -> Index:
    exact: dict[Form, list[int]] = defaultdict(list)
    contains: dict[str, list[tuple[frozenset[str], int]]] = defaultdict(list)
    every = []
    for place, rule in enumerate(rules):
        if rule.synonyms is not None:
            continue
        if rule.match == "any":
            every.append(place)
        for form in {each for text in rule.queries for each in forms.of_text(text, rule.language)}:
            if rule.match == "exact":
                exact[form].append(place)
            elif rule.match == "contains":
                contains[max(form, key=len)].append((frozenset(form), place))
    return Index(exact, contains, every)


def _act(rule: SearchRule, numbers: Mapping[Facet, tuple[int, ...]], members: Mapping[str, Sequence[str]]) -> Act | None:
    if rule.which is None:
        return None
    target = _target(rule.which, numbers, members)
    moved = rule.boost or rule.bury
    gain = STEPS[moved.strength] * (1 if rule.boost else -1) if moved else 0.0
    return None if target.is_empty else Act(rule.rule_id, rule.name, rule.kind, target, gain)


def _target(which: WhichProducts, numbers: Mapping[Facet, tuple[int, ...]], members: Mapping[str, Sequence[str]]) -> Target:
    ids = sorted({member for each in which.product_ids for member in members.get(each, ())})
    rows = tuple(tuple(sorted({number for each in row for number in numbers.get(each, ())})) for row in _rows(which))
    return Target(tuple(ids) if which.product_ids else None, rows, None if which.stock is None else which.stock == "in")


def _rows(which: WhichProducts) -> Iterator[list[Facet]]:
    """Go through what a condition asks of facets, each row as alternatives."""
    if which.categories:
        yield [(facets.CATEGORY, " > ".join(filter(None, map(facts.key, each.split(">"))))) for each in which.categories]
    if which.brands:
        yield [(facets.BRAND, facts.key(each)) for each in which.brands]
    if which.attribute:
        yield [(facets.ATTRIBUTE + which.attribute, said) for each in which.values or ("",) for said in facts.values(each)]


async def _facets(connection: Connection, rules: Sequence[SearchRule]) -> dict[Facet, tuple[int, ...]]:
    """Return the numbers of the facets that conditions name, in any language."""
    wanted = sorted({facet for rule in rules if rule.which for row in _rows(rule.which) for facet in row})
    if not wanted:
        return {}
    asked = {"names": [name for name, _ in wanted], "values": [value for _, value in wanted]}
    found: dict[Facet, list[int]] = defaultdict(list)
    for row in await (await connection.execute(queries["facet_numbers"], asked)).fetchall():
        found[row["name"], row["value"]].append(row["facet_id"])
    return {each: tuple(numbers) for each, numbers in found.items()}


async def _members(connection: Connection, rules: Sequence[SearchRule]) -> dict[str, list[str]]:
    """Return the products that conditions name, with their variants, as far as they are in the index."""
    wanted = sorted({each for rule in rules if rule.which for each in rule.which.product_ids})
    found: dict[str, list[str]] = defaultdict(list)
    for row in await (await connection.execute(queries["members"], {"product_ids": wanted})).fetchall() if wanted else ():
        for each in {row["product_id"], row["group_id"]}:
            found[each].append(row["product_id"])
    return found


def _synonyms(rules: Sequence[SearchRule]) -> dict[Form, list[Same]]:
    found: dict[Form, list[Same]] = defaultdict(list)
    for rule in rules:
        if rule.synonyms is None:
            continue
        both = (*rule.synonyms.words, *rule.synonyms.means)
        for text in both if rule.synonyms.both_ways else rule.synonyms.words:
            others = tuple(each for each in (both if rule.synonyms.both_ways else rule.synonyms.means) if each != text)
            for form in forms.in_order(text, rule.language):
                found[form].append(Same(others, rule))
    return found


def unsaved(rules: Sequence[SearchRule], tried: SearchRule, instead_of: UUID | None) -> list[SearchRule]:
    """Return rules with one that is tried, in the place of another or beside them."""
    return store.ordered([*(each for each in rules if each.rule_id != instead_of), tried])
