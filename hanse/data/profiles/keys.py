"""Identities as people write them, brought to one form; and which of them name nobody.

Priorities and limits follow the practice of Segment's Unify ("Identity Resolution Settings"): blocked values, how many of a kind one
person may have, in which time, and which kind counts first.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

import phonenumbers

Key = tuple[str, str]
"""Kind and value of an identity."""

LONGEST = 200
BLOCKED = frozenset({"", "-1", "0", "null", "undefined", "none", "anonymous", "unknown", "guest", "nan", "n/a", "test"})
"""Values that many senders use for nobody; they identify no one. Neither do values of zeros alone."""
LONGEST_BLOCKED = max(map(len, BLOCKED))
ORDER = ("user_id", "loyalty_card", "email", "phone")
"""Kinds of identity, the surest first; those of other systems stand after them, the anonymous id of a browser last."""
_PLACE = {kind: place for place, kind in enumerate(ORDER)} | {"anonymous_id": len(ORDER) + 1}

FEWEST_DIGITS = 6
BLOCKED_MAILBOXES = frozenset(
    {"unknown", "noreply", "no-reply", "donotreply", "nomail", "keine", "keine-email", "test", "example", "dummy", "xxx", "a"}
)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,49}")


@dataclass(frozen=True)
class Limit:
    """How many identities of a kind one person may have."""

    most: int
    within: timedelta | None = None
    """Counted in any period of this length; over all time where it is null."""


LIMITS = {
    "user_id": Limit(1),
    "email": Limit(5),
    "phone": Limit(5),
    "loyalty_card": Limit(5),
    "anonymous_id": Limit(50, timedelta(days=7)),
}
OTHER_LIMIT = Limit(5)
SHARED_BY = 5
"""An identity that more than so many people of surer identities use, such as a kiosk or the address of a department, joins nobody."""


def place(kind: str) -> int:
    """Return how sure a kind is: a lower number counts before a higher one."""
    return _PLACE.get(kind, len(ORDER))


def limit(kind: str) -> Limit:
    """Return how many identities of a kind one person may have."""
    return LIMITS.get(kind, OTHER_LIMIT)


def key(kind: str, value: str | None, *, region: str = "DE") -> Key | None:
    """Return an identity in its one form; null for a value that names nobody.

    `region` says where a telephone number is that has no country code.
    """
    value = value.strip() if value else ""
    if len(value) > LONGEST or (len(value) <= LONGEST_BLOCKED and value.casefold() in BLOCKED) or not value.strip("0"):
        return None
    if kind == "email":
        return _email(value)
    return _phone(value, region) if kind == "phone" else (kind, value)


def kind(name: str) -> str | None:
    """Return the name of a kind as it is kept; null for one that cannot be one."""
    named = name.strip().casefold().replace(" ", "_").replace("-", "_")
    return named if _KIND.fullmatch(named) else None


def _email(value: str) -> Key | None:
    address = unicodedata.normalize("NFKC", value).casefold().removeprefix("mailto:").strip("<> ")
    if not _EMAIL.fullmatch(address):
        return None
    mailbox = address.rpartition("@")[0]
    return None if mailbox in BLOCKED_MAILBOXES | BLOCKED else ("email", address)


def _phone(value: str, region: str) -> Key | None:
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", value), region)
    except phonenumbers.NumberParseException:
        return None
    digits = str(number.national_number)
    if not phonenumbers.is_possible_number(number) or len(digits) < FEWEST_DIGITS or len(set(digits)) == 1:
        return None
    return "phone", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
