"""No contact data comes into the lake, however it is sent; what is said of things stays."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hanse.base.context import Context
from hanse.data import lake
from hanse.data.events import EventType
from hanse.data.lake import pseudonymisation
from tests.conftest import NOW
from tests.data.lake.conftest import Write, decision, event, order, product, values

PLANTED = (
    "anna.schmidt",
    "example.org",
    "Schmidt",
    "Anna",
    "1234567",
    "Elbchaussee",
    "Altona",
    "22763",
    "1984-05-06",
    "203.0.113.9",
    "DE89370400440532013000",
    "customer-77",
    "Mozilla",
)
"""What is looked for in every byte and every value."""

PERSON: dict[str, Any] = {
    "email": "anna.schmidt@example.org",
    "firstName": "Anna",
    "last_name": "Schmidt",
    "name": "Anna Schmidt",
    "phone": "+49 171 1234567",
    "birthday": "1984-05-06",
    "address": {"street": "Elbchaussee 1", "city": "Altona", "postalCode": "22763"},
    "ip": "203.0.113.9",
    "iban": "DE89370400440532013000",
    "customer_id": "customer-77",
}


def cleaned(value: dict[str, Any], *, names_things: bool = False) -> Any:
    return msgspec.json.decode(pseudonymisation.json(msgspec.json.encode(value).decode(), names_things=names_things)[1])


async def test_no_contact_data_is_in_any_byte_of_the_lake(context: Context, happen: Write, decide: Write) -> None:
    hidden = {"query": "bit anna.schmidt@example.org", "ref": {"list": [{"deep": ["call 0171 1234567", {"reply": "anna.schmidt%40example.org"}]}]}}
    page = {"page": {"path": "/reset/anna.schmidt@example.org", "url": "https://x.example/?email=anna.schmidt@example.org"}}
    sent = {"traits": PERSON, "userAgent": "Mozilla", "ip": "203.0.113.9", **page}
    ids: dict[str, Any] = {"user_id": "customer-77", "context": sent}
    await happen(
        event("track", properties=PERSON | hidden | {"customer": "Anna Schmidt", "shipping": PERSON, "contacts": [PERSON]}, **ids),
        event("named Anna.Schmidt@example.org", "Mail to anna.schmidt@example.org", **ids),
        event("identify", None, type=EventType.IDENTIFY, properties=PERSON | {"favourite": "Schmidt"}, **ids),
        event("group", None, type=EventType.GROUP, properties={"name": "Schmidt GmbH", "employees": 3}, **ids),
        event(
            "page", None, type=EventType.PAGE, properties={"url": "https://x.example/a?name=Schmidt", "title": "Shop", "search": "?q=Schmidt"}, **ids
        ),
        order("A anna.schmidt@example.org", product("P1"), properties=PERSON | {"note": "for Anna Schmidt", "billingAddress": PERSON}, **ids),
    )
    answer = {"items": [{"product_id": "P1", "name": "Drill"}], "text": "Dear Mrs Schmidt", "customer": PERSON}
    await decide(decision(NOW, request=PERSON | {"limit": 3, "user_id": "customer-77"}, answer=answer, reason="asked by anna.schmidt@example.org"))
    await lake.refresh(context)

    found = values(context.settings.lake)
    assert len(found) == 8
    everything = msgspec.json.encode([{key: str(value) for key, value in row.items()} for row in found]).decode()
    raw = b"".join(path.read_bytes() for path in context.settings.lake.glob("**/*.parquet"))
    for word in PLANTED:
        assert word not in everything
        assert word.encode() not in raw
    assert '{\\"items\\":[{\\"name\\":\\"Drill\\",\\"product_id\\":\\"P1\\"}]}' in everything


@pytest.mark.parametrize(
    "name",
    [
        "email",
        "eMail",
        "E-Mail",
        "customer_email",
        "billingemail",
        "first_name",
        "FirstName",
        "lastname",
        "Vorname",
        "fullName",
        "contact_name",
        "phone",
        "PhoneNumber",
        "mobile",
        "Telefon",
        "street",
        "Straße",
        "shippingAddress",
        "zip_code",
        "PLZ",
        "Wohnort",
        "birthDate",
        "Geburtsdatum",
        "clientIP",
        "ip_address",
        "userAgent",
        "user_id",
        "customerId",
        "profile_ids",
        "kundennummer",
        "IBAN",
        "customer",
        "recipient",
        "traits",
        "message",
        "review_body",
        "orderNote",
        "name",
        "wishlist_name",
        "anna@example.org",
    ],
)
def test_a_field_named_for_a_person_is_left_out(name: str) -> None:
    assert cleaned({name: "x", "deep": [{name: "x"}], "kept": 1}) == {"deep": [{}], "kept": 1}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("product_id", "00401234567"),
        ("product_name", "Drill"),
        ("campaign_name", "Summer"),
        ("coupon", "SUMMER10"),
        ("category", "Machines > Drilling"),
        ("microphone", "yes"),
        ("email_opt_in", True),
        ("is_mobile", False),
        ("shipping", 4.9),
        ("gtin", "0401234567890"),
        ("query", "drill 18V 0,5 mm"),
        ("quantity", 3),
        ("rating", None),
    ],
)
def test_a_field_about_a_thing_stays(name: str, value: object) -> None:
    assert cleaned({name: value, "deep": {name: value}}) == {name: value, "deep": {name: value}}


def test_a_name_stays_where_it_is_that_of_a_thing() -> None:
    products = {"products": [{"product_id": "P1", "name": "Drill"}], "name": "Anna"}
    assert cleaned(products) == {"products": [{"product_id": "P1", "name": "Drill"}]}
    assert cleaned({"promotion_id": "S1", "name": "Summer"}) == {"promotion_id": "S1", "name": "Summer"}
    assert cleaned({"name": "Home"}, names_things=True) == {"name": "Home"}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to anna.müller+shop@mail.example.org!", "write to [email]!"),
        ("anna%40example.org", "[email]"),
        ("0171 1234567 after six", "[phone] after six"),
        ("+49 (0)40 / 123 456-78", "[phone]"),
        ("(0171) 1234567", "[phone]"),
        ("call 00491711234567", "call [phone]"),
        ("(415) 555-2671", "[phone]"),
        ("https://shop.example/a?token=1&b=2#c", "https://shop.example/a"),
        ("https://anna:secret@shop.example/a", "https://shop.example/a"),
        ("?q=anna", ""),
        ("18V, 0,5 mm, 1.000.000 pieces", "18V, 0,5 mm, 1.000.000 pieces"),
        ("4006381333931", "4006381333931"),
        ("01.02.2026 12:00", "01.02.2026 12:00"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ],
)
def test_texts_are_masked_by_their_looks(text: str, masked: str) -> None:
    assert pseudonymisation.text(text) == masked
    assert cleaned({"query": text, "list": [[text]]}) == {"query": masked, "list": [[masked]]}


def test_escaped_characters_hide_nothing() -> None:
    assert pseudonymisation.json('{"query": "a\\n0171\\t1234567"}')[1] == '{"query":"a\\n[phone]"}'
    assert pseudonymisation.json('{"query": "anna\\u0040example.org"}')[1] == '{"query":"[email]"}'


@pytest.mark.parametrize("document", ['{"a": 1e999}', "not JSON", "[1]", '{"a":' * 5000 + "1" + "}" * 5000])
def test_what_cannot_be_read_is_left_out(document: str) -> None:
    assert pseudonymisation.json(document) == ({}, "{}")
