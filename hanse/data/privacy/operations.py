"""Operations for the rights of a person, and for the requests with which people ask for them."""

from __future__ import annotations

from uuid import UUID

import msgspec

from hanse.base import database
from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.data.consent import operations as ledger
from hanse.data.consent import people
from hanse.data.consent.errors import UnknownPerson
from hanse.data.consent.requests import States, Withdraw
from hanse.data.lake import forget
from hanse.data.privacy import deadlines, erasing, restriction
from hanse.data.privacy import export as exporting
from hanse.data.privacy.errors import ExtendedAlready, ReasonNeeded, UnknownErasure, UnknownPrivacyRequest
from hanse.data.privacy.schemas import (
    EXAMPLE_AT,
    EXAMPLE_ID,
    AskErasure,
    AskRequests,
    CloseRequest,
    Erase,
    ErasureReceipt,
    Export,
    Exported,
    ExtendRequest,
    Object,
    OpenRequest,
    PrivacyRequest,
    PrivacyRequests,
    Rectified,
    Rectify,
    Restrict,
    Restricted,
)
from hanse.data.profiles import given, merging
from hanse.data.profiles.given import Said

SELF = "person"
"""The source of what people set right about themselves."""


@operation(purpose=Purpose.OPERATION, effect=Effect.ACT, errors=(UnknownPerson,), example=Erase(user_id="customer-0"))
async def erase(request: Erase, context: Context) -> ErasureReceipt:
    """Erase a person everywhere: all profiles that are them, the log, the lake, files, queue and audit log (Art. 17 DSGVO).

    It is done right after this answer, or within minutes where the log is large; privacy.erasure tells how far it is. What stays is a
    receipt that names no one, and orders without anybody in them unless `keep_orders` is false. It cannot be undone.
    """
    profile_id = await _one(request, context)
    connection = await context.connection()
    erasure_id = await erasing.ask(connection, profile_id, context, keep_orders=request.keep_orders, legal_basis=request.legal_basis)
    await erasing.soon(context, erasure_id)
    return await receipt(erasure_id, context)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, errors=(UnknownErasure,), example=AskErasure(erasure_id=EXAMPLE_ID))
async def erasure(request: AskErasure, context: Context) -> ErasureReceipt:
    """Tell how far an erasure is, and what was erased where."""
    return await receipt(request.erasure_id, context)


@operation(purpose=Purpose.OPERATION, effect=Effect.ACT, errors=(UnknownPerson,), example=Export(user_id="customer-0", language="de"))
async def export(request: Export, context: Context) -> Exported:
    """Give all that is kept of a person, as one file to read and for machines (Art. 15 and 20 DSGVO).

    It is unmasked and meant for the person alone: make sure who asks (Art. 12(6)), and send it on a safe way.
    """
    language = request.language or context.language or context.settings.language
    members = await people.members(request, context)
    kept = await exporting.collect(await context.connection(), members, context, language=language)
    name = "auskunft.zip" if language == "de" else "access.zip"
    return Exported(file_name=name, archive=exporting.pack(kept, language=language, time_zone=context.settings.time_zone))


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownPerson,),
    example=Rectify(user_id="customer-0", traits={"firstName": "Anna"}, remove=["birthday"]),
)
async def rectify(request: Rectify, context: Context) -> Rectified:
    """Set right what is wrong about a person, and remove what is known no better (Art. 16 DSGVO)."""
    members = await people.members(request, context)
    connection = await context.connection()
    stands = await merging.canonical(connection, members[0])
    now = context.clock.now()
    await given.remove(connection, members, sorted({*request.remove, *request.traits}))
    await given.put(connection, (Said(stands, name, SELF, database.jsonb(value), now) for name, value in request.traits.items()))
    row = await (await connection.execute("SELECT profile_traits(%s) AS traits", (members,))).fetchone()
    return Rectified(profile_id=stands, traits=row["traits"] if row else {})


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownPerson,),
    example=Object(user_id="customer-0", channel="letter", objected_at=EXAMPLE_AT),
)
async def object(request: Object, context: Context) -> States:  # noqa: A001  # the right is called so: privacy.object
    """Note that a person objects (Art. 21 DSGVO); from then on it blocks, whatever was agreed to before.

    It goes into the consent ledger; an objection to advertising ends profiling for it too.
    """
    named = {name: getattr(request, name) for name in ("profile_id", "user_id", "anonymous_id", "email")}
    wanted = Withdraw(**named, purpose=request.purpose, objection=True, channel=request.channel, decided_at=request.objected_at)
    return await ledger.withdraw.function(wanted, context)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownPerson,), example=Restrict(user_id="customer-0"))
