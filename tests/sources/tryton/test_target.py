"""A real Tryton is pushed to: notes on the party and fields of it, each once, and what it refuses is a dead letter."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.base.erasing import Erased
from hanse.sources.crm import erasure, store
from hanse.sources.crm.errors import InvalidMapping, InvalidTarget
from tests.sources.crm.conftest import House
from tests.sources.tryton.serving import Server
from tests.sources.tryton.test_source import connect, fresh, poll

NOTES: dict[str, Any] = {
    "person": "crm_number",
    "entries": [{"kinds": ["*"], "fields": {"message": "{subject}\n{text}"}}],
    "traits": [{"trait": "full_name", "field": "name"}],
}


async def target(house: House, tryton: Server, mapping: dict[str, Any] | None = None, **secrets: str) -> None:
    options = {"url": tryton.url, "allow_private": True}
    await house.target(system="tryton", options=options, mapping=mapping or NOTES, secrets={**tryton.secrets, **secrets})


async def both_ways(house: House, tryton: Server) -> None:
    """Take in what Tryton has, and send there what is done."""
    await connect(house, tryton)
    await poll(house)
    await target(house, tryton)


async def known(house: House, number: str) -> Any:
    (row,) = await house.rows("SELECT profile_id FROM identities WHERE kind = 'crm_number' AND value = %s", number)
    return row["profile_id"]


async def test_what_hanse_does_stands_as_a_note_on_the_party(house: House, tryton: Server) -> None:
    """The whole way round: the party comes in by a poll, what is done for it goes out as its note."""
    party, number = tryton.party("Anna Petersen", email=f"{fresh('anna')}@example.org")
    await both_ways(house, tryton)
    await house.enter(await known(house, number), "The battery is under warranty.")
    assert await house.deliver() == {"crm": {"delivered": 1}}
    (note,) = tryton.notes(party)
    assert note.startswith("An answer\nThe battery is under warranty.\n\nHanse ")


async def test_a_note_that_arrived_already_is_not_written_twice(house: House, tryton: Server) -> None:
    party, number = tryton.party("Ben Lund")
    await both_ways(house, tryton)
    await house.enter(await known(house, number))
    await house.deliver()
    # the answer was lost on its way: it is still waiting here
    await house.rows("UPDATE crm_deliveries SET state = 'waiting' RETURNING 1")
    assert await house.deliver() == {"crm": {"delivered": 1}}
    assert len(tryton.notes(party)) == 1


async def test_traits_become_fields_of_the_party(house: House, tryton: Server) -> None:
    party, number = tryton.party("Carla")
    await both_ways(house, tryton)
    await house.trait(await known(house, number), "full_name", "Carla Nord")
    assert await house.deliver() == {"crm": {"delivered": 1}}
    assert tryton.call("party.party.read", [party], ["name"])[0]["name"] == "Carla Nord"


async def test_a_party_is_found_by_its_address(house: House, tryton: Server) -> None:
    mail = f"{fresh('dora')}@example.org"
    party, _ = tryton.party("Dora", email=mail)
    dora = await house.person("4711")
    await house.rows("INSERT INTO identities VALUES ('email', %s, %s, 'shop', now()) RETURNING 1", mail, dora)
    await target(house, tryton, {**NOTES, "person": "email"})
    await house.enter(dora)
    assert await house.deliver() == {"crm": {"delivered": 1}}
    assert len(tryton.notes(party)) == 1
    assert await house.rows("SELECT remote_id FROM crm_people") == [{"remote_id": str(party)}]


async def test_what_tryton_refuses_is_a_dead_letter_that_names_no_value(house: House, tryton: Server) -> None:
    _, number = tryton.party("Eva")
    await connect(house, tryton)
    await poll(house)
    await target(house, tryton, {**NOTES, "entries": [{"kinds": ["*"], "to": "party", "fields": {"no_such_field": "secret"}}]})
    await house.enter(await known(house, number))
    stranger = await house.person("x")
    await house.rows("INSERT INTO identities VALUES ('crm_number', 'nobody-has-it', %s, 'crm', now()) RETURNING 1", stranger)
    await house.enter(stranger)
    assert await house.deliver() == {"crm": {"dead": 2}}
    reasons = [row["reason"] for row in await house.rows("SELECT reason FROM crm_deliveries ORDER BY number")]
    assert reasons == ["Tryton answers with a fault", "there is no such party"]


async def test_a_wrong_password_waits_and_a_right_one_goes_on(house: House, tryton: Server) -> None:
    party, number = tryton.party("Finn")
    await connect(house, tryton)
    await poll(house)
    await target(house, tryton, password="not-the-right-one")  # it is wrong on purpose
    await house.enter(await known(house, number))
    assert await house.deliver() == {"crm": {"waiting": 1}}
    (row,) = await house.rows("SELECT last_error FROM crm_targets")
    assert row["last_error"] == "status 401"
    await target(house, tryton)
    house.clock.advance(seconds=70)
    assert await house.deliver() == {"crm": {"delivered": 1}}
    assert len(tryton.notes(party)) == 1


async def test_tryton_is_told_of_an_erasure_by_its_own_id(house: House, tryton: Server) -> None:
    party, number = tryton.party("Gina")
    await both_ways(house, tryton)
    gina = await known(house, number)
    await house.enter(gina)
    await house.deliver()
    await erasure.entries(Erased((gina,), (("crm_number", number),), keep_orders=True), house.context)
    await house.rows("DELETE FROM profiles WHERE profile_id = %s RETURNING 1", gina)
    assert await house.deliver() == {"crm": {"delivered": 1}}
    assert "Erased in Hanse" in tryton.notes(party)[-1]


async def test_a_mapping_that_tryton_cannot_take_is_told(house: House, tryton: Server) -> None:
    with pytest.raises(InvalidMapping, match=r"entries\[0\]\.to: Tryton takes note or party"):
        await target(house, tryton, {**NOTES, "entries": [{"kinds": ["*"], "to": "ticket", "fields": {"message": "x"}}]})
    with pytest.raises(InvalidMapping, match=r"entries\[0\]\.fields: a note of Tryton has the field message alone"):
        await target(house, tryton, {**NOTES, "entries": [{"kinds": ["*"], "fields": {"title": "x"}}]})
    with pytest.raises(InvalidTarget, match="the secret password is missing"):
        await house.target(system="tryton", options={"url": tryton.url, "allow_private": True}, mapping=NOTES, secrets={"user": "admin"})
    await house.target(system="file")
    with pytest.raises(InvalidTarget, match="cannot be another one"):
        await target(house, tryton)
    assert (await store.list_targets(await house.context.connection()))[0].system == "file"
