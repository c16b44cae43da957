"""Errors as problem documents (RFC 9457): the same shape whatever went wrong and wherever."""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg
import structlog
from litestar import Request, Response, get
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.params import FromPath
from litestar.types import ExceptionHandlersMap, Scope

from hanse.base import context as contract
from hanse.base import errors
from hanse.base.errors import FieldProblem, HanseError, Problem

MEDIA_TYPE = "application/problem+json"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""What every answer carries; pages of the console widen the content policy to what they need."""
AnyRequest = Request[Any, Any, Any]


def answer(problem: Problem, headers: dict[str, str] | None = None) -> Response[bytes]:
    """Return a problem document as a response."""
    return Response(msgspec.json.encode(problem), status_code=problem.status, media_type=MEDIA_TYPE, headers={**HEADERS, **(headers or {})})


def on_error(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Answer an error of ours, or a fault."""
    found = understood(error, route_of(request.scope))
    return answer(found.problem(), _headers(found))


def route_of(scope: Scope) -> str:
    """Return the template of a request's address for the log: what stands in its places may be a key or a person's."""
    return str(scope.get("path_template") or "")


def understood(error: Exception, path: str) -> HanseError:
    """Return what to tell about an error at an address; of a fault that is nothing of what is inside, the log has its trace."""
    if isinstance(error, HanseError) and error.status < 500:
        return error
    structlog.get_logger().error("a request failed", path=path, exc_info=error)
    if isinstance(error, HanseError):
        return error
    away = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return errors.Unavailable(what="The database") if away else HanseError()


def on_validation(request: AnyRequest, error: ValidationException) -> Response[bytes]:
    """Answer a request that does not fit its operation, naming each field."""
    found = error.extra if isinstance(error.extra, list) else []
    fields = tuple(_field(each) for each in found if isinstance(each, dict))
    reason = "; ".join(f"{each.field}: {each.message}" for each in fields) or error.detail
    return answer(errors.InvalidRequest(reason=reason, fields=fields).problem())


def on_http_exception(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Answer what the framework found wrong: no such address, wrong method, broken JSON, too large."""
    if error.status_code == 400:
        return answer(errors.InvalidRequest(reason=error.detail.rstrip(".")).problem())
    if error.status_code == 413:
        return answer(errors.TooLarge(limit_bytes=request.app.state.runtime.settings.body_limit_bytes).problem())
    title = error.detail or "The request failed"
    problem = Problem(type="about:blank", title=title, status=error.status_code, detail=title)
    return answer(problem, dict(error.headers or {}))


@get("/problems/{slug:str}", include_in_schema=False)
async def explain(slug: FromPath[str]) -> Response[bytes]:
    """Answer what a type of problem means; the address stands in every problem document."""
    found = kinds().get(slug)
    if found is None:
        raise NotFoundException
    return Response(msgspec.json.encode(found.explanation()), media_type="application/json")


def kinds() -> dict[str, type[HanseError]]:
    """Return all errors there are, by their names in addresses."""
    found, known = [HanseError], {}
    while found:
        kind = found.pop()
        known[kind.slug()] = kind
        found += kind.__subclasses__()
    return known


def _field(extra: dict[str, Any]) -> FieldProblem:
    key = str(extra.get("key", ""))
    return contract.field_problem(str(extra.get("message", "")), "" if key == "data" else key)


def _headers(error: HanseError) -> dict[str, str]:
    if isinstance(error, errors.NotSignedIn):
        return {"WWW-Authenticate": 'Bearer realm="hanse"'}
    if isinstance(error, errors.TooManyRequests | errors.Unavailable):
        return {"Retry-After": str(error.facts.get("retry_after_seconds", 5))}
    return {}


HANDLERS: ExceptionHandlersMap = {
    ValidationException: on_validation,
    HTTPException: on_http_exception,
    Exception: on_error,
}
