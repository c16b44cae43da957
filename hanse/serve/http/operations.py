"""One route for each declared operation: `POST /v1/<capability>/<operation>` with the request as JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Scope, Send

from hanse.base import context as contract
from hanse.base.context import Caller
from hanse.base.operation import AnswerT, Operation
from hanse.serve.http import problems
from hanse.serve.http.keys import KeyRing
from hanse.serve.languages import preferred
from hanse.serve.runtime import Runtime

HEADERS = [(b"content-type", b"application/json"), *((name.lower().encode(), value.encode()) for name, value in problems.HEADERS.items())]
CALLER = "hanse.caller"
"""Where the caller of a request is kept in its ASGI scope."""


def route(operation: Operation[Any, Any]) -> HTTPRouteHandler:
    """Return the route of an operation."""

    async def handle(request: Request[Any, Any, State]) -> Answer[Any]:
        runtime: Runtime = request.app.state.runtime
        language = preferred(_header(request.scope, b"accept-language"), runtime.settings.language)
        asked = contract.decode(operation, await request.body())
        async with runtime.context(caller_of(request), language=language) as context:
            answer = await contract.run(operation, asked, context)
        return Answer(answer)

    return post(
        operation.path,
        name=operation.name,
        status_code=200,
        include_in_schema=False,  # openapi.py describes it
        middleware=[authenticated],
    )(handle)


class Answer(Response[AnswerT]):
    """An answer on its way out: encoded once, with headers that are always the same; half the work of a general response."""

    def to_asgi_response(self, *arguments: Any, **options: Any) -> ASGIResponse:
        """Return what sends it."""
        body = msgspec.json.encode(self.content)
        start = {"type": "http.response.start", "status": 200, "headers": [*HEADERS, (b"content-length", str(len(body)).encode())]}

        async def respond(scope: Scope, receive: Receive, send: Send) -> None:
            await send(start)  # type: ignore[arg-type]  # a message of the ASGI specification
            await send({"type": "http.response.body", "body": body, "more_body": False})

        return respond  # type: ignore[return-value]  # only called as the ASGI application that it is


def caller_of(request: Request[Any, Any, State]) -> Caller:
    """Return who calls, as the guard found out."""
    return request.scope[CALLER]  # type: ignore[literal-required,no-any-return]  # ASGI leaves room for keys of one's own


def authenticated(app: ASGIApp) -> ASGIApp:
    """Find out who calls, before anything of the request is read (a guard would do, but costs a copy of its handler each time)."""

    async def find_caller(scope: Scope, receive: Receive, send: Send) -> None:
        ring: KeyRing = scope["app"].state.key_ring
        scope[CALLER] = await ring.caller(_header(scope, b"authorization"))  # type: ignore[literal-required]  # ASGI leaves room for keys of one's own
        await app(scope, receive, send)

    return find_caller


def _header(scope: Scope, wanted: bytes) -> str | None:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), None)
