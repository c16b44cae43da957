"""What recommendations can be answered from, by name; the operations, the rules and their preview all ask here."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.recommend import blends, patience, reasons, searches, trained
from hanse.capabilities.recommend.blends import Past
from hanse.capabilities.recommend.popularity import EVERYTHING
from hanse.capabilities.recommend.rules.engine import Candidate
from hanse.data.catalog.facts import category_keys
from hanse.data.catalog.schemas import RelationKind
from hanse.data.catalog.summaries import Summaries, title

queries = Queries(__package__)
MOST_SEEN = 50
"""How many of the latest products that somebody looked at count."""
MOST_VARIANTS = 30
"""How many variants of the product at hand may be more alike than anything else."""
MOST_BOUGHT = 500
"""How many of the latest lines of their orders count."""
VIEWED, BOUGHT, NEXT, SIMILAR = blends.VIEWED, blends.BOUGHT, blends.NEXT, blends.SIMILAR
FOR_YOU, FORGOTTEN, DUE_AGAIN = "recommend.for_you", "recommend.forgotten", "recommend.due_again"
ACCESSORIES, CONSUMABLES, PARTS, SUCCESSORS = "recommend.accessories", "recommend.consumables", "recommend.parts", "recommend.successors"
ALSO_BOUGHT, POPULAR_IN_CATEGORY, POPULAR = "recommend.also_bought", "recommend.popular_in_category", "recommend.popular"
AFTER_SEARCH, NEWEST = trained.AFTER_SEARCH, "recommend.newest"


@dataclass
class Asked:
    """What a touchpoint tells of the moment: products at hand, in the cart, looked at on this device; all the oldest first."""

    context: Context
    language: str
    at_hand: str | None = None
    cart: Sequence[str] = ()
    viewed: Sequence[str] = ()
    query: str = ""
    """What was searched for, as it was typed."""
    category: str = ""
    """Only products of this category, as the catalog spells it; where it is looked for, the one that was found."""
    _seen: list[Past] | None = field(default=None, repr=False)
    _bought: list[Past] | None = field(default=None, repr=False)

    async def candidates(self, name: str, limit: int) -> Sequence[Candidate]:
        """Return the best products of a name, the best first; none where it has nothing, or nobody has trained it yet."""
        find = _SOURCES.get(name)
        return await find(self, limit) if find else []

    async def seen(self) -> list[Past]:
        """Return what this person looked at: what the touchpoint tells, or else what the log has of them, where there is a basis."""
        if self._seen is None:
            told = [*self.viewed, *([self.at_hand] if self.at_hand else [])]
            self._seen = [Past(each, place, float(place)) for place, each in enumerate(told)] if told else await self._from_log("seen", MOST_SEEN)
        return self._seen

    async def bought(self) -> list[Past]:
        """Return what this person ordered, where there is a basis to look."""
        if self._bought is None:
            self._bought = await self._from_log("bought", MOST_BOUGHT)
        return self._bought

    async def _from_log(self, query: str, most: int) -> list[Past]:
        profile_id = self.context.subject.profile_id
        if profile_id is None:
            return []
        rows = await patience.rows(self.context, queries[query], {"profile_id": profile_id, "most": most})
        return [Past(row["product_id"], row["step"], row["days"]) for row in rows]


class Why(NamedTuple):
    """What the reason of one product is made of, put into words for those that are shown."""

    template: str
    because_id: str | None = None
    """The product that speaks for it."""
    times: int = 0
    """How often this person had or saw it."""
    orders: int = 0
    total: int = 0
    since: date | None = None
    until: date | None = None


Source = Callable[[Asked, int], Awaitable[Sequence[Candidate]]]


async def _viewed(asked: Asked, limit: int) -> Sequence[Candidate]:
    """Find what is looked at next."""
    return _suggested(asked, blends.current(asked.context, VIEWED), await asked.seen(), limit, reasons.viewed)


async def _bought(asked: Asked, limit: int) -> Sequence[Candidate]:
    """Find what else is in the order."""
    cart = [Past(each) for each in (asked.cart or ([asked.at_hand] if asked.at_hand else []))]
    return _suggested(asked, blends.current(asked.context, BOUGHT), cart, limit, reasons.goes_with)


async def _similar(asked: Asked, limit: int) -> Sequence[Candidate]:
    """Find what the catalog describes like the product at hand, or like what was looked at last."""
    past = [Past(asked.at_hand)] if asked.at_hand else (await asked.seen())[-1:]
    found = _suggested(asked, blends.current(asked.context, SIMILAR), past, 2 * limit + MOST_VARIANTS, reasons.similar)
    return (await _once_a_group(asked, past, found))[:limit]


async def _once_a_group(asked: Asked, past: Sequence[Past], found: Sequence[Candidate]) -> list[Candidate]:
    """Return the best variant of each product, and none of those at hand: whoever looks at one can choose size and colour there."""
    known = await asked.context.resource(Summaries).get(asked.context, [*(each.product_id for each in past), *(each.product_id for each in found)])
    groups = {known[each.product_id].group_id for each in past if each.product_id in known}
    kept: list[Candidate] = []
    for each in found:
        group = known[each.product_id].group_id if each.product_id in known else each.product_id
        if group not in groups:
            groups.add(group)
            kept.append(each)
    return kept


async def _next(asked: Asked, limit: int) -> Sequence[Candidate]:
    """Find what is in the next order of this customer."""
    return _suggested(asked, blends.current(asked.context, NEXT), await asked.bought(), limit, reasons.ordered)


async def _due_again(asked: Asked, limit: int) -> Sequence[Candidate]:
    """Find what this customer has ordered before and is likely to order again now."""
    found = await _next(asked, 4 * limit)
    return [each for each in found if each.payload.times][:limit]


async def _for_you(asked: Asked, limit: int) -> Sequence[Candidate]:
    """Find what is looked at next, then what is ordered next, then what is popular: each product once, in turns of what there is."""
    mine = [await _viewed(asked, limit), await _next(asked, limit)]
    return in_turns(mine, lambda: _ranked(asked, trained.POPULAR, EVERYTHING, limit), limit)


def in_turns(mine: Iterable[Iterable[Candidate]], popular: Callable[[], Iterable[Candidate]], limit: int) -> list[Candidate]:
    """Take the best of each list, then the second of each and so on, each product once; what is popular fills up where there is anything at all."""
    once: dict[str, Candidate] = {}
    for each in itertools.chain.from_iterable(itertools.zip_longest(*mine)):
        if each is not None:
            once.setdefault(each.product_id, each)
        if len(once) == limit:
            break
    if 0 < len(once) < limit:
        for each in popular():
            once.setdefault(each.product_id, each)
    return list(once.values())[:limit]


async def _forgotten(asked: Asked, limit: int) -> Sequence[Candidate]:
    """Find what this person looked at again and again lately and has not ordered."""
    ordered = {each.product_id for each in await asked.bought()} | set(asked.cart)
    times: dict[str, int] = {}
    for each in reversed(await asked.seen()):
        times[each.product_id] = times.get(each.product_id, 0) + 1
    strongest = max(times.values(), default=1)
    found = sorted((each for each in times if each not in ordered), key=lambda each: -times[each])
    return [Candidate(each, times[each] / strongest, Why(reasons.LOOKED_AT, times=times[each])) for each in found[:limit]]


def _related(kind: RelationKind, template: str) -> Source:
    async def find(asked: Asked, limit: int) -> Sequence[Candidate]:
        wanted = list(asked.cart) or ([asked.at_hand] if asked.at_hand else [])
        if not wanted:
            return []
        facts = {"product_ids": wanted, "kind": kind, "most": limit}
        rows = await patience.rows(asked.context, queries["related"], facts)
        return [Candidate(row["product_id"], 1.0 / (1 + place), Why(template, row["related_id"])) for place, row in enumerate(rows)]

    return find


async def _after_search(asked: Asked, limit: int) -> Sequence[Candidate]:
    """Find what others looked at after the same search, or after searches with the same words."""
    if not trained.there(asked.context, AFTER_SEARCH):
        return []
    rankings = trained.current(asked.context, AFTER_SEARCH).rankings
    found = searches.found(rankings, asked.query, limit)
    return [Candidate(each.product_id, each.score, Why(reasons.SEARCHED, orders=each.orders, total=each.total)) for each in found]


async def _also_bought(asked: Asked, limit: int) -> Sequence[Candidate]:
    return _ranked(asked, trained.ALSO_BOUGHT, asked.at_hand, limit) if asked.at_hand else []


async def _popular_in_category(asked: Asked, limit: int) -> Sequence[Candidate]:
    """Return what is popular in the narrowest category of the product at hand that has anything."""
    if asked.at_hand is None:
        return []
    found = await asked.context.resource(Summaries).get(asked.context, [asked.at_hand])
    path = title(found[asked.at_hand].category, asked.language) if asked.at_hand in found else ""
    for key in category_keys(path):
        ranked = _ranked(asked, trained.POPULAR, key, limit)
        if any(each.product_id != asked.at_hand for each in ranked):
            asked.category = " > ".join(part.strip() for part in path.split(">")[: len(key.split(">"))])
            return ranked
    return []


async def _popular(asked: Asked, limit: int) -> Sequence[Candidate]:
    key = next(iter(category_keys(asked.category)), EVERYTHING)
    return _ranked(asked, trained.POPULAR, key, limit)


async def _newest(asked: Asked, limit: int) -> Sequence[Candidate]:
    """Return what was added to the catalog last: something to show where nothing is learned yet."""
    facts = {"at_hand": asked.at_hand, "without": [*asked.cart, *([asked.at_hand] if asked.at_hand else [])], "most": limit}
    rows = await patience.rows(asked.context, queries["newest"], facts)
    return [Candidate(row["product_id"], 1.0 / (1 + place), Why(reasons.NEW)) for place, row in enumerate(rows)]


_SOURCES: Mapping[str, Source] = {
    VIEWED: _viewed,
    BOUGHT: _bought,
    NEXT: _next,
    SIMILAR: _similar,
    FOR_YOU: _for_you,
    FORGOTTEN: _forgotten,
    DUE_AGAIN: _due_again,
    ACCESSORIES: _related(RelationKind.ACCESSORY_OF, reasons.ACCESSORY_OF),
    CONSUMABLES: _related(RelationKind.CONSUMABLE_OF, reasons.CONSUMABLE_OF),
    PARTS: _related(RelationKind.SPARE_PART_OF, reasons.PART_OF),
    SUCCESSORS: _related(RelationKind.SUCCESSOR_OF, reasons.SUCCESSOR_OF),
    AFTER_SEARCH: _after_search,
    ALSO_BOUGHT: _also_bought,
    POPULAR_IN_CATEGORY: _popular_in_category,
    POPULAR: _popular,
    NEWEST: _newest,
}
NAMES = tuple(_SOURCES)
"""What a fallback of the rules can name, and what the console offers."""


def _suggested(
    asked: Asked, found: blends.Recommender | None, past: Sequence[Past], limit: int, template: Callable[[blends.Suggestion], str]
) -> list[Candidate]:
    if found is None or not past:
        return []
    without = [asked.at_hand] if asked.at_hand else []
    suggested = found.suggest(past, limit, [*without, *asked.cart])
    return [Candidate(each.product_id, each.score, Why(template(each), each.because_id, each.times)) for each in suggested]


def _ranked(asked: Asked, name: str, key: str, limit: int) -> list[Candidate]:
    """Return what a trained ranking has; none before the first training."""
    if not trained.there(asked.context, name):
        return []
    found = trained.current(asked.context, name)
    template = reasons.TOGETHER if name == trained.ALSO_BOUGHT else reasons.POPULAR
    return [
        Candidate(each.product_id, each.score, Why(template, orders=each.orders, total=each.total, since=found.since, until=found.until))
        for each in found.rankings.rank(key, limit)
    ]
