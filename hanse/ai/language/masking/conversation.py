"""One conversation: what was masked in it under which placeholder, and how true values come back, also from a stream in pieces.

A placeholder is `<PERSON_1>`; another spelling of the same value is `<PERSON_1b>`, so that a model knows who is meant and what was written
comes back as it was. A model may change case, escape or drop the brackets and append endings; a placeholder that this conversation has
not given out is left as it is, so that nobody's data ever comes in the place of another's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, TypeVar, cast

from hanse.ai.language.masking import finding
from hanse.ai.language.masking.known import Known
from hanse.ai.language.masking.spans import Kind, Span

VARIANTS = "bcdefghijklmnopqrstuvwxyz"
LONGEST = 64
"""Characters of the longest form of a placeholder."""

ValueT = TypeVar("ValueT")
_KINDS = "|".join(sorted(Kind, key=len, reverse=True))
_CORE = rf"(?P<{{0}}kind>{_KINDS})\\?_(?P<{{0}}number>\d{{{{1,6}}}})(?P<{{0}}variant>[b-z]?)"
PLACEHOLDER = re.compile(
    rf"(?i)<{_CORE.format('a')}>|&lt;{_CORE.format('b')}&gt;|\\<{_CORE.format('c')}\\>"
    rf"|(?<![^\W_])(?<!\\_)(?<!_){_CORE.format('d')}(?P<rest>[^\W\d_]{{0,3}})(?![^\W_]|_|\\_)"
)


class Conversation:
    """What is masked stays in memory, for as long as the conversation does; nothing of it is ever written anywhere."""

    def __init__(self, known: Known | None = None) -> None:
        """Begin one, with what is known of the customer at hand and of the shop."""
        self.known = known or Known()
        self._values: dict[str, str] = {}
        self._cores: dict[tuple[Kind, str], str] = {}
        self._groups: dict[tuple[Kind, str], int] = {}
        self._variants: Counter[tuple[Kind, str]] = Counter()
        self._numbers: Counter[Kind] = Counter()
        self._numbering = Lock()  # an answer is put on record behind the next question

    def find(self, text: str) -> list[Span]:
        """Return what would be masked in a text and why, in its order; two spans never overlap."""
        return finding.find(text, self.known, literals=PLACEHOLDER)

    def mask(self, text: str) -> str:
        """Return a text that may leave the house."""
        return self._replaced(text, self.find(text))

    def mask_reply(self, text: str) -> str:
        """Return what a model wrote as it may be kept or sent back: placeholders of this conversation stay, anything else personal is masked."""
        return self._replaced(text, [span for span in self.find(text) if not self._is_own(text, span)])

    def _replaced(self, text: str, spans: Iterable[Span]) -> str:
        parts: list[str] = []
        end = 0
        for span in spans:
            parts += [text[end : span.start], self.placeholder(span.kind, text[span.start : span.end])]
            end = span.end
        return "".join([*parts, text[end:]])

    def _is_own(self, text: str, span: Span) -> bool:
        found = PLACEHOLDER.fullmatch(text, span.start, span.end) if span.kind is Kind.LITERAL else None
        return found is not None and self._known_core(found) is not None

    def mask_all(self, value: ValueT) -> ValueT:
        """Return a value with each text in it masked, such as what a tool gave back."""
        return cast("ValueT", _changed(value, self.mask))

    def restore(self, text: str) -> str:
        """Return a text with true values in the place of the placeholders of this conversation."""
        return PLACEHOLDER.sub(self._value, text)

    def restore_all(self, value: ValueT) -> ValueT:
        """Return a value with true values in each text in it, such as a structured answer or the arguments of a tool."""
        return cast("ValueT", _changed(value, self.restore))

    def stream(self) -> Restoring:
        """Return what puts true values back into an answer that comes in pieces."""
        return Restoring(self)

    def strangers(self, text: str) -> list[str]:
        """Return placeholders in a masked answer that this conversation has not given out: the model made them up."""
        return [found.group() for found in PLACEHOLDER.finditer(text) if self._known_core(found) is None]

    def placeholder(self, kind: Kind, value: str) -> str:
        """Return what stands for a value in this conversation."""
        with self._numbering:
            core = self._cores.get((kind, value))
            if core is None:
                core = self._cores[kind, value] = self._new_core(kind, value)
                self._values[core] = value
        return f"<{core}>"

    def _new_core(self, kind: Kind, value: str) -> str:
        group = kind, "".join(each for each in value.casefold() if each.isalnum()) or value
        if group in self._groups and self._variants[group] < len(VARIANTS):
            self._variants[group] += 1
            return f"{kind}_{self._groups[group]}{VARIANTS[self._variants[group] - 1]}"
        self._numbers[kind] += 1
        self._groups[group], self._variants[group] = self._numbers[kind], 0
        return f"{kind}_{self._numbers[kind]}"

    def _value(self, found: re.Match[str]) -> str:
        core = self._known_core(found)
        if core is None:
            return found.group()
        given = _core(found)
        return self._values[core] + given[len(core) :] + (found["rest"] or "")

    def _known_core(self, found: re.Match[str]) -> str | None:
        """Return the placeholder that is meant; a letter behind the number is another spelling, or an ending the model put there."""
        core = _core(found)
        if core in self._values:
            return core
        return core[:-1] if core[-1].isalpha() and core[:-1] in self._values else None


class Restoring:
    """Puts true values back into an answer that comes in pieces: what may be a part of a placeholder waits for the rest."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._waiting = ""

    def feed(self, piece: str) -> str:
        """Return what can be said already."""
        self._waiting += piece
        cut = _safe_cut(self._waiting)
        said, self._waiting = self._waiting[:cut], self._waiting[cut:]
        return self._conversation.restore(said)

    def end(self) -> str:
        """Return the rest."""
        said, self._waiting = self._waiting, ""
        return self._conversation.restore(said)


def _safe_cut(text: str) -> int:
    """Return up to where no placeholder can go on: white space, which none has in it, or far enough from the end of a long word."""
    spaces = [place for place in range(len(text), max(len(text) - 4 * LONGEST, 0), -1) if text[place - 1].isspace()]
    if spaces:
        return spaces[0]
    cut = len(text) - 2 * LONGEST
    while cut > 0 and not text[cut - 1].isspace() and (text[cut - 1].isalnum() or text[cut - 1] in "\\_<&;>"):
        cut -= 1
    return max(cut, 0)


def _core(found: re.Match[str]) -> str:
    side = next(each for each in "abcd" if found[f"{each}kind"])
    return f"{found[side + 'kind'].upper()}_{int(found[side + 'number'])}{found[side + 'variant'].lower()}"


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_changed(key, change): _changed(each, change) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_changed(each, change) for each in value)
    return value
