"""One route for each declared operation: `POST /v1/<capability>/<operation>` with the request as JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, post
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.types import ASGIApp, Receive, Scope, Send

from hanse.base import context as contract
from hanse.base import errors
from hanse.base.context import Caller
from hanse.base.errors import HanseError, Problem
from hanse.base.operation import Effect, Operation, Purpose
from hanse.serve.http.keys import KeyRing
from hanse.serve.http.problems import MEDIA_TYPE
from hanse.serve.languages import preferred

ALWAYS: tuple[type[HanseError], ...] = (errors.InvalidRequest, errors.NotSignedIn, errors.NotAllowed, errors.TooLarge, errors.TooManyRequests)
"""Problems that every operation may answer."""

CALLER = "hanse.caller"
"""Where the caller of a request is kept in its ASGI scope."""


def route(operation: Operation[Any, Any]) -> HTTPRouteHandler:
    """Return the route of an operation."""

    async def handle(request: Request[Any, Any, State], data: Any) -> Any:
        runtime = request.app.state.runtime
        language = preferred(request.headers.get("accept-language"), runtime.settings.language)
        async with runtime.context(caller_of(request), language=language) as context:
            return await contract.run(operation, data, context)

    handle.__annotations__ = {"request": Request[Any, Any, State], "data": operation.request_type, "return": operation.answer_type}
    handle.__name__ = operation.tool_name
    return post(
        operation.path,
        name=operation.name,
        status_code=200,
        operation_id=operation.name,
        summary=operation.summary,
        description=describe(operation),
        tags=[operation.capability],
        responses=_responses(operation),
        security=[{"key": []}],
        middleware=[authenticated],
    )(handle)


def caller_of(request: Request[Any, Any, State]) -> Caller:
    """Return who calls, as the guard found out."""
    return request.scope[CALLER]  # type: ignore[literal-required,no-any-return]  # ASGI leaves room for keys of one's own


def authenticated(app: ASGIApp) -> ASGIApp:
    """Find out who calls, before anything of the request is read (a guard would do, but costs a copy of its handler each time)."""

    async def find_caller(scope: Scope, receive: Receive, send: Send) -> None:
        ring: KeyRing = scope["app"].state.key_ring
        scope[CALLER] = await ring.caller(_authorization(scope))  # type: ignore[literal-required]  # ASGI leaves room for keys of one's own
        await app(scope, receive, send)

    return find_caller


def _authorization(scope: Scope) -> str | None:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"), None)


def describe(operation: Operation[Any, Any]) -> str:
    """Return what documentation says of an operation: its docstring, then purpose, effect and an example."""
    example = msgspec.json.format(msgspec.json.encode(operation.example), indent=2).decode()
    return f"{operation.description}\n\n{basis(operation)} {effect(operation)}\n\nExample:\n\n```json\n{example}\n```"


def basis(operation: Operation[Any, Any]) -> str:
    """Return a sentence on when personal data is used."""
    if operation.purpose.needs_consent:
        return f"Personal data is used only with consent to the purpose `{operation.purpose}`; without it the answer is the non-personal one."
    if operation.purpose is Purpose.CONTRACT:
        return "Personal data is used to fulfil a contract."
    return f"Personal data is used for the purpose `{operation.purpose}`, on legitimate interest."


def effect(operation: Operation[Any, Any]) -> str:
    """Return a sentence on what calling does."""
    return {
        Effect.READ: "It changes nothing.",
        Effect.WRITE: "It changes what Hanse keeps and is noted in the audit log.",
        Effect.ACT: "It reaches a person or money and is noted in the audit log.",
    }[operation.effect]


def _responses(operation: Operation[Any, Any]) -> dict[int, ResponseSpec]:
    by_status: dict[int, list[type[HanseError]]] = {}
    for error in (*ALWAYS, *operation.errors):
        by_status.setdefault(error.status, []).append(error)
    return {status: _response(found) for status, found in sorted(by_status.items())}


def _response(found: list[type[HanseError]]) -> ResponseSpec:
    description = " ".join(error.template() for error in found)
    examples = [Example(id=error.slug(), summary=error.__name__, value=msgspec.to_builtins(error().problem())) for error in found]
    return ResponseSpec(data_container=Problem, generate_examples=False, description=description, media_type=MEDIA_TYPE, examples=examples)
