"""What stays out of the lake: contact data by the name of its field, and e-mail addresses and phone numbers by their looks.

The lake knows people by `profile_id` only, in a column of its own, so that erasure finds every row. Copying calls this for
everything that a sender wrote. It rather drops too much: the log in the database still has it.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


CONTACT_DATA = _set("""
    email mail phone phonenumber telephone telefon tel mobile mobilenumber mobil handy cell cellphone fax whatsapp
    firstname lastname middlename fullname givenname familyname maidenname surname forename nickname username vorname nachname initials
    salutation anrede birthday birthdate dateofbirth dob birth geburtstag geburtsdatum
    address addresses adresse anschrift street strasse straße housenumber hausnummer city town stadt ort wohnort
    zip zipcode postcode postalcode plz postleitzahl latitude longitude lat lng lon geo location coordinates
    ip ipaddress useragent deviceid advertisingid avatar photo gravatar password token secret
    iban bic accountnumber kontonummer cardnumber cardholder cvv cvc ssn passport vatid taxid ustid ustidnr steuernummer
    profileid profileids userid userids customerid customerids anonymousid anonymousids memberid memberids companyid contactid clientid
    recipientid accountid groupid customernumber kundennummer kundennr debitor loyaltycard loyaltynumber
""")
"""Words, or two words in a row, that name contact data or the person itself wherever they stand in a field's name."""

STEMS = ("email", "firstname", "lastname", "vorname", "nachname", "surname", "telefon", "telephone", "phonenumber", "birthda", "geburt")
"""Parts of a field's name that need no word border, for senders who write `billingemail`."""

PEOPLE = _set("""
    customer customers user users person people contact contacts recipient recipients sender member members employee agent author reviewer
    owner buyer kunde kunden empfänger ansprechpartner traits context identity identities account billto shipto
""")
"""Fields that hold a person, by their whole name."""

FREE_TEXT = _set("""
    message messages body text comment comments note notes feedback subject question remark remarks instructions engraving signature
    transcript greeting bemerkung bemerkungen nachricht kommentar anmerkung notiz
""")
"""Last words of fields that people write sentences in, where names cannot be told from other words."""

PARTIES = frozenset({"shipping", "billing", "delivery", "invoice", "payment"})
"""Fields that are an amount in some shops and an address in others."""

IDENTIFIERS = frozenset({"id", "ids", "sku", "skus", "gtin", "ean", "upc", "mpn", "isbn", "asin", "number", "version", "code"})
"""Last words of fields whose long numbers are not phone numbers."""

NAMED_THINGS = _set("""
    product item variant brand category list promotion campaign coupon creative page screen event collection shop store method carrier
    segment model experiment file form
""")
"""Things that may have a name; the name of anything else may be a person's."""

EMAIL = re.compile(r"[\w.+%'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(
    r"(?<![\w.,/+-])(?![0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}(?![0-9]))"  # 01.02.2026 is a date
    r"(?:(?:(?:\+|00)[1-9]|\(0[0-9]|0[1-9])[0-9\s()/.‐‑–-]{5,24}[0-9]|\(?[2-9][0-9]{2}\)?[ .-][0-9]{3}[ .-][0-9]{4})(?![\w@])"
)
QUERY = re.compile(r"[?#;][^\s?#;]*=\S*|(?<=://)[^\s/@]+@")
"""The query or fragment of an address, where searches and tokens are, and a name before its host."""

_DIGITS = re.compile(r"[+(0-9][0-9\s()/.‐‑–-]{6}")
"""Whatever might be the beginning of a phone number; quick to look for in a whole document."""


class _Rule(Enum):
    KEEP = auto()
    DROP = auto()
    DROP_UNLESS_NUMBER = auto()
    IDENTIFIER = auto()
    NAME = auto()


_KEEP, _DROP, _DROP_UNLESS_NUMBER, _IDENTIFIER, _NAME = _Rule  # plain names are found faster, a million times over


def text(value: str) -> str:
    """Return a text with e-mail addresses and phone numbers masked and addresses of pages cut before their query."""
    value = identifier(value)
    return PHONE.sub("[phone]", value) if _DIGITS.search(value) else value


