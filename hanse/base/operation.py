"""The contract of an operation: declared once, and from that come HTTP, MCP, the command line, the console and tests.

`@operation` returns a frozen value and registers nothing; `serve` collects the values.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_type_hints

from hanse.base.decision import Decision
from hanse.base.errors import HanseError

if TYPE_CHECKING:
    from hanse.base.context import Context

RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")


class Effect(StrEnum):
    """What calling an operation does to the world."""

    READ = "read"
    WRITE = "write"
    """Changes what Hanse keeps."""
    ACT = "act"
    """Reaches a person or money."""


class Purpose(StrEnum):
    """What personal data is used for (Art. 5(1)(b) DSGVO); `needs_consent` says on which basis."""

    CONTRACT = "contract"
    """To fulfil a contract (Art. 6(1)(b))."""
    OPERATION = "operation"
    """To run the shop and Hanse themselves (Art. 6(1)(f))."""
    SECURITY = "security"
    """To prevent fraud and misuse (Art. 6(1)(f), recital 47)."""
    STATISTICS = "statistics"
    """To measure (Art. 6(1)(a))."""
    PERSONALISATION = "personalisation"
    """To choose what somebody sees by what they did (Art. 6(1)(a))."""
    ADVERTISING = "advertising"
    """To address somebody with offers (Art. 6(1)(a), § 7 UWG)."""

    @property
    def needs_consent(self) -> bool:
        """Return whether the basis is consent (Art. 6(1)(a) DSGVO)."""
        return self in {Purpose.STATISTICS, Purpose.PERSONALISATION, Purpose.ADVERTISING}


@dataclass(frozen=True)
class Operation(Generic[RequestT, AnswerT]):
    """One thing Hanse can do, as it was declared."""

    function: Callable[[RequestT, Context], Awaitable[AnswerT]]
    purpose: Purpose
    effect: Effect
    example: RequestT
    errors: tuple[type[HanseError], ...] = ()
    calls: tuple[str, ...] = ()
    tool: bool = False
    public: bool = False
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Name it by its place: `hanse.capabilities.recommend.operations.popular` is `recommend.popular`."""
        object.__setattr__(self, "name", f"{self.function.__module__.split('.')[-2]}.{self.function.__name__}")

    @property
    def capability(self) -> str:
        """Return the first half of the name."""
        return self.name.partition(".")[0]

    @property
    def path(self) -> str:
        """Return the address under which HTTP offers it: `/v1/recommend/also-bought`."""
        return "/v1/" + self.name.replace(".", "/").replace("_", "-")

    @property
    def tool_name(self) -> str:
        """Return its name as an MCP tool: `recommend_also_bought`."""
        return self.name.replace(".", "_")

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.function)

    @cached_property
    def request_type(self) -> type[RequestT]:
        """Return the struct it takes."""
        first = next(iter(inspect.signature(self.function).parameters))
        return self._hints[first]  # type: ignore[no-any-return]

    @cached_property
    def answer_type(self) -> type[AnswerT]:
        """Return the struct it gives."""
        return self._hints["return"]  # type: ignore[no-any-return]

    @cached_property
    def decides(self) -> bool:
        """Return whether its answers are decisions, logged and part of an experiment."""
        return issubclass(self.answer_type, Decision)

    @property
    def summary(self) -> str:
        """Return the first sentence of its docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def description(self) -> str:
        """Return its whole docstring."""
        return inspect.getdoc(self.function) or ""


def operation(
    *,
    purpose: Purpose,
    effect: Effect,
    example: RequestT,
    errors: tuple[type[HanseError], ...] = (),
    calls: tuple[str, ...] = (),
    tool: bool = False,
    public: bool = False,
) -> Callable[[Callable[[RequestT, Context], Awaitable[AnswerT]]], Operation[RequestT, AnswerT]]:
    """Declare a function `(request, context) -> answer` as an operation.

    `purpose` decides the consent check, `effect` the audit, `errors` the documented problems, `calls` the operations it
    may call by name; `example` is shown and run; `tool` offers it to agents over MCP; `public` lets keys call it that stand open in
    web pages, and whose callers have to prove whom they name.
    """

    def declare(function: Callable[[RequestT, Context], Awaitable[AnswerT]]) -> Operation[RequestT, AnswerT]:
        return Operation(function, purpose, effect, example, errors, calls, tool, public)

    return declare
