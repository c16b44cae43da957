"""Reading what somebody typed: its words in all their forms, measures, article numbers, and typing errors mended by the words of the shop."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hanse.ai.text import words
from hanse.capabilities.search import analysis
from hanse.capabilities.search.analysis import LANGUAGES, TITLE, quoted
from hanse.capabilities.search.lexicon import Lexicon
from hanse.data.catalog import measures

LONGEST = 200
"""Characters of a query that are read."""
MOST_GROUPS = 12
LEAST_PREFIX = 3
LEAST_NUMBER = 4
MOST_TELLING = 3_000
"""Products that parts of a query may be on together, so that looking at all of them takes milliseconds."""
MEASURE_SHARE = 0.02
"""The share of products that a measure or number is taken to be on, as nobody counts them."""
MOST_TOGETHER = 3
"""Words that may have a synonym together."""
Synonyms = Callable[[Sequence[str]], Sequence[str]]
"""What else some words mean that follow each other, as somebody would type it; nothing for nearly all."""
_LETTER = re.compile(r"[^\W\d_]")


def no_synonyms(tokens: Sequence[str]) -> Sequence[str]:
    """Know no synonym of any words."""
    del tokens
    return ()


@dataclass(frozen=True)
class Group:
    """One word or measure of a query, as alternatives for PostgreSQL's `tsquery`."""

    typed: str
    anywhere: str
    """In any of its forms, anywhere."""
    in_title: str
    exact: str
    """As it was typed, anywhere."""
    products: int
    """How many products have it, about."""
    rarity: float
    """How much it says; see `Lexicon.rarity`."""
    correction: str | None = None
    """What it was mended to, where nothing has the word as it was typed."""
    likelier: str | None = None
    """What may have been meant instead, although the shop has the word."""
    stands_for: str | None = None
    """A synonym by which it is understood, where nothing has the word as it was typed."""


