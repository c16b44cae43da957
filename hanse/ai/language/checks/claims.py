"""Banned claims in a text: found in all forms of their words, by lemma and ending, with or without hyphens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from hanse.ai.language.checks.fault import Fault, Kind
from hanse.ai.text import words

_WORD = re.compile("%|[^\\W_](?:[\u00ad\u200b-\u200d\u2060\ufeff]{0,3}[^\\W_])*")
_HYPHENS = "-\u2010\u2011\u2012"
_ENDINGS = re.compile(r"(?<=\w{5})(?:e[mnrs]?|s|n)$")
PREFIX = "*"
"""At the end of a word of a claim: any word that begins so."""


class Claim(NamedTuple):
    """A claim that answers may not make."""

    phrase: str
    language: str = "de"
    country: str = ""
    """Where it is banned (ISO 3166-1); empty for everywhere."""
    reason: str = ""
    law: str = ""


class Claims:
    """The claims that are banned, to be found in one pass over the words of a text."""

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        """Take in the claims."""
        self._claims = tuple(claims)
        self._of_language: dict[str, _Index] = {}

    def __bool__(self) -> bool:
        return bool(self._claims)

    def find(self, text: str, language: str, country: str = "") -> Iterator[Fault]:
        """Go through the banned claims in a text of a language; those of other countries are left out, unless no country is named."""
        for start, end, claim in self._index(language).find(text):
            if not country or claim.country in {"", country}:
                yield Fault(Kind.CLAIM, start, end, text[start:end], claim.reason, claim.law)

    def _index(self, language: str) -> _Index:
        if language not in self._of_language:
            self._of_language[language] = _Index([each for each in self._claims if each.language == language], language)
        return self._of_language[language]


class _Index:
    """Claims of one language by the forms of their first words."""

    def __init__(self, claims: Iterable[Claim], language: str) -> None:
        self._language = language
        self._by_first: dict[str, list[tuple[tuple[str, ...], Claim]]] = {}
        self._by_prefix: list[tuple[str, tuple[str, ...], Claim]] = []
        for claim in claims:
            self._add(claim)

    def find(self, text: str) -> Iterator[tuple[int, int, Claim]]:
        if not (self._by_first or self._by_prefix):
            return
        said = list(_said(text))
        end = -1
        for place, (start, _, word, _) in enumerate(said):
            if start < end:
                continue
            for rest, claim in self._beginning(word):
                if (last := self._last(said, place, rest)) is not None:
                    end = said[last][1]
                    yield start, end, claim
                    break

    def _add(self, claim: Claim) -> None:
        whole = tuple(word + PREFIX if is_open else word for word, is_open in _parts(claim.phrase))
        # `CO2-neutral` is said in one word, in two, and with a hyphen.
        joined = ("".join(whole),) if len(whole) > 1 and not re.search(r"\s", claim.phrase.strip()) else whole
        for phrase in filter(None, {whole, joined}):
            if phrase[0].endswith(PREFIX):
                self._by_prefix.append((phrase[0].rstrip(PREFIX), phrase[1:], claim))
                continue
            for form in _forms(phrase[0], self._language):
                self._by_first.setdefault(form, []).append((phrase[1:], claim))

    def _beginning(self, word: str) -> Iterator[tuple[tuple[str, ...], Claim]]:
        """Go through the rests of claims that may begin with a word, longest first."""
        found = [each for form in _forms(word, self._language) for each in self._by_first.get(form, ())]
        found += [(rest, claim) for prefix, rest, claim in self._by_prefix if word.startswith(prefix)]
        return iter(sorted(found, key=lambda each: -len(each[0])))

    def _last(self, said: list[_Said], place: int, rest: tuple[str, ...]) -> int | None:
        """Return the place of the last word where the rest of a claim follows; null where it does not."""
        if place + len(rest) >= len(said):
            return None
        for step, wanted in enumerate(rest, start=1):
            word = said[place + step][2]
            if not (word.startswith(wanted[:-1]) if wanted.endswith(PREFIX) else _forms(word, self._language) & _forms(wanted, self._language)):
                return None
        return place + len(rest)


_Said = tuple[int, int, str, bool]
"""Where a word stands, its normal form, and whether it is put together from words with hyphens."""


def _said(text: str) -> Iterator[_Said]:
    """Go through the words of a text; words with hyphens whole first, then in their parts."""
    found = [(each.start(), each.end(), words.normal(each.group())) for each in _WORD.finditer(text)]
    for place, (start, end, word) in enumerate(found):
        last = place
        while last + 1 < len(found) and last < place + 3 and text[found[last][1] : found[last + 1][0]] in set(_HYPHENS):
            last += 1
        is_first = place == 0 or text[found[place - 1][1] : start] not in set(_HYPHENS)
        if last > place and is_first:
            yield start, found[last][1], "".join(each for _, _, each in found[place : last + 1]), True
        yield start, end, word, False


def _parts(phrase: str) -> list[tuple[str, bool]]:
    """Return the words of a claim, each with whether more may follow in it."""
    return [(words.normal(each.group()), phrase[each.end() : each.end() + 1] == PREFIX) for each in _WORD.finditer(phrase)]


@lru_cache(maxsize=32_768)
def _forms(word: str, language: str) -> frozenset[str]:
    """Return what a word is compared by: itself, its base form, and itself without an ending, as no dictionary has every adjective."""
    return frozenset({word, words.lemma(word, language), _ENDINGS.sub("", word)})
