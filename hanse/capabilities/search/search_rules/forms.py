"""Queries in the form in which rules are looked up: words as the search reads them, whatever their case, spelling, ending and order.

`Bohrer für Häuser`, `bohrern haus` and `HAEUSER BOHRER` are one: small, without marks, in base form, without words that say nothing.
Base forms of German and of English may differ, so that a text has up to three forms; two texts are the same where they share one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from hanse.ai.text import words
from hanse.capabilities.search import analysis, query
from hanse.capabilities.search.query import Query

Form = tuple[str, ...]
"""Different words in the order of the alphabet."""
_E_OF_UMLAUT = re.compile("(?<=[aou])e")


def of_text(text: str, language: str | None) -> frozenset[Form]:
    """Return the forms of what somebody wrote as the query of a rule; none where it says nothing."""
    _, found, tokens, _ = query.taken_apart(text, language or "de")
    number = [(analysis.number_lexeme(text),)] if analysis.is_number(text) else []
    return frozenset([*_forms([*(f"{each.value:g}{each.unit}" for each in found), *tokens]), *number])


def of_query(asked: Query) -> frozenset[Form]:
    """Return the forms of a query that was read: as it was typed, and with its typing errors mended."""
    joined = [each.typed.replace(" ", "") for each in asked.groups]
    parted = [piece for each in asked.groups for piece in _parted(each.typed)]
    mended = [each.correction or each.typed.replace(" ", "") for each in asked.groups]
    number = [(analysis.number_lexeme(asked.text),)] if analysis.is_number(asked.text) else []
    return frozenset([*(form for tokens in {tuple(joined), tuple(parted), tuple(mended)} for form in _forms(tokens)), *number])


def in_order(text: str, language: str | None) -> list[Form]:
    """Return the forms of a text as synonyms are looked up; its measures are left out."""
    _, _, tokens, _ = query.taken_apart(text, language or "de")
    return of_words(tokens) if 0 < len(tokens) <= query.MOST_TOGETHER else []


def spans(text: str, language: str | None) -> list[Form]:
    """Return the forms of all words of a text that may have a synonym, alone and together."""
    _, _, tokens, _ = query.taken_apart(text, language or "de")
    widths = range(1, query.MOST_TOGETHER + 1)
    return [form for place in range(len(tokens)) for width in widths for form in of_words(tokens[place : place + width])]


def of_words(tokens: Sequence[str]) -> list[Form]:
    """Return the forms of some words in their own order, the commonest first, as synonyms are looked up."""
    return list(dict.fromkeys(tuple(each) for each in zip(*map(folded, tokens), strict=True)))


def _forms(tokens: Iterable[str]) -> Iterable[Form]:
    """Give the words as they are, and in the base forms of each language."""
    found = [folded(each) for each in tokens]
    return {tuple(sorted({each[place] for each in found})) for place in range(3)} if found else ()


@lru_cache(maxsize=20_000)
def folded(token: str) -> tuple[str, str, str]:
    """Return a word without marks: itself, and its base form in German and in English.

    >>> folded("häuser")
    ('hauser', 'haus', 'hauser')
    """
    whole = "".join(words.parts(token)) or token
    plain, german, english = (_fold(each) for each in (whole, _german(whole), words.lemma(whole, "en")))
    return plain, german, english


def _german(word: str) -> str:
    """Return the base form of a German word, also of one from a keyboard without umlauts."""
    found = words.lemma(word, "de")
    with_umlauts = word.replace("ae", "ä").replace("oe", "ö").replace("ue", "ü")
    return words.lemma(with_umlauts, "de") if found == word != with_umlauts and words.is_known(with_umlauts, "de") else found


def _fold(word: str) -> str:
    """Return `gehäuse`, `gehaeuse` and `gehause` as one."""
    return _E_OF_UMLAUT.sub("", words.stripped(word))


def _parted(typed: str) -> list[str]:
    """Return the words of a part of a query; a measure is one."""
    pieces = typed.split(" ")
    return pieces if all(each.isalpha() for each in pieces) else ["".join(pieces)]
