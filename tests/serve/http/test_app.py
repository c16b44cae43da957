"""Over HTTP: who may call what, how often and with what, and what comes back when something is wrong."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest

from hanse.base.config import Settings
from hanse.base.postgres import EmbeddedPostgres
from hanse.data.access import keys
from tests.serve.conftest import Client, MakeKey

RECORD = "/v1/events/record"
GREET = "/v1/harbour/greet"
EVENTS = {"events": [{"message_id": "m-1", "name": "Product Viewed", "anonymous_id": "b-1"}]}


async def rows(client: Client, statement: str) -> list[dict[str, Any]]:
    async with client.app.state.runtime.resources.pool.connection() as connection:
        found: list[dict[str, Any]] = await (await connection.execute(statement.encode())).fetchall()
        return found


def problem(response: Any, status: int, slug: str | None = None) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["status"] == status
    assert found["detail"]
    assert found["title"]
    assert found["type"] == (f"/problems/{slug}" if slug else "about:blank")
    return found


async def test_an_operation_answers_a_key_that_may_call_it(client: Client, make_key: MakeKey) -> None:
    response = await client.post(RECORD, json=EVENTS, headers=await make_key("events"))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"accepted": 1, "duplicates": 0, "results": ["accepted"]}
    assert await rows(client, "SELECT message_id FROM events") == [{"message_id": "m-1"}]


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "hanse_x", "Bearer hanse_" + "x" * 49])
async def test_without_a_key_nothing_is_answered(client: Client, authorization: str | None) -> None:
    response = await client.post(RECORD, json=EVENTS, headers={"Authorization": authorization} if authorization is not None else {})
    problem(response, 401, "not-signed-in")
    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_without_a_key_the_request_is_not_even_read(client: Client) -> None:
    problem(await client.post(RECORD, content=b"{"), 401, "not-signed-in")


async def test_the_word_bearer_may_be_written_in_any_case(client: Client, make_key: MakeKey) -> None:
    key = (await make_key())["Authorization"].removeprefix("Bearer ")
    assert (await client.post(RECORD, json=EVENTS, headers={"Authorization": f"bEARER   {key}"})).status_code == 200


@pytest.mark.parametrize(
    ("scopes", "record", "greet"),
    [
        (("*",), 200, 200),
        (("write",), 200, 403),
        (("harbour",), 403, 200),
        (("harbour.greet",), 403, 200),
        (("harbour.load",), 403, 403),
        (("events.record", "harbour"), 200, 200),
    ],
)
async def test_a_key_may_call_what_its_scopes_say(client: Client, make_key: MakeKey, scopes: tuple[str, ...], record: int, greet: int) -> None:
    headers = await make_key(*scopes)
    assert (await client.post(RECORD, json=EVENTS, headers=headers)).status_code == record
    assert (await client.post(GREET, json={}, headers=headers)).status_code == greet


async def test_a_key_with_the_scope_write_can_call_nothing_but_the_intake(client: Client, make_key: MakeKey) -> None:
    headers = await make_key("write")
    for name, operation in client.app.state.runtime.registry.operations.items():
        response = await client.post(operation.path, content=msgspec.json.encode(operation.example), headers=headers)
        assert (response.status_code == 403) is (name != "events.record"), name


async def test_who_may_not_is_told_which_scope_to_ask_for(client: Client, make_key: MakeKey) -> None:
    found = problem(await client.post(GREET, json={}, headers=await make_key("write", name="till")), 403, "not-allowed")
    assert found["detail"] == "till may not use harbour.greet. Ask an administrator for the scope `harbour`."


async def test_a_revoked_key_is_refused_at_once(client: Client, make_key: MakeKey) -> None:
    headers = await make_key("*")
    assert (await client.post(RECORD, json=EVENTS, headers=headers)).status_code == 200
    async with client.app.state.runtime.context() as context:
        connection = await context.connection()
        await keys.revoke(connection, (await keys.named(connection, "shop")).key_id, now=context.clock.now())
    for _ in range(200):
        if (response := await client.post(RECORD, json=EVENTS, headers=headers)).status_code == 401:
            break
        await asyncio.sleep(0.01)
    problem(response, 401, "not-signed-in")


async def test_a_key_that_is_made_after_it_was_tried_works(client: Client, make_key: MakeKey) -> None:
    """Unknown keys are remembered, too; making one is news."""
    headers = await make_key("*")
    await client.post(RECORD, json=EVENTS, headers={"Authorization": "Bearer hanse_unknown"})
    assert (await client.post(RECORD, json=EVENTS, headers=headers)).status_code == 200


class TestLimits:
    """A key has so many requests a minute, a request so many bytes."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, request_limit=3, body_limit_bytes=1000)

    @pytest.fixture(autouse=True)
    def minute(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have the test fall into one minute."""
        monkeypatch.setattr("hanse.serve.http.keys.time.time", lambda: 1_800_000_012.5)

    async def test_a_key_that_asks_too_often_waits_and_others_do_not(self, client: Client, make_key: MakeKey) -> None:
        first, second = await make_key(name="first"), await make_key(name="second")
        statuses = [(await client.post(RECORD, json=EVENTS, headers=first)).status_code for _ in range(3)]
        assert statuses == [200, 200, 200]
        response = await client.post(RECORD, json=EVENTS, headers=first)
        found = problem(response, 429, "too-many-requests")
        assert response.headers["retry-after"] == "48"
        assert found["detail"] == "This key has used up its 3 requests. Try again in 48 seconds."
        assert (await client.post(RECORD, json=EVENTS, headers=second)).status_code == 200

    async def test_requests_that_are_wrong_count_too(self, client: Client, make_key: MakeKey) -> None:
        headers = await make_key()
        assert [(await client.post(RECORD, json={}, headers=headers)).status_code for _ in range(4)] == [400, 400, 400, 429]

    async def test_a_request_that_is_too_large_is_refused(self, client: Client, make_key: MakeKey) -> None:
        headers = await make_key()
        problem(await client.post(RECORD, json={**EVENTS, "source": "x" * 1000}, headers=headers), 413, "too-large")

    async def test_so_is_one_that_does_not_say_how_large_it_is(self, client: Client, make_key: MakeKey) -> None:
        async def pieces() -> Any:
            for _ in range(20):
                yield b" " * 100

        problem(await client.post(RECORD, content=pieces(), headers=await make_key()), 413, "too-large")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b'{"events": [{"message_id": "m"}], "colour": 1}', ["colour"]),
        (b"{}", ["events"]),
        (b'{"events": []}', ["events"]),
        (b'{"events": [{"message_id": 1}]}', ["events[0].message_id"]),
        (b'{"events": [{"message_id": "m", "extra": 1}]}', ["events[0].extra"]),
        (b'{"events": [{"message_id": "m", "occurred_at": "yesterday"}]}', ["events[0].occurred_at"]),
        (b'{"events": [{"message_id": "m", "type": "shout"}]}', ["events[0].type"]),
        (b"[]", ["body"]),
        (b"{", ["body"]),
        (b"", ["body"]),
        (b'{"events": [{"message_id": "\xff"}]}', ["body"]),
    ],
)
async def test_a_wrong_request_names_its_field(client: Client, make_key: MakeKey, body: bytes, fields: list[str]) -> None:
    found = problem(await client.post(RECORD, content=body, headers=await make_key()), 400, "invalid-request")
    assert [each["field"] for each in found["fields"]] == fields
    assert all(each["message"] for each in found["fields"])


async def test_a_request_in_another_form_than_json_is_refused(client: Client, make_key: MakeKey) -> None:
    headers = await make_key()
    for response in (
        await client.post(RECORD, data={"events": "1"}, headers=headers),
        await client.post(RECORD, content=b"<events/>", headers={**headers, "Content-Type": "application/xml"}),
        await client.post(RECORD, files={"events": b"1"}, headers=headers),
    ):
        problem(response, 400, "invalid-request")


async def test_json_under_another_name_is_taken(client: Client, make_key: MakeKey) -> None:
    """Browsers that send while a page closes cannot set the type."""
    headers = {**await make_key(), "Content-Type": "text/plain;charset=UTF-8"}
    assert (await client.post(RECORD, content=msgspec.json.encode(EVENTS), headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/recommend/nothing", 404), ("GET", RECORD, 405), ("DELETE", RECORD, 405), ("POST", "/v1", 404)]
)
async def test_unknown_addresses_and_methods_are_problems(client: Client, method: str, path: str, status: int) -> None:
    response = await client.request(method, path)
    problem(response, status)
    if status == 405:
        assert "POST" in response.headers["allow"]


async def test_every_answer_carries_the_headers_that_keep_browsers_safe(client: Client, make_key: MakeKey) -> None:
    headers = await make_key()
    for response in (
        await client.get("/health"),
        await client.get("/openapi.json"),
        await client.get("/nowhere"),
        await client.post(RECORD, json=EVENTS),
        await client.post(RECORD, json=EVENTS, headers=headers),
        await client.post("/mcp", json={}),
    ):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


async def test_a_page_on_another_site_may_call(client: Client, make_key: MakeKey) -> None:
    asked = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    response = await client.options(RECORD, headers=asked)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert "authorization" in response.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in response.headers
    sent = await client.post(RECORD, json=EVENTS, headers={**await make_key("write"), "Origin": "https://shop.example"})
    assert sent.headers["access-control-allow-origin"] == "*"


async def test_health_and_readiness_need_no_key(client: Client) -> None:
    assert (await client.get("/health")).json()["status"] == "ok"
    assert (await client.get("/ready")).json() == {"status": "ok"}


async def test_while_the_database_is_away_it_says_so_and_is_back_by_itself(postgres: EmbeddedPostgres, client: Client, make_key: MakeKey) -> None:
    headers = await make_key()
    client.app.state.runtime.resources.pool.timeout = 0.5
    name = psycopg.conninfo.conninfo_to_dict(client.app.state.runtime.conninfo)["dbname"]
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as other:
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        ready = await client.get("/ready")
        assert (ready.status_code, ready.headers["retry-after"]) == (503, "5")
        assert (await client.get("/health")).status_code == 200
        called = await client.post(RECORD, json=EVENTS, headers=headers)
        problem(called, 503, "unavailable")
        assert called.headers["retry-after"] == "5"
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    for _ in range(100):
        if (await client.get("/ready")).status_code == 200:
            break
        await asyncio.sleep(0.1)
    assert (await client.post(RECORD, json=EVENTS, headers=headers)).status_code == 200


async def test_decisions_end_up_in_the_log_and_events_become_their_outcomes(client: Client, make_key: MakeKey) -> None:
    headers = await make_key()
    answer = (await client.post(GREET, json={"anonymous_id": "b-1"}, headers=headers)).json()
    clicked = {"message_id": "c-1", "name": "Product Clicked", "anonymous_id": "b-1", "properties": {"decision_id": answer["decision_id"]}}
    await client.post(RECORD, json={"events": [clicked]}, headers=headers)
    await client.app.state.runtime.log.flush()
    found = await rows(client, "SELECT d.decision_id, d.operation, d.request, e.name FROM decisions d JOIN events e USING (decision_id)")
    assert [(row["decision_id"], row["operation"], row["name"]) for row in found] == [
        (UUID(answer["decision_id"]), "harbour.greet", "Product Clicked")
    ]
    assert "b-1" not in str(found[0]["request"])


async def test_the_language_that_is_asked_for_reaches_the_operation(client: Client, make_key: MakeKey) -> None:
    headers = await make_key()
    reasons = [(await client.post(GREET, json={}, headers={**headers, "Accept-Language": each})).json()["reason"] for each in ("de", "en", "fr")]
    assert reasons[0] != reasons[1]
    assert reasons[2] == reasons[0], "the default"


async def test_an_unforeseen_fault_tells_nothing_of_the_inside(client: Client, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("anna@example.org")

    monkeypatch.setattr("hanse.data.events.store.append", fail)
    response = await client.post(RECORD, json=EVENTS, headers=await make_key())
    found = problem(response, 500, "hanse-error")
    assert "anna" not in response.text
    assert found["detail"] == "Something went wrong inside Hanse. The log of the server has the details."


async def test_every_problem_has_a_page_that_explains_it(client: Client) -> None:
    response = await client.get("/problems/too-many-requests")
    assert response.status_code == 200
    assert response.json() == {
        "type": "/problems/too-many-requests",
        "title": "Too many requests",
        "status": 429,
        "detail": "This key has used up its {limit} requests. Try again in {retry_after_seconds} seconds.",
    }
    problem(await client.get(f"/problems/{uuid4()}"), 404)


async def test_requests_at_the_same_time_each_get_their_own_answer(client: Client, make_key: MakeKey) -> None:
    headers = await make_key()
    sent = [client.post(RECORD, json={"events": [{"message_id": f"m-{index % 10}"}]}, headers=headers) for index in range(40)]
    answers = [response.json() for response in await asyncio.gather(*sent)]
    assert sum(answer["accepted"] for answer in answers) == 10
    assert sum(answer["duplicates"] for answer in answers) == 30
