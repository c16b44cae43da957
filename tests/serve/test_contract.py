"""The rules that every call keeps: scope, basis, arm, log, audit, declared calls and one transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from hanse.base import context as contract
from hanse.base import errors, ids
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Caller, Context
from hanse.base.decision import Arm, Basis
from hanse.base.operation import Operation, Purpose
from hanse.data import consent, profiles
from hanse.data.access import audit
from hanse.data.consent import Consent
from hanse.data.profiles import Identity, Profile
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.harbour import operations as harbour
from tests.serve.harbour.operations import Boat, Greet, Greeting, UnknownBoat


async def call(running: Runtime, operation: Operation[Any, Any], request: Any, *scopes: str) -> Any:
    async with running.context(Caller("key", "till", frozenset(scopes or ("*",)))) as context:
        return await contract.run(operation, request, context)


async def rows(running: Runtime, statement: str) -> list[dict[str, Any]]:
    await running.log.flush()
    async with running.resources.pool.connection() as connection:
        return await (await connection.execute(statement.encode())).fetchall()


@pytest.fixture
async def anna(running: Runtime) -> UUID:
    """Somebody with all kinds of identities, who was never asked for anything."""
    profile_id = ids.new(NOW)
    keys = (Identity("user_id", "4711"), Identity("anonymous_id", "b-1"), Identity("email", "anna@example.org"))
    async with running.context() as context:
        await profiles.put(await context.connection(), [Profile(profile_id=profile_id, identities=keys, created_at=NOW)], source="shop", now=NOW)
    return profile_id


async def decide(running: Runtime, profile_id: UUID, *, granted: bool, purpose: Purpose = Purpose.PERSONALISATION) -> None:
    clock = running.resources.clock
    assert isinstance(clock, FixedClock)
    clock.advance(days=1)
    now = clock.now()
    entry = Consent(consent_id=ids.new(now), profile_id=profile_id, purpose=purpose, granted=granted, channel="banner", decided_at=now)
    async with running.context() as context:
        await consent.put(await context.connection(), [entry], now=now)


class TestScope:
    """Who calls, may."""

    @pytest.mark.parametrize("scope", ["*", "harbour", "harbour.load"])
    async def test_a_scope_that_covers_the_operation_is_enough(self, running: Runtime, scope: str) -> None:
        assert (await call(running, harbour.load, Boat(boat="Cog"), scope)).crates == 1

    @pytest.mark.parametrize("scope", ["write", "harbour.greet", "events", ""])
    async def test_without_one_nothing_happens(self, running: Runtime, scope: str) -> None:
        with pytest.raises(errors.NotAllowed, match=r"till may not use harbour\.load"):
            await call(running, harbour.load, Boat(boat="Cog"), scope)
        assert await rows(running, "SELECT * FROM events") == []


class TestBasis:
    """Nothing personal happens without a basis."""

    async def test_with_consent_the_answer_is_personal(self, running: Runtime, anna: UUID) -> None:
        await decide(running, anna, granted=True)
        answer: Greeting = await call(running, harbour.greet, Greet(user_id="4711"))
        assert (answer.personal, answer.basis) == (True, Basis.CONSENT)

    async def test_who_was_never_asked_gets_the_answer_for_everybody(self, running: Runtime, anna: UUID) -> None:
        answer: Greeting = await call(running, harbour.greet, Greet(user_id="4711"))
        assert (answer.personal, answer.basis) == (False, Basis.NONE)

    async def test_who_took_it_back_gets_the_answer_for_everybody(self, running: Runtime, anna: UUID) -> None:
        for granted, basis in ((True, Basis.CONSENT), (False, Basis.NONE), (True, Basis.CONSENT)):
            await decide(running, anna, granted=granted)
            assert (await call(running, harbour.greet, Greet(user_id="4711"))).basis is basis

    async def test_consent_to_another_purpose_is_none(self, running: Runtime, anna: UUID) -> None:
        await decide(running, anna, granted=True, purpose=Purpose.ADVERTISING)
        assert (await call(running, harbour.greet, Greet(user_id="4711"))).basis is Basis.NONE

    @pytest.mark.parametrize("request_", [Greet(), Greet(user_id="unknown"), Greet(anonymous_id="null"), Greet(user_id="anna@example.org")])
    async def test_whoever_is_not_known_is_anonymous(self, running: Runtime, anna: UUID, request_: Greet) -> None:
        answer: Greeting = await call(running, harbour.greet, request_)
        assert (answer.personal, answer.basis) == (False, Basis.ANONYMOUS)

    @pytest.mark.parametrize(
        "given", [{"user_id": "4711"}, {"user_id": " 4711 "}, {"anonymous_id": "b-1"}, {"user_id": "unknown", "anonymous_id": "b-1"}]
    )
    async def test_people_are_found_by_the_ids_that_their_events_carry(self, running: Runtime, anna: UUID, given: dict[str, str]) -> None:
        await decide(running, anna, granted=True)
        await call(running, harbour.greet, msgspec.convert(given, Greet))
        assert await rows(running, "SELECT profile_id FROM decisions") == [{"profile_id": anna}]

    async def test_people_are_found_by_their_profile(self, running: Runtime, anna: UUID) -> None:
        await decide(running, anna, granted=True)
        assert (await call(running, harbour.greet, Greet(profile_id=anna))).personal

    async def test_a_profile_that_nobody_has_cannot_have_agreed(self, running: Runtime) -> None:
        assert (await call(running, harbour.greet, Greet(profile_id=uuid4()))).basis is Basis.NONE

    @pytest.mark.parametrize(
        ("operation", "basis"), [(harbour.call_home, Basis.CONTRACT), (harbour.inspect, Basis.LEGITIMATE_INTEREST)], ids=["contract", "security"]
    )
    async def test_a_contract_and_security_need_no_consent(self, running: Runtime, anna: UUID, operation: Operation[Any, Any], basis: Basis) -> None:
        await decide(running, anna, granted=False)
        answer: Greeting = await call(running, operation, Greet(user_id="4711"))
        assert (answer.personal, answer.basis) == (True, basis)


class TestLog:
    """Every decision is logged, with nothing that names the person in it."""

    async def test_a_decision_is_logged_with_all_that_explains_it(self, running: Runtime, anna: UUID) -> None:
        await decide(running, anna, granted=True)
        answer: Greeting = await call(running, harbour.greet, Greet(user_id="4711", anonymous_id="b-1", weather="foggy"))
        (row,) = await rows(running, "SELECT * FROM decisions")
        assert row.pop("sequence")
        assert row == {
            "decision_id": answer.decision_id,
            "operation": "harbour.greet",
            "capability": "harbour",
            "profile_id": anna,
            "model_version": "harbour-1",
            "arm": "treated",
            "arm_probability": 1.0,
            "basis": "consent",
            "reason": answer.reason,
            "request": {"weather": "foggy"},
            "answer": {"text": "Ahoy, foggy", "personal": True},
            "decided_at": running.resources.clock.now(),
            "experiment_id": None,
            "variant": None,
            "variant_probability": None,
        }
        assert ids.moment(answer.decision_id) == running.resources.clock.now()

    async def test_without_a_basis_the_profile_is_not_logged_either(self, running: Runtime, anna: UUID) -> None:
        await call(running, harbour.greet, Greet(profile_id=anna))
        assert await rows(running, "SELECT profile_id, basis FROM decisions") == [{"profile_id": None, "basis": "none"}]

    async def test_what_is_no_decision_is_not_logged_as_one(self, running: Runtime) -> None:
        await call(running, harbour.load, Boat(boat="Cog"))
        assert await rows(running, "SELECT * FROM decisions") == []


class TestHoldout:
    """A share of profiles is left alone, always the same ones."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, holdout_share=0.5)

    async def test_everybody_stays_on_their_side_and_both_sides_are_logged(self, running: Runtime) -> None:
        people = [ids.new(NOW) for _ in range(20)]
        arms = [{(await call(running, harbour.inspect, Greet(profile_id=each))).arm for _ in range(3)} for each in people]
        assert {len(each) for each in arms} == {1}
        found = await rows(running, "SELECT arm, count(*) AS count, min(arm_probability) AS probability FROM decisions GROUP BY arm ORDER BY arm")
        assert [row["arm"] for row in found] == [Arm.HELD_OUT, Arm.TREATED]
        assert {row["probability"] for row in found} == {0.5}
        assert sum(row["count"] for row in found) == 60

    async def test_strangers_and_those_without_a_basis_are_treated(self, running: Runtime, anna: UUID) -> None:
        for request in (Greet(), Greet(user_id="4711")):
            answer: Greeting = await call(running, harbour.greet, request)
            assert (answer.arm, answer.arm_probability) == (Arm.TREATED, 1.0)


