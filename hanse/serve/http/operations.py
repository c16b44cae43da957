"""One route for each declared operation: `POST /v1/<capability>/<operation>` with the request as JSON."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Scope, Send

from hanse.base import context as contract
from hanse.base import errors
from hanse.base.context import Caller
from hanse.base.errors import HanseError, Problem
from hanse.base.operation import AnswerT, Effect, Operation, Purpose
from hanse.serve.http import problems
from hanse.serve.http.keys import KeyRing
from hanse.serve.http.problems import MEDIA_TYPE
from hanse.serve.languages import preferred
from hanse.serve.runtime import Runtime

ALWAYS: tuple[type[HanseError], ...] = (errors.InvalidRequest, errors.NotSignedIn, errors.NotAllowed, errors.TooLarge, errors.TooManyRequests)
"""Problems that every operation may answer."""

HEADERS = [(b"content-type", b"application/json"), *((name.lower().encode(), value.encode()) for name, value in problems.HEADERS.items())]
CALLER = "hanse.caller"
"""Where the caller of a request is kept in its ASGI scope."""


def route(operation: Operation[Any, Any]) -> HTTPRouteHandler:
    """Return the route of an operation."""

    async def handle(request: Request[Any, Any, State], data: Any) -> Answer[Any]:
        runtime: Runtime = request.app.state.runtime
        language = preferred(_header(request.scope, b"accept-language"), runtime.settings.language)
        async with runtime.context(caller_of(request), language=language) as context:
            answer = await contract.run(operation, data, context)
        return Answer(answer)

    handle.__annotations__ = {"request": Request[Any, Any, State], "data": operation.request_type, "return": Answer[operation.answer_type]}  # type: ignore[name-defined]  # a type made from the declaration
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


def _body(kind: type) -> Any:
    """Return the type of a body in JSON: `JSONBody[kind]`, for a type that is known at run time only."""
    return Annotated[kind, BodyKwarg(media_type=RequestEncodingType.JSON)]


def _header(scope: Scope, wanted: bytes) -> str | None:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), None)


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