@dataclass(frozen=True)
class Query:
    """A query that was read."""

    text: str
    """As it was typed, cut to what is read."""
    groups: tuple[Group, ...]
    number: str | None
    """The whole as an article number, for `tsquery`; null where it cannot be one."""
    own_number: str | None
    """The same as the number of a product itself."""

    @property
    def strict(self) -> str:
        """Return what finds products that have all of it."""
        return _either(filter(None, (self.number, _both(each.anywhere for each in self.groups))))

    @property
    def loose(self) -> str:
        """Return what finds products that have any of it."""
        return _either(filter(None, (self.number, *(each.anywhere for each in self.groups))))

    @property
    def telling(self) -> str:
        """Return what finds products that have any of what says most: the rarest parts, as long as they are on few products together."""
        found: list[str] = []
        products = 0
        for each in sorted(self.groups, key=lambda group: -group.rarity):
            products += each.products
            if found and products > MOST_TELLING:
                break
            found.append(each.anywhere)
        return _either(filter(None, (self.number, *found)))

    @property
    def shares(self) -> list[float]:
        """Return how much each part says, as shares of the whole."""
        whole = sum(each.rarity for each in self.groups)
        return [each.rarity / whole for each in self.groups]

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to look for."""
        return not self.groups and self.number is None

    @property
    def meant(self) -> str:
        """Return it with typing errors mended."""
        return " ".join(each.correction or each.typed for each in self.groups)

    @property
    def understood(self) -> str:
        """Return it as its meaning is to be understood: words that the shop does not have by their synonyms."""
        if not any(each.stands_for for each in self.groups):
            return self.text
        return " ".join(each.stands_for or each.typed for each in self.groups)

    @property
    def is_mended(self) -> bool:
        """Return whether a typing error was mended."""
        return any(each.correction for each in self.groups)

    @property
    def likelier(self) -> str | None:
        """Return what may have been meant instead; null where nothing is likelier."""
        if not any(each.likelier for each in self.groups):
            return None
        return " ".join(each.likelier or each.typed for each in self.groups)


def read(text: str, language: str, lexicon: Lexicon, *, as_typed: bool = False, synonyms: Synonyms = no_synonyms) -> Query:
    """Read what was typed; nothing in it can be wrong, and what says nothing is left out."""
    cut, found, telling, last = taken_apart(text, language)
    groups = [_measure(each, lexicon) for each in found]
    for part, others in _parts(telling, lexicon, synonyms):
        known = [_word(each, lexicon, as_typed=as_typed or bool(others), is_last=not others and each == part[-1] == last) for each in part]
        group = known[0] if len(part) == 1 else _together(known, lexicon)
        groups.append(_or_else(group, others, language, lexicon) if others else group)
    return Query(cut, tuple(groups[:MOST_GROUPS]), _number(cut), _own_number(cut))


def taken_apart(text: str, language: str) -> tuple[str, list[measures.Measure], list[str], str]:
    """Return a text as far as it is read, its measures, its words that say something, and the one that may be begun only."""
    cut = " ".join(words.normal(text[: 2 * LONGEST]).split())[:LONGEST]
    found, rest = measures.apart(cut, language)
    tokens = list(dict.fromkeys(words.tokens(rest)))[:MOST_GROUPS]
    telling = [each for each in tokens if not analysis.is_filler(each)] or tokens
    last = tokens[-1] if tokens and rest.rstrip().endswith(tokens[-1]) else ""
    return cut, list(dict.fromkeys(found)), telling, last


def _measure(measure: measures.Measure, lexicon: Lexicon) -> Group:
    lexeme, count = quoted(analysis.measure_lexeme(measure)), round(lexicon.total * MEASURE_SHARE)
    return Group(f"{measure.value:g} {measure.unit}", lexeme, f"{lexeme}:{TITLE}", lexeme, count, lexicon.rarity(count))


def _parts(tokens: Sequence[str], lexicon: Lexicon, synonyms: Synonyms) -> Iterator[tuple[tuple[str, ...], Sequence[str]]]:
    """Go through words with their synonyms; some at a time where these have one together, or the shop writes two as one: `stich säge`."""
    place = 0
    while place < len(tokens):
        part, others = _with_synonyms(tokens[place : place + MOST_TOGETHER], synonyms)
        pair = "".join(tokens[place : place + 2])
        if not others and len(tokens) > place + 1 and pair.isalpha() and lexicon.count(pair):
            part = tuple(tokens[place : place + 2])
        yield part, others
        place += len(part)


def _with_synonyms(tokens: Sequence[str], synonyms: Synonyms) -> tuple[tuple[str, ...], Sequence[str]]:
    """Return as many of the first words as have a synonym together, with it; else the first one."""
    for width in range(len(tokens), 0, -1):
        if others := synonyms(tokens[:width]):
            return tuple(tokens[:width]), others
    return tuple(tokens[:1]), ()


def _or_else(group: Group, others: Sequence[str], language: str, lexicon: Lexicon) -> Group:
    """Return a part of a query that is found by its synonyms, too."""
    read_others = [(each, found.groups) for each in others if (found := read(each, language, lexicon, as_typed=True)).groups]
    counts = [min(one.products for one in found) for _, found in read_others]
    count = max([group.products, *counts])
    return replace(
        group,
        anywhere=_either((group.anywhere, *(_both(one.anywhere for one in found) for _, found in read_others))),
        in_title=_either((group.in_title, *(_both(one.in_title for one in found) for _, found in read_others))),
        products=count,
        rarity=lexicon.rarity(count),
        stands_for=read_others[0][0] if read_others and not group.products else None,
    )


def _together(parts: Sequence[Group], lexicon: Lexicon) -> Group:
    """Return words that the shop writes as one, or that have a synonym together, as either."""
    whole = _word("".join(each.typed for each in parts), lexicon, as_typed=True, is_last=False)
    count = whole.products or min(each.products for each in parts)
    return replace(
        whole,
        products=count,
        rarity=lexicon.rarity(count),
        typed=" ".join(each.typed for each in parts),
        anywhere=_either((whole.anywhere, _both(each.anywhere for each in parts))),
        in_title=_either((whole.in_title, _both(each.in_title for each in parts))),
        exact=_either((whole.exact, _both(each.exact for each in parts))),
    )


def _word(token: str, lexicon: Lexicon, *, as_typed: bool, is_last: bool) -> Group:
    exact = list(dict.fromkeys(each for language in LANGUAGES for each in lexicon.analyser.word(token, language).exact))
    forms = list(_forms(token, lexicon))
    known = _products(token, lexicon)
    begins = is_last and not known and not as_typed and len(token) >= LEAST_PREFIX and lexicon.begins(token)
    corrections = () if known or as_typed or begins or not _LETTER.search(token) else lexicon.corrections(token)
    forms += [form for each in corrections for form in _forms(each, lexicon)]
    alternatives = [*dict.fromkeys(forms)]
    if analysis.is_number(token):
        alternatives.append(quoted(analysis.number_lexeme(token)))
    if begins:
        alternatives.append(f"{quoted(exact[0])}:*")
    count = max([known, *(_products(each, lexicon) for each in corrections)]) if _LETTER.search(token) else round(lexicon.total * MEASURE_SHARE)
    return Group(
        token,
        _either(alternatives),
        _either(_titled(each) for each in alternatives),
        _either(map(quoted, exact)),
        count,
        lexicon.rarity(count),
        corrections[0] if corrections else None,
        lexicon.likelier(token) if known and not as_typed and _LETTER.search(token) else None,
    )


def _forms(token: str, lexicon: Lexicon) -> Iterator[str]:
    """Go through what a word is found by: itself and its base form in their spellings, or all its parts together."""
    pieces = words.parts(token)
    whole = "".join(pieces) or token
    for language in LANGUAGES:
        for each in dict.fromkeys((whole, words.lemma(whole, language))):
            yield from map(quoted, words.variants(each))
        if len(pieces) > 1:
            yield _both(_either(map(quoted, lexicon.analyser.word(piece, language).exact)) for piece in pieces)
    base = words.lemma(whole, "de")
    parts = lexicon.analyser.compounds.split(whole)
    if len(parts) == 1 and base != whole:
        parts = lexicon.analyser.compounds.split(base)
    if len(parts) > 1:
        yield _both(_either(map(quoted, dict.fromkeys((*words.variants(part), *words.variants(words.lemma(part, "de")))))) for part in parts)


def _products(token: str, lexicon: Lexicon) -> int:
    """Return how many products have a word in any form, at least; 0 where it is not known."""
    pieces = words.parts(token)
    if not pieces or any(each.isdigit() for each in pieces):
        return lexicon.total if any(each.isdigit() for each in pieces) and not _LETTER.search(token) else 0
    return min(_having(piece, lexicon) for piece in pieces)


def _having(piece: str, lexicon: Lexicon) -> int:
    """Return how many products have a piece of a word in any form; of a compound that is not known, its rarest part."""
    count = max(lexicon.count(each) for each in {piece, words.lemma(piece, "de"), words.lemma(piece, "en")})
    parts = lexicon.analyser.compounds.split(piece)
    return count or (min(map(lexicon.count, parts)) if len(parts) > 1 else 0)


def _number(text: str) -> str | None:
    """Return a text as one article number, or the beginning of one."""
    bare = measures.article_number(text)
    if len(bare) < LEAST_NUMBER or not analysis.is_number(text):
        return None
    return f"{quoted(f'#{bare}')}:*"


def _own_number(text: str) -> str | None:
    """Return a text as the whole number of a product, and not of what belongs to it."""
    bare = measures.article_number(text)
    return f"{quoted(f'#{bare}')}:{analysis.NUMBER}" if bare and analysis.is_number(text) else None


def _titled(alternative: str) -> str:
    """Return an alternative, looked for in titles alone."""
    return re.sub(r"('(?:[^']|'')*')(?::(\*?))?", lambda found: f"{found[1]}:{found[2] or ''}{TITLE}", alternative)


def _both(alternatives: Iterable[str]) -> str:
    found = [each for each in alternatives if each]
    return found[0] if len(found) == 1 else f"({' & '.join(found)})" if found else ""


def _either(alternatives: Iterable[str]) -> str:
    found = list(dict.fromkeys(each for each in alternatives if each))
    return found[0] if len(found) == 1 else f"({' | '.join(found)})" if found else ""
