"""Trying a language model that somebody sets up: one short answer, one in pieces, one as JSON, with nothing personal in them."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, Any

import httpx2
import msgspec
from msgspec import Meta

from hanse.ai.language import client, connections, door, failures, shape, tokens
from hanse.ai.language.failures import Failure
from hanse.ai.language.model import Model, Structured
from hanse.ai.language.replies import Completion, Gathering
from hanse.ai.language.requests import Message, Request, Restoring
from hanse.ai.language.schemas import Trial
from hanse.base.operation import Purpose

LIMIT_SECONDS = 30.0
SHORT = "Reply with the one word: Hanse"
JSON = "Which colour has a ripe tomato? Answer in JSON."
MOST_TOKENS = 400
"""Enough for models that think before they answer."""
WAYS: tuple[Structured, ...] = ("schema", "grammar", "object", "none")


class _Colour(msgspec.Struct):
    colour: Annotated[str, Meta(description="The colour, in English.")]


class _Unmasked:
    """Masks nothing: what a trial sends stands in this file."""

    def mask(self, text: str) -> str:
        return text

    def mask_reply(self, text: str) -> str:
        return text

    def restore(self, text: str) -> str:
        return text

    def restore_all(self, value: Any) -> Any:
        return value

    def stream(self) -> Restoring:
        return self

    def feed(self, chunk: str) -> str:
        return chunk

    def end(self) -> str:
        return ""


async def run(model: Model) -> Trial:
    """Try a model; never raises."""
    began = time.perf_counter()
    try:
        async with connections.opened() as http:
            request = _request(SHORT)
            completion = await _complete(http, model, request)
            took = round(1_000 * (time.perf_counter() - began))
            first = await _first(http, model)
            structured = await _structured(http, model)
    except Failure as failure:
        return Trial(
            works=False, problem=failure.kind, milliseconds=None, first_milliseconds=None, streams=None, structured=None, counts_tokens=False
        )
    return Trial(
        works=True,
        problem="",
        milliseconds=took,
        first_milliseconds=first,
        streams=first is not None,
        structured=structured,
        counts_tokens=_counts(completion, request),
    )


async def _complete(http: httpx2.AsyncClient, model: Model, request: Request) -> Completion:
    body = door.body(door.prompt(request), request, model)
    try:
        async with asyncio.timeout(min(LIMIT_SECONDS, model.timeout_seconds)):
            return await client.complete(http, model, body)
    except TimeoutError:
        raise Failure(failures.LATE) from None


async def _first(http: httpx2.AsyncClient, model: Model) -> int | None:
    """Return how long the first piece of a stream takes, in milliseconds; null where it does not stream."""
    request, began, pieces = _request(SHORT), time.perf_counter(), 0
    gathering, took = Gathering(), None
    try:
        async with asyncio.timeout(min(LIMIT_SECONDS, model.timeout_seconds)):
            body = door.body(door.prompt(request), request, model, is_streamed=True, is_plain=True)
            async with aclosing(client.pieces(http, model, body)) as data:
                async for each in data:
                    pieces += 1
                    if each != client.END and gathering.add(each) and took is None:
                        took = round(1_000 * (time.perf_counter() - began))
    except (Failure, TimeoutError):
        return None
    return took if pieces > 1 else None


async def _structured(http: httpx2.AsyncClient, model: Model) -> Structured | None:
    """Return the best way in which it gives JSON of a shape; null where it gives none in any way."""
    for way in WAYS:
        try:
            completion = await _complete(http, replace(model, structured=way), _request(JSON, shape_of=_Colour))
            shape.convert(shape.read(completion.text), _Colour)
        except (Failure, shape.NotJSON, msgspec.ValidationError):
            continue
        return way
    return None


def _counts(completion: Completion, request: Request) -> bool:
    ours_in, ours_out = door.prompt(request).tokens, tokens.count(completion.readable)
    believed = tokens.believed_in(completion.said_in, ours_in), tokens.believed_out(completion.said_out, ours_out, request.most_tokens)
    return believed == (completion.said_in, completion.said_out)


def _request(text: str, *, shape_of: type[Any] | None = None) -> Request:
    messages = (Message("user", text),)
    return Request(
        purpose=Purpose.OPERATION, capability="language", messages=messages, conversation=_Unmasked(), shape=shape_of, most_tokens=MOST_TOKENS
    )
