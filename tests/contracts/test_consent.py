"""No basis, no personal answer: over every operation whose purpose needs consent, whatever the reason is that there is no consent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from hanse.base import context as contract
from hanse.base import ids
from hanse.base.decision import Basis, Decision, Personal
from hanse.base.errors import HanseError
from hanse.base.operation import Operation, Purpose
from hanse.data import consent, profiles
from hanse.data.consent import Consent, LegalBasis, State
from hanse.data.profiles import Identity, Profile, identity
from hanse.serve import registry
from hanse.serve.runtime import Runtime
from tests.contracts.shop import fill

OPERATIONS: dict[str, Operation[Any, Any]] = {name: each for name, each in registry.load().operations.items() if each.purpose.needs_consent}
OF_PEOPLE = sorted(name for name, each in OPERATIONS.items() if issubclass(each.request_type, Personal))
USER_ID = "customer-0"
SAID = {"decision_id", "decided_at", "computed_at", "basis", "reason"}
"""What may differ between two answers that use nothing personal."""

Act = tuple[State, Purpose, LegalBasis]
GIVEN, OBJECTION = LegalBasis.CONSENT, LegalBasis.OBJECTION
OTHERS = {
    Purpose.STATISTICS: Purpose.PERSONALISATION,
    Purpose.PERSONALISATION: Purpose.STATISTICS,
    Purpose.ADVERTISING: Purpose.PERSONALISATION,
}


def agreed(purpose: Purpose) -> Act:
    return (State.CONFIRMED if purpose is Purpose.ADVERTISING else State.GRANTED), purpose, GIVEN


WITHOUT: dict[str, Callable[[Purpose], list[Act]]] = {
    "never asked": lambda _: [],
    "denied": lambda purpose: [(State.DENIED, purpose, GIVEN)],
    "withdrawn": lambda purpose: [agreed(purpose), (State.WITHDRAWN, purpose, GIVEN)],
    "objected": lambda purpose: [agreed(purpose), (State.DENIED, purpose, OBJECTION)],
    "unconfirmed double opt-in": lambda purpose: [(State.REQUESTED, purpose, GIVEN)],
    "agreed to something else": lambda purpose: [agreed(OTHERS[purpose])],
}


async def person(running: Runtime, acts: list[Act]) -> UUID:
    """Have the first customer of the shop do some things one after the other, up to now."""
    async with running.context() as context:
        connection, now = await context.connection(), context.clock.now()
        profile_id = await identity.find(connection, "user_id", USER_ID)
        assert profile_id
        done = [entry(profile_id, act, now - timedelta(minutes=len(acts) - number)) for number, act in enumerate(acts)]
        await consent.put(connection, done, now=now)
        return profile_id


def entry(profile_id: UUID, act: Act, at: datetime) -> Consent:
    state, purpose, legal_basis = act
    return Consent(
        consent_id=ids.new(at), profile_id=profile_id, purpose=purpose, state=state, legal_basis=legal_basis, channel="banner", decided_at=at
    )


async def ask(running: Runtime, operation: Operation[Any, Any], **named: Any) -> Any:
    """Run the example for somebody; return the answer, or the declared error it ended in."""
    nobody = dict.fromkeys(Personal.__struct_fields__)
    request = msgspec.structs.replace(operation.example, **{**nobody, **named})
    try:
        async with running.context() as context:
            return await contract.run(operation, request, context)
    except operation.errors as error:
        return error


async def logged(running: Runtime) -> list[dict[str, Any]]:
    await running.log.flush()
    async with running.resources.pool.connection() as connection:
        return await (await connection.execute("SELECT profile_id, basis FROM decisions ORDER BY sequence")).fetchall()


@pytest.fixture
async def shop(running: Runtime) -> Runtime:
    """A running Hanse with the few facts that examples ask for."""
    async with running.context() as context:
        await fill(await context.connection())
    return running


def content(answer: Decision | HanseError) -> object:
    """Return what an answer says, without what names the answer itself."""
    if isinstance(answer, HanseError):
        return answer.problem()
    return {name: getattr(answer, name) for name in answer.__struct_fields__ if name not in SAID}


@pytest.mark.parametrize("why", WITHOUT)
@pytest.mark.parametrize("name", OF_PEOPLE)
async def test_without_a_basis_the_answer_is_the_one_for_everybody_and_says_so(shop: Runtime, name: str, why: str) -> None:
    operation = OPERATIONS[name]
    profile_id = await person(shop, WITHOUT[why](operation.purpose))
    stranger = await ask(shop, operation)
    for named in ({"user_id": USER_ID}, {"profile_id": profile_id}, {"user_id": USER_ID, "anonymous_id": "b-1"}):
        answer = await ask(shop, operation, **named)
        assert content(answer) == content(stranger)
        if isinstance(answer, Decision):
            assert answer.basis is Basis.NONE
    assert {row["profile_id"] for row in await logged(shop)} <= {None}


@pytest.mark.parametrize("name", OF_PEOPLE)
async def test_with_consent_there_is_a_basis(shop: Runtime, name: str) -> None:
    """Or the tests above would prove nothing."""
    operation = OPERATIONS[name]
    profile_id = await person(shop, [agreed(operation.purpose)])
    answer = await ask(shop, operation, user_id=USER_ID)
    if isinstance(answer, Decision):
        assert answer.basis is Basis.CONSENT
        assert await logged(shop) == [{"profile_id": profile_id, "basis": "consent"}]


@pytest.mark.parametrize("name", OF_PEOPLE)
async def test_consent_of_one_profile_of_a_merged_person_ends_with_the_withdrawal_of_the_other(shop: Runtime, name: str) -> None:
    operation = OPERATIONS[name]
    profile_id = await person(shop, [agreed(operation.purpose)])
    async with shop.context() as context:
        connection, now = await context.connection(), context.clock.now()
        other = Profile(profile_id=ids.new(now), identities=(Identity("user_id", "the-other"),), created_at=now)
        await profiles.put(connection, [other], source="shop", now=now)
        await connection.execute("UPDATE profiles SET merged_into = %s WHERE profile_id = %s", (profile_id, other.profile_id))
        await consent.put(connection, [entry(other.profile_id, (State.WITHDRAWN, operation.purpose, GIVEN), now)], now=now)
    for user_id in (USER_ID, "the-other"):
        answer = await ask(shop, operation, user_id=user_id)
        if isinstance(answer, Decision):
            assert answer.basis is Basis.NONE


def test_whatever_needs_consent_and_takes_no_person_names_none() -> None:
    """Such an operation is never asked whether somebody agreed, so that nobody may come in by another field."""
    for name in set(OPERATIONS) - set(OF_PEOPLE):
        _, components = msgspec.json.schema_components([OPERATIONS[name].request_type], ref_template="{name}")
        fields = {field for schema in components.values() for field in schema.get("properties", ())}
        assert not fields & {*Personal.__struct_fields__, "email", "phone", "customer_id", "person_id"}, name


def test_there_are_operations_to_try_this_on() -> None:
    assert OF_PEOPLE
