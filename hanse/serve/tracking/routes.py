"""The addresses of the tracking API, and the way of a request: read, taken apart, written with others, answered.

They are plain ASGI: a framework's request and response would cost more than everything else that is done for one event.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import psycopg
import structlog
from litestar import Request, Response, asgi, get
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.types import HTTPScope, Receive, Send
from psycopg_pool import PoolTimeout

from hanse.base import errors
from hanse.base.errors import HanseError
from hanse.data.events import dead_letters, requests
from hanse.data.events.errors import UnreadableBody
from hanse.data.events.group_commit import DEADLINE_SECONDS, GroupCommit
from hanse.data.events.messages import Envelope
from hanse.data.events.requests import Rejected, Taken
from hanse.data.events.schemas import Event
from hanse.serve.http import problems
from hanse.serve.http.bodies import ClientGone
from hanse.serve.runtime import Runtime
from hanse.serve.tracking import answers, bodies, metrics, pixels, sources, storefront
from hanse.serve.tracking.answers import Answer, Outcomes
from hanse.serve.tracking.bodies import BrokenBody
from hanse.serve.tracking.writers import KeyOutOfUse, WriteKeys

SINGLE = {"track": "t", "identify": "i", "page": "p", "screen": "s", "group": "g", "alias": "a"}
"""The types of message with the short form that Segment's browser client uses."""
KIND_BY_PATH: dict[str, str | None] = {
    **{f"/v1/{path}": kind for kind, short in SINGLE.items() for path in (kind, short)},
    **dict.fromkeys(("/v1/batch", "/v1/b", "/v1/import", "/beacon/v1/batch")),
}
"""The addresses, each with the type of its messages; null where each message names its own."""
KIND_BY_PIXEL = {f"{path}/{kind}": kind for path in ("/pixel/v1", "/v1/pixel") for kind in SINGLE}
SENT_BY_BROWSERS = ("AnonymousId", "SentAt", "X-Retry-Count")
"""Headers that RudderStack's and Segment's browser clients send beside the usual ones; a browser asks for each of them before it sends."""
CHUNK = 2_500
"""Messages of one request that are written together."""


@dataclass
class Intake:
    """The intake of one process."""

    runtime: Runtime
    keys: WriteKeys

    @property
    def log(self) -> GroupCommit:
        """Return what writes the log; it is there while the application runs."""
        return self.runtime.resources.get(GroupCommit)

    async def take(self, headers: Mapping[bytes, bytes], query: Mapping[str, str], receive: Receive, kind: str | None) -> Answer:
        """Take a request in and return its answer."""
        candidates = [key_of(headers.get(b"authorization", b"")), query.get("writeKey")]
        with self.log.room() as take_room:
            try:
                request = await _taken_apart(await bodies.read(receive, headers, take_room), kind)
            except BrokenBody as error:
                return await self._unreadable(error, candidates)
            source = await self.keys.source([*candidates, request.write_key])
            return await self._write(request, request.envelope(source, self.runtime.resources.clock.now(), kind))

    async def take_pixel(self, query: Mapping[str, str], kind: str) -> Answer:
        """Take the message in that stands in the address of an image, and return the image."""
        found, key = pixels.message(query)
        source = await self.keys.source([key])
        taken = Taken(b"", (found,), is_batch=False)
        await self._write(taken, taken.envelope(source, self.runtime.resources.clock.now(), kind))
        return answers.pixel()

    async def describe(self, scope: HTTPScope) -> Answer:
        """Answer what RudderStack's browser client asks about its source."""
        headers = dict(scope["headers"])
        key = _query(scope).get("writeKey") or key_of(headers.get(b"authorization", b"")) or ""
        return sources.rudderstack(key, await self.keys.find(key), *self._address(scope))

    async def describe_project(self, scope: HTTPScope, key: str) -> Answer:
        """Answer what Segment's browser client asks about its source."""
        return sources.segment(key, await self.keys.find(key), *self._address(scope))

    def _address(self, scope: HTTPScope) -> tuple[str, str]:
        return sources.address(self.runtime.settings, dict(scope["headers"]), scope["scheme"])

    async def _write(self, request: Taken, envelope: Envelope) -> Answer:
        outcomes = Outcomes()
        for first in range(0, len(request.items), CHUNK):
            found = request.events(envelope, first, first + CHUNK)
            rejected = [each for each in found if isinstance(each, Rejected)]
            events = [each for each in found if isinstance(each, Event)]
            submission = await self.log.submit(events, [dead_letters.letter(each, envelope) for each in rejected])
            place = 0
            for each in found:
                if isinstance(each, Rejected):
                    outcomes.add(each.unfit, duplicate=False)
                else:
                    outcomes.add(submission.refused.get(place), duplicate=place in submission.duplicates)
                    place += 1
        return outcomes.answer()

    async def _unreadable(self, error: BrokenBody, candidates: list[str | None]) -> Answer:
        """Keep a request that is no JSON where its key is known: the client throws it away when it hears that it is unreadable."""
        source = await self.keys.source(candidates)
        if error.beginning.strip():
            letter = dead_letters.unreadable(error.beginning, error.facts["reason"], source, self.runtime.resources.clock.now())
            await self.log.submit([], [letter])
        return answers.failure(error)


