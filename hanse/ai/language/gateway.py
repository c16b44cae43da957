"""The one door to language models: `ask` and `stream`. Capabilities give a `Request` and get an `Answer`, or a `NoAnswer` that says why.

No model is the usual case, so it is no error: whoever asks has an answer that needs none. Nothing is raised for what models, networks or
budgets do. Every text is masked in `door`; true values are put back here. No text stands in logs, errors or traces.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from hanse.ai.language import asking, booking, connections, door, models, record, streaming
from hanse.ai.language.asking import PATIENCE, Asking, Patience
from hanse.ai.language.booking import Booking, Refused
from hanse.ai.language.checks import banned
from hanse.ai.language.checks.claims import Claims
from hanse.ai.language.model import Model
from hanse.ai.language.requests import Answer, NoAnswer, Request, Role, Why
from hanse.base import tracing
from hanse.base.context import Context


async def ask(context: Context, request: Request, *, patience: Patience = PATIENCE) -> Answer | NoAnswer:
    """Ask a language model, and the next one where it fails; true values are back in what it says."""
    chosen = await _chosen(context, request)
    if isinstance(chosen, NoAnswer):
        return chosen
    with tracing.span("language.ask", kind="client", hanse__capability=request.capability, hanse__role=request.role.value) as span:
        found = await _booked(context, request, chosen, patience)
        span.set("hanse.outcome", "answered" if isinstance(found, Answer) else found.why.value)
        return found


async def stream(context: Context, request: Request, *, patience: Patience = PATIENCE) -> AsyncGenerator[str | Answer | NoAnswer, None]:
    """Give an answer piece by piece, as texts with true values, and in the end the whole `Answer` or a `NoAnswer`.

    Once something was said no other model is asked: an answer that stops in the middle, or that fails its checks in the end, ends in
    `NoAnswer`, and what was shown has to be replaced. Use it with `contextlib.aclosing`, so that it ends at once when nobody listens any more.
    """
    chosen = await _chosen(context, request)
    if isinstance(chosen, NoAnswer):
        yield chosen
        return
    try:
        booking = await _begun(context, request, chosen, patience)
    except Refused as refused:
        yield refused.answer
        return
    async with aclosing(_pieces(booking)) as pieces:
        async for piece in pieces:
            yield piece


async def is_there(context: Context, role: Role = Role.LARGE) -> bool:
    """Return whether any model of a role can be asked, for who wants to know before making a question."""
    is_on, found = await _known(context, role)
    return is_on and bool(found)


async def _chosen(context: Context, request: Request) -> Sequence[Model] | NoAnswer:
    """Return the models to ask in their order, or that there is none."""
    is_on, found = await _known(context, request.role)
    if not found:
        return NoAnswer(Why.NO_MODEL, f"no language model for the role {request.role.value} is set up")
    if not is_on:
        return NoAnswer(Why.SWITCHED_OFF, "all language models are switched off")
    if any(not image.is_public for each in request.messages for image in each.images):
        found = [model for model in found if model.in_house]
    return found or NoAnswer(Why.NO_MODEL, "pictures that are not public go to models of this house only, and there is none")


async def _known(context: Context, role: Role) -> tuple[bool, Sequence[Model]]:
    held = models.available(context)
    found = held.known(role)
    if found is not None:
        return found
    async with record.apart(context) as connection:
        return await held.read(context, connection, role)


async def _begun(context: Context, request: Request, chosen: Sequence[Model], patience: Patience) -> Booking:
    """Mask the question, leave out models it is too long for and reserve its budget; raises `Refused`."""
    ends_at = asyncio.get_running_loop().time() + request.deadline_seconds
    claims = await _claims(context) if request.checks and request.checks.claims else Claims()
    prompt = await asyncio.to_thread(door.prompt, request)  # long texts take a moment, and the first one waits for the dictionaries
    return await booking.begin(context, Asking(request, prompt, ends_at, patience, claims, connections.held(context)), chosen)


async def _claims(context: Context) -> Claims:
    """Return what may not be claimed; raises `Refused`."""
    held = banned.held(context)
    if held.claims is not None:
        return held.claims
    try:
        async with record.apart(context) as connection:
            return await held.read(connection)
    except (psycopg.Error, PoolTimeout):
        raise Refused(NoAnswer(Why.FAILED, "the database is away")) from None


async def _booked(context: Context, request: Request, chosen: Sequence[Model], patience: Patience) -> Answer | NoAnswer:
    try:
        booked = await _begun(context, request, chosen, patience)
    except Refused as refused:
        return refused.answer
    try:
        found = await asking.first(booked.asking, booked.models)
    except asyncio.CancelledError:
        await booked.end(Why.BROKEN_OFF.value)
        raise
    if found is None:
        return await _failed(booked)
    return await booked.answered(*found)


async def _pieces(booked: Booking) -> AsyncGenerator[str | Answer | NoAnswer, None]:
    """Give what a stream says, and put it on record however it ends."""
    speaking = streaming.Speaking(booked.asking)
    is_ended = False
    try:
        async with aclosing(speaking.pieces(booked.models)) as pieces:
            async for piece in pieces:
                yield piece
        is_ended = True
        found = speaking.found
        yield await booked.answered(*found) if found else await _failed(booked, is_broken=speaking.is_begun)
    finally:
        if not is_ended:
            await booked.end(Why.BROKEN_OFF.value)


async def _failed(booked: Booking, *, is_broken: bool = False) -> NoAnswer:
    why = _why(booked.asking, is_broken=is_broken)
    structlog.get_logger().warning("no language model answered", capability=booked.asking.request.capability, tried=booked.asking.reason)
    await booked.end(why.value)
    return NoAnswer(why, booked.asking.reason or "no answer in time", booked.call_id)


def _why(asked: Asking, *, is_broken: bool) -> Why:
    if asked.is_failed:
        return Why.FAILED_CHECKS
    return Why.BROKEN_OFF if is_broken else Why.UNUSABLE if asked.is_unusable else Why.FAILED
