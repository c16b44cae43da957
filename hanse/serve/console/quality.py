"""The quality of the data: whether what comes in is complete and correct, as warnings with events to look at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response, get

from hanse.base import context as contract
from hanse.data.events import operations
from hanse.data.events.operations import Span
from hanse.data.events.quality import ExampleEvent, PropertyFault, Quality
from hanse.data.events.specification import Kind
from hanse.serve.console import measures, pages, period, session
from hanse.serve.console.period import Period
from hanse.serve.console.session import AnyRequest
from hanse.serve.console.texts import Words

MOST_SHOWN = 40
SOURCES_IN_TABLE = 4


@dataclass(frozen=True)
class Finding:
    """One thing that is missing or wrong, and in how many events."""

    event: str
    """Name of the event; empty where it is about all."""
    field: str
    text: str
    count: int
    of: int
    examples: list[ExampleEvent]

    @property
    def share(self) -> float:
        """Return in what share of the events it is so."""
        return self.count / self.of if self.of else 0.0


@get("/data/quality")
async def show(request: AnyRequest) -> Response[bytes]:
    """Say whether what came in during a period is complete and correct."""
    visit = session.of(request)
    span = period.of(visit)
    async with visit.context(frozenset({operations.quality.name})) as context:
        found = await contract.run(operations.quality, Span(since=span.since, until=span.until), context)
    told = findings(visit.words, found)
    by_source = Counter[str]()
    for each in found.days:
        by_source[each.source] += each.count
    chosen = request.query_params.get("source", "")
    facts: dict[str, Any] = {
        "found": found,
        "findings": told[:MOST_SHOWN],
        "more": max(0, len(told) - MOST_SHOWN),
        "sources": by_source.most_common(),
        "source": chosen if chosen in by_source else "",
        "refused": sum(each.count for each in found.dead_letters),
        "refused_open": sum(each.open for each in found.dead_letters),
    }
    return pages.page(visit, "quality.html", period=span, chart=volumes(visit.words, span, found, facts["source"]), **facts)


def findings(words: Words, found: Quality) -> list[Finding]:
    """Return what is missing or wrong, what concerns the largest share first."""
    gettext = words.gettext
    every = [
        Finding("", "", gettext("Nobody is named: neither a customer nor a browser"), found.nobody, found.count, found.nobody_examples),
        Finding("", "", gettext("The sender's clock was off; the time was put right"), found.skewed, found.count, found.skewed_examples),
    ]
    for fault in found.faults:
        every += [
            Finding(fault.name, fault.property, gettext("is missing"), fault.missing, fault.checked, fault.missing_examples),
            Finding(fault.name, fault.property, _wrong(words, fault), fault.wrong, fault.checked, fault.wrong_examples),
        ]
    return sorted((each for each in every if each.count), key=lambda each: -each.share)


def volumes(words: Words, span: Period, found: Quality, source: str) -> dict[str, Any]:
    """Return the chart of the events of each day, of one source or of all, with the largest sources in the table behind it."""
    by_day: dict[date, Counter[str]] = {day: Counter() for day in span.dates}
    for each in found.days:
        by_day.setdefault(each.day, Counter())[each.source] += each.count
    named = [words.short_day(day) for day in by_day]
    totals = [counted[source] if source else counted.total() for counted in by_day.values()]
    chart = measures.counts(named, totals, source or words.gettext("Events"), words)
    largest = [name for name, _ in sum(by_day.values(), Counter[str]()).most_common(SOURCES_IN_TABLE)]
    rows = [
        (name, *(words.number(counted[each]) for each in largest), words.number(counted.total()))
        for name, counted in zip(named, by_day.values(), strict=True)
    ]
    return {"spec": chart["spec"], "rows": rows, "header": [words.gettext("Day"), *largest, words.gettext("All")]}


def _wrong(words: Words, fault: PropertyFault) -> str:
    gettext = words.gettext
    return {
        Kind.TEXT: gettext("is not a text"),
        Kind.EACH_TEXT: gettext("is not a text"),
        Kind.NUMBER: gettext("is not a number"),
        Kind.EACH_NUMBER: gettext("is not a number"),
        Kind.CURRENCY: gettext("is not a currency: three letters such as EUR"),
        Kind.LIST: gettext("is not a list"),
    }[fault.kind]
