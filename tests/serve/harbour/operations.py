"""One operation for each rule of the contract."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hanse.base import errors
from hanse.base.context import Context
from hanse.base.decision import Decision, Personal
from hanse.base.operation import Effect, Purpose, operation
from hanse.data import events
from hanse.data.events import Event


class UnknownBoat(errors.HanseError):
    """There is no boat {boat}. Look into the harbour."""

    status = 404
    exit_code = 2


class Greet(Personal, kw_only=True, forbid_unknown_fields=True):
    """Somebody who comes by."""

    weather: Annotated[str, Meta(description="How the weather is.", max_length=100)] = "fair"


class Greeting(Decision, kw_only=True, frozen=True):
    """What is said to them."""

    text: Annotated[str, Meta(description="The words.")]
    personal: Annotated[bool, Meta(description="Whether anything known of the person was used.")]


class Boat(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A boat."""

    boat: Annotated[str, Meta(description="Its name.", min_length=1, max_length=100)]


class Done(msgspec.Struct, kw_only=True, frozen=True):
    """What was done."""

    boat: Annotated[str, Meta(description="The boat.")]
    crates: Annotated[int, Meta(description="How many crates were new on it.")] = 0


def _greeting(request: Greet, context: Context) -> Greeting:
    known = context.subject.profile_id is not None
    reason = "Weil das Wetter so ist." if context.language == "de" else "Because of the weather."
    return Greeting(text=f"Ahoy, {request.weather}", personal=known, **context.decision(model_version="harbour-1", reason=reason))


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, example=Greet(weather="foggy"), tool=True)
async def greet(request: Greet, context: Context) -> Greeting:
    """Greet somebody by what they like."""
    return _greeting(request, context)


@operation(purpose=Purpose.CONTRACT, effect=Effect.READ, example=Greet())
async def call_home(request: Greet, context: Context) -> Greeting:
    """Call a crew home, as their contract says."""
    return _greeting(request, context)


@operation(purpose=Purpose.SECURITY, effect=Effect.READ, example=Greet())
async def inspect(request: Greet, context: Context) -> Greeting:
    """Look whether somebody carries powder."""
    return _greeting(request, context)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, example=Boat(boat="Cog"), errors=(UnknownBoat,), tool=True)
async def load(request: Boat, context: Context) -> Done:
    """Load a crate onto a boat.

    The same boat is loaded once.
    """
    if request.boat == "Flying Dutchman":
        raise UnknownBoat(boat=request.boat)
    event = Event(message_id=f"load-{request.boat}", name="Crate Loaded", source="harbour", occurred_at=context.clock.now())
    appended = await events.append(await context.connection(), [event], now=context.clock.now())
    return Done(boat=request.boat, crates=appended.accepted)


@operation(purpose=Purpose.OPERATION, effect=Effect.ACT, example=Boat(boat="Cog"))
async def salute(request: Boat, context: Context) -> Done:
    """Fire a shot for a boat."""
    return Done(boat=request.boat)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=Boat(boat="Cog"), calls=("harbour.load",), errors=(UnknownBoat,))
async def delegate(request: Boat, context: Context) -> Done:
    """Have a boat loaded by those who may."""
    found: dict[str, Any] = await context.call("harbour.load", {"boat": request.boat})
    return Done(**found)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=Boat(boat="Cog"))
async def smuggle(request: Boat, context: Context) -> Done:
    """Have a boat loaded without having declared it."""
    return Done(**await context.call("harbour.load", {"boat": request.boat}))


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, example=Boat(boat="Cog"))
async def sink(request: Boat, context: Context) -> Done:
    """Load a boat and fail after that, with somebody's address in the fault."""
    await load.function(request, context)
    raise ZeroDivisionError(f"{request.boat} of anna@example.org")
