"""Words: their normal form, sentences, tokens and lemmas, for German and English; what search and classifiers count.

Everything here is the same for a document and for what somebody types, whatever the case: that is what makes them meet.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

import simplemma

LEMMATISED = ("de", "en")
LONGEST_WORD = 64
_EXPANDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "oe", "œ": "oe"})
_TOKEN = re.compile(r"\d+(?:[.,/]\d+)*(?=$|[^\w-])|[^\W_]+(?:['’\-/._+][^\W_]+)*\+*")
_PARTS = re.compile(r"[^\W_]+")
_ABBREVIATED = re.compile(
    r"(?i:(?:^|\s|\()(?:art|best|nr|no|inkl|incl|zzgl|excl|exkl|stk|max|min|ca|abb|tel|evtl|ggf|mind|usw|bzw|vgl|approx|fig|qty|pos|str|ø))\.$"
)


def normal(text: str) -> str:
    """Return a text in its normal form (NFKC, casefolded): ligatures, widths and case are one; what has no width is gone. ß becomes ss."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii() and folded.isprintable():
        return folded
    kept = "".join(each for each in folded if unicodedata.category(each) not in {"Cf", "Cs"})
    return unicodedata.normalize("NFKC", kept)


def expanded(word: str) -> str:
    """Return a normal word as keyboards without umlauts write it: `gehäuse` is `gehaeuse`."""
    return word.translate(_EXPANDED)


def stripped(word: str) -> str:
    """Return a normal word without any marks: `gehäuse` is `gehause`, `café` is `cafe`."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFKD", word)
    return unicodedata.normalize("NFC", "".join(each for each in parts if not unicodedata.combining(each)))


def variants(word: str) -> tuple[str, ...]:
    """Return the ways a word is written, its normal form first; two words are the same to a searcher when they share one."""
    usual = normal(word)
    return (usual,) if usual.isascii() else tuple(dict.fromkeys((usual, expanded(usual), stripped(usual))))


def tokens(text: str) -> Iterator[str]:
    """Go through the words of a text in their normal form; numbers and names such as `b-12/3` stay whole, punctuation is left out."""
    return (found.group() for found in _TOKEN.finditer(normal(text)))


def parts(token: str) -> list[str]:
    """Return the pieces of a token that are joined by hyphens and the like: `akku-bohrer` is `akku` and `bohrer`."""
    return _PARTS.findall(token)


def sentences(text: str, language: str = "de") -> list[str]:
    """Return the sentences of a text; abbreviations such as `Art.` or `inkl.` end none."""
    found: list[str] = []
    for each in simplemma.split_sentences(text, language if language in LEMMATISED else "en"):
        if found and _ABBREVIATED.search(found[-1][-12:]):
            found[-1] += f" {each}"
        else:
            found.append(each)
    return found


@lru_cache(maxsize=65_536)
def lemma(word: str, language: str = "de") -> str:
    """Return the base form of a word in its normal form: `Häuser` is `haus`; of other languages than German and English the word itself.

    The first call of a language loads its dictionary: 125 MB and 1.5 s for German, 15 MB for English.
    """
    usual = normal(word)
    if language not in LEMMATISED or not usual.isalpha() or len(usual) > LONGEST_WORD:
        return usual
    # People type nouns in small letters, and then a noun may look like a verb or an adjective: the shorter base form is of both.
    found = {normal(simplemma.lemmatize(each, lang=language)) for each in _cased(usual, language)}
    return min(found, key=lambda each: (len(each), each))


def is_known(word: str, language: str) -> bool:
    """Return whether a dictionary of German or English has a word as it is written, or a noun in small letters; loads it as `lemma` does."""
    return len(word) <= LONGEST_WORD and simplemma.is_known(word, language)


def _cased(usual: str, language: str) -> Iterator[str]:
    """Go through the ways in which a dictionary may have a normal word."""
    for each in dict.fromkeys((usual, usual.replace("ss", "ß"))) if language == "de" else (usual,):
        yield each
        yield each.capitalize()


def frequencies(texts: Iterable[str]) -> Counter[str]:
    """Count the words of texts, as `Compounds` wants them: pieces of tokens that are made of letters."""
    return Counter(piece for text in texts for token in tokens(text) for piece in parts(token) if piece.isalpha())
