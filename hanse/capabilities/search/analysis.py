"""Words as they are searched: what a product or a passage is found by, in all the forms in which people may type it.

Pure: no database. A product's words, and a query's, go through the same `forms`, so that they meet:

* umlauts and ß in every spelling: `gehäuse`, `gehaeuse`, `gehause`
* base forms: `bohrer` finds `bohrern`, by dictionaries of German and English
* parts of compounds: `schrauber` finds `akkuschrauber`, by the words of this shop
* measures, in one unit: `@8mm` stands for `8 mm`, `8,0 mm` and `0.8 cm`
* numbers, without separators: `#AB1234` stands for `ab-12/34`
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from hanse.ai.text import compounds, words
from hanse.ai.text.compounds import FUNCTION_WORDS, Compounds
from hanse.data.catalog import facts, measures

TITLE, NAMES, DATA, TEXT = "A", "B", "C", "D"
"""The weights of PostgreSQL's text search, by where a word stands."""
NUMBER = NAMES
"""The weight of the numbers of the product itself; those of others stand among its data."""
LANGUAGES = ("de", "en")
MOST_POSITIONS = 16_383
MOST_DESCRIBED = 2_000
"""Characters of a description that are read: what a product is stands at the beginning."""
LONGEST_NUMBER = 40
_FOR = re.compile(r"\s+(?:für|for|passend zu|suitable for|zu|mit|with)\s+", re.IGNORECASE)
"""What stands behind it in a title is not what the product is."""
_NUMBER = re.compile(r"\d")
_DECIMAL = re.compile(r"\d{1,12}[.,]\d{1,9}")


class Word(NamedTuple):
    """A word of a text: itself in its spellings, and what else it is found by."""

    exact: tuple[str, ...]
    others: tuple[str, ...]
    """Base forms and parts, in their spellings."""
    plain: tuple[str, ...]
    """The word, its base form and its parts, as they are spelled: what typing errors are mended to."""


class Analyser:
    """Reads words by the compounds of a shop; remembers what it has read, as words come again and again."""

    def __init__(self, compounds: Compounds) -> None:
        """Know nothing yet."""
        self.compounds = compounds
        self._read: dict[tuple[str, str], Word] = {}

    def word(self, token: str, language: str) -> Word:
        """Return the forms of a token in its normal form."""
        found = self._read.get((token, language))
        if found is None:
            found = self._read[token, language] = self._forms(token, language)
        return found

    def _forms(self, token: str, language: str) -> Word:
        if _DECIMAL.fullmatch(token):
            return Word((token, f"{float(token.replace(',', '.')):g}"), (), ())
        pieces = words.parts(token)
        exact = dict.fromkeys(words.variants("".join(pieces) or token))
        plain = dict.fromkeys(each for piece in pieces for each in (piece, words.lemma(piece, language), *self._parts(piece, language)))
        others = dict.fromkeys(spelled for each in plain for spelled in words.variants(each))
        return Word(tuple(exact), tuple(each for each in others if each not in exact), tuple(plain))

    def _parts(self, piece: str, language: str) -> Iterator[str]:
        """Go through the parts of a compound, or of its base form."""
        for whole in dict.fromkeys((piece, words.lemma(piece, language))):
            parts = self.compounds.split(whole)
            if len(parts) > 1:
                for part in parts:
                    yield part
                    yield words.lemma(part, language)
            for head in compounds.heads(whole) if language == "de" else ():
                yield head
                yield words.lemma(head, language)

    def forget(self) -> None:
        """Forget what was read."""
        self._read.clear()


class Entry:
    """The words of one product or passage, put together for PostgreSQL's `tsvector`."""

    def __init__(self, analyser: Analyser) -> None:
        """Begin with nothing."""
        self._analyser = analyser
        self._places: dict[str, list[str]] = defaultdict(list)
        self._position = 0
        self.words: set[str] = set()
        """Its words of letters, as they are spelled."""

    def add(self, text: str, language: str, weight: str) -> None:
        """Add a text with its measures."""
        for token in words.tokens(text):
            word = self._analyser.word(token, language)
            self._put((*word.exact, *word.others), weight)
            self.words.update(each for each in word.plain if each.isalpha() and len(each) > 1)
        for measure in dict.fromkeys(measures.measures(text, language)):
            self._put((measure_lexeme(measure),), weight)

    def add_number(self, number: str, weight: str) -> None:
        """Add an article number or the like."""
        if lexeme := number_lexeme(number):
            self._put((lexeme,), weight)

    def _put(self, lexemes: Iterable[str], weight: str) -> None:
        self._position = min(self._position + 1, MOST_POSITIONS)
        for each in lexemes:
            if each:
                self._places[each].append(f"{self._position}{weight}")

    def __str__(self) -> str:
        """Return it as PostgreSQL reads it."""
        return " ".join(f"{quoted(lexeme)}:{','.join(places[:200])}" for lexeme, places in self._places.items())


