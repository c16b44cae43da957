"""All checks of an answer together, in a thread of their own: what is found, in the order of the text, and what of it goes on record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec
import structlog

from hanse.ai.language.checks import comparing, style
from hanse.ai.language.checks.claims import Claims
from hanse.ai.language.checks.facts import Facts
from hanse.ai.language.checks.fault import LONGEST_QUOTE, UNQUOTED, Fault, Kind, told
from hanse.ai.language.checks.style import Style
from hanse.ai.text import languages

MOST = 50
"""Faults at most: an answer with so many is not mended one by one."""
MOST_TOLD = 10


@dataclass(frozen=True, kw_only=True)
class Checks:
    """What an answer is checked for. What is null is not looked at."""

    facts: Facts | None = None
    """All that may be said; numbers, prices, names and links that are not among it are found."""
    style: Style | None = None
    language: str | None = None
    """The language that the answer has to be in (ISO 639-1); null takes any."""
    claims: bool = True
    """Whether the claims that the shop has banned may not be made."""
    country: str = ""
    """Where the answer is read (ISO 3166-1): claims that are banned elsewhere alone may be made. Empty looks for all."""


async def find(text: str, checks: Checks, claims: Claims) -> list[Fault]:
    """Return what an answer says that it may not; that it could not be checked is found too, so that nobody gets what nobody looked at."""
    try:
        return await asyncio.to_thread(check, text, checks, claims)
    except Exception as error:  # noqa: BLE001  # whatever it is, the answer is not given; its text may quote somebody, so it is not logged
        structlog.get_logger().error("an answer of a language model could not be checked", kind=type(error).__name__)
        return [Fault(Kind.UNCHECKED, 0, 0)]


def check(text: str, checks: Checks, claims: Claims) -> list[Fault]:
    """Return what a text says that it may not, in its order, and of what overlaps the first."""
    language = checks.language or languages.identify(text).language
    found = sorted(_all(text, checks, claims, language), key=lambda each: (each.start, -each.end))
    return _apart(found)[:MOST]


def texts(text: str, value: Any) -> str:
    """Return all that an answer says to people: its text, or the texts in its struct, a line each."""
    return text if value is None else "\n".join(_texts(value))


def problem(found: Sequence[Fault]) -> str:
    """Return what is wrong, for the model."""
    return "; ".join(dict.fromkeys(told(each) for each in found[:MOST_TOLD]))


def noted(found: Iterable[Fault], mask: Callable[[str], str]) -> list[dict[str, str]]:
    """Return faults as they go on record: masked, and what may be somebody's own not at all."""
    return [_noted(each, mask) for each in found]


def _noted(found: Fault, mask: Callable[[str], str]) -> dict[str, str]:
    noted = {"kind": found.kind.value}
    if found.quote and found.kind not in UNQUOTED:
        noted["text"] = mask(found.quote[:LONGEST_QUOTE])
    return {**noted, **({"law": found.law} if found.law else {})}


def _all(text: str, checks: Checks, claims: Claims, language: str) -> Iterator[Fault]:
    if checks.language and (other := style.other_language(text, checks.language)):
        yield other
    if checks.facts is not None:
        yield from comparing.compare(text, checks.facts, language)
    if checks.claims:
        yield from claims.find(text, language, checks.country)
    if checks.style is not None:
        yield from style.find(text, checks.style, language, _given(checks.facts))


def _given(facts: Facts | None) -> str:
    return "\n".join((*facts.texts, *facts.names)) if facts else ""


def _apart(found: Iterable[Fault]) -> list[Fault]:
    kept: list[Fault] = []
    end = 0
    for each in found:
        if each.start >= end or each.end == 0:
            kept.append(each)
            end = max(end, each.end)
    return kept


def _texts(value: Any) -> Iterator[str]:
    """Go through the texts of plain data and structs, without words that are chosen from a list."""
    if isinstance(value, str) and not isinstance(value, Enum):
        yield value
    elif isinstance(value, msgspec.Struct):
        yield from _texts(msgspec.structs.asdict(value))
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in _texts(each))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (text for each in value for text in _texts(each))
