"""Operations on customers: one whole, finding them, saying that two are one person and taking that back, and why they are."""

from __future__ import annotations

from uuid import UUID

from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.data.profiles import identity, keys, merging, reading
from hanse.data.profiles.merging import AlreadyOne, UnknownMerge, UnknownProfile
from hanse.data.profiles.requests import (
    AskMerges,
    AskProfile,
    FoundProfiles,
    KnownProfile,
    Merge,
    Merged,
    MergeLog,
    SearchProfiles,
    Unmerge,
    Unmerged,
)

ONE, OTHER = UUID("019ecb27-2200-707f-8163-043bedd20001"), UUID("019ecb27-2200-707f-8163-043bedd20002")
"""The profiles of the examples."""


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, tool=True, errors=(UnknownProfile,), example=AskProfile(user_id="customer-0"))
async def get(request: AskProfile, context: Context) -> KnownProfile:
    """Tell everything that is known of one customer, in one call.

    Who they are, their keys, what is known of them, for which companies they act and which companies stand above those, their price
    lists, the machines that stand there, and where they stand with every purpose that needs consent. They are found by the id of any
    of their records or by any identity. The answer is personal data.
    """
    return await reading.whole(await context.connection(), await _who(request, context))


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=SearchProfiles(text="customer-0", limit=5))
async def search(request: SearchProfiles, context: Context) -> FoundProfiles:
    """Find customers by an identity of any kind, or by the beginnings of the words of their name.

    A telephone number or an address is found in any spelling. The newest come first; `next_cursor` leads to the next page. The answer
    is personal data.
    """
    connection = await context.connection()
    return await reading.find(connection, request.text, kind=request.kind, cursor=request.cursor, limit=request.limit)


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownProfile, AlreadyOne),
    example=Merge(profile_id=ONE, other_id=OTHER, reason="same customer card"),
)
async def merge(request: Merge, context: Context) -> Merged:
    """Say that two customers are one person.

    Nothing is moved or lost: each record keeps what came to it, and profiles.unmerge takes the merge back. It overrules limits and
    earlier separations, so it is for people to decide.
    """
    connection = await context.connection()
    evidence = {"reason": request.reason} if request.reason else {}
    stands = await merging.merge(
        connection, request.profile_id, request.other_id, actor=context.caller.name, now=context.clock.now(), evidence=evidence
    )
    link_id = await reading.said_by_person(connection, request.profile_id, request.other_id)
    return Merged(profile_id=stands, link_id=link_id, members=await merging.members(connection, stands))


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownMerge,), example=Unmerge(link_id=ONE, reason="father and son"))
async def unmerge(request: Unmerge, context: Context) -> Unmerged:
    """Take a merge back: the two are different people from now on.

    Each has again what came to it. Nothing joins them any more but a person.
    """
    connection = await context.connection()
    entry = await reading.merge_entry(connection, request.link_id)
    await merging.unmerge(connection, request.link_id, actor=context.caller.name, now=context.clock.now(), reason=request.reason)
    return Unmerged(profile_ids=[await merging.canonical(connection, each) for each in (entry.profile_id, entry.other_id)])


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, errors=(UnknownProfile,), example=AskMerges(user_id="customer-0", limit=10))
async def merges(request: AskMerges, context: Context) -> MergeLog:
    """Show why records are one person: the merge log of a customer, with what was refused or taken back.

    `next_cursor` leads to the next page.
    """
    connection = await context.connection()
    own = await reading.members(connection, await _who(request, context))
    return await reading.merges(connection, own, cursor=request.cursor, limit=request.limit)


async def _who(request: AskProfile, context: Context) -> UUID:
    """Return the profile that a request names; raises `UnknownProfile`."""
    if context.subject.profile_id is not None:
        return context.subject.profile_id
    kind = keys.kind(request.kind or "")
    key = keys.key(kind, request.value) if kind else None
    found = await identity.find(await context.connection(), *key) if key else None
    if found is None:
        raise UnknownProfile(profile_id=request.profile_id or "")
    return found
