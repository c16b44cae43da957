"""What the ledger says to people, in English and German; the German stands in `de.po`."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo


def say(text: str, language: str) -> str:
    """Return a text in a language."""
    return _german().get(text, text) if language == "de" else text


def moment(at: datetime, language: str, time_zone: str) -> str:
    """Return a moment to the second, in a time zone that is named: `15.06.2026, 14:00:00 MESZ`."""
    from babel.dates import format_datetime

    pattern = "dd.MM.yyyy, HH:mm:ss z" if language == "de" else "yyyy-MM-dd, HH:mm:ss z"
    return str(format_datetime(at.astimezone(ZoneInfo(time_zone)), pattern, locale="de_DE" if language == "de" else "en_GB"))


@cache
def _german() -> dict[str, str]:
    from babel.messages.pofile import read_po

    with resources.files(__package__).joinpath("de.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="de") if message.id and message.string}
