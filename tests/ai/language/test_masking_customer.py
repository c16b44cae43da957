"""What is known of a customer is masked: every source's spelling, all keys and orders, of all records that are one person."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from hanse.ai.language.masking import Conversation, Known, customer
from hanse.ai.language.masking.spans import Kind
from hanse.base.database import Connection
from hanse.data import events, profiles
from hanse.data.events import Event
from hanse.data.profiles import Identity, Profile, merging
from tests.conftest import NOW

JORID, TWIN, COMPANY = (UUID(int=number) for number in range(1, 4))
ADDRESS = {"strasse": "Am Deich", "hausnummer": "7b", "plz": "25938", "ort": "Wyk auf Föhr"}


async def put(connection: Connection) -> None:
    shop = {
        "firstName": "Jorid",
        "lastName": "Hansen",
        "email": "jorid@example.org",
        "birthday": "1985-05-03",
        "company": {"name": "Hansen Werkzeuge"},
    }
    made = [
        Profile(profile_id=JORID, traits=shop, identities=(Identity("user_id", "K-20417"),), created_at=NOW - timedelta(days=9)),
        Profile(profile_id=TWIN, traits={"Nachname": "Broders", "address": ADDRESS}, identities=(Identity("phone", "+4946811234"),), created_at=NOW),
        Profile(profile_id=COMPANY, kind="company", traits={"name": "Tischlerei Nord"}, created_at=NOW),
    ]
    await profiles.put(connection, made, source="shop", now=NOW)
    await profiles.put(connection, [Profile(profile_id=JORID, traits={"lastName": "Jensen"}, created_at=NOW)], source="erp", now=NOW)
    await merging.merge(connection, JORID, TWIN, actor="Eva", now=NOW)
    order = Event(
        message_id="o-1",
        name="Order Completed",
        user_id="K-20417",
        source="shop",
        occurred_at=NOW,
        properties={"order_id": "A-77312", "products": []},
    )
    await events.append(connection, [order], now=NOW)


async def test_all_that_any_source_says_of_any_record_is_known(connection: Connection) -> None:
    await put(connection)
    found = await customer.known(connection, TWIN)
    names = {value for kind, value in found.values if kind is Kind.PERSON}
    assert names == {"Jorid Hansen", "Jorid Jensen", "Jorid Broders"}
    rest = {(kind, value) for kind, value in found.values if kind is not Kind.PERSON}
    assert rest == {
        (Kind.EMAIL, "jorid@example.org"),
        (Kind.BIRTHDATE, "1985-05-03"),
        (Kind.STREET, "Am Deich 7b"),
        (Kind.POSTCODE, "25938"),
        (Kind.CITY, "Wyk auf Föhr"),
        (Kind.PHONE, "+4946811234"),
        (Kind.CUSTOMER, "K-20417"),
        (Kind.ORDER, "A-77312"),
    }
    assert found.keep == {"hansen werkzeuge"}


async def test_a_message_of_the_customer_leaves_without_them(connection: Connection) -> None:
    await put(connection)
    masked = Conversation(await customer.known(connection, JORID)).mask("Moin, Broders hier, K 20417: wo bleibt A77312? Am Deich 7 b, Wyk auf Foehr.")
    assert masked == "Moin, <PERSON_1> hier, <CUSTOMER_1>: wo bleibt <ORDER_1>? <STREET_1>, <CITY_1>."


async def test_a_company_is_called_by_its_name_and_whoever_is_not_there_has_nothing(connection: Connection) -> None:
    await put(connection)
    assert await customer.known(connection, COMPANY) == Known((), frozenset({"tischlerei nord"}))
    assert await customer.known(connection, UUID(int=9)) == Known()
