"""A replay: the most frequent searches of a day, answered with rules and without, and what that does to what people came to that day.

Only queries that at least three people typed on that day: what is rarer may name somebody, and tells little.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from msgspec import Meta

from hanse.base.context import Context
from hanse.capabilities.search import answering
from hanse.capabilities.search.schemas import Search
from hanse.capabilities.search.search_rules import previewing, rulebook, store
from hanse.capabilities.search.search_rules.rulebook import NO_RULES, Edition
from hanse.capabilities.search.search_rules.schemas import SearchDraft
from hanse.data.lake import searched
from hanse.data.lake.searched import LEAST_PEOPLE, Searches

REACH = 50
"""How far down a product counts as found."""
SEEN = 10
"""Places of which a change is counted."""
TOP = 20


class ReplaySearches(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which searches to answer once more."""

    day: Annotated[date | None, Meta(description="The day, in the time zone of the shop; null for yesterday.")] = None
    rule: Annotated[SearchDraft | None, Meta(description="A rule to try beside those that are saved; null compares these with none.")] = None
    rule_id: Annotated[UUID | None, Meta(description="The rule in whose place `rule` is tried.")] = None
    most: Annotated[int, Meta(description="How many different queries at most, the most frequent ones.", ge=1, le=500)] = 50


class ReplayedQuery(msgspec.Struct, kw_only=True, frozen=True):
    """A query whose answer changes."""

    query: Annotated[str, Meta(description="What was typed, in small letters.")]
    searches: Annotated[int, Meta(description="How often it was searched for that day.")]
    moved: Annotated[int, Meta(description="How many of the first ten places change.")]
    first_before: Annotated[str | None, Meta(description="The product on the first place before; null where nothing is found.")]
    first_after: Annotated[str | None, Meta(description="The product on the first place after.")]
    mrr_before: Annotated[float, Meta(description="Mean reciprocal rank of what people came to, 0 to 1, before.")]
    mrr_after: Annotated[float, Meta(description="The same, after.")]
    redirect_url: Annotated[str | None, Meta(description="Where a rule sends whoever searches for this; null where none does.")]


class SearchesReplayed(msgspec.Struct, kw_only=True, frozen=True):
    """What rules do to the searches of a day."""

    day: Annotated[date, Meta(description="The day.")]
    queries: Annotated[int, Meta(description="How many different queries were answered, each typed by three people or more.")]
    searches: Annotated[int, Meta(description="How many searches of that day these were.")]
    changed: Annotated[int, Meta(description="For how many of the queries something changes among the first ten places.")]
    clicked: Annotated[int, Meta(description="How many times people came to a product after these searches.")]
    mrr_before: Annotated[float, Meta(description="Mean reciprocal rank of what people came to, 0 to 1, before: 1 is always the first place.")]
    mrr_after: Annotated[float, Meta(description="The same, after.")]
    top: Annotated[list[ReplayedQuery], Meta(description="The queries that change most, weighed by how often they were searched for.")]


@dataclass(frozen=True)
class _Asked:
    """A query of the day: how often it was searched for, and what people came to."""

    query: str
    searches: int
    came: Mapping[str, int]


EARLIEST, LATEST = date(1970, 1, 1), date(2999, 12, 31)
"""Days of which there may be a log; those at the ends of the calendar have no beginning or end in another time zone."""


