"""Requests as they were recorded from real clients, shortened; a folder of whole recordings is replayed where one is named."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.serve.conftest import Client
from tests.serve.tracking.conftest import rows, states

FOLDER = os.environ.get("HANSE_TEST_CAPTURES", "")
"""A folder of files with `path`, `headers` and `body` each."""

LIBRARY = {"library": {"name": "analytics-python", "version": "2.4.0"}}
SEGMENT_PYTHON = {
    "path": "/v1/batch",
    "headers": {"User-Agent": "analytics-python/2.4.0", "Content-Type": "application/json", "X-Retry-Count": "1"},
    "body": {
        "batch": [
            {
                "integrations": {},
                "anonymousId": None,
                "timestamp": "2026-06-15T11:49:17.460+00:00",
                "context": LIBRARY,
                "type": "identify",
                "userId": "u1",
                "traits": {"email": "a@example.com", "firstName": "Ä"},
                "messageId": "52ed3b8d-3bad-4eb3-8904-244218060a8f",
            },
            {
                "integrations": {},
                "anonymousId": "anon1",
                "properties": {"url": "https://x.example/"},
                "timestamp": "2026-06-15T11:49:17.461+00:00",
                "category": None,
                "context": LIBRARY,
                "userId": None,
                "type": "page",
                "name": "Home",
                "messageId": "a027c890-d49d-4bf0-b171-84566e5b1653",
            },
        ],
        "sentAt": "2026-06-15T11:49:17.961+00:00",
    },
}
RUDDERSTACK_PYTHON = {
    "path": "/v1/batch",
    "headers": {"User-Agent": "analytics-python/2.1.9", "Content-Type": "application/json", "Content-Encoding": "gzip"},
    "body": {
        "batch": [
            {
                "integrations": {"All": True},
                "anonymousId": None,
                "timestamp": "2026-06-15T11:49:24.181664+00:00",
                "context": {"traits": {"email": "a@example.com"}, **LIBRARY},
                "type": "identify",
                "userId": "u1",
                "messageId": "5c281161-4043-4768-af79-6bcd12f4cc5d",
                "channel": "server",
            }
        ],
        "sentAt": "2026-06-15T11:49:24.681929+00:00",
    },
}
SEGMENT_NODE = {
    "path": "/v1/batch",
    "headers": {"User-Agent": "analytics-node-next/latest", "Content-Type": "application/json", "sec-fetch-mode": "cors"},
    "body": {
        "batch": [
            {
                "timestamp": "2026-06-15T11:49:28.193Z",
                "integrations": {},
                "event": "Order Completed",
                "type": "track",
                "properties": {"order_id": "o1", "revenue": 12.5},
                "context": {"library": {"name": "@segment/analytics-node", "version": "3.1.0"}},
                "userId": "u1",
                "messageId": "node-next-1795283368193-734125db-0a9a-4a43-af1d-e91b3310b8f9",
                "_metadata": {"nodeVersion": "v20.20.2", "jsRuntime": "node"},
            },
            {
                "timestamp": "2026-06-15T11:49:28.193Z",
                "integrations": {},
                "userId": "u1",
                "type": "alias",
                "previousId": "anon1",
                "context": {"library": {"name": "@segment/analytics-node", "version": "3.1.0"}},
                "messageId": "node-next-1795283368193-2a43af1d",
            },
        ],
        "sentAt": "2026-06-15T11:49:28.230Z",
    },
}
SEGMENT_BROWSER = {
    "path": "/v1/t",
    "headers": {"Content-Type": "text/plain", "Origin": "https://shop.example", "Referer": "https://shop.example/"},
    "body": {
        "timestamp": "2026-06-15T11:49:28.193Z",
        "integrations": {},
        "event": "Product Added",
        "type": "track",
        "properties": {"product_id": "p1"},
        "context": {"page": {"path": "/p/1", "url": "https://shop.example/p/1"}, "userAgent": "Mozilla/5.0", "locale": "de-DE"},
        "anonymousId": "0f4b6b3e-27e3-4d3e-9c93-32b1f4c0a0f1",
        "userId": None,
        "messageId": "ajs-next-1795283368193-db0a9a2a",
        "sentAt": "2026-06-15T11:49:28.230Z",
        "_metadata": {"bundled": ["Segment.io"], "unbundled": [], "bundledIds": []},
    },
}
CAPTURES: dict[str, dict[str, Any]] = {
    "segment-python": SEGMENT_PYTHON,
    "rudderstack-python": RUDDERSTACK_PYTHON,
    "segment-node": SEGMENT_NODE,
    "segment-browser": SEGMENT_BROWSER,
}


async def replay(client: Client, capture: dict[str, Any], headers: dict[str, str]) -> list[str]:
    left_out = {"host", "content-length", "authorization", "connection", "accept-encoding"}
    sent = {name: value for name, value in capture["headers"].items() if name.lower() not in left_out}
    body = json.dumps(capture["body"]).encode()
    if sent.get("Content-Encoding") == "gzip":
        body = gzip.compress(body)
    return states(await client.post(capture["path"], content=body, headers={**sent, **headers}))


@pytest.mark.parametrize("name", CAPTURES)
async def test_a_recorded_request_is_taken_whole_and_once(client: Client, headers: dict[str, str], name: str) -> None:
    capture = CAPTURES[name]
    messages = capture["body"].get("batch", [capture["body"]])
    assert await replay(client, capture, headers) == ["accepted"] * len(messages)
    assert await replay(client, capture, headers) == ["duplicate"] * len(messages)
    found = await rows(client, "SELECT message_id, occurred_at, received_at, sent_at, original_at FROM events ORDER BY event_id")
    assert [row["message_id"] for row in found] == [each["messageId"] for each in messages]
    assert all(row["received_at"] - row["occurred_at"] == row["sent_at"] - row["original_at"] for row in found)


@pytest.mark.skipif(not FOLDER, reason="no folder of recordings is named in HANSE_TEST_CAPTURES")
async def test_a_folder_of_recordings_is_taken(client: Client, headers: dict[str, str]) -> None:
    wanted = set()
    for file in sorted(Path(FOLDER).glob("*.json")):
        capture = json.loads(file.read_text())
        assert set(await replay(client, capture, headers)) <= {"accepted", "duplicate"}, file.name
        wanted |= {each["messageId"] for each in capture["body"].get("batch", [capture["body"]])}
    assert wanted
    assert {row["message_id"] for row in await rows(client, "SELECT message_id FROM events")} == wanted