def product(row: Mapping[str, Any], analyser: Analyser) -> Entry:
    """Return the words of a product (`product_id`, `gtin`, `title`, `category`, `brand`, `attributes`, `description`) in all its languages."""
    entry = Entry(analyser)
    for language, text in row["title"].items():
        thing, *rest = _FOR.split(text, maxsplit=1)
        entry.add(thing, language, TITLE)
        entry.add(" ".join(rest), language, NAMES)
    for number in (row["product_id"], row["gtin"]):
        if number:
            entry.add(number, "de", NAMES)
            entry.add_number(number, NUMBER)
    if row["brand"]:
        entry.add(row["brand"], "de", NAMES)
    for language, path in row["category"].items():
        entry.add(path.replace(">", " "), language, NAMES)
    for name, fact in row["attributes"].items():
        if name not in {facts.MARGIN, facts.COST}:
            _add_fact(entry, fact)
    for language, text in row["description"].items():
        entry.add(text[:MOST_DESCRIBED], language, TEXT)
    return entry


def passage(text: str, title: str, language: str, analyser: Analyser) -> Entry:
    """Return the words of a passage of a document."""
    entry = Entry(analyser)
    entry.add(title, language, NAMES)
    entry.add(text, language, TEXT)
    return entry


def _add_fact(entry: Entry, fact: object) -> None:
    """Add what a technical fact says, with its unit."""
    value = facts.bare(fact)
    unit = str(fact.get("unit") or "") if isinstance(fact, Mapping) else ""
    if isinstance(value, Mapping):
        for language, text in value.items():
            entry.add(f"{text} {unit}", language, DATA)
        return
    for each in value if isinstance(value, list | tuple) else (value,):
        if each is None or isinstance(each, bool):
            continue
        said = f"{each:g}" if isinstance(each, float) else str(each)
        entry.add(f"{said} {unit}".strip(), "en" if isinstance(each, float) else "de", DATA)
        if isinstance(each, str) and is_number(each):
            entry.add_number(each, DATA)


def is_number(text: str) -> bool:
    """Return whether a text may be an article number: one with a digit, and no more than a few characters of anything else."""
    return len(text) <= LONGEST_NUMBER and _NUMBER.search(text) is not None and len(measures.article_number(text)) >= 3


def measure_lexeme(measure: measures.Measure) -> str:
    """Return what stands for a measure: `@8mm`."""
    return f"@{measure.value:g}{measure.unit}"


def number_lexeme(number: str) -> str:
    """Return what stands for a number: `#AB1234`; empty where there is nothing of it."""
    bare = measures.article_number(number)[:LONGEST_NUMBER]
    return f"#{bare}" if bare else ""


def quoted(lexeme: str) -> str:
    """Return a lexeme as `tsvector` and `tsquery` read it."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def is_filler(word: str) -> bool:
    """Return whether a word of a query says nothing of what is meant."""
    return word in FUNCTION_WORDS or word in FILLERS


FILLERS = frozenset(
    [
        "etwas",
        "was",
        "womit",
        "welche",
        "welcher",
        "welches",
        "suche",
        "suchen",
        "brauche",
        "brauchen",
        "möchte",
        "will",
        "kaufen",
        "gibt",
        "es",
        "so",
        "um",
        "bitte",
        "mir",
        "meine",
        "meinen",
        "meinem",
        "meiner",
        "mein",
        "einige",
        "beim",
        "im",
        "am",
        "ins",
        "ans",
        "in",
        "an",
        "zu",
        "a",
        "i",
        "need",
        "want",
        "looking",
        "something",
        "some",
        "buy",
        "of",
        "to",
        "on",
        "is",
        "it",
        "my",
        "me",
        "do",
        "does",
        "how",
        "please",
        "get",
        "which",
        "what",
    ]
)
"""Words of questions, beside those of grammar."""
