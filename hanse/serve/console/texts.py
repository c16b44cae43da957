"""What the console says, in German and English: texts from the .po files, numbers, dates and money as the language writes them.

The English text is the key. German stands in `locale/de.po` for the pages, in `locale/declared.de.po` for what the layers below
declare, and in the `de.po` of each capability or folder of a layer for its own; all of it is read once, at the start.
"""

from __future__ import annotations

import functools
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.messages import pofile

from hanse import ai, data, sources, testing
from hanse.base.errors import FieldProblem, HanseError, InvalidRequest
from hanse.base.money import Money
from hanse.serve.console import problems
from hanse.serve.registry import Registry, folders

NOTHING = "–"
"""What stands where there is nothing to show."""


class Catalog(dict[str, tuple[str, ...]]):
    """Translations by their English text; more than one form where a number is in it."""

    def read(self, package: str, *path: str) -> None:
        """Take in a .po file of a package, where there is one; a text that is there already stays."""
        for text, forms in _translated(package, *path).items():
            self.setdefault(text, forms)


@functools.cache
def _translated(package: str, *path: str) -> Mapping[str, tuple[str, ...]]:
    """Return what a .po file says, read once in the life of the process."""
    file = resources.files(package).joinpath(*path)
    if not file.is_file():
        return {}
    with file.open("rb") as stream:
        found = [each for each in pofile.read_po(stream, locale="de") if each.id and each.string and not each.fuzzy]
    return {_first(each.id): _forms(each.string) for each in found}


@dataclass
class Texts:
    """All languages of one process."""

    time_zone: str
    catalogs: Mapping[str, Catalog] = field(default_factory=dict)

    def words(self, language: str) -> Words:
        """Return what is said in one language."""
        return Words(language, self.catalogs.get(language, Catalog()), ZoneInfo(self.time_zone))


def load(registry: Registry, time_zone: str) -> Texts:
    """Read the texts of the console and of everything that is declared."""
    german = Catalog()
    german.read(__package__, "locale", "de.po")
    german.read(__package__, "locale", "declared.de.po")
    for package in packages(registry):
        german.read(package, "de.po")
    return Texts(time_zone, {"de": german})


def packages(registry: Registry) -> list[str]:
    """Return the folders that may bring texts of their own: the capabilities, ours and those of others, and the layers below."""
    below = [
        folder.name for layer in (data, sources, ai, testing) for folder in pkgutil.iter_modules(layer.__path__, f"{layer.__name__}.") if folder.ispkg
    ]
    return sorted({*below, *(package for each in registry.capabilities.values() for package in folders(each))})


