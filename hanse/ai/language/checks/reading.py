"""What a text says that is true or false: prices, measures, percentages, numbers, names of types, dates, links.

Each comes with where it stands and all that it may mean. The facts and the answer are read in the same way, so that what was given in one
notation is known in every other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from hanse.ai.language.checks import dates, links
from hanse.ai.language.checks.tables import CENTS, COUNT_WORDS, CURRENCIES, DURATIONS, ORDINALS
from hanse.data.catalog import measures


class Sort(StrEnum):
    """What a mention is of; those of the same sort are compared."""

    PRICE = "price"
    PERCENTAGE = "percentage"
    MEASURE = "measure"
    NUMBER = "number"
    CODE = "code"
    DATE = "date"
    LINK = "link"
    EMAIL = "email"
    PHONE = "phone"


class Mention(NamedTuple):
    """Something said that is true or false."""

    sort: Sort
    start: int
    end: int
    readings: frozenset[Any]
    """What it may mean, as it is compared: `("EUR", 1299, False)`, `("mm", 8)`, `12.5`, `IP65`, a link, a date."""
    written: frozenset[Decimal] = frozenset()
    """The numbers in it as they are written."""


GONE = "\ufffc"
"""Stands in the place of what was read already."""
_GROUP = "[ \u00a0\u2009\u202f]"
_NUMBER = (
    rf"(?:\d{{1,9}} )?\d{{1,6}}[/⁄]\d{{1,6}}(?![\d/])|\d{{1,3}}(?:['’]\d{{3}})+(?!\d)(?:[.,]\d{{1,9}})?|\d{{1,3}}(?:{_GROUP}\d{{3}})+(?!\d)(?:[.,]\d{{1,9}})?"
    r"|\d+(?:[.,]\d+){0,4}(?:\s?[¼-¾⅐-⅞])?|[¼-¾⅐-⅞]"
)
_CURRENCY = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_CENT = "|".join(sorted(CENTS, key=len, reverse=True))
_WORDS = "|".join(COUNT_WORDS)
_DURATION = "|".join(f"(?:{pattern})" for pattern in DURATIONS)
_FOUND = re.compile(
    rf"(?i)(?<![\w.,'’])(?:(?P<before>{_CURRENCY})[ \u00a0\u202f]?)?"
    rf"(?P<number>{_NUMBER})(?:[.,][-–—]{{1,2}})?"
    rf"(?:[ \u00a0\u202f-]?(?:(?P<percent>%|(?:prozent|percent|per cent)\w*)|(?P<after>{_CURRENCY}|{_CENT})(?!\w)"
    rf"|(?P<duration>{_DURATION})(?!\w)|(?P<unit>{measures.UNIT})|(?P<inflected>[^\W\d_]{{4,24}}[ns])(?!\w)))?"
)
_WORDED = re.compile(
    rf"(?i)(?<![\w-])(?P<word>{_WORDS})[ -](?:(?P<duration>{_DURATION})(?!\w)|(?P<unit>{measures.UNIT})|(?P<inflected>[^\W\d_]{{4,24}}[ns])(?!\w))"
)
_CODE = re.compile(r"(?<!\w)[^\W\d_]{1,40}[-/]?\d\w*(?:[-/.]\w+)*")
_CODE_OF_DIGIT = re.compile(r"(?<!\w)\d+[^\W\d_]\w*(?:[-/.]\w+)*")
_OF_WORDS = re.compile(r"(?:-[^\W\d_]{3,40})+$")
_SUFFIX = re.compile(r"(?i)\d+(?:er|fach\w*|mal|teilig\w*|stellig\w*|polig\w*|stufig\w*|x|×|st|nd|rd|th|s)(?!\w)")
_DIGITS = re.compile(r"\d+")
_MARKER = re.compile(r"(?m)^[ \t>]*(?:[-*•#]+[ \t]?)?(?:\*\*)?\d{1,2}[.):](?=[\s*])")
_OLD_BEFORE = re.compile(
    r"(?i)\b(?:statt|anstatt|anstelle|bisher\w*|vorher\w*|früher\w*|ehemal\w*|ursprünglich\w*|zuvor|alte[rn]? (?:verkaufs)?preis\w*|kostete\w*|gekostet|war|uvp"
    r"|unverbindlich\w*|streichpreis\w*|listenpreis\w*|originalpreis\w*|niedrigster|instead|was|formerly|former|previous\w*|originally"
    r"|(?:old|original|list|lowest|recommended)(?: retail)? price|rrp|msrp|before:?\s*$)|~~|<(?:s|del|strike)>"
)
_OLD_AFTER = re.compile(
    r"(?i)\s{0,2}(?:~~|</(?:s|del|strike)>|[(\[]?\s?(?:uvp|rrp|msrp|streichpreis|listenpreis|alter preis|old price|list price|durchgestrichen)\b)"
)
_CLAUSE = re.compile(r"(?i)[;!?\n]|\.\s|\b(?:jetzt|nun|nur|heute|now|only|today|reduced to|down to|reduziert auf|gesenkt auf)\b")
REACH = 48
"""Signs before a price in which it is said to be a former one."""


def read(text: str, language: str) -> list[Mention]:
    """Return everything that a text says, in its order."""
    found = list(_reaching(text))
    rest = _without(text, found)
    found += (Mention(Sort.DATE, start, end, readings, _of_date(rest[start:end], readings)) for start, end, readings in dates.find(rest))
    found += _numbers(_without(rest, found), language)
    return sorted(found, key=lambda each: each.start)


def unit(name: str) -> tuple[str, Decimal] | None:
    """Return the canonical unit of a name and how much of it one is: those of `measures`, and spans of time."""
    for pattern, spoken in DURATIONS.items():
        if re.fullmatch(pattern, name, re.IGNORECASE):
            return spoken
    return measures.unit(name) or (measures.unit(name[:-1]) if len(name) > 4 else None)


def rounded(value: Decimal) -> Decimal:
    """Return a value to nine digits, as units of old measures do not come out even."""
    return Decimal(f"{value:.9g}").normalize()


def code(text: str) -> str:
    """Return the name of a type as it is compared."""
    return measures.article_number(text)


def _reaching(text: str) -> Iterator[Mention]:
    """Go through links, addresses and phone numbers; addresses first, as hosts are part of them."""
    found = [Mention(Sort.EMAIL, start, end, frozenset({text[start:end].lower()})) for start, end in links.emails(text)]
    yield from found
    rest = _without(text, found)
    linked = [Mention(Sort.LINK, start, end, frozenset({links.usual(text[start:end])})) for start, end in links.links(rest)]
    yield from linked
    for start, end, is_email in links.phones(_without(rest, linked)):
        said = text[start:end]
        yield (
            Mention(Sort.EMAIL, start, end, frozenset({said.lower()}))
            if is_email
            else Mention(Sort.PHONE, start, end, frozenset({links.phone(said)}))
        )


def _numbers(text: str, language: str) -> list[Mention]:
    """Return what is counted, and names of types, which may begin with a letter or, where no unit follows, with a digit."""
    text = _MARKER.sub(lambda found: GONE * len(found.group()), text)
    found = [_coded(match) for match in _CODE.finditer(text) if not _is_currency(match.group())]
    text, end = _without(text, found), 0
    for match in _FOUND.finditer(text):
        if mention := _counted(text, match, language, end):
            found.append(mention)
            end = mention.end
    found += (mention for match in _WORDED.finditer(text) if (mention := _worded(match)))
    return [*found, *map(_coded, _CODE_OF_DIGIT.finditer(_without(text, found)))]


def _counted(text: str, match: re.Match[str], language: str, before: int) -> Mention | None:
    """Return what a number counts; null where it is part of the name of a type."""
    start, end = match.start("number"), match.end()
    if match["before"] or match["after"]:
        return _price(text, match, language, before)
    if match["percent"]:
        values = _values(match["number"], language)
        return Mention(Sort.PERCENTAGE, start, end, frozenset(_signed(text, start, values)), values)
    name = match["duration"] or match["unit"] or match["inflected"]
    known = unit(name) if name and not (name == "a" and text[match.end("number")] == " ") else None
    if known:
        values = _values(match["number"], language)
        signed = _signed(text, start, values)
        return Mention(Sort.MEASURE, start, end, frozenset((known[0], rounded(each * known[1])) for each in signed), values)
    end = match.end("number")
    if end < len(text) and (text[end].isalpha() or text[end] == "_"):
        suffix = _SUFFIX.match(text, start)
        return Mention(Sort.NUMBER, start, suffix.end(), _values(match["number"], language), _values(match["number"], language)) if suffix else None
    return _bare(text, match, language)


def _bare(text: str, match: re.Match[str], language: str) -> Mention | None:
    start, end = match.span("number")
    values = _values(match["number"], language)
    is_small = match["number"].isdigit() and int(match["number"][:3]) <= ORDINALS and len(match["number"]) <= 2
    is_ordinal = re.match(r"\.\s[a-zäöü]|\.\s(?:Schritt|Platz|Teil|Stufe|Generation|Wahl|Mal|Tag|Stock)\b", text[end : end + 14])
    if is_small and (is_ordinal or re.search(r"(?i)(?:schritt|step|punkt|tipp|tip|option|variante|frage)\s$", text[max(0, start - 10) : start])):
        return None
    return Mention(Sort.NUMBER, start, end, values, values)


def _price(text: str, match: re.Match[str], language: str, before: int) -> Mention:
    name = (match["before"] or match["after"]).lower()
    currencies, values = CURRENCIES.get(name) or CENTS[name], _values(match["number"], language, is_price=True)
    is_old = _is_old(text, match, before)
    amounts = {value.scaleb(-2).normalize() for value in values} if name not in CURRENCIES else values
    return Mention(Sort.PRICE, match.start(), match.end(), frozenset((code, each, is_old) for code in currencies for each in amounts), values)


def _is_old(text: str, match: re.Match[str], before: int) -> bool:
    """Return whether a price is said to be a former one, in its own clause."""
    piece = text[max(before, match.start() - REACH) : match.start()]
    ends = [found.end() for found in _CLAUSE.finditer(piece)]
    clause = piece[ends[-1] :] if ends else piece
    return _OLD_BEFORE.search(clause) is not None or _OLD_AFTER.match(text, match.end()) is not None


def _worded(match: re.Match[str]) -> Mention | None:
    known = unit(match["duration"] or match["unit"] or match["inflected"])
    if known is None:
        return None
    value = Decimal(COUNT_WORDS[match["word"].lower()])
    return Mention(Sort.MEASURE, match.start(), match.end(), frozenset({(known[0], rounded(value * known[1]))}), frozenset({value}))


def _coded(match: re.Match[str]) -> Mention:
    """Return the name of a type, with and without a word that is hung on it: `IP65-geschützt`."""
    numbers = frozenset(Decimal(each).normalize() for each in _DIGITS.findall(match.group()) if len(each) <= 18)
    readings = frozenset({code(match.group()), code(_OF_WORDS.sub("", match.group()))})
    return Mention(Sort.CODE, match.start(), match.end(), readings, numbers)


def _is_currency(text: str) -> bool:
    return text.rstrip("0123456789.,'-").lower() in CURRENCIES


@lru_cache(maxsize=4_096)
def _values(written: str, language: str, *, is_price: bool = False) -> frozenset[Decimal]:
    """Return what a number may be: of `1 299` a thousand or two numbers side by side."""
    parts = re.split(_GROUP, written) if "/" not in written and "⁄" not in written and not re.search("[¼-¾⅐-⅞]", written) else [written]
    wholes = {"".join(parts), parts[-1]} if len(parts) > 1 else {written}
    if is_price:
        wholes = {_amount(each) for each in wholes}
    found = (measures.number(each, language) for each in wholes)
    return frozenset(each.normalize() for each in found if each is not None)


def _amount(written: str) -> str:
    """Return an amount without marks between thousands: nobody writes three decimals of money."""
    last = re.search(r"[.,](\d+)$", written)
    if last and len(last[1]) == 3 and len(set(re.findall("[.,]", written))) == 1:
        return re.sub("[.,]", "", written)
    return written


def _signed(text: str, start: int, values: frozenset[Decimal]) -> frozenset[Decimal]:
    """Return values with the sign before them; a dash may be one or none."""
    sign, earlier = text[start - 1 : start], text[start - 2 : start - 1]
    if sign not in {"-", "−", "–"} or not sign or (earlier and not earlier.isspace() and earlier not in "(:"):
        return values
    minus = frozenset(-each for each in values)
    return minus | values if sign == "–" else minus


def _of_date(said: str, readings: frozenset[dates.Reading]) -> frozenset[Decimal]:
    """Return the year or the hour, which may be said alone; and `4.2` of `4.2.`, which at the end of a sentence may be no date at all."""
    number = measures.number(said.rstrip("."), "en")
    alone = {Decimal(each[1]) for each in readings if each[1]}
    return frozenset(alone | ({number.normalize()} if number is not None else set()))


def _without(text: str, mentions: list[Mention]) -> str:
    """Return a text in which what was read already is covered, so that all places stay."""
    parts, place = [], 0
    for each in sorted(mentions, key=lambda mention: mention.start):
        if each.start >= place:
            parts += [text[place : each.start], GONE * (each.end - each.start)]
            place = each.end
    return "".join([*parts, text[place:]])