class TestAudit:
    """Who changed something is noted, in the transaction that changed it."""

    async def test_writing_and_acting_are_noted_and_reading_is_not(self, running: Runtime) -> None:
        for operation, request in ((harbour.greet, Greet()), (harbour.load, Boat(boat="Cog")), (harbour.salute, Boat(boat="Cog"))):
            await call(running, operation, request)
        async with running.context() as context:
            page = await audit.page(await context.connection())
        found = [(each.actor_kind, each.actor, each.action, each.effect, each.at) for each in sorted(page.entries, key=lambda each: each.action)]
        assert found == [("key", "till", "harbour.load", "write", NOW), ("key", "till", "harbour.salute", "act", NOW)]

    async def test_what_failed_is_undone_with_its_note(self, running: Runtime) -> None:
        with pytest.raises(ZeroDivisionError):
            await call(running, harbour.sink, Boat(boat="Cog"))
        assert await rows(running, "SELECT 1 FROM events UNION ALL SELECT 1 FROM audit_log") == []


class TestCalls:
    """An operation may call another that it declared, and that counts as any call."""

    async def test_a_declared_call_is_made_and_noted(self, running: Runtime) -> None:
        done = await call(running, harbour.delegate, Boat(boat="Cog"))
        assert (done.boat, done.crates) == ("Cog", 1)
        assert await rows(running, "SELECT action FROM audit_log") == [{"action": "harbour.load"}]

    async def test_an_undeclared_call_is_refused(self, running: Runtime) -> None:
        with pytest.raises(errors.UndeclaredCall, match=r"harbour\.smuggle calls harbour\.load without declaring it"):
            await call(running, harbour.smuggle, Boat(boat="Cog"))
        assert await rows(running, "SELECT * FROM events") == []

    async def test_nobody_gains_rights_by_calling_through_another(self, running: Runtime) -> None:
        with pytest.raises(errors.NotAllowed, match=r"may not use harbour\.load"):
            await call(running, harbour.delegate, Boat(boat="Cog"), "harbour.delegate")

    async def test_the_request_is_checked_like_a_strangers(self, running: Runtime) -> None:
        with pytest.raises(errors.InvalidRequest) as caught:
            await call(running, harbour.delegate, Boat(boat=""))
        assert caught.value.fields[0].field == "boat"

    async def test_an_error_of_the_called_one_undoes_everything(self, running: Runtime) -> None:
        with pytest.raises(UnknownBoat):
            await call(running, harbour.delegate, Boat(boat="Flying Dutchman"))
        assert await rows(running, "SELECT * FROM audit_log") == []

    async def test_a_context_in_which_nothing_runs_calls_nothing(self, running: Runtime) -> None:
        with pytest.raises(errors.UndeclaredCall):
            await Context(running.resources).call("harbour.load", {"boat": "Cog"})
