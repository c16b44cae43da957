"""A person who came in by every way there is, is erased: no byte of theirs is left in the dump, the lake and the home folder, and everybody
else has what they had.
"""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from hanse.base import ids
from hanse.base.config import Settings
from hanse.base.database import jsonb
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import decisions, lake
from hanse.data.access import audit
from hanse.data.privacy import secret
from hanse.serve import archive
from hanse.sources.files import ImportRequest, load
from tests.conftest import NOW
from tests.data.decisions.records import record
from tests.serve.conftest import Client, MakeKey, alive, client, declared, make_key, running, settings

__all__ = ["alive", "client", "declared", "make_key", "running", "settings"]

EMAIL, PHONE, USER, BROWSER, LAST, STREET = (
    *("Wilhelmine.Quastenflosser@example.org", "+49 451 7654321", "kunde-880471", "browser-77ab31c9"),
    *("Quastenflosser", "Schwertlilienweg"),
)
OTHER = {"email": "otto.normal@example.org", "userId": "kunde-990112", "anonymousId": "browser-1b2c3d4e"}
MARKS = [EMAIL, EMAIL.lower(), "76 54 321", "4517654321", USER, BROWSER, "Quastenflosser", "quastenflosser", STREET, PHONE]
AT = "2026-06-10T10:00:00Z"


def traces(settings: Settings, *, more: list[str] | None = None) -> list[str]:
    """Return where anything of the person is still written: in a dump of the database, or in a file."""
    dump = subprocess.run(
        [*EmbeddedPostgres(settings.home).program("pg_dump"), f"--dbname={settings.database_url}"], check=True, capture_output=True
    ).stdout.decode()
    wanted = [*MARKS, *(more or ())]
    found = [f"dump: {line[:200]}" for line in dump.splitlines() if any(mark in line for mark in wanted)]
    files = (path for path in settings.home.rglob("*") if path.is_file())
    return found + [str(path.relative_to(settings.home)) for path in files if any(mark.encode() in path.read_bytes() for mark in wanted)]


def others(url: str, profile_id: UUID) -> dict[str, Any]:
    """Return everything that is kept of somebody else."""
    with psycopg.connect(url) as connection:
        tables = {
            "events": "SELECT e.event_id, e.user_id, e.properties, e.message_id FROM events e WHERE profile_id = ANY(profile_members(%s)) ORDER BY 1",
            "traits": "SELECT name, source, value FROM traits WHERE profile_id = ANY(profile_members(%s)) ORDER BY profile_id, name, source",
            "identities": "SELECT kind, value FROM identities WHERE profile_id = ANY(profile_members(%s)) ORDER BY 1, 2",
            "consents": "SELECT consent_id, encode(hash, 'hex') FROM consents WHERE profile_id = ANY(profile_members(%s))",
            "decisions": "SELECT decision_id, request, answer FROM decisions WHERE profile_id = ANY(profile_members(%s))",
            "letters": "SELECT payload FROM dead_letters WHERE payload::text LIKE '%%otto%%' AND %s IS NOT NULL ORDER BY 1::text",
        }
        return {name: connection.execute(statement.encode(), (profile_id,)).fetchall() for name, statement in tables.items()}


async def plant(client: Client, headers: dict[str, str], tmp_path: Path) -> None:
    """Have the person come in by every way."""
    home = client.app.state.runtime.settings.home
    traits = {"email": EMAIL, "phone": PHONE, "firstName": "Wilhelmine", "lastName": LAST, "address": {"street": STREET}}
    sent: list[tuple[str, dict[str, Any]]] = [
        ("/v1/identify", {"userId": USER, "anonymousId": BROWSER, "traits": traits, "messageId": "m-identify", "timestamp": AT}),
        ("/v1/track", {"userId": USER, "event": "Product Viewed", "properties": {"product_id": "A", "email": EMAIL}, "messageId": "m-1"}),
        ("/v1/track", {"anonymousId": BROWSER, "event": "Cart Viewed", "properties": {}, "messageId": "m-2"}),
        ("/v1/track", {"userId": USER, "event": "Order Completed", "messageId": f"order:{USER}", "properties": order("O-1", EMAIL, STREET)}),
        ("/v1/track", {"userId": USER, "properties": {"note": f"call {PHONE}"}}),
        ("/v1/identify", {**OTHER, "traits": {"email": OTHER["email"], "firstName": "Otto"}, "messageId": "o-1"}),
        ("/v1/track", {**OTHER, "event": "Order Completed", "properties": order("O-2", OTHER["email"], "Nebenweg"), "messageId": "o-2"}),
        ("/v1/track", {"userId": OTHER["userId"], "properties": {"email": OTHER["email"]}}),
    ]
    for path, body in sent:
        assert (await client.post(path, json=body, headers=headers)).status_code == 200, body
    friend = {"userId": OTHER["userId"], "event": "Friend Invited", "properties": {"friend": EMAIL, "text": f"Liebe {EMAIL}!"}, "messageId": "o-3"}
    await client.post("/v1/track", json=friend, headers=headers)
    agreed = {"email": EMAIL, "purpose": "personalisation", "state": "granted", "channel": "form", "ip": "203.0.113.77", "evidence": {"mail": EMAIL}}
    assert (await client.post("/v1/consent/record", json=agreed, headers=headers)).status_code == 200
    rows = f"1,{EMAIL},A,x,2.50,2026-01-02\n2,{OTHER['email']},A,y,2.50,2026-01-02\n3,{EMAIL},A,1,2.50,2026-01-03\n"
    (tmp_path / "orders.csv").write_text("order_id,email,sku,qty,price,date\n" + rows)
    (tmp_path / "customers.csv").write_text(f"customer_id,email,phone,last_name\n{USER},{EMAIL},0451 / 76 54 321,{LAST}\n{USER},kaputt,,{LAST}\n")
    async with client.app.state.runtime.context() as context:
        for kind in ("orders", "customers"):
            await load(context, ImportRequest(path=str(tmp_path / f"{kind}.csv"), kind=kind, source="import"))
    for name in ("liste.csv", "mappe.xlsx"):
        upload = home / "uploads" / str(ids.new()) / name
        upload.parent.mkdir(parents=True)
        upload.write_text(f"E-Mail;Ort\n{EMAIL};Lübeck\n{OTHER['email']};Kiel\n")
    async with client.app.state.runtime.context() as context:
        await plant_inside(await context.connection())


