"""Addresses where there is nothing: a page for people, a problem document for programs."""

from __future__ import annotations

from litestar import Response, route
from litestar.enums import HttpMethod
from litestar.exceptions import NotFoundException

from hanse.serve.console import pages
from hanse.serve.console.session import AnyRequest
from hanse.serve.http import problems

METHODS = (HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE)


def answer(request: AnyRequest, error: NotFoundException) -> Response[bytes]:
    """Answer in the way the caller can read."""
    if "text/html" in request.headers.get("accept", ""):
        return pages.on_http_exception(request, error)
    return problems.on_http_exception(request, error)


@route("/{path:path}", http_method=METHODS, exception_handlers={NotFoundException: answer})
async def nothing(request: AnyRequest) -> None:
    """Say that there is nothing here."""
    raise NotFoundException
