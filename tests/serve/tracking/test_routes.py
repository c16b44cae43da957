"""The tracking API: what clients send ends in the log, and no answer makes one throw its data away."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from base64 import b64encode
from typing import Any

import pytest

from hanse.data.access import keys
from hanse.data.events import group_commit
from hanse.serve.tracking import bodies
from tests.serve.conftest import Client, MakeKey
from tests.serve.tracking.conftest import basic, rows, states
from tests.serve.tracking.shared import client, client_of_all, in_one_loop, key

__all__ = ["client", "client_of_all", "key"]
pytestmark = in_one_loop

VIEWED = {"type": "track", "event": "Product Viewed", "userId": "u-1", "messageId": "m-1"}
THROWN_AWAY = {400, 401, 403, 404, 413, 422}
"""Statuses on which clients throw their data away."""

CALLS: dict[str, dict[str, Any]] = {
    "track": {"event": "Product Viewed", "userId": "u-1"},
    "identify": {"userId": "u-1", "traits": {"email": "a@example.org"}},
    "page": {"name": "Home", "anonymousId": "b-1"},
    "screen": {"name": "Home", "anonymousId": "b-1"},
    "group": {"groupId": "g-1", "userId": "u-1"},
    "alias": {"previousId": "b-1", "userId": "u-1"},
}


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
async def test_every_call_has_two_addresses(client: Client, headers: dict[str, str], kind: str, short: bool) -> None:  # noqa: FBT001  # a parameter
    path = f"/v1/{kind[0] if short else kind}"
    assert states(await client.post(path, json=CALLS[kind], headers=headers)) == ["accepted"]
    assert [row["type"] for row in await rows(client, "SELECT type FROM events")] == [kind]


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/import", "/v1/batch/"])
async def test_a_batch_has_several(client: Client, headers: dict[str, str], path: str) -> None:
    sent = {"batch": [{"type": kind, **call} for kind, call in CALLS.items()]}
    assert states(await client.post(path, json=sent, headers=headers)) == ["accepted"] * 6


async def test_events_carry_the_name_of_their_key(client: Client, headers: dict[str, str]) -> None:
    await client.post("/v1/track", json=VIEWED, headers=headers)
    assert await rows(client, "SELECT source, message_id FROM events") == [{"source": "shop", "message_id": "m-1"}]


async def test_a_browser_sends_text_with_the_key_in_the_body(client: Client, key: str) -> None:
    response = await client.post("/v1/t", content=json.dumps({**VIEWED, "writeKey": key}), headers={"Content-Type": "text/plain"})
    assert states(response) == ["accepted"]


async def test_a_beacon_has_its_key_in_the_address(client: Client, key: str) -> None:
    assert states(await client.post(f"/beacon/v1/batch?writeKey={key}", content=json.dumps({"batch": [VIEWED]}))) == ["accepted"]


async def test_a_key_of_ours_works_as_bearer_too(client: Client, key: str) -> None:
    assert states(await client.post("/v1/track", json=VIEWED, headers={"Authorization": f"Bearer {key}"})) == ["accepted"]


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "", "GZIP"])
async def test_packed_bodies_are_unpacked(client: Client, headers: dict[str, str], encoding: str) -> None:
    body = json.dumps({"batch": [VIEWED]}).encode()
    packed = zlib.compress(body) if encoding == "deflate" else gzip.compress(body, mtime=0)
    response = await client.post("/v1/batch", content=packed, headers={**headers, **({"Content-Encoding": encoding} if encoding else {})})
    assert states(response) == ["accepted"]


async def test_a_body_packed_in_pieces_is_unpacked_whole(client: Client, headers: dict[str, str]) -> None:
    body = json.dumps({"batch": [VIEWED]}).encode()
    packed = gzip.compress(body[:20], mtime=0) + gzip.compress(body[20:], mtime=0)
    assert states(await client.post("/v1/batch", content=packed, headers={**headers, "Content-Encoding": "gzip"})) == ["accepted"]


async def test_the_same_message_is_taken_once_and_the_first_copy_counts(client: Client, headers: dict[str, str]) -> None:
    sent = {"batch": [VIEWED, {**VIEWED, "event": "Other"}]}
    assert states(await client.post("/v1/batch", json=sent, headers=headers)) == ["accepted", "duplicate"]
    assert states(await client.post("/v1/track", json={**VIEWED, "event": "Third"}, headers=headers)) == ["duplicate"]
    assert await rows(client, "SELECT name FROM events") == [{"name": "Product Viewed"}]


async def test_a_bad_event_is_kept_with_its_reason_and_its_neighbours_are_taken(client: Client, headers: dict[str, str]) -> None:
    sent = {"batch": [VIEWED, {"type": "track", "userId": "u-1"}, "text", {**VIEWED, "messageId": "m-2"}], "sentAt": "2026-06-15T12:00:00Z"}
    response = await client.post("/v1/batch", json=sent, headers=headers)
    assert states(response) == ["accepted", "dead_letter", "dead_letter", "accepted"]
    assert response.json()["results"][1] == {
        "state": "dead_letter",
        "field": "event",
        "reason": "The name of the event is missing.",
        "remedy": "Send it, such as Product Viewed.",
    }
    letters = await rows(client, "SELECT kind, source, field, payload FROM dead_letters ORDER BY field")
    assert letters[0]["payload"] == {"type": "track", "userId": "u-1", "sentAt": "2026-06-15T12:00:00+00:00"}
    assert letters[1]["payload"] == {"message": "text", "sentAt": "2026-06-15T12:00:00+00:00"}


async def test_a_bad_single_event_is_no_failure_either(client: Client, headers: dict[str, str]) -> None:
    assert states(await client.post("/v1/track", json={"event": "a"}, headers=headers)) == ["dead_letter"]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"{", ""),
        (b"", ""),
        (b"  ", ""),
        (b'{"batch":7}', ""),
        (gzip.compress(b'{"batch":[]}', mtime=0)[:-6], "gzip"),
        (b"no gzip", "gzip"),
        (b"{}", "br"),
    ],
)
async def test_an_unreadable_request_says_what_is_wrong(client: Client, headers: dict[str, str], body: bytes, encoding: str) -> None:
    response = await client.post("/v1/batch", content=body, headers={**headers, **({"Content-Encoding": encoding} if encoding else {})})
    assert response.status_code == 400
    assert {"code", "message", "success"} == set(response.json())


async def test_an_unreadable_request_is_kept_although_the_client_throws_it_away(client: Client, headers: dict[str, str]) -> None:
    packed = gzip.compress(json.dumps({"batch": [VIEWED] * 100}).encode(), mtime=0)[:-12]
    for _ in range(2):
        await client.post("/v1/batch", content=packed, headers={**headers, "Content-Encoding": "gzip"})
    (letter,) = await rows(client, "SELECT field, payload FROM dead_letters")
    assert letter["field"] == "body"
    assert "Product Viewed" in letter["payload"]["message"]


@pytest.mark.parametrize("size", [bodies.LIMIT_BYTES + 1, 300_000_000])
async def test_a_bomb_is_refused_before_it_goes_off(client: Client, headers: dict[str, str], size: int) -> None:
    packing = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join([*(packing.compress(bytes(1_000_000)) for _ in range(size // 1_000_000 + 1)), packing.flush()])
    response = await client.post("/v1/batch", content=bomb, headers={**headers, "Content-Encoding": "gzip"})
    assert response.status_code == 413
    assert response.json()["code"] == "too-large"


async def test_one_giant_does_not_cost_its_neighbours(client: Client, headers: dict[str, str]) -> None:
    giant = {**VIEWED, "messageId": "giant", "properties": {"text": "x" * 10_000_000}}
    response = await client.post("/v1/batch", json={"batch": [VIEWED, giant, {**VIEWED, "messageId": "m-2"}]}, headers=headers)
    assert states(response) == ["accepted", "dead_letter", "accepted"]
    assert response.json()["results"][1]["field"] == "properties"


async def test_a_batch_of_any_length_is_taken(client: Client, headers: dict[str, str]) -> None:
    sent = {"batch": [{**VIEWED, "messageId": f"m-{number % 6000}"} for number in range(7000)]}
    assert states(await client.post("/v1/batch", json=sent, headers=headers)).count("accepted") == 6000


async def test_many_names_are_only_names(client: Client, headers: dict[str, str]) -> None:
    sent = {"batch": [{**VIEWED, "messageId": f"m-{number}", "event": f"Event {number}"} for number in range(3000)]}
    assert set(states(await client.post("/v1/batch", json=sent, headers=headers))) == {"accepted"}


class TestKeys:
    """401 is for a key that never was; everybody else keeps the data."""

    NEVER = "hanse_" + "x" * 49

    @pytest.mark.parametrize("sent", [{}, basic("nonsense"), basic(NEVER), {"Authorization": "Basic ???"}, {"Authorization": "Digest x"}])
    async def test_a_key_that_never_was_is_401(self, client: Client, sent: dict[str, str]) -> None:
        response = await client.post("/v1/track", json=VIEWED, headers=sent)
        assert response.status_code == 401
        assert response.json()["code"] == "not-signed-in"
        assert await rows(client, "SELECT FROM events") == []

    async def test_a_revoked_key_is_told_to_come_again(self, client: Client, key: str, headers: dict[str, str]) -> None:
        assert states(await client.post("/v1/track", json=VIEWED, headers=headers)) == ["accepted"]
        async with client.app.state.runtime.context() as context:
            await keys.revoke(await context.connection(), "shop", now=context.clock.now())
        for _ in range(100):
            response = await client.post("/v1/track", json=VIEWED, headers=headers)
            if response.status_code != 200:
                break
            await asyncio.sleep(0.05)
        assert response.status_code == 503
        assert 1 <= int(response.headers["retry-after"]) <= 300
        assert key not in response.text

    async def test_a_key_that_may_not_write_is_told_to_come_again(self, client: Client, make_key: MakeKey) -> None:
        response = await client.post("/v1/track", json=VIEWED, headers=await make_key("harbour"))
        assert response.status_code == 503

    @pytest.mark.parametrize("scope", ["*", "write", "events", "events.record"])
    async def test_these_scopes_may_write(self, client: Client, make_key: MakeKey, scope: str) -> None:
        assert states(await client.post("/v1/track", json=VIEWED, headers=await make_key(scope))) == ["accepted"]

    async def test_a_good_key_counts_wherever_it_stands(self, client: Client, key: str) -> None:
        response = await client.post("/v1/track", json={**VIEWED, "writeKey": key}, headers=basic("stale"))
        assert states(response) == ["accepted"]

    async def test_a_write_key_reads_nothing(self, client: Client, key: str) -> None:
        for path in ("/v1/events/search", "/v1/events/count"):
            assert (await client.post(path, json={}, headers={"Authorization": f"Bearer {key}"})).status_code == 403
        assert (await client.get("/metrics", headers={"Authorization": f"Bearer {key}"})).status_code == 403


class TestFaults:
    """Whatever is wrong on our side, the client keeps its data."""

    async def test_where_there_is_no_room_it_is_429_with_a_time(
        self, client: Client, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(group_commit, "MOST_EVENTS", 0)
        response = await client.post("/v1/track", json=VIEWED, headers=headers)
        assert response.status_code == 429
        assert 1 <= int(response.headers["retry-after"]) <= 300
        assert response.json()["code"] == "full"

    async def test_where_bytes_are_too_many_the_rest_is_read_and_it_is_429(
        self, client: Client, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(group_commit, "MOST_BYTES", 100)
        assert (await client.post("/v1/track", json={**VIEWED, "properties": {"x": "x" * 5_000_000}}, headers=headers)).status_code == 429
        monkeypatch.undo()
        assert states(await client.post("/v1/track", json=VIEWED, headers=headers)) == ["accepted"]

    async def test_an_unforeseen_fault_is_503_and_tells_nothing(
        self, client: Client, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise ZeroDivisionError("anna@example.org")

        monkeypatch.setattr("hanse.data.events.requests.read", fail)
        response = await client.post("/v1/track", json=VIEWED, headers=headers)
        assert response.status_code == 503
        assert response.headers["retry-after"]
        assert "anna" not in response.text

    async def test_an_unwritable_log_is_503(self, client: Client, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        async def fail(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr("hanse.data.events.store.write", fail)
        response = await client.post("/v1/batch", json={"batch": [VIEWED]}, headers=headers)
        assert response.status_code == 503
        assert response.status_code not in THROWN_AWAY


class TestBrowsers:
    """What browsers ask before and beside sending."""

    async def test_a_preflight_is_granted(self, client: Client) -> None:
        asked = {
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "anonymousid,authorization,content-type,sentat,x-retry-count",
        }
        response = await client.options("/v1/t", headers=asked)
        assert response.status_code == 204
        assert response.headers["access-control-allow-origin"] == "*"
        granted = {each.strip().lower() for each in response.headers["access-control-allow-headers"].split(",")}
        assert granted >= set(asked["Access-Control-Request-Headers"].split(","))

    async def test_an_answer_may_be_read_from_another_page(self, client: Client, headers: dict[str, str]) -> None:
        response = await client.post("/v1/t", json=VIEWED, headers={**headers, "Origin": "https://shop.example"})
        assert response.headers["access-control-allow-origin"] == "*"

    async def test_segments_client_finds_where_to_send(self, client: Client, key: str) -> None:
        response = await client.get(f"/v1/projects/{key}/settings", headers={"Host": "shop.example:8321"})
        assert response.status_code == 200
        found = response.json()["integrations"]["Segment.io"]
        assert (found["apiKey"], found["apiHost"]) == (key, "shop.example:8321/v1")

    async def test_rudderstacks_client_finds_its_source(self, client: Client, key: str) -> None:
        for asked in (client.get(f"/sourceConfig/?writeKey={key}"), client.get("/sourceConfig", headers=basic(key))):
            source = (await asked).json()["source"]
            assert (source["writeKey"], source["enabled"], source["name"]) == (key, True, "shop")

    async def test_a_source_that_never_was_is_404(self, client: Client) -> None:
        assert (await client.get("/v1/projects/never/settings")).status_code == 404
        assert (await client.get("/sourceConfig?writeKey=never")).status_code == 404

    async def test_metrics_of_the_client_are_taken_and_forgotten(self, client: Client) -> None:
        assert (await client.post("/v1/m", json={"series": []})).status_code == 200

    async def test_other_methods_are_told_what_to_send(self, client: Client, headers: dict[str, str]) -> None:
        response = await client.get("/v1/track", headers=headers)
        assert (response.status_code, response.headers["allow"]) == (405, "POST, OPTIONS")


class TestPixels:
    """Events as the address of an image."""

    async def test_rudderstacks_pixel(self, client: Client, key: str) -> None:
        asked = {"writeKey": key, "anonymousId": "b-1", "event": "Email Opened", "properties.email_id": "7"}
        response = await client.get("/pixel/v1/track", params=asked)
        assert (response.status_code, response.headers["content-type"]) == (200, "image/gif")
        (event,) = await rows(client, "SELECT name, anonymous_id, properties FROM events")
        assert event == {"name": "Email Opened", "anonymous_id": "b-1", "properties": {"email_id": "7"}}

    async def test_segments_pixel(self, client: Client, key: str) -> None:
        data = b64encode(json.dumps({"writeKey": key, **VIEWED}).encode()).decode().rstrip("=")
        assert (await client.get("/v1/pixel/track", params={"data": data})).status_code == 200
        assert await rows(client, "SELECT message_id FROM events") == [{"message_id": "m-1"}]

    @pytest.mark.parametrize("query", ["", "writeKey=never&event=a", "data=%%%", "data=WzFd"])
    async def test_without_a_key_or_a_message_there_is_no_image(self, client: Client, query: str) -> None:
        assert (await client.get(f"/pixel/v1/track?{query}")).status_code in {400, 401}


async def test_events_are_found_and_counted_over_http(client: Client, make_key: MakeKey, headers: dict[str, str]) -> None:
    await client.post("/v1/batch", json={"batch": [{**VIEWED, "messageId": f"m-{number}"} for number in range(3)]}, headers=headers)
    reader = await make_key("events", name="reader")
    found = (await client.post("/v1/events/search", json={"user_id": "u-1", "limit": 2}, headers=reader)).json()
    assert [each["name"] for each in found["items"]] == ["Product Viewed"] * 2
    rest = (await client.post("/v1/events/search", json={"user_id": "u-1", "limit": 2, "cursor": found["next_cursor"]}, headers=reader)).json()
    assert (len(rest["items"]), rest["next_cursor"]) == (1, None)
    counted = (await client.post("/v1/events/count", json={"by": "name"}, headers=reader)).json()
    assert counted == {"count": 3, "groups": [{"key": "Product Viewed", "count": 3}]}
