"""Which language a text is in: n-grams of bytes (Lui and Baldwin 2012, langid.py), and for a few words the dictionaries of `words`.

The package py3langid weighs 3 MB; the alternative, lingua, 92 MB, and is better on no more than single words.
"""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from hanse.ai.text import words

OURS = ("de", "en")
NEAR = ("nl", "fr", "it", "pl", "da")
"""Languages of the neighbours, told apart where a text is long enough."""
FEW_WORDS = 5
"""Up to so many words dictionaries have a say."""
LEAST_NEAR = 0.9
"""How probable a neighbour's language has to be."""
VOTE = 4.0
"""What a word counts that one dictionary has and the other has not, in the classifier's log likelihood; chosen on German and English texts
of programs."""
READ = 2_000
"""Characters that are read."""
_WORD = re.compile("[A-Za-zÀ-ÖØ-öø-ɏ]+")
_LOADING = threading.Lock()


class Guess(NamedTuple):
    """A language (ISO 639-1) and its probability, 0..1."""

    language: str
    probability: float


def identify(text: str, *, default: str = "de", among: Sequence[str] = OURS) -> Guess:
    """Return the language of a text; the default with an even probability where there are no words of two Latin letters or more to tell by.

    Texts of a few words are taken to be in one of `among`; longer ones may be in a neighbour's language.
    """
    # Not casefolded: that nouns begin with capitals tells German.
    read = unicodedata.normalize("NFKC", text[:READ])
    found = _WORD.findall(read)
    if not any(len(word) > 1 for word in found):
        return Guess(default, 1 / len(among))
    scores, letters = _scores(read), len(read.encode(errors="surrogatepass"))
    if len(found) <= FEW_WORDS:
        return _best({name: scores[name] + VOTE * _votes(found, name) for name in among}, letters)
    widest = _best({name: scores[name] for name in (*among, *NEAR)}, letters)
    if widest.language not in among and widest.probability >= LEAST_NEAR:
        return widest
    return _best({name: scores[name] for name in among}, letters)


def _votes(found: Sequence[str], language: str) -> int:
    return sum(words.is_known(word, language) for word in found) if language in OURS else 0


def _best(scores: dict[str, float], letters: int) -> Guess:
    # The classifier takes n-grams for independent, which they are not: dividing by the root of the length makes it less sure of itself.
    top, scale = max(scores, key=scores.__getitem__), math.sqrt(max(letters, 1))
    return Guess(top, 1 / sum(math.exp((each - scores[top]) / scale) for each in scores.values()))


def _scores(text: str) -> dict[str, float]:
    return dict(_identifier().rank(text))


def _identifier() -> Any:
    with _LOADING:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages((*OURS, *NEAR))
    return identifier