async def replay(context: Context, request: ReplaySearches) -> SearchesReplayed:
    """Answer the searches of a day with rules and without; raises `UnclearSearchRule`, `SearchRuleWithoutQuery`."""
    zone = ZoneInfo(context.settings.time_zone)
    day = request.day or context.clock.now().astimezone(zone).date() - timedelta(days=1)
    await context.progress(0.05, "reading what people searched for")
    asked = of_day(await asyncio.to_thread(searched.read, context.settings), day, zone, request.most)
    before, after = await _editions(context, request)
    found = []
    for place, each in enumerate(asked):
        found.append((each, await _one(context, each, before, after)))
        if place % 5 == 0:
            await context.progress(0.1 + 0.9 * place / len(asked), "answering what people searched for")
    changed = [each for _, each in found if each.moved or each.redirect_url]
    clicked = sum(sum(each.came.values()) for each, _ in found)
    return SearchesReplayed(
        day=day,
        queries=len(found),
        searches=sum(each.searches for each, _ in found),
        changed=len(changed),
        clicked=clicked,
        mrr_before=_mean([(told.mrr_before, sum(each.came.values())) for each, told in found]),
        mrr_after=_mean([(told.mrr_after, sum(each.came.values())) for each, told in found]),
        top=sorted(changed, key=lambda each: (-each.searches * max(each.moved, 1), each.query))[:TOP],
    )


def of_day(log: Searches, day: date, zone: ZoneInfo, most: int) -> list[_Asked]:
    """Return the queries that several people typed on a day, the most frequent first."""
    if not EARLIEST <= day <= LATEST:
        return []
    begins, ends = (
        np.datetime64(datetime.combine(each, time(), zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None), "us")
        for each in (day, day + timedelta(days=1))
    )
    part = log.part((log.at >= begins) & (log.at < ends))
    people = Counter(query for query, _ in set(zip(part.query.tolist(), part.person.tolist(), strict=True)))
    often = Counter(query for query in part.query.tolist() if people[query] >= LEAST_PEOPLE)
    came: dict[int, Counter[str]] = {query: Counter() for query in often}
    for search, item in zip(part.outcome.tolist(), part.item.tolist(), strict=True):
        if (query := int(part.query[search])) in came:
            came[query][part.product_ids[item]] += 1
    return [_Asked(part.queries[query], count, came[query]) for query, count in often.most_common(most)]


async def _editions(context: Context, request: ReplaySearches) -> tuple[Edition, Edition]:
    """Return the rules before and after: none and those saved; or those saved, and the same with the one that is tried."""
    connection = await context.connection()
    saved = await store.rules(connection)
    if request.rule is None:
        return NO_RULES, await rulebook.edition(connection, saved)
    tried = await previewing.with_tried(context, saved, request.rule, request.rule_id)
    return await rulebook.edition(connection, saved), await rulebook.edition(connection, tried)


async def _one(context: Context, asked: _Asked, before: Edition, after: Edition) -> ReplayedQuery:
    (mine, _), (theirs, url) = await _found(context, asked.query, before), await _found(context, asked.query, after)
    places = max(len(mine[:SEEN]), len(theirs[:SEEN]))
    return ReplayedQuery(
        query=asked.query,
        searches=asked.searches,
        moved=sum(mine[place : place + 1] != theirs[place : place + 1] for place in range(places)),
        first_before=next(iter(mine), None),
        first_after=next(iter(theirs), None),
        mrr_before=reciprocal(mine, asked.came),
        mrr_after=reciprocal(theirs, asked.came),
        redirect_url=url,
    )


async def _found(context: Context, query: str, rules: Edition) -> tuple[list[str], str | None]:
    search = Search(query=query, language="de" if context.settings.language == "de" else "en", limit=REACH, facets=False, passages=0)
    asked = await answering.read(context, search, rules)
    page = await answering.find(context, search, asked)
    return [each.product_id for each in page.products], asked.shaping.redirect_url


def reciprocal(found: Sequence[str], came: Mapping[str, int]) -> float:
    """Return the mean reciprocal rank of what people came to; 0 for what is not found.

    >>> reciprocal(["a", "b"], {"a": 1, "b": 1, "c": 2})
    0.375
    """
    places = {product_id: place for place, product_id in enumerate(found, 1)}
    return _mean([(1 / places[each] if each in places else 0.0, count) for each, count in came.items()])


def _mean(weighed: Sequence[tuple[float, int]]) -> float:
    whole = sum(weight for _, weight in weighed)
    return round(sum(value * weight for value, weight in weighed) / whole, 4) if whole else 0.0
