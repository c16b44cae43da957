"""What the ledger says to people, in English and German; the German stands in `de.po`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hanse.base import translation


def say(text: str, language: str) -> str:
    """Return a text in a language."""
    return translation.say(__package__, text, language)


def moment(at: datetime, language: str, time_zone: str) -> str:
    """Return a moment to the second, in a time zone that is named: `15.06.2026, 14:00:00 MESZ`."""
    from babel.dates import format_datetime

    pattern = "dd.MM.yyyy, HH:mm:ss z" if language == "de" else "yyyy-MM-dd, HH:mm:ss z"
    return str(format_datetime(at.astimezone(ZoneInfo(time_zone)), pattern, locale="de_DE" if language == "de" else "en_GB"))
