"""Whether what comes in is complete and correct: volumes, names nobody knows, properties that lack or are wrong, events of nobody.

Counted over a period. Properties are looked at in the latest events of each name only, so that a page answers in seconds however
much there is. Values are never returned, only how many and which events.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from babel import Locale
from msgspec import Meta

from hanse.base.database import Connection, Queries
from hanse.data.events import names, specification, times
from hanse.data.events.reading import Period
from hanse.data.events.specification import Kind

queries = Queries(__package__, "quality.sql")

SAMPLE = 10_000
"""Latest events of each name whose properties are looked at."""
MOST_NAMES = 1_000
MOST_UNKNOWN = 50
"""Unknown names that are told, the most frequent."""
LEAST_LIKENESS = 0.72
"""How like a known name an unknown one has to be, 0 to 1, for the known one to be suggested."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\-.:\s]+")


class ExampleEvent(msgspec.Struct, kw_only=True, frozen=True):
    """One event to look at."""

    event_id: Annotated[UUID, Meta(description="The id of the event in the log.")]
    message_id: Annotated[str, Meta(description="The sender's id of the event.")]


class DayVolume(msgspec.Struct, kw_only=True, frozen=True):
    """What a source sent for one day."""

    day: Annotated[date, Meta(description="The day, in the shop's time zone.")]
    source: Annotated[str, Meta(description="Name of the system that sent it.")]
    count: Annotated[int, Meta(description="How many events happened on that day.")]


class UnknownName(msgspec.Struct, kw_only=True, frozen=True):
    """A name of event that no specification knows."""

    name: Annotated[str, Meta(description="The name, as it came.")]
    count: Annotated[int, Meta(description="How many events of the period have it.")]
    last_at: Annotated[datetime, Meta(description="When the latest of them happened.")]
    suggestion: Annotated[str | None, Meta(description="The known name that is written most alike; null where none is.")]
    examples: Annotated[list[ExampleEvent], Meta(description="Up to three of the events.")]


class PropertyFault(msgspec.Struct, kw_only=True, frozen=True):
    """A property that lacks, or is what it cannot be."""

    name: Annotated[str, Meta(description="Name of the event.")]
    property: Annotated[str, Meta(description="The property; `products[].price` is the price of each of the products.")]
    kind: Annotated[Kind, Meta(description="What the property has to be.")]
    checked: Annotated[int, Meta(description="How many events were looked at: the latest of the name.")]
    missing: Annotated[int, Meta(description="How many of them lack the property although they need it.")]
    wrong: Annotated[int, Meta(description="How many of them carry something else than the property has to be.")]
    missing_examples: Annotated[list[ExampleEvent], Meta(description="Up to three that lack it.")]
    wrong_examples: Annotated[list[ExampleEvent], Meta(description="Up to three in which it is wrong.")]


class DeadLetterCount(msgspec.Struct, kw_only=True, frozen=True):
    """What could not be taken in."""

    kind: Annotated[str, Meta(description="What it should have become: an event, or a row of a file.")]
    count: Annotated[int, Meta(description="How many came in the period.")]
    open: Annotated[int, Meta(description="How many of them wait to be repaired.")]


class Quality(msgspec.Struct, kw_only=True, frozen=True):
    """How complete and correct the events of a period are."""

    since: Annotated[datetime, Meta(description="Where the period begins.")]
    until: Annotated[datetime, Meta(description="Where the period ends.")]
    count: Annotated[int, Meta(description="How many events happened in the period.")]
    nobody: Annotated[int, Meta(description="How many of them name neither a customer nor a browser.")]
    nobody_examples: Annotated[list[ExampleEvent], Meta(description="Up to three of those that name nobody.")]
    skewed: Annotated[int, Meta(description="How many came from a clock that was off by more than a minute; their time was put right.")]
    skewed_examples: Annotated[list[ExampleEvent], Meta(description="Up to three of those whose time was put right.")]
    days: Annotated[list[DayVolume], Meta(description="How many events each source sent for each day.")]
    unknown_names: Annotated[list[UnknownName], Meta(description="Names that no specification knows, the most frequent first, fifty at most.")]
    faults: Annotated[list[PropertyFault], Meta(description="Properties that lack or are wrong, by event, those in most events first.")]
    sample: Annotated[int, Meta(description="How many of the latest events of each name were looked at for properties at most.")]
    sampled_names: Annotated[list[str], Meta(description="Names that had more events than that.")]
    dead_letters: Annotated[list[DeadLetterCount], Meta(description="What could not be taken in during the period.")]


