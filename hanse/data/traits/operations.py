"""What may be asked of traits: what is known of somebody, and which traits are computed."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.data.consent import people
from hanse.data.consent.errors import UnknownPerson
from hanse.data.consent.people import Person
from hanse.data.traits import computing, reading
from hanse.data.traits.schemas import Known


class GetTraits(Person, kw_only=True, forbid_unknown_fields=True):
    """Whose traits."""

    name: Annotated[Annotated[str, Meta(max_length=200)] | None, Meta(description="Only the trait of this name.")] = None


class TraitsOf(msgspec.Struct, kw_only=True, frozen=True):
    """What is known of somebody."""

    traits: Annotated[tuple[Known, ...], Meta(description="The traits by name, with what other sources say instead.")]


class ListTraits(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which computed traits."""

    purpose: Annotated[Purpose | None, Meta(description="Only traits for this purpose.")] = None


class DeclaredTrait(msgspec.Struct, kw_only=True, frozen=True):
    """One trait that is computed from what people did."""

    name: Annotated[str, Meta(description="The name of the trait.")]
    description: Annotated[str, Meta(description="What it says of somebody.")]
    unit: Annotated[str, Meta(description="What its value is measured in; empty for a word or a time.")]
    purpose: Annotated[Purpose, Meta(description="What it may be used for.")]
    needs_consent: Annotated[bool, Meta(description="Whether it is computed only of those who agreed to the purpose.")]


class DeclaredTraits(msgspec.Struct, kw_only=True, frozen=True):
    """The traits that are computed."""

    traits: Annotated[tuple[DeclaredTrait, ...], Meta(description="The traits that are computed, by name.")]


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, tool=True, errors=(UnknownPerson,), example=GetTraits(user_id="customer-0"))
async def get(request: GetTraits, context: Context) -> TraitsOf:
    """Show what is known of somebody: given by sources or computed, with source, time and purpose.

    What was said last counts; what other sources say instead stands beside it. What is computed for a purpose that needs consent is
    shown only of those who agreed.
    """
    profile_id = await people.find(request, context)
    if profile_id is None:
        raise UnknownPerson
    found = await reading.of(await context.connection(), profile_id)
    return TraitsOf(traits=tuple(each for name, each in found.items() if request.name in {None, name}))


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, tool=True, example=ListTraits(purpose=Purpose.PERSONALISATION))
async def list(request: ListTraits, context: Context) -> DeclaredTraits:  # noqa: A001  # the operation is traits.list
    """List the traits that are computed from orders and visits, with unit and purpose."""
    declared = computing.of(context)
    language = context.language or context.settings.language
    return DeclaredTraits(
        traits=tuple(
            DeclaredTrait(
                name=each.name,
                description=declared.say(each.description, language),
                unit=declared.say(each.unit, language) if each.unit else "",
                purpose=each.purpose,
                needs_consent=each.purpose.needs_consent,
            )
            for _, each in sorted(declared.traits.items())
            if request.purpose in {None, each.purpose}
        )
    )
