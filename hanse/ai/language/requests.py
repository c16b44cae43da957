"""What callers ask a language model and what they get: plain values, no I/O. Capabilities make a `Request` and give it to `gateway`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol, TypeVar
from uuid import UUID

import msgspec

from hanse.ai.language.checks import Checks
from hanse.ai.language.mark import Mark
from hanse.base.decision import Basis
from hanse.base.operation import Purpose

KindT = TypeVar("KindT")
DEADLINE_SECONDS = 60.0
MOST_TOKENS = 1_024


class Role(StrEnum):
    """What a language model is for."""

    SMALL = "small"
    """Short and frequent work: to sort, to rewrite a query, to pick a command."""
    LARGE = "large"
    """Texts that people read."""
    VISION = "vision"
    """Pictures as well as texts."""


class Restoring(Protocol):
    """Puts true values back into a text that comes in pieces."""

    def feed(self, chunk: str) -> str:
        """Return what can be said already; what may be the beginning of a placeholder is held back."""
        ...

    def end(self) -> str:
        """Return what was held back."""
        ...


class Masking(Protocol):
    """What the gateway needs of `hanse.ai.language.masking.Conversation`: one for each conversation, as its placeholders are its own."""

    def mask(self, text: str) -> str:
        """Return a text as it may leave the house."""
        ...

    def mask_reply(self, text: str) -> str:
        """Return what a model wrote as it may be kept or sent back: its placeholders stay, anything else that is personal is masked."""
        ...

    def restore(self, text: str) -> str:
        """Return a text with its true values."""
        ...

    def restore_all(self, value: Any) -> Any:
        """Return plain data with the true values in all its texts."""
        ...

    def stream(self) -> Restoring:
        """Return what restores a text that comes in pieces."""
        ...


@dataclass(frozen=True)
class Image:
    """A picture. It cannot be masked: one that is not public goes to models of this house only."""

    data: bytes
    media_type: str = "image/jpeg"
    is_public: bool = False


@dataclass(frozen=True)
class ToolCall:
    """What a model wants done."""

    call_id: str
    name: str
    arguments: Any
    """A struct of the tool's; with true values, or still masked where the tool leaves the house."""


@dataclass(frozen=True)
class Message:
    """One message of a conversation, with true values: it is masked at the door."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    images: tuple[Image, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    """What an assistant asked for."""
    answers: str = ""
    """The id of the tool call that a message of a tool answers."""


@dataclass(frozen=True)
class Tool:
    """Something a model may ask for. The gateway does not do it: whoever asks does, and sends what came of it as a message."""

    name: str
    description: str
    arguments: type[msgspec.Struct]
    leaves_house: bool = False
    """Whether it gives its arguments to somebody outside; then it gets the masked ones."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question to a language model."""

    purpose: Purpose
    capability: str
    """Who asks, by the name of the folder; budgets and the record go by it."""
    messages: tuple[Message, ...]
    conversation: Masking
    role: Role = Role.LARGE
    shape: type[Any] | None = None
    """What the answer is to be: a struct. Null for text."""
    tools: tuple[Tool, ...] = ()
    most_tokens: int = MOST_TOKENS
    """Tokens of the answer at most."""
    temperature: float | None = None
    seed: int | None = None
    deadline_seconds: float = DEADLINE_SECONDS
    """How long all of it may take, with repetitions and other models."""
    basis: Basis | None = None
    """On which basis personal data is used, where any is."""
    profile_id: UUID | None = None
    """Whom it is about, where that is known; the record of it is erased with them."""
    template: str = ""
    template_version: str = ""
    checks: Checks | None = None
    """What the answer is checked for before anybody sees it; null for nothing."""


class Why(StrEnum):
    """Why there is no answer."""

    NO_MODEL = "no_model"
    """No language model of this role is set up or switched on. This is the usual case, not a fault."""
    SWITCHED_OFF = "switched_off"
    """Somebody switched all language models off."""
    BUDGET = "refused_by_budget"
    """The tokens or the money of the day are used up."""
    TOO_LONG = "too_long"
    """The question is longer than any model takes."""
    FAILED = "failed"
    """No model answered in time."""
    UNUSABLE = "unusable"
    """What came cannot be used: empty, cut off, or not of the shape that was asked for."""
    FAILED_CHECKS = "failed_checks"
    """A model said twice what it may not: something that was not given, a banned claim, or in the wrong tone."""
    BROKEN_OFF = "broken_off"
    """An answer stopped in the middle, or who asked went away."""


@dataclass(frozen=True)
class NoAnswer:
    """There is no answer from a model: give the one that needs none. `why` says what kind, `reason` names models and failures, no texts."""

    why: Why
    reason: str = ""
    call_id: UUID | None = None
    """Its row in the record; null where nothing was asked."""


@dataclass(frozen=True)
class Answer:
    """What a model said, with true values put back."""

    call_id: UUID
    text: str
    value: Any = None
    """The struct that was asked for."""
    tool_calls: tuple[ToolCall, ...] = ()
    model: str = ""
    """Name of the model that answered."""
    fell_back: bool = False
    """Whether the first model failed and another one answered."""
    is_cut: bool = False
    """Whether it ended because it may not be longer."""
    tokens_in: int = 0
    tokens_out: int = 0
    milliseconds: int = 0
    mark: Mark | None = None
    """Says in a way that machines read that a model made it; whoever shows the answer to people passes it on. Null in tests alone."""

    def of(self, kind: type[KindT]) -> KindT:
        """Return the struct that was asked for."""
        if not isinstance(self.value, kind):
            raise TypeError(kind)
        return self.value

    @property
    def message(self) -> Message:
        """Return it as a message, for a conversation that goes on."""
        return Message("assistant", self.text, tool_calls=self.tool_calls)