async def report(connection: Connection, period: Period, time_zone: str, *, sample: int = SAMPLE) -> Quality:
    """Return how complete and correct the events of a period are; `sample` is how many of each name are looked into."""
    span = {"since": period.since, "until": period.until, "tolerance": times.TOLERANCE, "sample": sample}
    days = await _rows(connection, "by_day", {**span, "time_zone": time_zone})
    counted = await _rows(connection, "names", {**span, "limit": MOST_NAMES})
    unknown = [row for row in counted if row["name"] not in specification.KNOWN][:MOST_UNKNOWN]
    checked = await _check(connection, span, [row["name"] for row in counted])
    samples = await _samples(connection, span, [row["name"] for row in unknown])
    nobody, skewed = sum(row["nobody"] for row in days), sum(row["skewed"] for row in days)
    of_nobody = [row["event_id"] for row in await _rows(connection, "nobody", span)] if nobody else []
    of_skewed = [row["event_id"] for row in await _rows(connection, "skewed", span)] if skewed else []
    shown = await _examples(connection, span, [*of_nobody, *of_skewed, *(each for found in samples.values() for each in found), *_ids(checked)])
    return Quality(
        since=period.since,
        until=period.until,
        count=sum(row["count"] for row in days),
        nobody=nobody,
        nobody_examples=_known(shown, of_nobody),
        skewed=skewed,
        skewed_examples=_known(shown, of_skewed),
        days=[DayVolume(day=row["day"], source=row["source"], count=row["count"]) for row in days],
        unknown_names=[
            UnknownName(**row, suggestion=suggestion(row["name"]), examples=_known(shown, samples.get(row["name"], []))) for row in unknown
        ],
        faults=[_fault(row, shown) for row in sorted(checked, key=_weight)],
        sample=sample,
        sampled_names=[row["name"] for row in counted if row["count"] > sample and row["name"] in specification.EVENTS],
        dead_letters=msgspec.convert(await _rows(connection, "dead_letters", span), list[DeadLetterCount]),
    )


def suggestion(name: str) -> str | None:
    """Return the known name that is written most like an unknown one; null where none is alike."""
    known = {_plain(each): each for each in specification.KNOWN} | {_plain(old): new for old, new in names.NAMES.items()}
    found = difflib.get_close_matches(_plain(name), known, n=1, cutoff=LEAST_LIKENESS)
    return known[found[0]] if found else None


def _plain(name: str) -> str:
    return " ".join(_HUMP.split(name)).casefold().strip()


async def _rows(connection: Connection, query: str, facts: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await (await connection.execute(queries[query], facts, prepare=False)).fetchall()
    return found


async def _check(connection: Connection, span: dict[str, Any], present: Iterable[str]) -> list[dict[str, Any]]:
    """Return the properties that lack or are wrong in the latest events of the names that are there."""
    expected = [
        (name, each, specification.KINDS.get(each, Kind.TEXT).value, each in facts.needed)
        for name in present
        if (facts := specification.EVENTS.get(name))
        for each in (*facts.needed, *facts.other)
    ]
    if not expected:
        return []
    columns = dict(zip(("names", "properties", "kinds", "needed"), (list(each) for each in zip(*expected, strict=True)), strict=True))
    currencies = sorted(Locale("en").currencies)
    return [row for row in await _rows(connection, "properties", {**span, **columns, "currencies": currencies}) if row["missing"] or row["wrong"]]


async def _samples(connection: Connection, span: dict[str, Any], wanted: list[str]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for row in await _rows(connection, "of_name", {**span, "names": wanted}) if wanted else []:
        found.setdefault(row["name"], []).append(row["event_id"])
    return found


async def _examples(connection: Connection, span: dict[str, Any], event_ids: list[UUID]) -> dict[UUID, ExampleEvent]:
    if not event_ids:
        return {}
    rows = await _rows(connection, "message_ids", {**span, "event_ids": event_ids})
    return {row["event_id"]: ExampleEvent(event_id=row["event_id"], message_id=row["message_id"]) for row in rows}


def _ids(checked: Iterable[dict[str, Any]]) -> list[UUID]:
    return [each for row in checked for each in (*(row["missing_ids"] or ()), *(row["wrong_ids"] or ()))]


def _known(shown: dict[UUID, ExampleEvent], event_ids: Iterable[UUID] | None) -> list[ExampleEvent]:
    return [shown[each] for each in event_ids or () if each in shown]


def _weight(row: dict[str, Any]) -> tuple[Any, ...]:
    return (-max(row["missing"], row["wrong"]), row["name"], row["property"])


def _fault(row: dict[str, Any], shown: dict[UUID, ExampleEvent]) -> PropertyFault:
    return PropertyFault(
        name=row["name"],
        property=row["property"],
        kind=specification.KINDS.get(row["property"], Kind.TEXT),
        checked=row["checked"],
        missing=row["missing"],
        wrong=row["wrong"],
        missing_examples=_known(shown, row["missing_ids"]),
        wrong_examples=_known(shown, row["wrong_ids"]),
    )
