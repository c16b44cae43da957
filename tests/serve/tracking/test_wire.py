"""What tracking clients send ends in the log, once; what cannot be taken is kept beside it and never costs a neighbour."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from typing import Any

import pytest
import pytest_asyncio

from tests.serve.conftest import Client, MakeKey
from tests.serve.tracking.shared import client, client_of_all, in_one_loop

__all__ = ["client", "client_of_all"]
pytestmark = in_one_loop

Rows = list[dict[str, Any]]


@pytest_asyncio.fixture(loop_scope="module")
async def write_key(make_key: MakeKey) -> str:
    return (await make_key("write"))["Authorization"].removeprefix("Bearer ")


def basic(key: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}


async def rows(client: Client, statement: str) -> Rows:
    async with client.app.state.runtime.resources.pool.connection() as connection:
        return await (await connection.execute(statement)).fetchall()  # type: ignore[no-any-return]  # dict rows


async def logged(client: Client) -> Rows:
    return await rows(client, "SELECT message_id, type, name, user_id, anonymous_id, properties FROM events ORDER BY message_id")


async def dead(client: Client) -> Rows:
    return await rows(client, "SELECT field, reason, payload FROM dead_letters WHERE kind = 'event' ORDER BY created_at")


def tracked(message_id: str, **more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Product Viewed", "userId": "u1", "messageId": message_id, "properties": {"product_id": "P"}, **more}


async def test_a_batch_of_segments_python_client_is_taken(client: Client, write_key: str) -> None:
    batch = [
        {"type": "identify", "userId": "u1", "anonymousId": None, "traits": {"email": "a@example.com"}, "messageId": "m1", "context": {}},
        {"type": "track", "event": "Order Completed", "userId": "u1", "anonymousId": None, "properties": {"order_id": "o1"}, "messageId": "m2"},
        {"type": "page", "name": "Home", "userId": None, "anonymousId": "anon1", "properties": {"url": "https://x.example/"}, "messageId": "m3"},
    ]
    body = {"batch": batch, "sentAt": "2026-06-15T11:59:59.900+00:00", "writeKey": write_key}
    answer = await client.post("/v1/batch", json=body, headers=basic(write_key))
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    found = await logged(client)
    assert [(row["message_id"], row["type"], row["user_id"], row["anonymous_id"]) for row in found] == [
        ("m1", "identify", "u1", None),
        ("m2", "track", "u1", None),
        ("m3", "page", None, "anon1"),
    ]


@pytest.mark.parametrize("path", ["track", "t"])
async def test_a_single_event_of_the_browser_comes_as_text_with_the_key_inside(client: Client, write_key: str, path: str) -> None:
    body = json.dumps({**tracked("m1"), "writeKey": write_key, "sentAt": "2026-06-15T11:59:59Z"})
    answer = await client.post(f"/v1/{path}", content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 200
    assert [row["name"] for row in await logged(client)] == ["Product Viewed"]


async def test_rudderstacks_client_sends_gzip_without_a_key_inside(client: Client, write_key: str) -> None:
    identify = {"type": "identify", "userId": "u1", "messageId": "m1", "channel": "server", "context": {"traits": {"plan": "pro"}}}
    content = gzip.compress(json.dumps({"batch": [identify], "sentAt": "2026-06-15T12:00:00.000001+00:00"}).encode())
    answer = await client.post("/v1/batch", content=content, headers={**basic(write_key), "Content-Encoding": "gzip"})
    assert answer.status_code == 200
    assert len(await logged(client)) == 1


async def test_a_message_sent_again_is_counted_once_and_said_so(client: Client, write_key: str) -> None:
    for _ in range(2):
        answer = await client.post("/v1/batch", json={"batch": [tracked("m1"), tracked("m1"), tracked("m2")]}, headers=basic(write_key))
        assert answer.status_code == 200
    assert [row["message_id"] for row in await logged(client)] == ["m1", "m2"]


BAD: dict[str, Any] = {
    "text": "not an event",
    "number": 7,
    "null": None,
    "no type": {"userId": "u1", "messageId": "b"},
    "unknown type": {"type": "dance", "userId": "u1", "messageId": "b"},
    "nobody": {"type": "track", "event": "X", "messageId": "b"},
    "no name": {"type": "track", "userId": "u1", "messageId": "b"},
    "properties of a wrong kind": tracked("b", properties="many"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_a_bad_event_is_kept_with_its_reason_and_its_neighbours_are_taken(client: Client, write_key: str, bad: Any) -> None:
    answer = await client.post("/v1/batch", json={"batch": [tracked("m1"), bad, tracked("m2")]}, headers=basic(write_key))
    assert answer.status_code == 200
    assert [row["message_id"] for row in await logged(client)] == ["m1", "m2"]
    (letter,) = await dead(client)
    assert letter["field"]
    assert letter["reason"]


HARD: dict[str, Any] = {
    "NUL": {"query": "18\x00V"},
    "lone surrogate": {"query": "\ud800"},
    "beyond 64 bits": {"value": 2**70},
    "deep": json.loads("[" * 400 + "]" * 400),
    "huge text": {"text": "x" * 200_000},
}


@pytest.mark.parametrize("hard", HARD.values(), ids=HARD.keys())
async def test_hard_content_costs_no_neighbour_and_no_fault(client: Client, write_key: str, hard: Any) -> None:
    body = json.dumps({"batch": [tracked("m1"), tracked("hard", properties={"hard": hard}), tracked("m2")]})
    answer = await client.post("/v1/batch", content=body.encode(), headers=basic(write_key))
    assert answer.status_code == 200
    assert {"m1", "m2"} <= {row["message_id"] for row in await logged(client)}
    assert len(await logged(client)) + len(await dead(client)) == 3


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "yesterday"])
async def test_impossible_times_cost_nothing(client: Client, write_key: str, moment: str) -> None:
    answer = await client.post("/v1/batch", json={"batch": [tracked("m1", timestamp=moment), tracked("m2")]}, headers=basic(write_key))
    assert answer.status_code == 200
    assert len(await logged(client)) + len(await dead(client)) == 2


async def test_the_clock_of_the_sender_is_corrected(client: Client, write_key: str) -> None:
    """The sender's clock is two hours behind; the event happened five seconds before it was sent."""
    sent = {"batch": [tracked("m1", timestamp="2026-06-15T09:59:55Z")], "sentAt": "2026-06-15T10:00:00Z"}
    await client.post("/v1/batch", json=sent, headers=basic(write_key))
    (row,) = await rows(client, "SELECT occurred_at, original_at, sent_at, received_at FROM events")
    assert (row["received_at"] - row["occurred_at"]).total_seconds() == 5
    assert row["original_at"].hour == 9
    assert row["sent_at"].hour == 10


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"batch": 5}', gzip.compress(b'{"batch": []}', mtime=0)[:12]], ids=repr)
async def test_what_is_no_request_is_refused_and_never_a_fault(client: Client, write_key: str, content: bytes) -> None:
    headers = {**basic(write_key), **({"Content-Encoding": "gzip"} if content[:2] == b"\x1f\x8b" else {})}
    answer = await client.post("/v1/batch", content=content, headers=headers)
    assert 200 <= answer.status_code < 500
    assert await logged(client) == []
    if answer.status_code >= 400:
        assert {"code", "message"} <= answer.json().keys()


async def test_a_key_that_never_existed_is_refused(client: Client) -> None:
    answer = await client.post("/v1/batch", json={"batch": [tracked("m1")]}, headers=basic("nobody"))
    assert answer.status_code == 401
    assert {"code", "message"} <= answer.json().keys()
    assert await logged(client) == []


async def test_the_browser_client_finds_its_settings(client: Client, write_key: str) -> None:
    answer = await client.get(f"/v1/projects/{write_key}/settings")
    assert answer.status_code == 200
    assert answer.json()["integrations"]["Segment.io"]["apiKey"] == write_key


async def test_a_browser_may_send_from_another_site(client: Client) -> None:
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = await client.options("/v1/t", headers=headers)
    assert answer.status_code < 300
    assert answer.headers["access-control-allow-origin"] in {"*", "https://shop.example"}
