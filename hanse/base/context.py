"""What an operation may use while it runs, and how one is run: authorise, check consent, call, log, audit.

Every surface (HTTP, MCP, CLI, jobs, console) builds a `Context` and calls `run`; nothing runs an operation otherwise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar
from uuid import UUID

import msgspec

from hanse.base import database, errors, ids, tracing
from hanse.base.clock import Clock
from hanse.base.config import Settings
from hanse.base.database import Connection, Pool
from hanse.base.decision import Arm, Basis, Decision, Personal
from hanse.base.operation import Effect, Operation, Purpose

ResourceT = TypeVar("ResourceT")
LANGUAGES = frozenset({"de", "en"})
"""What Hanse speaks."""


@dataclass(frozen=True)
class Caller:
    """Who asks: an API key, a console account, the command line or a job."""

    kind: str
    name: str
    scopes: frozenset[str]
    public: bool = False
    """Whether the key stands open in web pages, so that anybody may be calling: whom it names has to be proved."""

    def may(self, operation: Operation[Any, Any]) -> bool:
        """Return whether its scopes cover an operation: `*`, the capability or the operation by name."""
        return not self.scopes.isdisjoint(("*", operation.capability, operation.name))


SYSTEM = Caller("command line", "command line", frozenset({"*"}))


@dataclass(frozen=True)
class Assignment:
    """The arm of the experiment somebody is in, and the probability (0..1) with which they came there."""

    arm: Arm = Arm.TREATED
    probability: float = 1.0


@dataclass(frozen=True)
class Variant:
    """The variant of a running experiment that somebody gets, the same at every visit, and what it asks of the capability."""

    experiment_id: UUID
    name: str
    probability: float
    """With which it was drawn, 0 to 1."""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """The person a request names, once there is a basis for using what is known of them."""

    profile_id: UUID | None = None
    basis: Basis = Basis.ANONYMOUS
    measured_id: UUID | None = None
    """Who it is for the measures alone, where it is not proved well enough to use what is known of them."""

    @property
    def counted_id(self) -> UUID | None:
        """Return whose answer it counts as."""
        return self.profile_id or self.measured_id


class Ports(Protocol):
    """What running an operation needs from the layers above `base`; built once per process by `serve`."""

    async def subject(self, request: Personal, purpose: Purpose, context: Context) -> Subject:
        """Find the person a request names and the basis for using their data."""
        ...

    def assign(self, capability: str, profile_id: UUID | None) -> Assignment:
        """Draw the arm of a profile in a capability's experiment: always the same one."""
        ...

    def vary(self, operation: Operation[Any, Any], request: Any, context: Context) -> Any:
        """Return a request as the variant of a running experiment has it that the person gets; itself where there is none."""
        ...

    async def record(self, operation: Operation[Any, Any], request: Any, answer: Decision, context: Context) -> None:
        """Log a decision."""
        ...

    async def audit(self, operation: Operation[Any, Any], request: Any, context: Context) -> None:
        """Note that a `write` or `act` was done, in the transaction that does it."""
        ...

    def find(self, name: str) -> Operation[Any, Any]:
        """Find an operation by name; raises `UnknownOperation`."""
        ...


@dataclass
class Resources:
    """What one process holds for all requests."""

    settings: Settings
    clock: Clock
    pool: Pool
    ports: Ports
    held: dict[type, object] = field(default_factory=dict)

    def hold(self, kind: type[ResourceT], value: ResourceT) -> None:
        """Keep a process-wide value under its type."""
        self.held[kind] = value

    def get(self, kind: type[ResourceT]) -> ResourceT:
        """Return the process-wide value of a type."""
        return self.held[kind]  # type: ignore[return-value]  # hold() files each value under its own type


Progress = Callable[[float, str], Awaitable[None]]


async def _silent(score: float, note: str) -> None:
    del score, note