async def plant_inside(connection: Any) -> None:
    """Write what comes from inside: messages of shops, jobs, decisions and the audit log."""
    row = await (await connection.execute("SELECT profile_id FROM identities WHERE value = %s", (USER,))).fetchone()
    profile_id, shop, body = row["profile_id"], ids.new(), f'{{"customer":{{"id":880471,"email":"{EMAIL}","last_name":"{LAST}"}}}}'.encode()
    otto = await (await connection.execute("SELECT profile_id FROM identities WHERE value = %s", (OTHER["userId"],))).fetchone()
    await decisions.put(connection, [record(profile_id=profile_id, reason=f"For {USER}."), record(profile_id=otto["profile_id"])])
    await connection.execute(
        "INSERT INTO shop_connections (connection_id, name, system, source, url, state, created_at) VALUES (%s, 'a', 'b', 'c', 'd', 'active', now())",
        (shop,),
    )
    insert = "INSERT INTO deliveries (delivery_id, connection_id, topic, event_id, received_at, body) VALUES (%s, %s, 't', %s, now(), %s)"
    await connection.execute(insert, (ids.new(), shop, "1", body))
    await connection.execute(insert, (ids.new(), shop, "2", b'{"customer":{"email":"otto.normal@example.org"}}'))
    insert = "INSERT INTO privacy_requests (request_id, connection_id, kind, request_key, subject, received_at, due_at) VALUES (%s, %s, 'erasure', %s, %s, now(), now())"
    await connection.execute(insert, (ids.new(), shop, USER, jsonb({"email": EMAIL, "customer_id": USER})))
    job = "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) VALUES ('default', 'harbour.sail', %s, 'succeeded') RETURNING id"
    row = await (await connection.execute(job, (jsonb({"user_id": USER, "profile_id": str(profile_id)}),))).fetchone()
    progress = "INSERT INTO job_progress (job_id, progress_score, note, result, error, updated_at) VALUES (%s, 1, %s, %s, %s, now())"
    await connection.execute(progress, (row["id"], f"mail to {EMAIL}", jsonb({"sent": [EMAIL, "b"]}), f"{USER} is not at home"))
    who = {"actor_kind": "account", "actor": "Anna"}
    await audit.note(connection, **who, action="customers.reveal", effect="read", subject=str(profile_id), facts={"search": EMAIL}, now=NOW)


def order(order_id: str, email: str, street: str) -> dict[str, Any]:
    products = [{"product_id": "A", "quantity": 2, "price": 10}]
    return {"order_id": order_id, "currency": "EUR", "total": 20, "email": email, "shipping_address": {"street": street}, "products": products}


async def profile(settings: Settings, value: str) -> UUID:
    with psycopg.connect(settings.database_url) as connection:
        found = connection.execute("SELECT profile_id FROM identities WHERE value = %s", (value,)).fetchone()
    assert found
    return UUID(str(found[0]))


