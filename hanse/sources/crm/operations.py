"""Operations on what is pushed to the CRM: targets with their mapping, a look at what would be sent, and dead letters."""

from __future__ import annotations

from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.sources.crm import store
from hanse.sources.crm import targets as registered
from hanse.sources.crm.errors import InvalidMapping, InvalidTarget, UnknownEntry, UnknownPush, UnknownTarget
from hanse.sources.crm.schemas import (
    AskDeadLetters,
    AskTargets,
    ChangedTarget,
    ChangeTarget,
    CRMDeadLetter,
    CRMDeadLetters,
    EntryRule,
    Mapping,
    Preview,
    Previewed,
    Replay,
    Replayed,
    SavedTarget,
    SaveTarget,
    TargetOptions,
    Targets,
    TraitRule,
)

EXAMPLE_MAPPING = Mapping(
    person="user_id",
    entries=[EntryRule(kinds=["consent_changed", "note_added"], to="note", fields={"title": "{subject}", "body": "{text}", "source": "Hanse"})],
    traits=[TraitRule(trait="lifetime_value", field="ltv")],
)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=AskTargets(name="crm"))
async def targets(request: AskTargets, context: Context) -> Targets:
    """List where entries and traits are pushed to, and how each is doing."""
    return Targets(targets=await store.list_targets(await context.connection(), name=request.name))


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(InvalidTarget, InvalidMapping),
    example=SaveTarget(name="crm", options=TargetOptions(url="https://crm.example/hanse"), mapping=EXAMPLE_MAPPING),
)
async def save_target(request: SaveTarget, context: Context) -> SavedTarget:
    """Make a target that entries and traits are pushed to, or change one.

    What happens from then on is pushed. The secret that webhooks are signed with is made here and told once.
    """
    return await registered.save(context, request)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownTarget,), example=ChangeTarget(name="crm", state="paused"))
async def change_target(request: ChangeTarget, context: Context) -> ChangedTarget:
    """Pause a target, let it go on, or remove it with everything that waits."""
    await registered.change(await context.connection(), request.name, request.state)
    return ChangedTarget(name=request.name, state=request.state)


@operation(
    purpose=Purpose.OPERATION, effect=Effect.READ, errors=(InvalidMapping, UnknownEntry), example=Preview(mapping=EXAMPLE_MAPPING, kind="note_added")
)
async def preview(request: Preview, context: Context) -> Previewed:
    """Show what a mapping makes of a real entry, without sending it. The answer may be personal data, so that a look is noted."""
    return await registered.preview(context, request)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, errors=(UnknownTarget,), example=AskDeadLetters(name="crm", limit=10))
async def dead_letters(request: AskDeadLetters, context: Context) -> CRMDeadLetters:
    """List what could not be delivered to a target, with the reason."""
    connection = await context.connection()
    target = await store.status(connection, request.name)
    cursor = await connection.execute(store.queries["dead"], {"target_id": target.target_id, "limit": request.limit})
    return CRMDeadLetters(letters=[CRMDeadLetter(**row) async for row in cursor])


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownTarget, UnknownPush), example=Replay(name="crm"))
async def replay(request: Replay, context: Context) -> Replayed:
    """Send a dead letter again, or all of a target, once what was wrong is mended."""
    return Replayed(count=await registered.replay(await context.connection(), request.name, request.delivery_id))
