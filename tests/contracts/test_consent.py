"""No basis, no personal answer: over every operation whose purpose needs consent, whatever the reason is that there is no consent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import pytest_asyncio

from hanse.base import context as contract
from hanse.base import ids
from hanse.base.clock import FixedClock, SystemClock
from hanse.base.config import Settings
from hanse.base.decision import Basis, Decision, Personal
from hanse.base.errors import HanseError
from hanse.base.operation import Operation, Purpose
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import consent, events, profiles
from hanse.data.consent import Consent, LegalBasis, State
from hanse.data.profiles import Identity, Profile, identity
from hanse.serve import registry, runtime
from hanse.serve.runtime import Runtime
from tests import databases
from tests.contracts.shop import bought, fill

OPERATIONS: dict[str, Operation[Any, Any]] = {name: each for name, each in registry.load().operations.items() if each.purpose.needs_consent}
OF_PEOPLE = sorted(name for name, each in OPERATIONS.items() if issubclass(each.request_type, Personal))
SAID = {"decision_id", "decided_at", "computed_at", "basis", "reason"}
"""What may differ between two answers that use nothing personal."""

in_one_loop = pytest.mark.asyncio(loop_scope="module")
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


async def person(running: Runtime, acts: list[Act]) -> tuple[str, UUID]:
    """Have somebody buy in the shop and do some things one after the other, up to now."""
    async with running.context() as context:
        connection, now, user_id = await context.connection(), context.clock.now(), f"customer-{uuid4()}"
        await events.append(connection, [bought(user_id, now)], now=now)
        profile_id = await identity.find(connection, "user_id", user_id)
        assert profile_id
        done = [entry(profile_id, act, now - timedelta(minutes=len(acts) - number)) for number, act in enumerate(acts)]
        await consent.put(connection, done, now=now)
        return user_id, profile_id


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


async def logged(running: Runtime, profile_id: UUID) -> list[Any]:
    """Return the bases of all decisions about somebody."""
    await running.log.flush()
    async with running.resources.pool.connection() as connection:
        rows = await (await connection.execute("SELECT basis FROM decisions WHERE profile_id = %s", (profile_id,))).fetchall()
    return [row["basis"] for row in rows]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    """A running Hanse with the few facts that examples ask for; each test has a customer of its own in it."""
    with databases.copied(postgres) as url:
        settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=url, holdout_share=0.0, pool_size=4, console=False)
        async with runtime.started(settings, url, clock=FixedClock(SystemClock().now())) as running:
            async with running.context() as context:
                await fill(await context.connection())
            yield running


def content(answer: Decision | HanseError) -> object:
    """Return what an answer says, without what names the answer itself."""
    if isinstance(answer, HanseError):
        return answer.problem()
    return {name: getattr(answer, name) for name in answer.__struct_fields__ if name not in SAID}


@in_one_loop
@pytest.mark.parametrize("why", WITHOUT)
@pytest.mark.parametrize("name", OF_PEOPLE)
async def test_without_a_basis_the_answer_is_the_one_for_everybody_and_says_so(shop: Runtime, name: str, why: str) -> None:
    operation = OPERATIONS[name]
    user_id, profile_id = await person(shop, WITHOUT[why](operation.purpose))
    stranger = await ask(shop, operation)
    for named in ({"user_id": user_id}, {"profile_id": profile_id}, {"user_id": user_id, "anonymous_id": f"b-{user_id}"}):
        answer = await ask(shop, operation, **named)
        assert content(answer) == content(stranger)
        if isinstance(answer, Decision):
            assert answer.basis is Basis.NONE
    assert await logged(shop, profile_id) == []


@in_one_loop
@pytest.mark.parametrize("name", OF_PEOPLE)
async def test_with_consent_there_is_a_basis(shop: Runtime, name: str) -> None:
    """Or the tests above would prove nothing."""
    operation = OPERATIONS[name]
    user_id, profile_id = await person(shop, [agreed(operation.purpose)])
    answer = await ask(shop, operation, user_id=user_id)
    if isinstance(answer, Decision):
        assert answer.basis is Basis.CONSENT
        assert await logged(shop, profile_id) == ["consent"]


@in_one_loop
@pytest.mark.parametrize("name", OF_PEOPLE)
async def test_consent_of_one_profile_of_a_merged_person_ends_with_the_withdrawal_of_the_other(shop: Runtime, name: str) -> None:
    operation = OPERATIONS[name]
    user_id, profile_id = await person(shop, [agreed(operation.purpose)])
    async with shop.context() as context:
        connection, now = await context.connection(), context.clock.now()
        other = Profile(profile_id=ids.new(now), identities=(Identity("user_id", f"other-{user_id}"),), created_at=now)
        await profiles.put(connection, [other], source="shop", now=now)
        await connection.execute("UPDATE profiles SET merged_into = %s WHERE profile_id = %s", (profile_id, other.profile_id))
        await consent.put(connection, [entry(other.profile_id, (State.WITHDRAWN, operation.purpose, GIVEN), now)], now=now)
    for each in (user_id, f"other-{user_id}"):
        answer = await ask(shop, operation, user_id=each)
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
