"""A span for each HTTP request; only in place where traces are recorded."""

from __future__ import annotations

from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from hanse.base import tracing
from hanse.serve.http import problems

UNKNOWN_ROUTE = "unknown"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "_OTHER"
"""What OpenTelemetry calls a method that is none of these."""


def traced(app: ASGIApp) -> ASGIApp:
    """Record a span for each request: its method, the template of its route and its status; nothing else of it."""

    async def trace(scope: Scope, receive: Receive, send: Send) -> None:
        route = problems.route_of(scope) or UNKNOWN_ROUTE
        method = str(scope.get("method"))
        method = method if method in METHODS else OTHER_METHOD
        parent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
        with tracing.span(f"{method} {route}", kind="server", parent=parent, http__request__method=method, http__route=route) as span:

            async def note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    status: Any = message["status"]
                    span.set("http.response.status_code", int(status))
                    if status >= 500:
                        span.fail(str(status))
                await send(message)

            await app(scope, receive, note)

    return trace
