"""Values as feeds write them: texts, numbers, moments, addresses and numbers of GS1, each checked; what is wrong becomes a finding."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from hanse.data.revisions.schemas import Found
from hanse.sources.source import gtin, texts

LARGEST = Decimal(10) ** 12
LONGEST_ADDRESS = 2_000

_TAG = re.compile(r"<[/!]?[a-zA-Z][^<>]*>|<!--")
_SCRIPT = re.compile(r"<\s*/?\s*(?:script|iframe|object|embed|svg|style|link|meta)\b|<[^>]*?\bon[a-z]{3,20}\s*=|javascript\s*:", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?")
_COMMA = re.compile(r"[+-]?\d{1,3}(?:(?:\.\d{3})+|\d*),\d+")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_./-]{0,400}")
_WEB_FOLDER = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9_./-]*)?")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](.+))?")


@dataclass
class Notes:
    """What is found while one entry is read."""

    product_id: str | None = None
    found: list[Found] = field(default_factory=list)

    def add(self, code: str, line: int, **facts: Any) -> None:
        """Note something by the code of its kind."""
        self.found.append(Found(code=code, line=line, product_id=self.product_id, facts=facts))


def text(value: str, name: str, line: int, notes: Notes) -> str:
    """Return a text without markup; notes markup, and scripts as what they are."""
    if "<" not in value and "&" not in value:
        return value
    if not _TAG.search(value) and html.unescape(value) == value:
        return value
    notes.add("script" if _SCRIPT.search(value) else "html", line, field=name)
    for _ in range(3):  # what was escaped twice is markup again once it is unescaped
        value = texts.plain(value)
        if not _TAG.search(value):
            return value
    return _TAG.sub("", value).replace("<", "").replace(">", "")


def number(value: str) -> tuple[Decimal | None, bool]:
    """Return a number, null for what is none, and whether it was written with a comma.

    >>> number("12.50"), number("1.234,50"), number("12a")
    ((Decimal('12.50'), False), (Decimal('1234.50'), True), (None, False))
    """
    comma = False
    if not _NUMBER.fullmatch(value):
        comma = bool(_COMMA.fullmatch(value))
        if not comma:
            return None, False
        value = value.replace(".", "").replace(",", ".")
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None, False
    return (found, comma) if abs(found) <= LARGEST and found.adjusted() > -20 else (None, False)


def plain_number(value: str) -> int | float | None:
    """Return a number as JSON has it; null for what is none."""
    if value.isdigit() and value.isascii() and value[0] != "0" and len(value) < 16:
        return int(value)
    found, _ = number(value) if value[:1] in "+-.0123456789" else (None, False)
    if found is None or (len(value) > 1 and value[0] == "0" and value[1].isdigit()):
        return None
    return int(found) if found == found.to_integral_value() and abs(found) < 1e15 else float(found)


def checked_gtin(value: str, line: int, notes: Notes) -> str | None:
    """Return a GTIN whose check digit is right; null, with a finding, for another."""
    found = re.sub(r"[\s-]", "", value)
    if not found or not found.strip("0"):
        return None
    if gtin.has_check_digit(found):
        return found
    wrong = "its check digit is wrong" if found.isascii() and found.isdigit() and len(found) in gtin.LENGTHS else "it has not 8, 12, 13 or 14 digits"
    notes.add("wrong_gtin", line, gtin=found[:50], reason=wrong)
    return None


def address(value: str, root: str, line: int, notes: Notes) -> tuple[str, bool] | None:
    """Return an address, or the path a file names, and whether it is an address; null, with a finding, for one that is not safe."""
    value = value.strip().replace("\\", "/")
    if _PLAIN_PATH.fullmatch(value) and is_web_folder(root):
        return f"{root.rstrip('/')}/{value}", True
    joined = value if ":" in value.partition("/")[0] or not root else f"{root.rstrip('/')}/{value.lstrip('/')}"
    try:
        scheme = urlsplit(joined).scheme.lower()
    except ValueError:
        scheme = "?"
    is_path = not scheme or len(scheme) == 1  # one letter is a drive of Windows
    if len(joined) > LONGEST_ADDRESS or (not is_path and scheme not in {"http", "https"}) or re.search(r"[\x00-\x1f<>\"]", joined):
        notes.add("unsafe_address", line, address=joined[:80])
        return None
    return (joined, False) if is_path else (quote(joined, safe="%/:=&?~#+!$,;'@()*[]"), True)


@lru_cache(maxsize=64)
def is_web_folder(root: str) -> bool:
    """Return whether this is an address below which plain paths are addresses too."""
    return bool(_WEB_FOLDER.fullmatch(root))


@lru_cache(maxsize=4096)
def moment(date: str, time: str, zone: str, *, default_zone: str, is_end: bool) -> datetime | None:
    """Return a moment in UTC from how BMEcat writes it; a date alone ends with its last second. Null for what is none."""
    found = _DATE.fullmatch(date.strip())
    if not found:
        return None
    time = (time or found[4] or "").strip()
    try:
        day = datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=_zone(zone, default_zone))
        if not time:
            day = day + timedelta(days=1) if is_end else day
        else:
            clock = datetime.fromisoformat(f"{found[1]}-{found[2]}-{found[3]}T{time}")
            day = clock if clock.tzinfo else clock.replace(tzinfo=day.tzinfo)
        return day.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@cache
def language(code: str, default: str) -> str:
    """Return a language in two letters, from codes of ISO 639 in two or three and from locales.

    >>> language("deu", "und"), language("en-GB", "und"), language("", "de")
    ('de', 'en', 'de')
    """
    from babel.core import get_global

    found = texts.language(code, "")
    known: Mapping[str, str] = get_global("language_aliases")
    short = known.get(found, found)
    return short if re.fullmatch("[a-z]{2,3}", short) else default


@cache
def is_currency(code: str) -> bool:
    """Return whether these letters are a currency (ISO 4217)."""
    from babel.numbers import list_currencies

    return code in list_currencies()


def _zone(zone: str, default: str) -> Any:
    offset = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)?", zone.strip())
    if offset:
        return datetime.fromisoformat(f"2000-01-01T00:00{offset[1]}{int(offset[2]):02}:{offset[3] or '00'}").tzinfo
    return UTC if zone.strip() in {"Z", "UTC", "GMT"} else ZoneInfo(default)
