"""The ways in which endpoints and models go wrong, to be scripted one after another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hang:
    """Takes the question and says nothing for so long."""

    seconds: float = 30.0


@dataclass(frozen=True)
class Status:
    """Answers with an error of HTTP."""

    status: int
    retry_after: str = ""
    code: str = ""
    """The code in the body, such as `invalid_api_key`."""


@dataclass(frozen=True)
class Half:
    """Answers with half of its JSON; streamed, it stops in the middle without an end."""


@dataclass(frozen=True)
class Empty:
    """Answers with nothing in it."""


@dataclass(frozen=True)
class Text:
    """Says something else than was asked for, such as an answer in the wrong language or no JSON."""

    text: str


@dataclass(frozen=True)
class Lie:
    """Answers well and says that it took so many tokens; null leaves the count out."""

    tokens_in: int | None = None
    tokens_out: int | None = None


@dataclass(frozen=True)
class Drip:
    """Streams its answer a character at a time, with pauses."""

    seconds: float = 0.01


@dataclass(frozen=True)
class Endless:
    """Streams without an end."""


@dataclass(frozen=True)
class Stop:
    """Breaks the connection off, streamed after so many pieces."""

    after: int = 1


@dataclass(frozen=True)
class DropPlaceholders:
    """Answers well and leaves the placeholders of masking out."""


@dataclass(frozen=True)
class RepeatPlaceholders:
    """Answers well, says each placeholder three times, and changes how it is written."""


Misbehaviour = Hang | Status | Half | Empty | Text | Lie | Drip | Endless | Stop | DropPlaceholders | RepeatPlaceholders