async def test_nothing_of_an_erased_person_is_left_and_others_keep_what_they_had(
    client: Client, settings: Settings, make_key: MakeKey, tmp_path: Path
) -> None:
    headers = await make_key()
    await plant(client, headers, tmp_path)
    async with client.app.state.runtime.context() as context:
        await lake.refresh(context)
    person, otto = await profile(settings, USER), await profile(settings, OTHER["userId"])
    with psycopg.connect(settings.database_url) as connection:
        members = [str(each) for each in connection.execute("SELECT profile_members(%s)", (person,)).fetchone()[0]]  # type: ignore[index]  # it is there
    before, planted = others(settings.database_url, otto), traces(settings, more=members)
    for place in ("events", "dead_letters", "imports/", "uploads/", "lake/"):
        assert any(place in each for each in planted) or place in {"events", "dead_letters"}, place
    assert len(planted) > 15

    answer = (await client.post("/v1/privacy/erase", json={"email": EMAIL}, headers=headers)).json()
    assert answer["state"] == "waiting"

    assert traces(settings, more=members) == []
    receipt = (await client.post("/v1/privacy/erasure", json={"erasure_id": answer["erasure_id"]}, headers=headers)).json()
    assert receipt["state"] == "done"
    for place in (
        "events",
        "identities",
        "consents",
        "dead_letters",
        "deliveries",
        "decisions",
        "lake",
        "reject_files",
        "uploads",
        "audit_log_masked",
    ):
        assert receipt["counts"].get(place, 0) > 0, place
    after = others(settings.database_url, otto)
    invited = [event for event in after["events"] if event[3] == "o-3"]
    assert invited[0][2] == {"friend": "[erased]", "text": "Liebe [erased]!"}
    assert {**after, "events": [event for event in after["events"] if event[3] != "o-3"]} == {
        **before,
        "events": [event for event in before["events"] if event[3] != "o-3"],
    }
    with psycopg.connect(settings.database_url) as connection:
        kept = connection.execute("SELECT profile_id, user_id, properties FROM events WHERE properties ->> 'order_id' = 'O-1'").fetchall()
        assert [(row[0], row[1], row[2]["products"][0]["product_id"]) for row in kept] == [(None, None, "A")]
        bodies = connection.execute("SELECT event_id FROM deliveries WHERE body IS NOT NULL").fetchall()
        assert bodies == [("2",)]
    assert len(list((settings.home / "uploads").glob("*/*.csv"))) == 1
    assert OTHER["email"] in next((settings.home / "uploads").glob("*/*.csv")).read_text()
    assert any(OTHER["email"] in path.read_text() for path in (settings.home / "imports").glob("*-rejects.csv"))
    with lake.session(settings) as session:
        lines = session.tables.order_lines.to_pyarrow().to_pylist()
    assert {line["order_id"]: line["profile_id"] is None for line in lines} == {"O-1": True, "O-2": False, "3": True}


async def test_orders_go_too_where_nothing_has_to_be_kept(client: Client, settings: Settings, make_key: MakeKey, tmp_path: Path) -> None:
    headers = await make_key()
    await plant(client, headers, tmp_path)

    await client.post("/v1/privacy/erase", json={"user_id": USER, "keep_orders": False}, headers=headers)

    assert traces(settings) == []
    with psycopg.connect(settings.database_url) as connection:
        left = connection.execute("SELECT properties ->> 'order_id' FROM events WHERE name = 'Order Completed'").fetchall()
    assert left == [("O-2",)]


async def test_who_is_erased_may_come_back_as_somebody_new(client: Client, settings: Settings, make_key: MakeKey) -> None:
    headers = await make_key()
    view = {"userId": USER, "event": "Product Viewed", "properties": {}}
    await client.post("/v1/track", json={**view, "messageId": "m-1"}, headers=headers)
    await client.post("/v1/privacy/erase", json={"user_id": USER}, headers=headers)
    assert (await client.post("/v1/privacy/erase", json={"user_id": USER}, headers=headers)).status_code == 404
    await client.post("/v1/track", json={**view, "messageId": "m-2"}, headers=headers)
    with psycopg.connect(settings.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (1,)


def test_a_restored_backup_brings_nobody_back(settings: Settings, tmp_path: Path) -> None:
    import asyncio

    from hanse.base.context import run
    from hanse.data import events
    from hanse.data.events import Event
    from hanse.serve import runtime

    async def fill() -> None:
        async with runtime.started(settings, settings.database_url) as running, running.context() as context:
            sent = [Event(message_id=f"m-{user}", name="Viewed", user_id=user, source="shop", occurred_at=NOW) for user in (USER, OTHER["userId"])]
            await events.append(await context.connection(), sent, now=NOW)

    async def erase() -> None:
        async with runtime.started(settings, settings.database_url) as running, running.context() as context:
            operation = running.registry.find("privacy.erase")
            await run(operation, operation.request_type(user_id=USER), context)

    asyncio.run(fill())
    archive.write(settings, settings.database_url, tmp_path / "backup.tar")
    asyncio.run(erase())
    assert traces(settings) == []

    archive.read(settings, settings.database_url, tmp_path / "backup.tar", force=True)

    assert traces(settings) == []
    with psycopg.connect(settings.database_url) as connection:
        assert connection.execute("SELECT user_id FROM events").fetchall() == [(OTHER["userId"],)]
        assert connection.execute("SELECT count(*) FROM erasures WHERE state = 'done'").fetchone() == (2,)
    with (tmp_path / "backup.tar").open("rb") as file:
        key = (settings.home / secret.FILE).read_bytes().strip()
        assert key not in file.read()
    assert base64.urlsafe_b64decode(key)