@dataclass
class Context:
    """What one request or job has at hand. Use as `async with`: leaving commits, an error rolls back."""

    resources: Resources
    caller: Caller = SYSTEM
    subject: Subject = field(default_factory=Subject)
    assignment: Assignment = field(default_factory=Assignment)
    variant: Variant | None = None
    """The variant that the operation asked for; logged with its decision."""
    language: str = ""
    progress: Progress = _silent
    """Tells how far long work is: `await context.progress(0.3, "reading orders")`."""
    fixed_connection: Connection | None = None
    """A connection whose transaction somebody else ends; for tests."""
    _running: Operation[Any, Any] | None = None
    _connection: Connection | None = None
    _exit: AsyncExitStack = field(default_factory=AsyncExitStack)
    _after: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """Return the settings of the process."""
        return self.resources.settings

    @property
    def clock(self) -> Clock:
        """Return the clock to ask for the time."""
        return self.resources.clock

    def resource(self, kind: type[ResourceT]) -> ResourceT:
        """Return what the process holds of a type, such as the models."""
        return self.resources.get(kind)

    async def connection(self) -> Connection:
        """Return this request's connection, in its one transaction, taken from the pool at first use."""
        if self.fixed_connection is not None:
            return self.fixed_connection
        if self._connection is None:
            self._exit.enter_context(tracing.span("transaction", is_current=False))
            self._connection = await self._exit.enter_async_context(self.resources.pool.connection())
        return self._connection

    async def __aenter__(self) -> Self:
        """Begin; the transaction starts with the first use of the connection."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit, or roll back after an error, and give the connection back."""
        self._connection = None
        await self._exit.__aexit__(kind, error, trace)
        if error is None:
            for action in self._after:
                await action()

    def spoken(self, wanted: str | None) -> str:
        """Return the language of an answer: the one wanted, or that of the call, or the usual one."""
        found = wanted or self.language or self.settings.language
        return found if found in LANGUAGES else self.settings.language

    def after_commit(self, action: Callable[[], Awaitable[None]]) -> None:
        """Do something once what was written is really there, such as waking a job."""
        self._after.append(action)

    def decision(self, *, model_version: str | None, reason: str) -> dict[str, Any]:
        """Return the fields of `Decision` for an answer given now: `Ranking(items=items, **context.decision(...))`."""
        return {
            "decision_id": ids.new(self.clock.now()),
            "model_version": model_version,
            "arm": self.assignment.arm,
            "arm_probability": self.assignment.probability,
            "basis": self.subject.basis,
            "reason": reason,
        }

    async def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Call another operation by its declared name, validated and authorised like a stranger's call; plain data comes back."""
        running = self._running
        if running is None or name not in running.calls:
            raise errors.UndeclaredCall(caller=running.name if running else "?", operation=name)
        called = self.resources.ports.find(name)
        inner = Context(
            self.resources, self.caller, language=self.language, progress=self.progress, fixed_connection=await self.connection(), _after=self._after
        )
        return msgspec.to_builtins(await run(called, parse(called, msgspec.to_builtins(dict(arguments))), inner))


def parse(operation: Operation[Any, Any], arguments: object) -> Any:
    """Turn plain data into an operation's request; raises `InvalidRequest` naming the field."""
    try:
        return decode(operation, msgspec.json.encode(arguments))
    except (UnicodeEncodeError, OverflowError) as error:
        raise invalid(error) from error


def decode(operation: Operation[Any, Any], body: bytes) -> Any:
    """Turn JSON into an operation's request; raises `InvalidRequest` naming the field. NUL characters in it become U+FFFD."""
    try:
        return msgspec.json.decode(database.without_nul(body), type=operation.request_type)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(error) from error


def invalid(error: Exception) -> errors.InvalidRequest:
    """Return the error that says which field of a request is wrong, from what msgspec says."""
    message, _, path = str(error).replace(" - at `key` in `$", " - at `$").partition(" - at `$")
    found = field_problem(message, path.rstrip("`").lstrip("."))
    return errors.InvalidRequest(reason=f"{found.field}: {message}", fields=(found,))


def field_problem(message: str, path: str) -> errors.FieldProblem:
    """Return what is wrong with a field, from msgspec's message about the value at a path, which may quote the field's name."""
    unknown, missing = "unknown field `" in message, "required field `" in message
    name = message.partition("field `")[2].partition("`")[0] if unknown or missing else ""
    remedy = "Leave it out, or look up its name." if unknown else "Send it." if missing else ""
    return errors.FieldProblem(field=".".join(filter(None, (path, name))) or "body", message=message, remedy=remedy)


async def run(operation: Operation[Any, Any], request: Any, context: Context) -> Any:
    """Run an operation the one way there is; every rule of the contract is kept here."""
    with tracing.span(operation.name, hanse__operation=operation.name, hanse__surface=context.caller.kind):
        return await _run(operation, request, context)


async def _run(operation: Operation[Any, Any], request: Any, context: Context) -> Any:
    ports = context.resources.ports
    if not context.caller.may(operation):
        raise errors.NotAllowed(who=context.caller.name, operation=operation.name, scope=operation.capability)
    if isinstance(request, Personal):
        context.subject = await ports.subject(request, operation.purpose, context)
    if operation.decides:
        context.assignment = ports.assign(operation.capability, context.subject.counted_id)
        request = ports.vary(operation, request, context)
    context._running = operation  # noqa: SLF001  # run() and Context are one mechanism in two pieces
    answer = await operation.function(request, context)
    if operation.effect is not Effect.READ:
        await ports.audit(operation, request, context)
    if operation.decides:
        await ports.record(operation, request, answer, context)
    return answer
