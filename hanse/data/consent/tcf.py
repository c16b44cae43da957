"""Reads TC strings of the IAB's Transparency and Consent Framework 2.x, and says what of our purposes they allow.

Bits in base64url, in segments joined by dots: the core, and in any order the vendors that were disclosed (always there for strings of
one site since version 2.3), the vendors that are allowed, and what the site itself may do. Whatever does not fit raises
`UnreadableTCString`; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TypeVar

from hanse.base.operation import Purpose
from hanse.data.consent.errors import UnreadableTCString
from hanse.data.consent.schemas import Medium

VERSION = 2
LONGEST = 100_000
MOST_VENDORS = 65_535
DISCLOSURE_POLICY = 5
"""From this policy version on (TCF 2.3), a vendor that is not disclosed has nothing, even where the segment is missing."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DECISECOND = timedelta(milliseconds=100)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SIX_BITS = str.maketrans({letter: f"{number:06b}" for number, letter in enumerate(ALPHABET)})

NEEDED: dict[tuple[Purpose, Medium | None], frozenset[int]] = {
    (Purpose.STATISTICS, None): frozenset({1, 8, 9}),
    (Purpose.PERSONALISATION, None): frozenset({1, 5, 6}),
    (Purpose.ADVERTISING, Medium.SITE): frozenset({1, 2, 3, 4}),
}
"""The TCF purposes that must all have consent for one of ours. No banner is consent to e-mail, post or telephone calls.

1 store or read on the device; 2 choose ads by limited data; 3 and 4 make and use profiles for ads; 5 and 6 make and use profiles for
content; 8 measure content; 9 understand audiences by statistics.
"""

ValueT = TypeVar("ValueT")
Ids = frozenset[int]


class Restriction(IntEnum):
    """What a site restricts vendors to, for one purpose."""

    NOT_ALLOWED = 0
    REQUIRE_CONSENT = 1
    REQUIRE_LEGITIMATE_INTEREST = 2


@dataclass(frozen=True)
class PublisherTC:
    """What the site itself may do, and its own purposes."""

    consents: Ids
    legitimate_interests: Ids
    custom_purposes: int
    custom_consents: Ids
    custom_legitimate_interests: Ids


@dataclass(frozen=True)
class TCString:
    """What a TC string says."""

    created_at: datetime
    updated_at: datetime
    cmp_id: int
    cmp_version: int
    consent_screen: int
    consent_language: str
    vendor_list_version: int
    policy_version: int
    is_service_specific: bool
    uses_non_standard_texts: bool
    special_feature_opt_ins: Ids
    purpose_consents: Ids
    purpose_legitimate_interests: Ids
    purpose_one_treatment: bool
    publisher_country: str
    vendor_consents: Ids
    vendor_legitimate_interests: Ids
    restrictions: dict[tuple[int, Restriction], Ids] = field(default_factory=dict)
    """The vendors that a restriction on a purpose is about."""
    disclosed_vendors: Ids | None = None
    """The vendors that were shown; null where the string does not say."""
    allowed_vendors: Ids | None = None
    publisher: PublisherTC | None = None


def decode(text: str) -> TCString:
    """Read a TC string; raises `UnreadableTCString`."""
    if len(text) > LONGEST:
        raise UnreadableTCString(reason=f"it has more than {LONGEST} characters")
    core, *others = text.split(".")
    found = _core(_Bits.of(core, "core"))
    for number, segment in enumerate(others, 2):
        bits = _Bits.of(segment, f"segment {number}")
        kind = bits.number(3)
        if kind not in SEGMENTS:
            raise UnreadableTCString(reason=f"segment {number} has the unknown type {kind}")
        name, read = SEGMENTS[kind]
        if name in found:
            raise UnreadableTCString(reason=f"segment {number} has the same type as one before it")
        found[name] = bits.whole(read)
    return TCString(**found)  # type: ignore[arg-type]  # each reader gives what its field takes


def allowed(found: TCString, vendor_id: int | None = None) -> dict[tuple[Purpose, Medium | None], bool]:
    """Return which of our purposes somebody agreed to: for the site itself, or for a vendor. Nothing where the string does not say.

    Only consent counts, never a legitimate interest.
    """
    consents = _of_site(found) if vendor_id is None else _of_vendor(found, vendor_id)
    return {} if consents is None else {ours: theirs <= consents for ours, theirs in NEEDED.items()}


def _of_site(found: TCString) -> Ids | None:
    return found.publisher.consents if found.publisher else None


def _of_vendor(found: TCString, vendor_id: int) -> Ids:
    disclosed = found.disclosed_vendors
    if disclosed is None and found.is_service_specific and found.policy_version >= DISCLOSURE_POLICY:
        disclosed = frozenset()
    if vendor_id not in found.vendor_consents or (disclosed is not None and vendor_id not in disclosed):
        return frozenset()
    barred = {purpose for (purpose, kind), vendors in found.restrictions.items() if kind is not Restriction.REQUIRE_CONSENT and vendor_id in vendors}
    return found.purpose_consents - barred


