"""Spans: how long the parts of a request or job took, for whoever collects traces. Off unless `serve` installs a recorder; then it costs nothing.

Attributes hold names that are declared (operations, jobs, routes), numbers and types of errors: nothing that a request, an event or a
person has brought. So an error is told by its type; its message often quotes values.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol

Value = str | int | float | bool
TRACEPARENT = "traceparent"
"""Header that tells to which trace a request belongs (W3C Trace Context)."""


class Span(Protocol):
    """Something that takes time."""

    recorded: bool
    """Whether anybody will see it: attributes that cost something to find out need not be found out otherwise."""

    def set(self, name: str, value: Value) -> None:
        """Note a fact."""
        ...

    def fail(self, kind: str) -> None:
        """Note that it went wrong, by the type of the error."""
        ...


class Recorder(Protocol):
    """Whoever records spans."""

    def span(self, name: str, *, kind: str, parent: str | None, is_current: bool, attributes: Mapping[str, Value]) -> AbstractContextManager[Span]:
        """Record a span for as long as the block runs."""
        ...

    def traceparent(self) -> str | None:
        """Return the header that makes what we ask for belong to this trace."""
        ...


class _Nothing:
    """A span that nobody records; one for all."""

    recorded = False

    def set(self, name: str, value: Value) -> None:
        """Forget a fact."""

    def fail(self, kind: str) -> None:
        """Forget an error."""

    def __enter__(self) -> Span:
        """Begin nothing."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End nothing."""


_NOTHING = _Nothing()


class _Installed:
    recorder: Recorder | None = None


def install(recorder: Recorder | None) -> None:
    """Have the spans of this process recorded from now on, or by nobody."""
    _Installed.recorder = recorder


def span(
    name: str, *, kind: str = "internal", parent: str | None = None, is_current: bool = True, **attributes: Value
) -> AbstractContextManager[Span]:
    """Return a span for as long as the block runs.

    `kind` is `server`, `client`, `consumer` or `internal`; `parent` the header of who asked; two underscores in an attribute's name become a dot.
    A span that is not current has no spans below it: for what ends after the block around it.
    """
    recorder = _Installed.recorder
    if recorder is None:
        return _NOTHING
    named = {each.replace("__", "."): value for each, value in attributes.items()}
    return recorder.span(name, kind=kind, parent=parent, is_current=is_current, attributes=named)


def headers() -> dict[str, str]:
    """Return what a request to somebody else carries, so that their part belongs to the same trace."""
    recorder = _Installed.recorder
    found = recorder.traceparent() if recorder is not None else None
    return {TRACEPARENT: found} if found else {}
