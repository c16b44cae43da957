"""Nothing is pushed without a basis: restriction, objection and missing consent hold it back; erasure takes it away and tells the CRM."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from hanse.base import ids
from hanse.base.erasing import Erased
from hanse.base.operation import Purpose
from hanse.data import consent
from hanse.data.consent import Consent, Medium, State
from hanse.data.consent.schemas import LegalBasis
from hanse.data.privacy import restriction
from hanse.sources.crm import erasure, jobs
from tests.sources.crm.conftest import MAPPING, House
from tests.sources.crm.receiving import Receiver

TRAITS = {**MAPPING, "traits": [{"trait": "lifetime_value", "field": "ltv"}, {"trait": "city", "field": "city"}]}


async def decide(house: House, profile_id: UUID, state: State, purpose: Purpose, basis: LegalBasis = LegalBasis.CONSENT) -> None:
    medium = Medium.EMAIL if purpose is Purpose.ADVERTISING and basis is LegalBasis.CONSENT else None
    given = Consent(
        consent_id=ids.new(house.clock.now()),
        profile_id=profile_id,
        purpose=purpose,
        medium=medium,
        state=state,
        legal_basis=basis,
        channel="test",
        evidence={},
        decided_at=house.clock.now(),
    )
    await consent.put(await house.context.connection(), [given], now=house.clock.now())
    house.clock.advance(seconds=1)


async def restrict(house: House, profile_id: UUID, *, restricted: bool = True) -> None:
    await restriction.restrict(await house.context.connection(), [profile_id], restricted=restricted, now=house.clock.now())


async def test_who_is_restricted_gets_nothing_pushed_but_that_they_are(house: House, receiver: Receiver) -> None:
    anna = await house.person("4711")
    await house.webhook(
        receiver, mapping={**MAPPING, "entries": [{"kinds": ["*"], "fields": {"all": "{subject}|{text}|{person.user_id}|{facts.x}"}}]}
    )
    await restrict(house, anna)
    await house.enter(anna, "secret", facts={"x": "secret"})
    assert await house.deliver() == {"crm": {"delivered": 1, "withheld": 1}}
    (taken,) = receiver.taken
    assert taken.document["type"] == "processing_restricted"
    assert taken.fields == {"all": "Processing is restricted (Art. 18 DSGVO)|||"}
    (row,) = await house.rows("SELECT reason FROM crm_deliveries WHERE state = 'withheld'")
    assert row["reason"] == "processing is restricted"


async def test_who_objected_gets_only_what_a_contract_needs(house: House, receiver: Receiver) -> None:
    anna = await house.person("4711")
    await house.webhook(receiver)
    await decide(house, anna, State.DENIED, Purpose.ADVERTISING, LegalBasis.OBJECTION)
    await house.enter(anna, "invoice", purpose=Purpose.CONTRACT)
    await house.enter(anna, "tip", purpose=Purpose.OPERATION)
    assert await house.deliver() == {"crm": {"delivered": 2, "withheld": 1}}
    assert receiver.kinds == ["consent_changed", "order_answered"]
    assert receiver.taken[1].fields["body"] == "invoice"


async def test_what_needs_consent_waits_for_none_and_goes_with_it(house: House, receiver: Receiver) -> None:
    anna, ben = await house.person("4711"), await house.person("4712")
    await house.webhook(receiver, mapping={**MAPPING, "entries": [{"kinds": ["segment_reached"], "fields": {"x": "{text}"}}]})
    await decide(house, ben, State.GRANTED, Purpose.PERSONALISATION)
    for person, text in ((anna, "anna"), (ben, "ben")):
        await house.enter(person, text, kind="segment_reached", purpose=Purpose.PERSONALISATION)
    assert await house.deliver() == {"crm": {"withheld": 1, "delivered": 1}}
    assert [each.fields["x"] for each in receiver.taken] == ["ben"]


async def test_changed_traits_are_pushed_once_with_their_values_of_then(house: House, receiver: Receiver) -> None:
    anna = await house.person("4711")
    await house.webhook(receiver, mapping=TRAITS)
    await house.trait(anna, "lifetime_value", 100)
    await house.trait(anna, "lifetime_value", 120)
    await house.trait(anna, "shoe_size", 38)
    assert await house.deliver() == {"crm": {"delivered": 1}}
    (taken,) = receiver.taken
    assert taken.document["type"] == "trait_changed"
    assert taken.fields == {"ltv": 120, "city": None}
    await house.trait(anna, "city", "Lübeck")
    await house.deliver()
    assert receiver.taken[1].fields == {"ltv": 120, "city": "Lübeck"}
    assert receiver.taken[1].headers["webhook-id"] != taken.headers["webhook-id"]


async def test_what_changes_while_it_is_sent_is_sent_again(house: House, receiver: Receiver) -> None:
    anna = await house.person("4711")
    await house.webhook(receiver, mapping=TRAITS)
    await house.trait(anna, "lifetime_value", 100)
    (row,) = await house.rows("SELECT delivery_id, version FROM crm_deliveries")
    await house.trait(anna, "lifetime_value", 120)
    await house.rows("UPDATE crm_deliveries SET state = 'delivered' WHERE delivery_id = %s AND version = %s RETURNING 1", *row.values())
    assert await house.states() == ["waiting"]


async def test_computed_traits_need_the_consent_of_their_purpose(house: House, receiver: Receiver) -> None:
    anna = await house.person("4711")
    await house.webhook(receiver, mapping=TRAITS)
    await house.trait(anna, "lifetime_value", 100, source="computed", purpose="personalisation")
    await house.deliver()
    assert receiver.taken[0].fields == {"ltv": None, "city": None}


async def test_traits_of_who_is_restricted_or_objected_stay_here(house: House, receiver: Receiver) -> None:
    anna, ben = await house.person("4711"), await house.person("4712")
    await house.webhook(receiver, mapping={**TRAITS, "entries": []})
    await restrict(house, anna)
    await decide(house, ben, State.DENIED, Purpose.ADVERTISING, LegalBasis.OBJECTION)
    for person in (anna, ben):
        await house.trait(person, "lifetime_value", 100)
    assert await house.deliver() == {"crm": {"withheld": 2}}
    assert receiver.taken == []


async def test_who_the_crm_cannot_know_is_held_back(house: House, receiver: Receiver) -> None:
    anna = await house.person("4711")
    await house.webhook(receiver, mapping={**MAPPING, "person": "crm_number"})
    await house.enter(anna)
    assert await house.deliver() == {"crm": {"withheld": 1}}
    (row,) = await house.rows("SELECT reason FROM crm_deliveries")
    assert row["reason"] == "the person has no crm_number, by which the CRM would know them"


async def test_erasure_forgets_what_waits_and_tells_the_crm_by_its_own_id(house: House, receiver: Receiver) -> None:
    anna = await house.person("4711", email="anna@example.org")
    await house.webhook(receiver)
    receiver.answer = lambda _: (200, {}, b'{"person_id": "C-99"}')
    await house.enter(anna, "Dear Anna")
    await house.deliver()
    await house.enter(anna, "waits")
    counts = await erasure.entries(Erased((anna,), (("user_id", "4711"),), keep_orders=True), house.context)
    await house.rows("DELETE FROM profiles WHERE profile_id = %s RETURNING 1", anna)

    assert counts == {"crm_deliveries": 2, "entries": 2}
    assert await house.rows("SELECT * FROM entries") == []
    (row,) = await house.rows("SELECT * FROM crm_deliveries")
    assert row["what"] == "erasure"
    assert "4711" not in str(row)
    assert "C-99" not in str(row)
    assert await house.deliver() == {"crm": {"delivered": 1}}
    taken = receiver.taken[-1]
    assert taken.document["type"] == "profile_erased"
    assert taken.document["data"] == {"person": {"user_id": "4711", "remote_id": "C-99"}, "to": "erasure", "fields": {}}
    (row,) = await house.rows("SELECT remote_id FROM crm_deliveries")
    assert row["remote_id"] is None


async def test_a_crm_that_knows_people_by_their_address_is_not_sent_it_once_more(house: House, receiver: Receiver) -> None:
    anna = await house.person("4711")
    await house.rows("INSERT INTO identities VALUES ('email', 'anna@example.org', %s, 'shop', now()) RETURNING 1", anna)
    await house.webhook(receiver, mapping={**MAPPING, "person": "email"})
    await erasure.entries(Erased((anna,), (("email", "anna@example.org"),), keep_orders=True), house.context)
    assert await house.rows("SELECT * FROM crm_deliveries") == []


async def test_a_note_that_is_removed_before_it_went_out_stays_here(house: House, receiver: Receiver) -> None:
    anna = await house.person("4711")
    await house.webhook(receiver)
    note = ids.new(house.clock.now())
    await house.rows("INSERT INTO customer_notes VALUES (%s, %s, 'private', 'Eva', now()) RETURNING 1", note, anna)
    await house.rows("DELETE FROM customer_notes WHERE note_id = %s RETURNING 1", note)
    assert await house.deliver() == {"crm": {"withheld": 1, "delivered": 1}}
    assert receiver.kinds == ["note_removed"]


async def test_old_entries_and_pushes_are_forgotten(house: House, receiver: Receiver) -> None:
    await house.webhook(receiver)
    await house.enter(None, "old")
    await house.deliver()
    house.clock.advance(days=91)
    await house.enter(None, "waits")
    assert await jobs.sweep(house.context) == {"deliveries": 1, "entries": 1}
    assert [row["text"] for row in await house.rows("SELECT text FROM entries")] == ["waits"]
    assert timedelta(days=90).days == jobs.KEEP_DAYS
