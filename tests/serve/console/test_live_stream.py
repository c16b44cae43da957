"""The stream of a real server: it sends what comes, and does not keep the server from ending."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pytest

from hanse.base import database
from hanse.data.access import accounts, sessions
from hanse.data.access.accounts import Role
from hanse.serve.console import session
from tests.serve.tracking import serving

STREAMS = 12
"""More than there are connections to the database."""


@pytest.fixture
def secret(database_url: str) -> str:
    async def begin() -> str:
        now = datetime.now(UTC)
        async with await database.connect(database_url) as connection:
            await accounts.invite(connection, "anna@example.com", "Anna", Role.VIEWER, now)
            account = await accounts.find_by_email(connection, "anna@example.com")
            return (await sessions.begin(connection, account.account_id, now)).secret

    return asyncio.run(begin())


def open_stream(port: int, secret: str, query: str = "") -> IO[bytes]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/data/live/stream{query}", headers={"Cookie": f"{session.COOKIE}={secret}"})
    opened: IO[bytes] = urllib.request.urlopen(request, timeout=30)
    return opened


def messages(stream: IO[bytes]) -> Iterator[dict[str, Any]]:
    for line in stream:
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


def send(port: int, key: str, event: str) -> None:
    body = json.dumps({"writeKey": key, "anonymousId": "b-1", "event": event}).encode()
    urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/v1/track", body), timeout=30).close()


def test_many_streams_tell_of_an_event_and_let_the_server_end(database_url: str, tmp_path: Path, secret: str) -> None:
    with serving.server(database_url, tmp_path) as port:
        key = serving.make_key(database_url)
        streams = [open_stream(port, secret) for _ in range(STREAMS)]
        for stream in streams:
            next(messages(stream))
        send(port, key, "Sail Set")

        for stream in streams:
            told = next(message for message in messages(stream) if message.get("count"))
            assert (told["count"], "Sail Set" in told["rows"]) == (1, True)
    for stream in streams:  # `server` has ended here, or waiting for its end would have failed
        stream.close()


def test_what_came_while_the_stream_was_broken_is_caught_up(database_url: str, tmp_path: Path, secret: str) -> None:
    with serving.server(database_url, tmp_path) as port:
        key, before = serving.make_key(database_url), int(datetime.now(UTC).timestamp() * 1000)
        send(port, key, "Fog Lifted")
        with open_stream(port, secret, f"?after={before}") as stream:
            first = next(messages(stream))

        assert "Fog Lifted" in first["rows"]
        assert "count" not in first