@asynccontextmanager
async def running(runtime: Runtime) -> AsyncIterator[None]:
    """Have the log written for as long as the block runs; what waits at its end is written."""
    log = GroupCommit(runtime.conninfo, runtime.resources.clock)
    runtime.resources.hold(GroupCommit, log)
    task = asyncio.create_task(log.run())
    try:
        yield
    finally:
        await log.stop()
        await asyncio.wait([task], timeout=DEADLINE_SECONDS)
        task.cancel()


def routes(runtime: Runtime) -> list[BaseRouteHandler]:
    """Return the routes of the tracking API."""
    intake = Intake(runtime, WriteKeys(runtime))

    @asgi(list(KIND_BY_PATH), copy_scope=False)
    async def receive_events(scope: HTTPScope, receive: Receive, send: Send) -> None:
        kind = KIND_BY_PATH[scope["path"].rstrip("/")]
        await _respond(scope, send, "POST", lambda: intake.take(dict(scope["headers"]), _query(scope), receive, kind))

    @asgi("/v1/m", copy_scope=False)
    async def receive_metrics(scope: HTTPScope, receive: Receive, send: Send) -> None:
        await _respond(scope, send, "POST", _nothing)

    @asgi(list(KIND_BY_PIXEL), copy_scope=False)
    async def receive_pixel(scope: HTTPScope, receive: Receive, send: Send) -> None:
        kind = KIND_BY_PIXEL[scope["path"].rstrip("/")]
        await _respond(scope, send, "GET", lambda: intake.take_pixel(_query(scope), kind))

    @asgi("/sourceConfig", copy_scope=False)
    async def describe_source(scope: HTTPScope, receive: Receive, send: Send) -> None:
        await _respond(scope, send, "GET", lambda: intake.describe(scope))

    @get("/v1/projects/{key:str}/settings", include_in_schema=False)  # plain ASGI has no parameters in its addresses
    async def describe_project(request: Request[Any, Any, State], key: FromPath[str]) -> Response[bytes]:
        answer = await _answer(lambda: intake.describe_project(request.scope, key), problems.route_of(request.scope))
        headers = {name.decode(): value.decode() for name, value in answer.headers}
        return Response(answer.body, status_code=answer.status, headers=headers, media_type="application/json")

    return [receive_events, receive_metrics, receive_pixel, describe_source, describe_project, metrics.metrics, storefront.tag, storefront.elements]


def key_of(authorization: bytes) -> str | None:
    """Return the key in an `Authorization` header: the name of Basic, as tracking clients send it, or a Bearer."""
    scheme, _, value = authorization.decode("latin-1").strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip() or None
    if scheme.lower() != "basic":
        return None
    with suppress(ValueError):
        return b64decode(value.strip(), validate=True).decode().partition(":")[0] or None
    return None


async def _taken_apart(body: bytes, kind: str | None) -> Taken:
    if not body.strip():
        raise BrokenBody("it is empty", b"")
    try:
        if len(body) > bodies.IN_A_THREAD_BYTES:
            return await asyncio.to_thread(requests.read, body, is_batch=kind is None)
        return requests.read(body, is_batch=kind is None)
    except UnreadableBody as error:
        raise BrokenBody(error.facts["reason"], body) from error


async def _respond(scope: HTTPScope, send: Send, method: str, take: Callable[[], Awaitable[Answer]]) -> None:
    if scope["method"] != method:
        return await answers.other_method(scope["method"], method).send(send)
    with suppress(ClientGone):
        answer = await _answer(take, scope["path"])
        await answer.send(send)
    return None


async def _answer(take: Callable[[], Awaitable[Answer]], path: str) -> Answer:
    """Return what a request is answered, whatever happens; a fault of ours is 503, on which clients keep their data."""
    try:
        return await take()
    except ClientGone:
        raise
    except Exception as error:  # noqa: BLE001  # see above; the log has the trace
        return answers.failure(_told(error, path))


def _told(error: Exception, path: str) -> HanseError:
    if isinstance(error, HanseError) and (error.status < 500 or isinstance(error, errors.Unavailable | KeyOutOfUse)):
        return error
    structlog.get_logger().error("a tracking request failed", path=path, exc_info=error)
    away = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | PoolTimeout)
    return errors.Unavailable(what="The database" if away else "The log")


async def _nothing() -> Answer:
    return answers.document({"success": True})


def _query(scope: HTTPScope) -> dict[str, str]:
    return dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)) if scope["query_string"] else {}
