"""Customer files become profiles with identities and traits by Segment's names."""

from __future__ import annotations

from typing import Any

from hanse.base.clock import FixedClock
from tests.sources.conftest import Fetch, Import, Write, findings

CONTENT = (
    "Kundennummer;E-Mail;Telefon;Vorname;Nachname;Firma;USt-IdNr.;Straße;PLZ;Ort;Land;Geburtsdatum;Kunde seit;Newsletter;Rabatt\n"
    "K1;Ann@Example.ORG;0049 40 / 123-456;Ann;Null;;;Weg 1;02010;Hamburg;DE;24.12.1980;01.03.2020;ja;5\n"
    "K2;;;;;Hansa GmbH;DE123456789;;;;DE;;;nein;\n"
)


async def profiles(fetch: Fetch) -> dict[str, dict[str, Any]]:
    """Return people by customer number: what they are, what is known of them, how many identities they have and their record of that number."""
    rows = await fetch(
        "SELECT min(i.value) FILTER (WHERE i.kind = 'user_id') AS user_id, stands.kind, profile_traits(profile_members(stands.profile_id)) AS traits, "
        "count(*) AS identities, (min(i.profile_id::text) FILTER (WHERE i.kind = 'user_id'))::uuid AS profile_id "
        "FROM profiles AS p JOIN profiles AS stands ON stands.profile_id = coalesce(p.merged_into, p.profile_id) "
        "JOIN identities AS i ON i.profile_id = p.profile_id GROUP BY stands.profile_id"
    )
    return {row.pop("user_id"): row for row in rows}


async def test_rows_become_profiles(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("customers.csv", CONTENT), "customers", source="crm")
    found = await profiles(fetch)
    assert (report.loaded, report.made) == (2, {"profiles": 2, "changed_profiles": 0})
    assert (found["K1"]["kind"], found["K2"]["kind"]) == ("person", "company")
    assert found["K1"]["traits"] == {
        "email": "ann@example.org",
        "phone": "0049 40 / 123-456",
        "firstName": "Ann",
        "lastName": "Null",
        "address": {"street": "Weg 1", "postalCode": "02010", "city": "Hamburg", "country": "DE"},
        "birthday": "1980-12-24",
        "createdAt": "2020-02-29T23:00:00Z",
    }
    assert found["K2"]["traits"] == {"company": {"name": "Hansa GmbH", "vatId": "DE123456789"}, "address": {"country": "DE"}}
    identities = await fetch("SELECT kind, value, source FROM identities ORDER BY kind, value")
    assert [tuple(row.values()) for row in identities] == [
        ("email", "ann@example.org", "crm"),
        ("phone", "+4940123456", "crm"),
        ("user_id", "K1", "crm"),
        ("user_id", "K2", "crm"),
    ]


async def test_consent_and_unknown_columns_are_told(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("customers.csv", CONTENT), "customers")
    assert "The column Newsletter was not taken over: consent needs evidence" in findings(report)
    assert "The column Rabatt is not used" in findings(report)
    assert await fetch("SELECT * FROM consents") == []


async def test_the_second_import_changes_nothing(import_file: Import, write: Write, fetch: Fetch) -> None:
    path = write("customers.csv", CONTENT)
    await import_file(path, "customers")
    before = await profiles(fetch)
    report = await import_file(path, "customers")
    assert (report.loaded, report.known, report.made) == (0, 2, {"profiles": 0, "changed_profiles": 0})
    assert await profiles(fetch) == before


async def test_what_a_file_does_not_say_stays(import_file: Import, write: Write, fetch: Fetch, clock: FixedClock) -> None:
    await import_file(write("customers.csv", CONTENT), "customers")
    clock.advance(hours=1)
    report = await import_file(write("more.csv", "customer id,city,company\nK1,Bremen,Hansa\n"), "customers")
    found = (await profiles(fetch))["K1"]
    assert report.made == {"profiles": 0, "changed_profiles": 1}
    assert found["traits"]["address"] == {"street": "Weg 1", "postalCode": "02010", "city": "Bremen", "country": "DE"}
    assert (found["traits"]["company"], found["traits"]["firstName"]) == ({"name": "Hansa"}, "Ann")


async def test_customers_of_orders_are_the_same_customers(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("orders.csv", "order_id,sku,qty,price,date,customer id\n1,A,1,2.00,2026-01-01,K1\n"))
    await import_file(write("customers.csv", CONTENT), "customers")
    (event,) = await fetch("SELECT profile_id FROM events")
    assert event["profile_id"] == (await profiles(fetch))["K1"]["profile_id"]


async def test_an_email_finds_a_customer_without_number(import_file: Import, write: Write, fetch: Fetch) -> None:
    await import_file(write("a.csv", "email,name\nann@example.org,Ann\n"), "customers")
    await import_file(write("b.csv", "customer id,email\nK1,ANN@example.org\n"), "customers")
    assert {name: row["traits"]["name"] for name, row in (await profiles(fetch)).items()} == {"K1": "Ann"}


async def test_two_customers_with_one_address_stay_two(import_file: Import, write: Write, fetch: Fetch) -> None:
    path = write("customers.csv", "customer id,email,name\nK1,office@example.org,Ann\nK2,office@example.org,Bob\n")
    report = await import_file(path, "customers")
    found = await profiles(fetch)
    assert {name: row["traits"]["name"] for name, row in found.items() if name} == {"K1": "Ann", "K2": "Bob"}
    assert "1 e-mail addresses or telephone numbers belong to another customer already, such as that of line 3" in findings(report)
    assert (await import_file(path, "customers")).known == 2


async def test_of_repeated_customers_the_last_row_counts(import_file: Import, write: Write, fetch: Fetch) -> None:
    report = await import_file(write("customers.csv", "customer id,city\nK1,Bonn\nK1,Köln\n"), "customers")
    assert (await profiles(fetch))["K1"]["traits"] == {"address": {"city": "Köln"}}
    assert "1 rows are about a customer that comes again later" in findings(report)
    assert report.loaded == 2


async def test_bad_rows_are_refused(import_file: Import, write: Write, fetch: Fetch) -> None:
    content = "customer id,email,date of birth\nK1,nonsense,\n,,\n0,-,\nK4,,01.01.1850\nK5,-,\nguest,ann@b.de,\n0000,noreply@b.de,\n"
    report = await import_file(write("customers.csv", content), "customers")
    rows = await fetch("SELECT line, field, reason FROM dead_letters ORDER BY line")
    assert [tuple(row.values()) for row in rows] == [
        (2, "email", "This is not an e-mail address."),
        (3, "customer_id", "Neither a customer number nor an e-mail address is given."),
        (4, "customer_id", "Neither a customer number nor an e-mail address is given."),
        (5, "birthday", "The date of birth is before 1900 or in the future."),
        (8, "customer_id", "Neither a customer number nor an e-mail address is given."),
    ]
    assert (report.loaded, set(await profiles(fetch))) == (2, {"K5", None})
