"""Whatever comes in, well or badly, leaves nobody's name, address, number or IP in logs, metrics, traces, faults and errors of jobs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.serve.collector import collecting

ROOT = Path(__file__).parents[2]
PLANTED = ("anna.petersen@example.org", "Petersen", "+49 451 1234567", "Engelsgrube", "203.0.113.77", "customer-4711")
EMAIL, NAME, PHONE, STREET, IP, USER = PLANTED

SERVE = """
import asyncio, json, sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
import httpx
from hanse.base.config import Settings
from hanse.data.access import keys
from hanse.serve import logs, registry, runtime
from hanse.serve.http.app import application
from hanse.sources import connections
from hanse.testing.shops import FakeShopify, Item
from tests.serve import harbour

EMAIL, NAME, PHONE, STREET, IP, USER = json.loads(sys.argv[3])
PERSON = {"email": EMAIL, "name": NAME, "phone": PHONE, "address": {"street": STREET}, "ip": IP}
CONTEXT = {"ip": IP, "traits": PERSON, "page": {"url": f"https://shop.example/?email={EMAIL}"}}
GOOD = {"type": "track", "event": "Contact Sent", "userId": USER, "anonymousId": IP, "properties": PERSON, "context": CONTEXT}

async def track(client, key):
    bodies = [
        {"batch": [GOOD, {**GOOD, "type": NAME}, {**GOOD, "event": None}, {**GOOD, "timestamp": EMAIL}, {**GOOD, "userId": USER * 200}, EMAIL, None]},
        {"batch": EMAIL}, {NAME: EMAIL}, [EMAIL], EMAIL,
        {"batch": [{**GOOD, "type": "identify", "traits": PERSON}, {**GOOD, "type": "alias", "previousId": EMAIL}]},
        {"batch": [{**GOOD, "properties": {"deep": json.loads("[" * 400 + json.dumps(EMAIL) + "]" * 400)}}]},
    ]
    for body in bodies:
        yield await client.post("/v1/batch", content=json.dumps(body), auth=(key, ""))
    yield await client.post("/v1/track", content=b'{"email": "' + EMAIL.encode(), auth=(key, ""))
    yield await client.post("/v1/track", content=EMAIL.encode(), auth=(key, ""), headers={"Content-Encoding": "gzip"})
    yield await client.post("/v1/track", json=GOOD, auth=(EMAIL, NAME))
    yield await client.get("/pixel/v1/track", params={"writeKey": key, "event": NAME, "anonymousId": EMAIL, "properties.email": EMAIL})
    yield await client.get("/v1/pixel/track", params={"data": EMAIL})
    yield await client.get(f"/v1/projects/{EMAIL}/settings")

async def webhooks(client, shop):
    at = datetime(2026, 6, 15, 8, tzinfo=UTC)
    good = shop.place_order(1001, [Item("A-1", NAME, 1, Decimal("9.99"))], at=at, email=EMAIL)
    strange = [shop.signed("orders/create", each, at=at) for each in ({"id": EMAIL, "customer": PERSON}, [EMAIL], EMAIL)]
    for each in [*good, *strange, *shop.save_customer(7, email=EMAIL, first_name=NAME, at=at)]:
        yield await client.post("/webhooks/shopify/shop", content=each.body, headers=dict(each.headers))
    forged = {**dict(good[0].headers), "X-Shopify-Hmac-Sha256": NAME, "X-Forwarded-For": IP}
    yield await client.post("/webhooks/shopify/shop", content=good[0].body, headers=forged)
    for path in (f"/webhooks/shopify/{EMAIL}", f"/webhooks/{NAME}/shop", f"/webhooks/shopware/{EMAIL}/register"):
        yield await client.request("GET" if path.endswith("register") else "POST", path, content=good[0].body, headers=forged)

async def operations(client, key):
    signed = {"Authorization": f"Bearer {key}", "User-Agent": NAME, "X-Forwarded-For": IP}
    for path, body in (("/v1/harbour/sink", {"boat": EMAIL}), ("/v1/harbour/load", {"boat": NAME}), ("/v1/events/search", {"user_id": USER}),
                       ("/v1/events/search", {"cursor": EMAIL}), ("/v1/events/count", {"by": NAME}), (f"/v1/{EMAIL}/{NAME}", {})):
        yield await client.post(path, json=body, headers=signed)
    yield await client.get(f"/customers/{EMAIL}?q={EMAIL}", headers={**signed, "Accept": "text/html"})

