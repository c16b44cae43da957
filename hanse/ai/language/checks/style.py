"""Tone and length: how long an answer may be, whether it says Sie or du, in which language, and that it does not shout."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from hanse.ai.language.checks.fault import Fault, Kind
from hanse.ai.text import languages, words

FEWEST_WORDS, SURE = 6, 0.8
"""From so many words on, and when so sure, is a language held to be another one."""
_FAMILIAR = re.compile(r"(?i)(?<![\w-])(?:du|dich|dir|dein(?:e[mnrs]?)?|deinetwegen|deinerseits|euch|euer|eure[mnrs]?)(?![\w-])")
_FORMAL = re.compile(r"(?<![\w-])(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)(?![\w-])")
_BEGINNING = re.compile(r"(?:^|[.!?:…\n•*\"„“»(-])[\s\"„“»*]*$")
_WORD = re.compile(r"[^\W\d_]+")
_EXCLAIMED = re.compile(r"!(?:\s?[!?])+|\?(?:\s?[!?]){2,}")
_CAPITALS = re.compile(r"(?<![\w-])[A-ZÄÖÜ]{4,40}(?![\w-])")
_EMOJI = re.compile("[\U0001f000-\U0001fbff☀-⛿✂✅✈-✍✨❌❎❓-❕❗❣❤➕➡⭐⭕️⃣]+")


@dataclass(frozen=True, kw_only=True)
class Style:
    """How an answer has to be. What is null or 0 is not looked at."""

    least_characters: int = 0
    most_characters: int | None = None
    least_words: int = 0
    most_words: int | None = None
    least_sentences: int = 0
    most_sentences: int | None = None
    address: Literal["Sie", "du"] | None = None
    """How somebody is addressed in German."""
    exclamations: int = 1
    """Exclamation marks at most."""
    capitals: bool = False
    """Whether words may stand in capitals. Those of the facts, and those that no dictionary knows, always may."""
    emoji: bool = False


def find(text: str, style: Style, language: str, given: str = "") -> Iterator[Fault]:
    """Go through what is wrong with the tone and length of an answer; words in capitals that stand in what was given are names."""
    yield from _length(text, style, language)
    if language == "de" and style.address:
        yield from _addressed(text, style.address)
    yield from _shouted(text, style, language, given)
    if not style.emoji:
        yield from (Fault(Kind.EMOJI, each.start(), each.end(), each.group()) for each in _EMOJI.finditer(text))


def other_language(text: str, wanted: str) -> Fault | None:
    """Return that an answer is in another language than it was asked for in; null where it is not, or is too short to tell."""
    if len(_WORD.findall(text[: languages.READ])) < FEWEST_WORDS:
        return None
    guess = languages.identify(text, default=wanted)
    if guess.language == wanted or guess.probability < SURE:
        return None
    return Fault(Kind.LANGUAGE, 0, 0, why=f"the answer is in the language {guess.language}; write it in {wanted}")


def _length(text: str, style: Style, language: str) -> Iterator[Fault]:
    counts: tuple[tuple[str, int, int | None, Callable[[], int]], ...] = (
        ("characters", style.least_characters, style.most_characters, lambda: len(text.strip())),
        ("words", style.least_words, style.most_words, lambda: sum(1 for _ in words.tokens(text))),
        ("sentences", style.least_sentences, style.most_sentences, lambda: len(words.sentences(text.strip(), language))),
    )
    for name, least, most, count in counts:
        if not least and most is None:
            continue
        number = count()
        if number < least:
            yield Fault(Kind.LENGTH, 0, 0, why=f"it has {number} {name} and needs at least {least}")
        elif most is not None and number > most:
            yield Fault(Kind.LENGTH, 0, 0, why=f"it has {number} {name} and may have {most} at most")


def _addressed(text: str, wanted: str) -> Iterator[Fault]:
    if wanted == "Sie":
        found = _FAMILIAR.finditer(text)
    else:
        # At the beginning of a sentence `Sie` and `Ihr` may be of others, as all words are in capitals there.
        found = (each for each in _FORMAL.finditer(text) if not _BEGINNING.search(text[max(0, each.start() - 8) : each.start()]))
    yield from (Fault(Kind.ADDRESS, each.start(), each.end(), each.group(), f"say {wanted}") for each in found)


def _shouted(text: str, style: Style, language: str, given: str) -> Iterator[Fault]:
    marks = list(_EXCLAIMED.finditer(text))
    if text.count("!") > style.exclamations and not marks:
        last = text.rfind("!")
        yield Fault(Kind.SHOUTING, last, last + 1, "!")
    yield from (
        Fault(Kind.SHOUTING, each.start(), each.end(), each.group())
        for each in marks
        if text.count("!") > style.exclamations or len(each.group()) > 1
    )
    if style.capitals:
        return
    for each in _CAPITALS.finditer(text):
        if each.group() not in given and _is_word(each.group(), language):
            yield Fault(Kind.SHOUTING, each.start(), each.end(), each.group())


def _is_word(capitals: str, language: str) -> bool:
    """Return whether letters in capitals are a word, and no abbreviation."""
    return words.is_known(capitals.lower(), language) or words.is_known(capitals.capitalize(), language)
