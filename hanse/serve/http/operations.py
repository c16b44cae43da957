"""One route for each declared operation: `POST /v1/<capability>/<operation>` with the request as JSON.

The routes are plain ASGI: a request is read and answered in a few steps, and the framework's way of taking it apart costs as much as all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import asgi
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import ASGIRouteHandler
from litestar.types import HTTPScope, Receive, Send

from hanse.base import context as contract
from hanse.base.operation import Operation
from hanse.serve.http import bodies, problems
from hanse.serve.http.bodies import ClientGone
from hanse.serve.http.keys import NOWHERE, KeyRing, Page
from hanse.serve.languages import preferred
from hanse.serve.runtime import Runtime

HEADERS = [(b"content-type", b"application/json"), *((name.lower().encode(), value.encode()) for name, value in problems.HEADERS.items())]


def route(operation: Operation[Any, Any], runtime: Runtime, keys: KeyRing) -> ASGIRouteHandler:
    """Return the route of an operation."""
    limit_bytes, default_language = runtime.settings.body_limit_bytes, runtime.settings.language
    is_behind_proxy = bool(runtime.settings.public_url)

    @asgi(operation.path, name=operation.name, copy_scope=False)
    async def handle(scope: HTTPScope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            raise MethodNotAllowedException(headers={"Allow": "POST"})
        headers = dict(scope["headers"])
        caller = await keys.caller(
            _text(headers.get(b"authorization")), _page(scope, headers, is_behind_proxy=is_behind_proxy)
        )  # first of all: of strangers nothing is read
        with suppress(ClientGone):
            body = await bodies.read(receive, limit_bytes, headers.get(b"content-length"))
            language = preferred(_text(headers.get(b"accept-language")), default_language)
            async with runtime.context(caller, language=language) as context:
                answer = await contract.run(operation, contract.decode(operation, body), context)
            await _send(send, msgspec.json.encode(answer))

    return handle


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, (b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _page(scope: HTTPScope, headers: Mapping[bytes, bytes], *, is_behind_proxy: bool) -> Page:
    """Return the web page that a call comes from; most calls come from programs and have none."""
    query, origin = scope["query_string"], headers.get(b"origin")
    if not query and origin is None:
        return NOWHERE
    client = scope["client"]
    visitor = client[0] if client else ""
    if is_behind_proxy and (passed_on := headers.get(b"x-forwarded-for")):
        visitor = passed_on.rpartition(b",")[2].strip().decode("latin-1")  # what the proxy before us has added itself
    return Page(dict(parse_qsl(query.decode("latin-1"))).get("key", ""), _text(origin) or "", visitor)


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")
