"""What callers may do with the ledger: record, ask, confirm, withdraw and show; each on a running Hanse, under its rules."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import Any
from uuid import UUID

import pytest

from hanse.base import context as contract
from hanse.base import ids
from hanse.base.clock import FixedClock
from hanse.base.decision import Basis
from hanse.base.operation import Operation
from hanse.data import consent, profiles
from hanse.data.consent import LegalBasis, Medium, Situation, State, operations
from hanse.data.consent.errors import AlreadyRequested, UnknownPerson, UnknownText, UnknownToken, UnlawfulConsent
from hanse.data.consent.requests import AskHistory, AskProof, AskState, Confirm, Proven, PutText, Record, RequestConfirmation, StateOf, Withdraw
from hanse.data.consent.schemas import ExistingCustomer
from hanse.data.profiles import Identity, Profile
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.conftest import declared, running, settings

__all__ = ["declared", "running", "settings"]
TEXT = "Ja, ich möchte den Newsletter erhalten."
MAIL = "anna@petersen.example"


async def call(running: Runtime, operation: Operation[Any, Any], request: Any, language: str = "en") -> Any:
    async with running.context(language=language) as context:
        return await contract.run(operation, request, context)


async def rows(running: Runtime, statement: str) -> list[dict[str, Any]]:
    async with running.resources.pool.connection() as connection:
        return await (await connection.execute(statement.encode())).fetchall()


def later(clock: FixedClock, **duration: float) -> None:
    clock.advance(**duration)


async def text(running: Runtime) -> str:
    return str((await call(running, operations.text, PutText(language="de", text=TEXT))).text_hash)


async def of_mail(running: Runtime, purpose: str = "advertising", medium: Medium | None = Medium.EMAIL, language: str = "en") -> StateOf:
    found = await call(running, operations.state, AskState(email=MAIL), language)
    (one,) = [each for each in found.states if (each.purpose, each.medium) == (purpose, medium)]
    assert isinstance(one, StateOf)
    return one


async def request(running: Runtime, **facts: Any) -> Any:
    given = {"email": MAIL, "channel": "newsletter form", "text_hash": await text(running), "form": "footer", "url": "https://shop.example/", **facts}
    return await call(running, operations.request_confirmation, RequestConfirmation(**given))


def record(**facts: Any) -> Record:
    return Record(**{"email": MAIL, "purpose": "advertising", "state": State.GRANTED, "channel": "checkout", **facts})


class TestDoubleOptIn:
    """Only who followed the link of their own mail has agreed."""

    async def test_it_takes_both_halves(self, running: Runtime, clock: FixedClock) -> None:
        asked = await request(running, ip="192.0.2.7", user_agent="Firefox")
        assert asked.expires_at == NOW + timedelta(days=7)
        half = await of_mail(running)
        assert (half.situation, half.allowed, half.missing) == (Situation.UNCONFIRMED, False, "Confirmation of the double opt-in is missing.")
        assert (await of_mail(running, language="de")).missing == "Es fehlt die Bestätigung des Double-Opt-in."
        later(clock, hours=1)
        done = await call(running, operations.confirm, Confirm(token=asked.token, ip="192.0.2.8", user_agent="Thunderbird"))
        assert (done.state.situation, done.state.basis, done.state.since) == (Situation.AGREED, Basis.CONSENT, NOW + timedelta(hours=1))
        first, second = await rows(running, "SELECT * FROM consents ORDER BY position")
        assert (first["state"], second["state"]) == ("requested", "confirmed")
        assert second["request_id"] == first["consent_id"] == asked.consent_id
        assert first["message_id"] == second["message_id"] == asked.message_id
        assert first["text_hash"] == second["text_hash"]
        assert (first["ip"], second["ip"], second["user_agent"]) == ("192.0.2.7", "192.0.2.8", "Thunderbird")
        assert (first["form"], first["url"]) == ("footer", "https://shop.example/")

    async def test_only_a_hash_of_the_secret_is_kept(self, running: Runtime) -> None:
        asked = await request(running)
        everything = await rows(running, "SELECT c::text AS line FROM consent_confirmations AS c UNION ALL SELECT c::text FROM consents AS c")
        audited = await rows(running, "SELECT a::text AS line FROM audit_log AS a")
        assert asked.token not in str(everything + audited)

    async def test_a_link_works_once(self, running: Runtime) -> None:
        asked = await request(running)
        await call(running, operations.confirm, Confirm(token=asked.token))
        with pytest.raises(UnknownToken):
            await call(running, operations.confirm, Confirm(token=asked.token))
        assert len(await rows(running, "SELECT * FROM consents")) == 2

    async def test_a_link_works_for_a_while(self, running: Runtime, clock: FixedClock) -> None:
        asked = await request(running, expires_in_seconds=3600)
        later(clock, hours=1)
        with pytest.raises(UnknownToken):
            await call(running, operations.confirm, Confirm(token=asked.token))
        assert (await of_mail(running)).situation is Situation.UNCONFIRMED

    async def test_an_invented_link_confirms_nothing(self, running: Runtime) -> None:
        await request(running)
        with pytest.raises(UnknownToken):
            await call(running, operations.confirm, Confirm(token="x" * 43))

    async def test_a_withdrawal_ends_open_links(self, running: Runtime) -> None:
        asked = await request(running)
        await call(running, operations.withdraw, Withdraw(email=MAIL, channel="letter"))
        with pytest.raises(UnknownToken):
            await call(running, operations.confirm, Confirm(token=asked.token))

    async def test_the_same_mail_is_not_asked_for_twice(self, running: Runtime) -> None:
        await request(running, message_id="<1@shop.example>")
        with pytest.raises(AlreadyRequested, match=r"<1@shop\.example>"):
            await request(running, message_id="<1@shop.example>")

    async def test_it_needs_the_text_that_was_shown(self, running: Runtime) -> None:
        with pytest.raises(UnknownText, match="0000"):
            await request(running, text_hash="00" * 32)
        assert await rows(running, "SELECT * FROM profiles") == []

    async def test_one_that_another_system_ran_is_recorded_with_both_halves(self, running: Runtime) -> None:
        for state in (State.REQUESTED, State.CONFIRMED):
            await call(running, operations.record, record(state=state, message_id="<7@mailer>"))
        assert (await of_mail(running)).situation is Situation.AGREED
        first, second = await rows(running, "SELECT consent_id, request_id FROM consents ORDER BY position")
        assert second["request_id"] == first["consent_id"]

    @pytest.mark.parametrize("message_id", [None, "<other@mailer>"])
    async def test_a_confirmation_without_its_request_is_none(self, running: Runtime, message_id: str | None) -> None:
        await call(running, operations.record, record(state=State.REQUESTED, message_id="<7@mailer>"))
        with pytest.raises(UnlawfulConsent, match="message id"):
            await call(running, operations.record, record(state=State.CONFIRMED, message_id=message_id))


class TestRecord:
    """What is written is written once and never changed."""

    async def test_a_banner_is_recorded_for_a_browser_nobody_knew(self, running: Runtime) -> None:
        facts = {"anonymous_id": "b-1", "email": None, "purpose": "personalisation", "channel": "cookie banner"}
        done = await call(running, operations.record, record(**facts))
        assert (done.recorded, done.state.situation) == (True, Situation.AGREED)
        assert await rows(running, "SELECT kind, value, source FROM identities") == [{"kind": "anonymous_id", "value": "b-1", "source": "consent"}]

    async def test_a_single_click_is_no_consent_to_mail(self, running: Runtime) -> None:
        done = await call(running, operations.record, record())
        assert (done.state.situation, done.state.allowed) == (Situation.UNCONFIRMED, False)

    @pytest.mark.parametrize("key", [{"consent_id": UUID(int=7)}, {"message_id": "<1@x>"}], ids=["consent id", "message id"])
    async def test_the_same_told_twice_is_written_once(self, running: Runtime, key: dict[str, Any]) -> None:
        answers = [await call(running, operations.record, record(**key)) for _ in range(3)]
        assert [each.recorded for each in answers] == [True, False, False]
        assert len({each.consent_id for each in answers}) == 1
        assert len(await rows(running, "SELECT * FROM consents")) == 1

    async def test_a_person_is_found_by_address_in_any_spelling(self, running: Runtime) -> None:
        await call(running, operations.record, record(email=" Anna@Petersen.Example"))
        await call(running, operations.record, record())
        assert len(await rows(running, "SELECT * FROM profiles")) == 1

    async def test_existing_customers_need_all_four_conditions(self, running: Runtime) -> None:
        facts = {"address_from_sale": True, "similar_goods_only": True, "never_objected": True, "told_of_objection": True}
        for wrong in (None, ExistingCustomer(**{**facts, "told_of_objection": False})):
            with pytest.raises(UnlawfulConsent, match="four conditions"):
                await call(running, operations.record, record(legal_basis=LegalBasis.EXISTING_CUSTOMER, existing_customer=wrong))
        request = record(legal_basis=LegalBasis.EXISTING_CUSTOMER, existing_customer=ExistingCustomer(**facts))
        done = await call(running, operations.record, request)
        assert (done.state.situation, done.state.basis) == (Situation.EXISTING_CUSTOMER, Basis.LEGITIMATE_INTEREST)

    @pytest.mark.parametrize("given", [{"email": None}, {"email": "nobody"}, {"email": None, "profile_id": UUID(int=9)}])
    async def test_nobody_cannot_agree(self, running: Runtime, given: dict[str, Any]) -> None:
        with pytest.raises(UnknownPerson):
            await call(running, operations.record, record(**given))

    async def test_a_banner_never_joins_two_people(self, running: Runtime) -> None:
        await call(running, operations.record, record(email=None, anonymous_id="b-1", purpose="statistics"))
        await call(running, operations.record, record(user_id="4711", anonymous_id="b-1", email=None, purpose="statistics"))
        found = await rows(running, "SELECT count(DISTINCT profile_id) AS profiles, count(*) AS identities FROM identities")
        assert found[0]["profiles"] == found[0]["identities"]


class TestWithdraw:
    """Taking back is as easy as giving."""

    async def test_one_purpose_or_all(self, running: Runtime, clock: FixedClock) -> None:
        for purpose in ("personalisation", "statistics"):
            await call(running, operations.record, record(purpose=purpose))
        later(clock, minutes=1)
        await call(running, operations.withdraw, Withdraw(email=MAIL, purpose="statistics", channel="account page"))
        assert (await of_mail(running, "statistics", None)).situation is Situation.WITHDRAWN
        assert (await of_mail(running, "personalisation", None)).situation is Situation.AGREED
        later(clock, minutes=1)
        answer = await call(running, operations.withdraw, Withdraw(email=MAIL, channel="letter"))
        assert {each.situation for each in answer.states} == {Situation.WITHDRAWN}

    async def test_one_medium_of_advertising(self, running: Runtime, clock: FixedClock) -> None:
        for medium in (Medium.PHONE, Medium.POST):
            await call(running, operations.record, record(medium=medium))
        later(clock, minutes=1)
        await call(running, operations.withdraw, Withdraw(email=MAIL, medium=Medium.PHONE, channel="call"))
        assert (await of_mail(running, medium=Medium.PHONE)).situation is Situation.WITHDRAWN
        assert (await of_mail(running, medium=Medium.POST)).situation is Situation.AGREED

    async def test_an_objection_ends_advertising_and_profiling(self, running: Runtime, clock: FixedClock) -> None:
        for purpose in ("personalisation", "statistics"):
            await call(running, operations.record, record(purpose=purpose))
        await call(running, operations.record, record(medium=Medium.POST))
        later(clock, minutes=1)
        answer = await call(running, operations.withdraw, Withdraw(email=MAIL, objection=True, channel="letter"))
        found = {(each.purpose, each.medium): each.situation for each in answer.states}
        assert found.pop(("statistics", None)) is Situation.AGREED
        assert set(found.values()) == {Situation.OBJECTED}

    async def test_told_twice_it_is_written_once(self, running: Runtime, clock: FixedClock) -> None:
        await call(running, operations.record, record(purpose="statistics"))
        for _ in range(2):
            later(clock, minutes=1)
            await call(
                running, operations.withdraw, Withdraw(email=MAIL, purpose="statistics", channel="link", decided_at=NOW + timedelta(seconds=1))
            )
        assert len(await rows(running, "SELECT * FROM consents")) == 2

    async def test_who_is_not_known_has_nothing_to_take_back(self, running: Runtime) -> None:
        with pytest.raises(UnknownPerson):
            await call(running, operations.withdraw, Withdraw(email=MAIL, channel="link"))


class TestReading:
    """Everybody can be told what is known of their wishes."""

    async def test_who_is_not_known_was_never_asked(self, running: Runtime) -> None:
        found = await call(running, operations.state, AskState(user_id="nobody"))
        assert {each.situation for each in found.states} == {Situation.NEVER_ASKED}
        (one,) = (await call(running, operations.state, AskState(user_id="nobody", purpose="statistics"))).states
        assert (one.purpose, one.since, one.channel) == ("statistics", None, "")

    async def test_history_shows_all_but_the_evidence(self, running: Runtime, clock: FixedClock) -> None:
        asked = await request(running, ip="192.0.2.7", user_agent="Firefox")
        await call(running, operations.confirm, Confirm(token=asked.token))
        found = await call(running, operations.history, AskHistory(email=MAIL))
        assert found.intact
        assert [each.state for each in found.entries] == [State.REQUESTED, State.CONFIRMED]
        assert [each.text_hash for each in found.entries] == [await text(running)] * 2
        assert "192.0.2.7" not in str(found)
        with pytest.raises(UnknownPerson):
            await call(running, operations.history, AskHistory(email="other@petersen.example"))

    async def test_history_says_when_somebody_changed_it(self, running: Runtime) -> None:
        await call(running, operations.record, record())
        async with running.resources.pool.connection() as connection:
            await connection.execute("ALTER TABLE consents DISABLE TRIGGER USER")
            await connection.execute("UPDATE consents SET channel = 'letter'")
        assert not (await call(running, operations.history, AskHistory(email=MAIL))).intact

    async def test_a_merged_person_is_one(self, running: Runtime) -> None:
        people = [Profile(profile_id=ids.new(NOW), identities=(Identity("user_id", each),), created_at=NOW) for each in ("1", "2")]
        async with running.context() as context:
            connection = await context.connection()
            await profiles.put(connection, people, source="shop", now=NOW)
            await connection.execute("UPDATE profiles SET merged_into = %s WHERE profile_id = %s", (people[0].profile_id, people[1].profile_id))
        await call(running, operations.record, record(email=None, user_id="2", purpose="statistics"))
        (one,) = (await call(running, operations.state, AskState(user_id="1", purpose="statistics"))).states
        assert one.situation is Situation.AGREED
        assert len((await call(running, operations.history, AskHistory(profile_id=people[0].profile_id))).entries) == 1


class TestProof:
    """Who reads what is known of somebody is noted."""

    async def test_it_is_a_page_in_the_language_asked_for_and_noted_without_the_person(self, running: Runtime) -> None:
        asked = await request(running, ip="192.0.2.7")
        await call(running, operations.confirm, Confirm(token=asked.token))
        german = await call(running, operations.proof, AskProof(email=MAIL, language="de"))
        english = await call(running, operations.proof, AskProof(email=MAIL), "en")
        assert german.intact
        assert "Nachweis der Einwilligungen" in german.html
        assert "Proof of consent" in english.html
        for html in (german.html, english.html):
            assert {MAIL in html, TEXT in html, "192.0.2.7" in html, html.count(escape(asked.message_id)) == 2} == {True}
        (noted,) = await rows(running, "SELECT DISTINCT actor_kind, effect, subject, facts FROM audit_log WHERE action = 'consent.proof'")
        (profile,) = await rows(running, "SELECT profile_id FROM profiles")
        assert noted == {"actor_kind": "command line", "effect": "read", "subject": str(profile["profile_id"]), "facts": {}}

    async def test_of_nobody_there_is_none(self, running: Runtime) -> None:
        with pytest.raises(UnknownPerson):
            await call(running, operations.proof, AskProof(email=MAIL))
        assert await rows(running, "SELECT * FROM audit_log") == []


async def test_a_text_is_kept_once_and_whole(running: Runtime) -> None:
    assert await text(running) == await text(running)
    other = await call(running, operations.text, PutText(language="en", text=TEXT))
    assert other.text_hash != await text(running)
    assert await rows(running, "SELECT language, text FROM consent_texts ORDER BY language") == [
        {"language": "de", "text": TEXT},
        {"language": "en", "text": TEXT},
    ]


def test_evidence_is_kept_for_proof_only() -> None:
    """What comes in as evidence goes out in no answer but the proof."""
    answers = {each.answer_type for each in vars(operations).values() if isinstance(each, Operation)}
    fields = {name for kind in (*answers, StateOf) for name in getattr(kind, "__struct_fields__", ())}
    assert {"ip", "user_agent"} <= set(Proven.__struct_fields__)
    assert not {"ip", "user_agent"} & fields
    assert consent
