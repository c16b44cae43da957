"""Dates and times of day in a text, as German and English write them, with what they may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

Reading = tuple[Any, ...]
"""`("day", year, month, day)` with 0 for what is not said, or `("time", hour, minute)`."""
MONTHS = (
    ("Januar", "Jänner", "January", "Jan"),
    ("Februar", "Feber", "February", "Feb"),
    ("März", "March", "Mär", "Mar"),
    ("April", "Apr"),
    ("Mai", "May"),
    ("Juni", "June", "Jun"),
    ("Juli", "July", "Jul"),
    ("August", "Aug"),
    ("September", "Sept", "Sep"),
    ("Oktober", "October", "Okt", "Oct"),
    ("November", "Nov"),
    ("Dezember", "December", "Dez", "Dec"),
)
_MONTH_OF = {name: number for number, names in enumerate(MONTHS, start=1) for name in names}
_MONTH = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_DATE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?P<iso>(\d{4})-(\d{2})-(\d{2}))(?![\d-])"
    r"|(?P<dots>(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}|\d{2})(?!\d))?)(?!\d)"
    r"|(?P<slashes>(\d{1,2})/(\d{1,2})/(\d{4}|\d{2}))(?![\d/])"
    rf"|(?P<day_first>(\d{{1,2}})(?:\.|st|nd|rd|th)?\s?(?:of )?({_MONTH})(?!\w)\.?(?:,?\s(\d{{4}})(?!\d|-\d))?)"
    rf"|(?P<month_first>({_MONTH})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?(?!\w)(?![.,]\d)(?:,?\s(\d{{4}})(?!\d|-\d))?)"
    rf"|(?P<month>({_MONTH})\.?\s(\d{{4}})(?!\d|-\d))"
    r")"
)
_TIME = re.compile(
    r"(?i)(?<![\w.,:/-])(?:(\d{1,2})[:.](\d{2})(?=\s?(?:Uhr|h)\b)|(\d{1,2}):(\d{2})(?![\d:])"
    r"|(\d{1,2})(?=\s?(?:(?:-|–|bis)\s?\d{1,2}(?:[:.]\d{2})?\s?)?Uhr\b)|(\d{1,2})(?:[:.](\d{2}))?\s?([ap])\.?m\b\.?)"
)


def find(text: str) -> Iterator[tuple[int, int, frozenset[Reading]]]:
    """Go through dates and times with what each may mean; what cannot be a date is none."""
    for found in _DATE.finditer(text):
        if readings := frozenset(each for each in _readings(found) if _is_possible(each)):
            yield found.start(), found.end(), readings
    for found in _TIME.finditer(text):
        if reading := _time(found):
            yield found.start(), found.end(), frozenset({reading})


def agree(said: Reading, given: Reading) -> bool:
    """Return whether a date says no more than a given one, and nothing else."""
    return (
        said[0] == given[0] and all(mine in {0, theirs} for mine, theirs in zip(said[1:], given[1:], strict=True))
        if said[0] == "day"
        else said == given
    )


def _readings(found: re.Match[str]) -> Iterator[Reading]:
    name = found.lastgroup or ""
    parts = [each for each in found.groups()[found.re.groupindex[name] :] if each is not None]
    if name == "iso":
        yield _day(*parts)
    elif name == "dots":
        yield _day(parts[2] if len(parts) > 2 else "", parts[1], parts[0])
    elif name == "slashes":
        yield from (_day(parts[2], parts[1], parts[0]), _day(parts[2], parts[0], parts[1]))
    elif name == "day_first":
        yield _day(parts[2] if len(parts) > 2 else "", parts[1], parts[0])
    elif name == "month_first":
        yield _day(parts[2] if len(parts) > 2 else "", parts[0], parts[1])
    else:
        yield _day(parts[1], parts[0], "0")


def _day(year: str, month: str, day: str) -> Reading:
    number = int(year or 0)
    return "day", number + 2000 if year and number < 100 else number, _MONTH_OF.get(month) or int(month), int(day)


def _is_possible(reading: Reading) -> bool:
    try:
        date(reading[1] or 2024, reading[2], reading[3] or 1)
    except ValueError:
        return False
    return True


def _time(found: re.Match[str]) -> Reading | None:
    numbers = [int(each) for each in found.groups()[:7] if each is not None]
    hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 0
    if half := found[8]:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    return ("time", hour, minute) if hour <= 24 and minute < 60 else None