def identifier(value: str) -> str:
    """Return a text like `text` does, but leave long numbers alone."""
    if "=" in value or "@" in value:
        value = QUERY.sub("", value)
    return EMAIL.sub("[email]", value) if "@" in value or "%40" in value else value


def json(document: str, *, names_things: bool = False) -> tuple[dict[str, Any], str]:
    """Return a JSON object as it came and, as JSON, what of it may lie in the lake; both empty where it cannot be read.

    `names_things` says that a `name` at its top is that of a page, not of a person.
    """
    try:
        found = msgspec.json.decode(document, type=dict[str, Any])
        return found, msgspec.json.encode(_object(found, _needs_masking(document), names_things=names_things)).decode()
    except (msgspec.MsgspecError, ValueError, RecursionError):  # numbers too large, thousands of levels
        return {}, "{}"


def _needs_masking(document: str) -> bool:
    """Return whether any text in a document may need a mask; most do not, and are done in a quarter of the time."""
    return "@" in document or "=" in document or "%40" in document or "\\" in document or _DIGITS.search(document) is not None


def _object(found: dict[str, Any], mask: bool, *, names_things: bool = False) -> dict[str, Any]:  # noqa: FBT001  # called for every object
    cleaned = {}
    for key, value in found.items():
        rule = _rule(key)
        kind = type(value)
        if rule is not _KEEP and rule is not _IDENTIFIER and not _may_stay(rule, value, found, names_things=names_things):
            continue
        if kind is str:
            cleaned[key] = _text(value, rule) if mask else value
        elif kind is dict:
            cleaned[key] = _object(value, mask)
        else:
            cleaned[key] = _list(value, mask, rule) if kind is list else value
    return cleaned


def _list(values: list[Any], mask: bool, rule: _Rule) -> list[Any]:  # noqa: FBT001  # as above
    return [
        _object(each, mask)
        if isinstance(each, dict)
        else _list(each, mask, rule)
        if isinstance(each, list)
        else _text(each, rule)
        if mask and isinstance(each, str)
        else each
        for each in values
    ]


def _text(value: str, rule: _Rule) -> str:
    return identifier(value) if rule is _IDENTIFIER else text(value)


def _may_stay(rule: _Rule, value: Any, beside: dict[str, Any], *, names_things: bool) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if rule is _NAME:
        return isinstance(value, str) and (names_things or any(map(_names_a_thing, beside)))
    return rule is _DROP_UNLESS_NUMBER and isinstance(value, int | float)


@lru_cache(maxsize=20_000)
def _rule(key: str) -> _Rule:
    if text(key) != key:
        return _Rule.DROP
    words = _words(key)
    whole, last = "".join(words), words[-1] if words else ""
    if not CONTACT_DATA.isdisjoint([whole, *words, *map("".join, pairwise(words))]) or any(stem in whole for stem in STEMS):
        return _Rule.DROP
    if whole in PEOPLE or last in FREE_TEXT:
        return _Rule.DROP
    if whole in PARTIES:
        return _DROP_UNLESS_NUMBER
    if last in {"name", "names"}:
        return _Rule.NAME if len(words) == 1 else _Rule.KEEP if words[-2] in NAMED_THINGS else _Rule.DROP
    return _Rule.IDENTIFIER if last in IDENTIFIERS else _Rule.KEEP


@lru_cache(maxsize=20_000)
def _names_a_thing(key: str) -> bool:
    words = _words(key)
    return "sku" in words or (len(words) == 2 and words[0] in NAMED_THINGS and words[1] == "id")


def _words(key: str) -> list[str]:
    """Return the words of a field's name in small letters: `billingFirst_NAME` has billing, first and name."""
    return [word.lower() for word in re.findall(r"[^\W\d_A-ZÄÖÜ]+|[A-ZÄÖÜ]+(?![^\W\d_A-ZÄÖÜ])|[A-ZÄÖÜ][^\W\d_A-ZÄÖÜ]+|\d+", key)]
