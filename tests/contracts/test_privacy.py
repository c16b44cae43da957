"""Nothing that names a person leaves by a side door: logs, the decision log, problem documents, and the database's own log."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hanse.base.postgres import EmbeddedPostgres
from hanse.serve.registry import Registry, load
from tests.serve import harbour
from tests.serve.conftest import Client, MakeKey

ROOT = Path(__file__).parents[2]
EMAIL, NAME, PHONE, USER = "anna.petersen@example.org", "Anna Petersen", "+49 451 1234567", "customer-4711"
PLANTED = (EMAIL, NAME, PHONE, USER)

SERVE = """
import asyncio, json, sys
from pathlib import Path
import httpx
from hanse.base.config import Settings
from hanse.data.access import keys
from hanse.serve import logs, registry, runtime
from hanse.serve.http.app import application
from tests.serve import harbour

async def main(url, requests):
    declared = registry.load()
    declared.add(harbour.capability)
    logs.configure("info")
    app = application(runtime.build(Settings(home=Path("/nowhere"), database_url=url), url, registry=declared))
    async with app.lifespan():
        running = app.state.runtime
        async with running.context() as context:
            key = await keys.create(await context.connection(), "shop", ["*"], created_by="test", now=context.clock.now())
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"Authorization": f"Bearer {key.key}"}) as client:
            for path, body in requests:
                response = await client.post(path, content=body.encode())
                print(json.dumps([response.status_code, response.text]))
        job_id = await app.state.queue.put("harbour.collide", {"boat": sys.argv[3]})
        await app.state.queue.work(wait=False, install_signal_handlers=False)
        print(json.dumps([job_id, key.key]))

asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
"""


def named(text: str) -> list[str]:
    """Return which of the planted values a text names."""
    return [each for each in PLANTED if each in text]


def test_requests_that_go_well_or_badly_leave_nobodys_name_in_the_log(database_url: str) -> None:
    person = {"user_id": USER, "anonymous_id": NAME, "weather": PHONE}
    event = {"message_id": "m-1", "name": "Signed Up", "user_id": USER, "properties": {"email": EMAIL, "phone": PHONE, "name": NAME}}
    requests = [
        ("/v1/harbour/greet", json.dumps(person)),
        ("/v1/events/record", json.dumps({"events": [event]})),
        ("/v1/events/record", json.dumps({"events": [{**event, EMAIL: NAME}]})),
        ("/v1/events/record", json.dumps({"events": [{**event, "type": EMAIL}]})),
        ("/v1/harbour/sink", json.dumps({"boat": EMAIL})),
        ("/v1/harbour/load", json.dumps({"boat": "Flying Dutchman"})),
        (f"/v1/{USER}", "{}"),
        ("/v1/events/record", f'{{"events": "{EMAIL}'),
    ]
    command = [sys.executable, "-c", SERVE, database_url, json.dumps(requests), f"{NAME} {EMAIL}"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    *answers, (_, key) = [json.loads(line) for line in done.stdout.splitlines()]
    assert [status for status, _ in answers] == [200, 200, 400, 400, 500, 404, 404, 400]
    assert named("".join(text for status, text in answers if status >= 500)) == []
    assert "a job failed" in done.stderr
    assert "a request failed" in done.stderr
    assert named(done.stderr) == []
    assert key not in done.stderr


@pytest.fixture
def declared() -> Registry:
    """Everything, and the small capability that fails on purpose."""
    registry = load()
    registry.add(harbour.capability)
    return registry


async def test_a_logged_decision_names_nobody(client: Client, make_key: MakeKey) -> None:
    body = {"user_id": USER, "anonymous_id": EMAIL, "profile_id": "019ecb27-2200-707f-8163-043bedd2707d"}
    headers = await make_key()
    for path in ("/v1/harbour/greet", "/v1/harbour/call-home"):
        assert (await client.post(path, json=body, headers=headers)).status_code == 200
    await client.app.state.runtime.log.flush()
    async with client.app.state.runtime.resources.pool.connection() as connection:
        rows = await (await connection.execute("SELECT request::text, answer::text, reason FROM decisions")).fetchall()
    assert len(rows) == 2
    assert named(str(rows)) == []
    assert "019ecb27" not in str(rows)


async def test_the_audit_log_and_the_queue_keep_no_request(client: Client, make_key: MakeKey) -> None:
    event: dict[str, Any] = {"message_id": "m-1", "user_id": USER, "properties": {"email": EMAIL}}
    await client.post("/v1/events/record", json={"events": [event]}, headers=await make_key())
    async with client.app.state.runtime.resources.pool.connection() as connection:
        audited = await (await connection.execute("SELECT * FROM audit_log")).fetchall()
        progress = await (await connection.execute("SELECT * FROM job_progress")).fetchall()
    assert audited
    assert named(str(audited) + str(progress)) == []


async def test_a_fault_in_the_database_is_not_quoted(client: Client, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise psycopg.errors.UniqueViolation(f"DETAIL:  Key (email)=({EMAIL}) already exists.")

    monkeypatch.setattr("hanse.data.events.append", fail)
    response = await client.post("/v1/harbour/load", json={"boat": NAME}, headers=await make_key())
    assert response.status_code == 500
    assert named(response.text) == []


def test_the_log_of_the_embedded_database_quotes_no_statement(postgres: EmbeddedPostgres, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO profiles (profile_id, created_at, updated_at) VALUES (gen_random_uuid(), now(), now())")
        insert = "INSERT INTO identities (kind, value, profile_id, source, created_at) SELECT 'email', %s, profile_id, 'shop', now() FROM profiles"
        connection.execute(insert, (EMAIL,))
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(insert, (EMAIL,))
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("SELECT %s::text::uuid", (USER,))
        with pytest.raises(psycopg.errors.UndefinedColumn):
            connection.execute(f'SELECT "{NAME}"'.encode())
    assert named(postgres.log.read_text()) == []