async def restrict(request: Restrict, context: Context) -> Restricted:
    """Restrict the processing of what is known of a person (Art. 18 DSGVO): it is kept, and nothing personal is done with it.

    Every decision about them is the non-personal one, and training leaves them out, until the restriction is lifted.
    """
    members = await people.members(request, context)
    connection = await context.connection()
    await restriction.restrict(connection, members, restricted=request.restricted, now=context.clock.now())
    if request.restricted:
        context.after_commit(lambda: _leave_lake(context, members))
    return Restricted(profile_id=await merging.canonical(connection, members[0]), restricted=request.restricted)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=AskRequests())
async def requests(request: AskRequests, context: Context) -> PrivacyRequests:
    """List requests of people for a right of theirs, those that are due first on top."""
    return PrivacyRequests(requests=await deadlines.page(await context.connection(), state=request.state, limit=request.limit))


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(),
    example=OpenRequest(user_id="customer-0", kind="access", request_key="letter-2026-17", note="By letter.", received_at=EXAMPLE_AT),
)
async def open_request(request: OpenRequest, context: Context) -> PrivacyRequest:
    """Note that a person asks for a right of theirs; it is due within a month (Art. 12(3) DSGVO)."""
    profile_id = await people.find(request, context)
    return await deadlines.note(await context.connection(), request, profile_id, now=context.clock.now())


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownPrivacyRequest, ExtendedAlready),
    example=ExtendRequest(request_id=EXAMPLE_ID, reason="Many requests came at once."),
)
async def extend_request(request: ExtendRequest, context: Context) -> PrivacyRequest:
    """Extend the deadline of a request by two months, once; the person has to be told why within the first (Art. 12(3) DSGVO)."""
    return await deadlines.extend(await context.connection(), request.request_id, reason=request.reason, now=context.clock.now())


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownPrivacyRequest, ReasonNeeded),
    example=CloseRequest(request_id=EXAMPLE_ID, dismissed=True, reason="They could not be identified."),
)
async def close_request(request: CloseRequest, context: Context) -> PrivacyRequest:
    """Close a request because it was answered, or with a reason why nothing is done about it (Art. 12(4) DSGVO)."""
    if request.dismissed and not request.reason.strip():
        raise ReasonNeeded
    state = "dismissed" if request.dismissed else "done"
    connection, now = await context.connection(), context.clock.now()
    return await deadlines.close(connection, request.request_id, state=state, by=context.caller.name, reason=request.reason, now=now)


async def _leave_lake(context: Context, members: list[UUID]) -> None:
    await forget(context.settings, members)


async def receipt(erasure_id: UUID, context: Context) -> ErasureReceipt:
    """Return a receipt; raises `UnknownErasure`."""
    row = await (await (await context.connection()).execute(erasing.queries["erasure"], {"erasure_id": erasure_id})).fetchone()
    if row is None:
        raise UnknownErasure(erasure_id=erasure_id)
    return msgspec.convert(row, ErasureReceipt)


async def _one(request: people.Person, context: Context) -> UUID:
    """Return the profile that stands for whom a request names; raises `UnknownPerson`."""
    members = await people.members(request, context)
    return await merging.canonical(await context.connection(), members[0])
