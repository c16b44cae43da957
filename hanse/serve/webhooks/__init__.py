"""Webhooks of connected shops: `POST /webhooks/<system>/<connection>`, and the handshake of Shopware's app.

Nobody signs in here; who writes proves by a signature over the raw body that they are the shop. The answer comes as soon as the raw
delivery is committed: what is small is taken in before it, anything else by a job.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from hanse.base.context import Caller, Context
from hanse.serve.runtime import Runtime
from hanse.sources import connections
from hanse.sources.connections import Receipt
from hanse.sources.connections.errors import WrongShop
from hanse.sources.source import Incoming

AnyRequest = Request[Any, Any, State]
JOB = "connections.process"


def routes(runtime: Runtime) -> list[HTTPRouteHandler]:
    """Return the routes of all systems."""
    del runtime  # each request finds it in the application's state
    return [receive, receive_shopware, register, confirm]


@post("/webhooks/{system:str}/{name:str}", status_code=200, include_in_schema=False)
async def receive(request: AnyRequest, system: FromPath[str], name: FromPath[str]) -> Response[dict[str, str]]:
    """Take in a webhook."""
    return await _receive(request, system, name)


@post("/webhooks/shopware/{name:str}", status_code=200, include_in_schema=False)
async def receive_shopware(request: AnyRequest, name: FromPath[str]) -> Response[dict[str, str]]:
    """Take in a webhook; an address of its own, as there are more below it."""
    return await _receive(request, "shopware", name)


@get("/webhooks/shopware/{name:str}/register", include_in_schema=False)
async def register(request: AnyRequest, name: FromPath[str]) -> Response[dict[str, str]]:
    """Answer a shop that wants to register our app; Shopware shows `error` to whoever installs it."""
    address = f"{_public_url(request)}/webhooks/shopware/{name}/confirm"
    try:
        async with _context(request, name) as context:
            answer = await connections.register(context, name, await _incoming(request), confirmation_url=address)
    except WrongShop as error:
        return Response({"error": error.detail()}, status_code=error.status)
    return Response(answer)


@post("/webhooks/shopware/{name:str}/confirm", status_code=200, include_in_schema=False)
async def confirm(request: AnyRequest, name: FromPath[str]) -> Response[dict[str, str]]:
    """Take the keys that a shop gives at the end of the handshake."""
    async with _context(request, name) as context:
        await connections.confirm(context, name, await _incoming(request))
    return Response({"status": "connected"})


async def _receive(request: AnyRequest, system: str, name: str) -> Response[dict[str, str]]:
    incoming = await _incoming(request)
    async with _context(request, name) as context:
        receipt = await connections.receive(context, system, name, incoming)
    if receipt.delivery_id is not None:
        await _take_in(request, name, receipt)
    return Response({"status": "known" if receipt.known else "received"})


async def _take_in(request: AnyRequest, name: str, receipt: Receipt) -> None:
    """Take in what is small, at once; the delivery is kept already, so whatever goes wrong here is tried again later."""
    if receipt.delivery_id is None:
        return
    if receipt.size_bytes <= connections.SMALL_BYTES:
        state = await connections.process(_context(request, name), receipt.delivery_id, may_ask=False)
        if state != connections.WAITING:
            return
    await request.app.state.queue.put(JOB, {"delivery_id": str(receipt.delivery_id)})


async def _incoming(request: AnyRequest) -> Incoming:
    scope = request.scope
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    now = _runtime(request).resources.clock.now()
    return Incoming(headers=headers, body=await request.body(), query=scope["query_string"], received_at=now)


def _context(request: AnyRequest, name: str) -> Context:
    return _runtime(request).context(Caller("shop", name, frozenset()))


def _runtime(request: AnyRequest) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


def _public_url(request: AnyRequest) -> str:
    return (_runtime(request).settings.public_url or str(request.base_url)).rstrip("/")
