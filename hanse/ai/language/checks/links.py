"""Links, e-mail addresses and phone numbers in a text, in the form in which they are compared: a changed sign in a query is another link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import phonenumbers

from hanse.ai.language.masking import contact
from hanse.ai.language.masking.spans import Kind

REGION = "DE"
_TLD = (
    "de|at|ch|li|com|net|org|eu|info|biz|io|co|uk|fr|it|nl|be|lu|pl|cz|dk|se|fi|es|pt|hu|sk|si|ie|us|ru|cn|tr|tv|ai|app|dev|shop|store|online"
    "|site|xyz|top|club|ly|gl|gg|cc|link|click|cloud|tech|berlin|hamburg|koeln|bayern|wien|swiss"
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_LINK = re.compile(
    r"(?i)\]\(\s{0,3}<?(?P<target>[^\s<>]{1,2000})"  # the target of a link or a picture in Markdown, whatever it is
    r"|^\s{0,3}\[[^\]\n]{1,100}\]:\s{0,3}<?(?P<reference>[^\s<>]{1,2000})"
    r"|(?<![\w-])(?:href|src|action|srcset)\s{0,3}=\s{0,3}[\"']?(?P<attribute>[^\s\"'<>]{1,2000})"
    r"|(?<![\w+.-])(?P<address>(?:(?:https?|ftp|wss?|file):/{1,3}|(?:mailto|tel|sms|javascript|data|whatsapp|tg):(?=\S))[^\s<>\"“”„‘`|\\^{}]{1,2000})"
    rf"|(?<![\w@./-])(?P<bare>(?:{_LABEL}\.){{1,8}}(?:{_TLD})(?![\w-])(?:(?::\d{{1,5}})?[/?#][^\s<>\"“”„‘`|\\^{{}}]{{0,2000}})?)",
    re.MULTILINE,
)
_AFTER = ".,;:!?'\"”“‘*_…"
_NO_DIGIT = re.compile(r"\D")


def links(text: str) -> Iterator[tuple[int, int]]:
    """Go through the places of links: with or without a scheme, in Markdown and in HTML."""
    for found in _LINK.finditer(text):
        name = found.lastgroup or ""
        start, end = found.span(name)
        end = start + len(_trimmed(found[name]))
        if end > start:
            yield start, end


def emails(text: str) -> Iterator[tuple[int, int]]:
    """Go through the places of e-mail addresses."""
    if "@" in text:
        for found in _EMAIL.finditer(text):
            yield found.start(), found.end() - len(found.group()) + len(found.group().rstrip(".-"))


def phones(text: str) -> Iterator[tuple[int, int, bool]]:
    """Go through the places of phone numbers, as masking finds them, and of e-mail addresses that are spelt out; true for the latter."""
    end = 0
    for found in sorted(contact.find(text.replace("@", " ")), key=lambda each: (each.start, -each.end)):
        if found.kind in {Kind.PHONE, Kind.EMAIL} and found.start >= end:
            end = found.end
            yield found.start, found.end, found.kind is Kind.EMAIL


def usual(link: str) -> str:
    """Return a link in the form in which it is compared: host in small letters, no scheme of the web, no slash that stands alone."""
    try:
        parts = urlsplit(link if "://" in link else f"//{link}" if _is_host(link) else link)
    except ValueError:
        return link
    if not parts.netloc:
        return link
    scheme = "" if parts.scheme in {"http", "https", ""} else f"{parts.scheme}://"
    rest = link.split(parts.netloc, 1)[1]
    return f"{scheme}{parts.netloc.lower()}{'' if rest == '/' else rest}"


def phone(number: str) -> str:
    """Return a phone number as it is dialled from anywhere, and as its digits where it cannot be."""
    try:
        parsed = phonenumbers.parse(number, REGION)
    except phonenumbers.NumberParseException:
        return _NO_DIGIT.sub("", number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _is_host(link: str) -> bool:
    found = _LINK.match(link)
    return found is not None and found.lastgroup == "bare"


def _trimmed(link: str) -> str:
    """Return a link without the punctuation of the sentence and the brackets that it stands in."""
    while link and (link[-1] in _AFTER or (link[-1] in ")]" and link.count(link[-1]) > link.count("(["[")]".index(link[-1])]))):
        link = link[:-1]
    return link