@dataclass
class _Bits:
    """The bits of one segment, read from the front."""

    text: str
    segment: str
    position: int = 0

    @classmethod
    def of(cls, segment: str, name: str) -> _Bits:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", segment):
            raise UnreadableTCString(reason=f"the {name} has characters that are not base64url, or none" if segment else f"the {name} is empty")
        return cls(segment.translate(SIX_BITS), name)

    def take(self, count: int) -> str:
        taken = self.text[self.position : self.position + count]
        if len(taken) < count:
            raise UnreadableTCString(reason=f"the {self.segment} ends too soon: it was cut short")
        self.position += count
        return taken

    def number(self, count: int) -> int:
        return int(self.take(count), 2)

    def flag(self) -> bool:
        return self.take(1) == "1"

    def ids(self, count: int) -> Ids:
        return frozenset(number for number, bit in enumerate(self.take(count), 1) if bit == "1")

    def moment(self) -> datetime:
        return EPOCH + self.number(36) * DECISECOND

    def letters(self) -> str:
        numbers = (self.number(6), self.number(6))
        if max(numbers) > 25:
            raise UnreadableTCString(reason="a language or country is not two letters")
        return "".join(ALPHABET[number] for number in numbers)

    def vendors(self) -> Ids:
        highest = self.number(16)
        if not self.flag():
            return self.ids(highest)
        found = self.ranges()
        if found and max(found) > highest:
            raise UnreadableTCString(reason=f"the {self.segment} names a vendor above its highest one")
        return found

    def ranges(self) -> Ids:
        found: set[int] = set()
        total = 0
        for _ in range(self.number(12)):
            is_range, first = self.flag(), self.number(16)
            last = self.number(16) if is_range else first
            total += last - first + 1
            if not 0 < first <= last or total > MOST_VENDORS:
                raise UnreadableTCString(reason=f"the {self.segment} has a range of vendors that cannot be")
            found.update(range(first, last + 1))
        return frozenset(found)

    def whole(self, read: Callable[[_Bits], ValueT]) -> ValueT:
        """Read all there is; only zeros may be left, which fill the last characters."""
        value = read(self)
        if "1" in self.text[self.position :]:
            raise UnreadableTCString(reason=f"the {self.segment} goes on after its end")
        return value


def _core(bits: _Bits) -> dict[str, object]:
    version = bits.number(6)
    if version != VERSION:
        raise UnreadableTCString(reason=f"it is of version {version}, and only {VERSION} can be read")
    return bits.whole(_core_fields)


def _core_fields(bits: _Bits) -> dict[str, object]:
    return {  # in the order of the bits
        "created_at": bits.moment(),
        "updated_at": bits.moment(),
        "cmp_id": bits.number(12),
        "cmp_version": bits.number(12),
        "consent_screen": bits.number(6),
        "consent_language": bits.letters(),
        "vendor_list_version": bits.number(12),
        "policy_version": bits.number(6),
        "is_service_specific": bits.flag(),
        "uses_non_standard_texts": bits.flag(),
        "special_feature_opt_ins": bits.ids(12),
        "purpose_consents": bits.ids(24),
        "purpose_legitimate_interests": bits.ids(24),
        "purpose_one_treatment": bits.flag(),
        "publisher_country": bits.letters(),
        "vendor_consents": bits.vendors(),
        "vendor_legitimate_interests": bits.vendors(),
        "restrictions": _restrictions(bits),
    }


def _restrictions(bits: _Bits) -> dict[tuple[int, Restriction], Ids]:
    found: dict[tuple[int, Restriction], Ids] = {}
    total = 0
    for _ in range(bits.number(12)):
        purpose, kind = bits.number(6), bits.number(2)
        if purpose == 0 or kind not in set(Restriction):
            raise UnreadableTCString(reason="a restriction is of an unknown kind")
        vendors = bits.ranges()
        total += len(vendors)
        if total > 16 * MOST_VENDORS:
            raise UnreadableTCString(reason="it restricts more vendors than there can be")
        key = purpose, Restriction(kind)
        found[key] = found.get(key, frozenset()) | vendors
    return found


def _publisher(bits: _Bits) -> PublisherTC:
    consents, legitimate_interests, custom = bits.ids(24), bits.ids(24), bits.number(6)
    return PublisherTC(consents, legitimate_interests, custom, bits.ids(custom), bits.ids(custom))


SEGMENTS: dict[int, tuple[str, Callable[[_Bits], object]]] = {
    1: ("disclosed_vendors", _Bits.vendors),
    2: ("allowed_vendors", _Bits.vendors),
    3: ("publisher", _publisher),
}