@dataclass(frozen=True)
class Words:
    """What is said in one language."""

    language: str
    catalog: Catalog
    zone: ZoneInfo

    def gettext(self, message: str, /, **facts: object) -> str:
        """Return a text, its `%(names)s` filled."""
        text = self.catalog.get(message, (message,))[0]
        return text % facts if facts else text

    def ngettext(self, singular: str, plural: str, number: float, /, **facts: object) -> str:
        """Return a text with a number in it, its `%(names)s` filled."""
        forms = self.catalog.get(singular, (singular, plural))
        text = forms[0] if number == 1 else forms[-1]
        return text % {"num": self.number(number), **facts}

    def error(self, error: HanseError) -> str:
        """Return the message of an error."""
        if isinstance(error, InvalidRequest) and error.fields:
            error = InvalidRequest(reason="; ".join(f"{each.field}: {self.problem(each)}" for each in error.fields))
        return error.detail(self.gettext(error.template()))

    def problem(self, found: FieldProblem) -> str:
        """Return what is wrong with a field."""
        return problems.plain(found.message, self.gettext)

    def number(self, value: float | Decimal | None, digits: int = 0) -> str:
        """Return `1.234` or `1,234`, with as many decimals as asked for."""
        if value is None:
            return NOTHING
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return numbers.format_decimal(value, pattern, locale=self.language)

    def compact(self, value: float | None) -> str:
        """Return `123.456` up to a million and `1,2 Mio.` above."""
        if value is None or abs(value) < 1_000_000:
            return self.number(value)
        return numbers.format_compact_decimal(value, locale=self.language, fraction_digits=1)

    def percent(self, share: float | None, digits: int = 1) -> str:
        """Return a share from 0 to 1 as `12,3 %`."""
        return NOTHING if share is None else numbers.format_percent(share, self._percent_pattern(digits), locale=self.language)

    def share(self, share: float | None, digits: int = 1) -> str:
        """Return a share from 0 to 1 as `12,3`, for columns whose header says that it is per cent."""
        return NOTHING if share is None else self.number(100 * share, digits)

    def points(self, value: float | None, digits: int = 2) -> str:
        """Return a difference of shares in percentage points with its sign: `+0,84`."""
        return NOTHING if value is None else numbers.format_decimal(value, f"+#,##0.{'0' * digits};−#,##0.{'0' * digits}", locale=self.language)

    def score(self, value: float) -> str:
        """Return a measure as people compare it: whole numbers whole, small ones to four places."""
        if value == int(value) and abs(value) >= 1:
            return self.number(int(value))
        return self.number(value, 1 if abs(value) >= 100 else 4 if abs(value) < 1 else 2)

    def money(self, amount_minor: int | None, currency: str) -> str:
        """Return `1.234,50 €`."""
        return NOTHING if amount_minor is None else Money(amount_minor, currency).text(self.language)

    def day(self, moment: datetime | date | None) -> str:
        """Return `15.06.2026`, in the console's time zone."""
        if moment is None:
            return NOTHING
        return dates.format_date(self.local(moment) if isinstance(moment, datetime) else moment, "medium", locale=self.language)

    def short_day(self, day: date) -> str:
        """Return `15. Juni`, as charts write it."""
        return dates.format_skeleton("MMMd", day, locale=self.language)

    def month(self, month: str) -> str:
        """Return `Juni 2026` for `2026-06`."""
        return dates.format_skeleton("yMMM", date.fromisoformat(f"{month}-01"), locale=self.language)

    def time(self, moment: datetime | None) -> str:
        """Return `15.06.2026, 14:00`, in the console's time zone."""
        if moment is None:
            return NOTHING
        return dates.format_datetime(self.local(moment), "dd.MM.yyyy, HH:mm" if self.language == "de" else "MMM d, yyyy, HH:mm", locale=self.language)

    def since(self, moment: datetime | None, now: datetime) -> str:
        """Return `vor 3 Minuten`."""
        if moment is None:
            return NOTHING
        delta = moment - now
        if abs(delta) < timedelta(seconds=5):
            return self.gettext("just now")
        return dates.format_timedelta(delta, add_direction=True, locale=self.language)

    def duration(self, seconds: float | None) -> str:
        """Return `3 Minuten`, or `0,4 s` for what is short."""
        if seconds is None:
            return NOTHING
        if seconds < 10:
            return f"{self.number(seconds, 1)} s"
        return dates.format_timedelta(timedelta(seconds=seconds), threshold=1.5, locale=self.language)

    def listing(self, parts: Iterable[str]) -> str:
        """Return `a, b und c`."""
        from babel.lists import format_list

        return format_list(list(parts), locale=self.language)

    def text_of(self, texts: Mapping[str, str] | None) -> str:
        """Return a product's text in this language, or in any other it has."""
        if not texts:
            return ""
        return texts.get(self.language) or texts.get("und") or next(iter(texts.values()))

    def local(self, moment: datetime) -> datetime:
        """Return a moment in the console's time zone."""
        return moment.astimezone(self.zone)

    def _percent_pattern(self, digits: int) -> str:
        decimals = "." + "0" * digits if digits else ""
        return f"#,##0{decimals}\u00a0%" if self.language == "de" else f"#,##0{decimals}%"


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment a day begins in a time zone, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _first(message_id: Any) -> str:
    return str(message_id[0] if isinstance(message_id, list | tuple) else message_id)


def _forms(strings: Any) -> tuple[str, ...]:
    return tuple(strings) if isinstance(strings, list | tuple) else (str(strings),)
