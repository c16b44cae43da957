"""Access, rectification, objection, restriction and requests, as people ask for them."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import pytest

from hanse.base import context as contract
from hanse.base.context import Context
from hanse.base.decision import Basis, Personal
from hanse.base.operation import Purpose
from hanse.data import events, imports, lake, profiles
from hanse.data.consent.errors import UnknownPerson
from hanse.data.events import Event, EventType
from hanse.data.imports import DeadLetter
from hanse.data.privacy import errors
from hanse.data.privacy.schemas import RequestKind
from hanse.data.profiles import Identity, Membership, Profile, store
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.conftest import declared, running, settings

__all__ = ["declared", "running", "settings"]

ANNA, OTTO, FIRM = (UUID(f"019ecb27-2200-707f-8163-04000000000{number}") for number in range(3))
Files = dict[str, Any]


@pytest.fixture
async def shop(running: Runtime) -> Runtime:
    """Anna, who did this and that, and Otto, who works for the same company."""
    async with running.context() as context:
        connection = await context.connection()
        people = [
            Profile(profile_id=each, traits={"email": mail, "firstName": name}, identities=(Identity("email", mail),), created_at=NOW)
            for each, name, mail in ((ANNA, "Anna", "anna@example.org"), (OTTO, "Otto", "otto@example.org"))
        ]
        firm = Profile(profile_id=FIRM, kind="company", traits={"company": "Werft GmbH"}, created_at=NOW)
        await profiles.put(connection, [*people, firm], source="crm", now=NOW)
        await store.put_memberships(connection, [Membership(company_id=FIRM, member_id=each, role="buyer", created_at=NOW) for each in (ANNA, OTTO)])
        given = [
            Event(message_id=f"m-{who}", name="Viewed", type=EventType.TRACK, profile_id=who, source="shop", occurred_at=NOW) for who in (ANNA, OTTO)
        ]
        await events.append(connection, given, now=NOW)
        payloads: list[dict[str, Any]] = [
            {"email": "anna@example.org"},
            {"email": "anna@example.org", "cc": "otto@example.org"},
            {"email": "otto@example.org"},
        ]
        letters = [
            DeadLetter(dead_letter_id=UUID(int=number), kind="event", source="shop", field="event", reason="missing", payload=each, created_at=NOW)
            for number, each in enumerate(payloads)
        ]
        await imports.add_dead_letters(connection, letters)
    return running


async def call(running: Runtime, name: str, **arguments: Any) -> Any:
    async with running.context() as context:
        operation = running.registry.find(name)
        return await contract.run(operation, contract.parse(operation, arguments), context)


async def files(running: Runtime, **arguments: Any) -> dict[str, bytes]:
    given = await call(running, "privacy.export", **arguments)
    with zipfile.ZipFile(io.BytesIO(given.archive)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_an_export_has_all_of_the_person_and_nothing_of_others(shop: Runtime) -> None:
    found = await files(shop, email="anna@example.org", language="en")

    assert b"anna@example.org" in found["identities.json"]
    assert len(json.loads(found["events.json"])) == found["events.csv"].count(b"\r\n") - 1 == 1
    assert json.loads(found["companies.json"])[0]["company"] == "Werft GmbH"
    assert json.loads(found["as_it_came.json"]) == [{"kind": "dead_letter", "content": {"email": "anna@example.org"}}]
    assert b"otto@" not in b"".join(found.values()).lower()
    assert b"What is kept of you" in found["index.html"]
    assert b"http" not in found["index.html"]


async def test_a_company_sees_its_members_by_role_alone(shop: Runtime) -> None:
    found = await files(shop, profile_id=str(FIRM))

    assert [each["role"] for each in json.loads(found["members.json"])] == ["buyer", "buyer"]
    assert b"anna" not in b"".join(found.values()).lower()


async def test_the_same_data_gives_the_same_file(shop: Runtime) -> None:
    first = await call(shop, "privacy.export", email="anna@example.org")
    shop.resources.clock.advance(hours=1)  # type: ignore[attr-defined]  # the clock of tests
    assert (await call(shop, "privacy.export", email="anna@example.org")).archive == first.archive


async def test_what_is_wrong_is_set_right_and_removed(shop: Runtime) -> None:
    answer = await call(shop, "privacy.rectify", profile_id=str(ANNA), traits={"firstName": "Anne"}, remove=["email"])
    assert answer.traits == {"firstName": "Anne"}


async def subject(running: Runtime, purpose: Purpose) -> Basis:
    async with running.context() as context:
        return (await context.resources.ports.subject(Personal(profile_id=ANNA), purpose, context)).basis


async def test_restriction_counts_before_consent_until_it_is_lifted(shop: Runtime) -> None:
    await call(shop, "consent.record", profile_id=str(ANNA), purpose="personalisation", state="granted", channel="form")
    assert await subject(shop, Purpose.PERSONALISATION) is Basis.CONSENT

    await call(shop, "privacy.restrict", profile_id=str(ANNA))
    assert await subject(shop, Purpose.PERSONALISATION) is Basis.NONE
    assert await subject(shop, Purpose.OPERATION) is Basis.LEGITIMATE_INTEREST
    await call(shop, "privacy.restrict", profile_id=str(ANNA), restricted=False)
    assert await subject(shop, Purpose.PERSONALISATION) is Basis.CONSENT


async def in_lake(running: Runtime) -> set[str]:
    async with running.context() as context:
        await lake.refresh(context)
    with lake.session(running.settings) as session:
        return set(session.tables.events.to_pyarrow()["profile_id"].to_pylist())


async def test_restricted_people_leave_the_lake_and_come_back(shop: Runtime) -> None:
    assert str(ANNA) in await in_lake(shop)
    await call(shop, "privacy.restrict", profile_id=str(ANNA))
    assert await in_lake(shop) == {str(OTTO)}
    await call(shop, "privacy.restrict", profile_id=str(ANNA), restricted=False)
    assert await in_lake(shop) == {str(ANNA), str(OTTO)}


async def test_an_objection_blocks(shop: Runtime) -> None:
    answer = await call(shop, "privacy.object", profile_id=str(ANNA))
    assert {each.purpose: each.allowed for each in answer.states}["advertising"] is False


@pytest.mark.parametrize("kind", get_args(RequestKind))
async def test_a_request_is_due_in_a_calendar_month(shop: Runtime, kind: str) -> None:
    came = datetime(2026, 1, 31, 9, tzinfo=UTC)
    asked = await call(shop, "privacy.open_request", profile_id=str(ANNA), kind=kind, received_at=came.isoformat(), request_key="k")
    again = await call(shop, "privacy.open_request", profile_id=str(ANNA), kind=kind, received_at=came.isoformat(), request_key="k")

    assert (asked.due_at, asked.profile_id) == (datetime(2026, 2, 28, 9, tzinfo=UTC), ANNA)
    assert again == asked
    later = await call(shop, "privacy.extend_request", request_id=str(asked.request_id), reason="much to do")
    assert later.due_at == datetime(2026, 4, 28, 9, tzinfo=UTC)
    with pytest.raises(errors.ExtendedAlready):
        await call(shop, "privacy.extend_request", request_id=str(asked.request_id), reason="more")
    with pytest.raises(errors.ReasonNeeded):
        await call(shop, "privacy.close_request", request_id=str(asked.request_id), dismissed=True)
    assert (await call(shop, "privacy.close_request", request_id=str(asked.request_id))).state == "done"
    assert (await call(shop, "privacy.requests")).requests == []


async def test_an_erasure_that_was_broken_off_is_finished_by_the_job(shop: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    async def crash(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr("hanse.data.privacy.erasing._outside", crash)
        receipt = await call(shop, "privacy.erase", email="anna@example.org")
    assert (await call(shop, "privacy.erasure", erasure_id=str(receipt.erasure_id))).state == "files"

    async with shop.context() as context:
        assert await shop.registry.jobs["privacy.carry_out"](context) == {"erasures": 1}
    done = await call(shop, "privacy.erasure", erasure_id=str(receipt.erasure_id))
    assert (done.state, done.done_at is not None) == ("done", True)
    with pytest.raises(UnknownPerson):
        await call(shop, "privacy.export", email="anna@example.org")


async def test_a_large_log_leaves_the_erasure_to_the_job(shop: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hanse.data.privacy.erasing.AT_ONCE", -1)
    first, second = [await call(shop, "privacy.erase", email="anna@example.org") for _ in range(2)]
    assert (first.state, first.erasure_id) == ("waiting", second.erasure_id)
    assert NOW - first.requested_at < timedelta(seconds=1)


async def test_a_receipt_cannot_be_changed(shop: Runtime) -> None:
    await call(shop, "privacy.erase", email="anna@example.org")
    for statement in ("UPDATE erasures SET counts = '{}'", "DELETE FROM erasures", "UPDATE audit_log SET actor = 'x'"):
        with pytest.raises(Exception, match=r"not changed|append-only"):
            await _do(shop.context(), statement)


async def _do(context: Context, statement: str) -> None:
    async with context:
        await (await context.connection()).execute(statement.encode())
