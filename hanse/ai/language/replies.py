"""What a chat endpoint answers, whole or in pieces, read with care: the field's endpoints agree in little but the names of the fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from hanse.ai.language import shape
from hanse.ai.language.failures import Failure

THINKING, THOUGHT = "<think>", "</think>"


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: Any = None


class _Call(msgspec.Struct):
    function: _Function
    id: str | None = None
    index: int | None = None


class _Said(msgspec.Struct):
    content: Any = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct):
    message: _Said | None = None
    delta: _Said | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: Any = None
    completion_tokens: Any = None


class _Reply(msgspec.Struct):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    error: Any = None


@dataclass
class RawCall:
    """A tool call as the model wrote it."""

    call_id: str = ""
    name: str = ""
    arguments: str = ""

    def add(self, piece: _Call) -> None:
        """Take in what a piece says of it."""
        written = piece.function.arguments
        self.call_id = self.call_id or piece.id or ""
        self.name = self.name or piece.function.name or ""
        self.arguments += written if isinstance(written, str) else msgspec.json.encode(written).decode() if written is not None else ""


@dataclass
class Completion:
    """What a model said in the end, still masked."""

    text: str = ""
    calls: list[RawCall] = field(default_factory=list)
    finish: str = ""
    said_in: int | None = None
    said_out: int | None = None

    @property
    def readable(self) -> str:
        """Return it as it is put on record."""
        return "\n".join(filter(None, (self.text, *(f"{each.name}({each.arguments})" for each in self.calls))))

    def checked(self) -> Completion:
        """Return it without what the model thought to itself; raises `Failure` where nothing is left."""
        self.text = shape.spoken(self.text)
        if not self.text and not self.calls:
            raise Failure("refused by its filter" if self.finish == "content_filter" else "an empty answer", is_billed=True)
        return self


class Gathering:
    """Puts an answer together from its pieces."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self.completion = Completion()
        self.is_over = False
        self._calls: dict[int, RawCall] = {}

    def add(self, data: bytes) -> str:
        """Take in one piece; return the text in it. Raises `Failure`."""
        piece = _decoded(data)
        self._count(piece.usage)
        said = ""
        for choice in piece.choices[:1]:
            found = choice.delta or choice.message or _Said()
            said = _text(found.content)
            self._call(found.tool_calls or ())
            self.completion.finish = choice.finish_reason or self.completion.finish
        self.completion.text += said
        self.is_over = self.is_over or bool(self.completion.finish)
        return said

    def finished(self) -> Completion:
        """Return the whole answer; raises `Failure` where it stopped in the middle or is empty."""
        if not self.is_over:
            raise Failure("an answer that stopped in the middle", passes=True, is_billed=True)
        self.completion.calls = [self._calls[index] for index in sorted(self._calls)]
        return self.completion.checked()

    def _call(self, calls: Iterable[_Call]) -> None:
        for place, each in enumerate(calls):
            index = each.index if each.index is not None else place
            self._calls.setdefault(index, RawCall()).add(each)

    def _count(self, usage: _Usage | None) -> None:
        if usage is not None:
            self.completion.said_in, self.completion.said_out = _number(usage.prompt_tokens), _number(usage.completion_tokens)


class Speech:
    """Leaves out of a text in pieces what a model thinks aloud at its beginning."""

    def __init__(self) -> None:
        """Start before the first piece."""
        self._held: str | None = ""

    def feed(self, piece: str) -> str:
        """Return what is said to somebody."""
        if self._held is None:
            return piece
        self._held += piece
        begun = self._held.lstrip()
        if begun.startswith(THINKING):
            _, over, rest = begun.partition(THOUGHT)
            return self._let_go(rest.lstrip()) if over else ""
        return "" if THINKING.startswith(begun) else self._let_go(begun)

    def end(self) -> str:
        """Return what was held back."""
        held, self._held = self._held or "", None
        return "" if held.lstrip().startswith(THINKING) else held

    def _let_go(self, text: str) -> str:
        self._held = None if text else ""
        return text


def whole(content: bytes) -> Completion:
    """Return an answer that came in one; raises `Failure`."""
    gathering = Gathering()
    gathering.add(content)
    gathering.is_over = True
    return gathering.finished()


def _decoded(data: bytes) -> _Reply:
    try:
        found = msgspec.json.decode(data, type=_Reply)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Failure("an answer that is not that of a chat interface", passes=True, is_billed=True) from error
    if found.error:
        raise Failure("an error in the place of an answer", passes=True)
    return found


def _text(content: Any) -> str:
    """Return the text of a message, which some endpoints give in parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(each.get("text", "")) for each in parts if isinstance(each, dict) and each.get("type", "text") == "text")


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