async def break_database(client, app, key, spare):
    # a fault that nobody has thought of: the schema is not what the code expects
    async with app.state.runtime.resources.pool.connection() as connection:
        await connection.execute("ALTER TABLE events RENAME COLUMN source TO origin")
        await connection.execute("ALTER TABLE api_keys RENAME TO keys_gone")
    await app.state.key_ring.forget()
    yield await client.post("/v1/track", json=GOOD, auth=(key, ""))
    yield await client.post("/v1/events/search", json={"user_id": USER}, headers={"Authorization": f"Bearer {key}"})
    yield await client.get(f"/v1/projects/{spare}/settings")

async def main(url, endpoint):
    declared = registry.load()
    declared.add(harbour.capability)
    logs.configure("info")
    home = Path(sys.argv[4])
    app = application(runtime.build(Settings(home=home, database_url=url, otel_endpoint=endpoint), url, registry=declared))
    with FakeShopify() as shop:
        async with app.lifespan():
            running = app.state.runtime
            async with running.context() as context:
                key = await keys.create(await context.connection(), "shop", ["*"], created_by="test", now=context.clock.now())
                spare = await keys.create(await context.connection(), "spare", ["*"], created_by="test", now=context.clock.now())
                await connections.connect(context, name="shop", system="shopify", url=shop.url, secrets=shop.secrets, options={"allow_private": True})
            answers = []
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                for part in (track(client, key.key), webhooks(client, shop), operations(client, key.key)):
                    answers += [[each.status_code, each.text] async for each in part]
                queue = app.state.queue
                for file, kind in (("customers.csv", "customers"), ("orders.csv", "orders"), ("broken.xlsx", "orders"), ("nothing.csv", "customers")):
                    await queue.put("files.run_import", {"path": str(home / file), "kind": kind, "source": "old"})
                    await queue.work(wait=False, install_signal_handlers=False)
                await queue.put("harbour.collide", {"boat": f"{NAME} {EMAIL}"})
                await queue.put("harbour.founder")
                await queue.work(wait=False, install_signal_handlers=False)
                metrics = (await client.get("/metrics", headers={"Authorization": f"Bearer {key.key}"})).text
                answers += [[each.status_code, each.text] async for each in break_database(client, app, key.key, spare.key)]
    print(json.dumps({"answers": answers, "metrics": metrics, "keys": [key.key, spare.key]}))

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""

CUSTOMERS = f"""Kundennummer;E-Mail;Vorname;Nachname;Telefon;Straße
{USER};{EMAIL};Anna;{NAME};{PHONE};{STREET} 7
;{EMAIL};Anna;{NAME};{PHONE};{STREET} 7
{USER};kein at;Anna;{NAME};{PHONE};{STREET} 7;{IP};zu viele
"""
ORDERS = f"""Bestellnummer;Artikelnummer;Menge;Preis;Währung;Kundennummer;Bestellt am
B-1;W-1;{NAME};12,50;EUR;{USER};03.05.2026
B-2;W-1;1;{EMAIL};EUR;{USER};03.05.2026
B-3;W-1;1;12,50;{NAME};{USER};{PHONE}
"""


def named(text: str) -> list[str]:
    return [each for each in PLANTED if each in text]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "broken.xlsx").write_text(CUSTOMERS, encoding="utf-8")
    (tmp_path / "nothing.csv").write_text(f"{NAME};{EMAIL}\n", encoding="utf-8")
    return tmp_path


def test_nothing_of_a_person_leaves_by_a_side_door(database_url: str, folder: Path) -> None:
    with collecting() as collector:
        command = [sys.executable, "-c", SERVE, database_url, collector.address, json.dumps(PLANTED), str(folder)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=200)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    jobs = rows(database_url, "SELECT note, error FROM job_progress")
    faults = [text for status, text in told["answers"] if status >= 500]
    traces = b"".join(collector.bodies).decode("latin-1")

    # it all took place, or the silence would prove nothing
    assert "a request failed" in done.stderr
    assert "a job failed" in done.stderr
    assert "refused a webhook" in done.stderr
    assert len(rows(database_url, "SELECT FROM dead_letters")) >= 5
    assert any(row["error"] for row in jobs)
    assert any(status == 500 for status, _ in told["answers"])
    assert "hanse_events_accepted" in told["metrics"]
    assert "harbour.sink" in traces

    for place, text in {"logs": done.stderr, "metrics": told["metrics"], "traces": traces, "faults": "".join(faults), "jobs": str(jobs)}.items():
        assert named(text) == [], (place, [line for line in text.split("}") if named(line)])
        assert [key for key in told["keys"] if key in text] == [], place


def rows(database_url: str, statement: str) -> list[dict[str, Any]]:
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        return connection.execute(statement.encode()).fetchall()
