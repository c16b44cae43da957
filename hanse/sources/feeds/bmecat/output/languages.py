"""Languages as BMEcat calls them (ISO 639-2), and texts that come once for each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from hanse.data.catalog.channel import UNKNOWN
from hanse.data.catalog.schemas import Texts
from hanse.sources.feeds.writing import Book, element

PREFERRED = frozenset(
    {"deu", "zho", "fra", "nld", "ces", "srp", "hrv", "slk", "ron", "mkd", "ell", "isl", "kat", "hye", "sqi", "eus", "cym", "est"}
) | {*("mya", "fas", "msa", "bod", "mri", "lav", "ara", "aze", "uzb", "nor", "swa", "mon", "nep", "ori", "pus", "que", "yid", "kur", "mlg")}
"""Of several codes for one language, that for terminology (ISO 639-2/T)."""


@cache
def code(language: str) -> str:
    """Return a language in three letters.

    >>> code("de"), code("en"), code("fr"), code("deu")
    ('deu', 'eng', 'fra', 'deu')
    """
    if len(language) == 3:
        return language
    found = _codes().get(language, ())
    return next((each for each in found if each in PREFERRED), next(iter(found), "und"))


def spoken(name: str, texts: Texts, book: Book) -> str:
    """Return a text as one element for each language, that of the channel first; what is in no known language counts as in this one."""
    own = book.channel.language
    known = {UNKNOWN: "", **texts}
    first = known.pop(own, "") or known[UNKNOWN]
    others = ((language, text) for language, text in sorted(known.items()) if language != UNKNOWN)
    return "".join(element(name, text, {"lang": code(language)}) for language, text in ((own, first), *others))


@cache
def _codes() -> Mapping[str, tuple[str, ...]]:
    from babel.core import get_global

    found: dict[str, list[str]] = {}
    for long, short in sorted(get_global("language_aliases").items()):
        if len(long) == 3 and len(short) == 2:
            found.setdefault(short, []).append(long)
    return {short: tuple(each) for short, each in found.items()}
