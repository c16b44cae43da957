"""How people are reached: e-mail, phone in every notation, addresses of the internet, and what is encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

from hanse.ai.language.masking import context
from hanse.ai.language.masking.spans import Kind, Span

_EMAIL = re.compile(r"(?:[^\W_]|[.!#$&'*+^_`{|}~-]){1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}|[^\W_][\w.+-]{0,200}@[\w.-]*\w")
_SPELT = re.compile(
    r"(?i)[^\W_][\w.+-]{0,63}\s?(?:[\[({<]\s?(?:at|ät|@)\s?[\])}>]|\s(?:at|ät|@)\s|\s?@\s?)\s?"
    r"[^\W_][\w-]{0,62}(?:\s?(?:\.|[\[({<]\s?(?:dot|punkt)\s?[\])}>]|\s(?:dot|punkt)\s)\s?[a-z]{2,12}){1,3}(?![a-z])"
)
_AT = re.compile(r"@ | @|[\[({<]\s?(?:[aAäÄ][tT]|@)\s?[\])}>]| (?:at|AT|ät) ")
_IP = re.compile(
    r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])|(?i:(?<![\w:])(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}(?![\w:]))"
)
_PHONE = re.compile(r"(?<![\w.,/+#-])(?:\+|\(\+|\(?0)[\d()](?:[ \t]?[-–/.()]?[ \t]?\(?\d){5,18}\)?(?:\s?-\s?\d{1,4})?(?![\d]|[.,]\d|[-/][A-Za-z0-9])")
_LOCAL = re.compile(r"(?<![\w.,/+#-])[1-9]\d(?:[ ]?[-/]?[ ]?\d){3,9}(?![\d]|[.,/-]\d)")
_ABOUT_PHONE = re.compile(
    r"(?i)\b(?:tel|telefon\w*|fon|phone|mobil\w*|handy\w*|fax\w*|rufnummer|durchwahl|whats\s?app|signal|anruf\w*|anrufen|zurückrufen|rückruf\w*|rufen|ruft"
    r"|ruf|erreich\w*|erreiche|call|mobile|cell|sms|festnetz\w*)\b"
)
_DATE = re.compile(r"0?\d{1,2}[./-] ?\d{1,2}[./-] ?(?:\d{4}|\d{2})")
_TIME_SPAN = re.compile(r"0\d[.:]\d\d\s?[-–]\s?\d\d[.:]\d\d")
_TENS = (
    "(?:(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und)?(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)"
    "|(?:drei|vier|fünf|sech|sieb|acht|neun)zehn"
)
_DIGIT = "null|zero|oh|eins?|one|zwei|zwo|two|drei|three|vier|four|fünf|fuenf|five|sechs|six|sieben|seven|acht|eight|neun|nine"
_WORD = rf"(?:{_DIGIT}|zehn|elf|zwölf|doppel|double|plus|\d+|{_TENS})"
_SPOKEN = re.compile(rf"(?i)(?<!\w){_WORD}(?:[\s,./-]+{_WORD}(?!\w)){{5,40}}|(?<!\w)(?:{_DIGIT}){{6,30}}(?!\w)")
_FEW_DIGITS = (
    "null",
    "eins",
    "zwei",
    "zwo",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
)
_DIGIT_WORDS = re.compile(r"(?i)[a-zäöüß]{3,}")
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/=_-])(?=[A-Za-z0-9+/_-]*[a-z])(?=[A-Za-z0-9+/_-]*[A-Z])(?=[A-Za-z0-9+/_-]*\d)[A-Za-z0-9+/_-]{40,}={0,2}")
_HYPHENED = re.compile(r"[^-/_]{1,24}(?:[-/_][^-/_]{1,24})+")
SHORTEST, SHORTEST_BARE, LONGEST = 6, 9, 15
"""Digits of a phone number: at least, at least where nothing says that it is one, at most (ITU-T E.164)."""


def find(text: str) -> Iterator[Span]:
    """Go through what reaches people in a text."""
    yield from _emails(text)
    yield from _phones(text)
    yield from _spoken(text)
    for found in _IP.finditer(text) if text.count(".") > 2 or text.count(":") > 3 else ():
        if not context.is_business(text, found.start()):
            yield Span(found.start(), found.end(), Kind.ADDRESS, "internet address", "four or eight groups", 0.8)
    for found in _ENCODED.finditer(text):
        if not _HYPHENED.fullmatch(found.group()):
            yield Span(found.start(), found.end(), Kind.DATA, "encoded data", "nobody can look into it", 0.7)


def _emails(text: str) -> Iterator[Span]:
    if "@" in text:
        for found in _EMAIL.finditer(text):
            yield Span(found.start(), found.end(), Kind.EMAIL, "e-mail", "a name at a host", 1.0)
    for found in _SPELT.finditer(text) if _AT.search(text) else ():
        yield Span(found.start(), found.end(), Kind.EMAIL, "e-mail", "spelt so that machines do not see it", 0.95)


def _phones(text: str) -> Iterator[Span]:
    for found in _PHONE.finditer(text):
        number = found.group()
        told = _ABOUT_PHONE.search(context.before(text, found.start())) is not None and not context.is_business(text, found.start())
        if _is_date(number) or not (told or _may_be_phone(text, found)):
            continue
        start, end = _balanced(text, found.start(), found.end())
        yield Span(
            start,
            end,
            Kind.PHONE,
            "phone",
            "beside the word for it" if told else "begins as phone numbers do",
            0.95 if told or found.group().startswith(("+", "00")) else 0.8,
        )
    for found in _LOCAL.finditer(text):
        if _ABOUT_PHONE.search(context.before(text, found.start(), 30)) and _is_local(text, found):
            yield Span(found.start(), found.end(), Kind.PHONE, "phone", "without area code, beside the word for it", 0.6)


def _is_date(number: str) -> bool:
    return (
        _DATE.fullmatch(number) is not None
        or (_DATE.match(number + " ") is not None and len(_digits(number)) <= 8)
        or _TIME_SPAN.match(number) is not None
    )


def _may_be_phone(text: str, found: re.Match[str]) -> bool:
    number = found.group()
    digits = _digits(number)
    if not SHORTEST <= len(digits) <= LONGEST or context.is_amount(text, found.end()):
        return False
    if number.lstrip("(").startswith(("+", "00")):
        return not context.is_business(text, found.start())
    return (len(digits) >= SHORTEST_BARE or not number.isdigit()) and not context.is_business(text, found.start()) and _is_possible(number)


def _is_possible(number: str) -> bool:
    """Return whether somebody in Germany, Austria or Switzerland could dial it."""
    for region in ("DE", "AT", "CH"):
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            return False
        if phonenumbers.is_possible_number(parsed):
            return True
    return False


def _is_local(text: str, found: re.Match[str]) -> bool:
    return not (context.is_business(text, found.start()) or context.is_amount(text, found.end()) or _DATE.match(found.group()))


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a piece without a bracket that was opened before it or is never closed."""
    while end > start and text[end - 1] == ")" and text.count("(", start, end) < text.count(")", start, end):
        end -= 1
    while start < end and text[start] == "(" and text.count("(", start, end) > text.count(")", start, end):
        start += 1
    return start, end


def _spoken(text: str) -> Iterator[Span]:
    small = text.lower()
    if sum(each in small for each in _FEW_DIGITS) < 2:
        return
    for found in _SPOKEN.finditer(text):
        if len(_DIGIT_WORDS.findall(found.group())) >= 4 or found.group().isalpha():
            yield Span(found.start(), found.end(), Kind.NUMBER, "spoken number", "digits as words, one after another", 0.7)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
