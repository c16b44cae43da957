"""What tests of the tracking API need: a write key, headers that carry it, and what has reached the database."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from tests.serve.conftest import Client, MakeKey


@pytest.fixture
async def key(make_key: MakeKey) -> str:
    """A key that may write and nothing else; its name is `shop`."""
    return (await make_key("write"))["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def headers(key: str) -> dict[str, str]:
    """Headers as Segment's clients send them."""
    return basic(key)


def basic(key: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{key}:'.encode()).decode()}"}


async def rows(client: Client, statement: str) -> list[dict[str, Any]]:
    async with client.app.state.runtime.resources.pool.connection() as connection:
        found: list[dict[str, Any]] = await (await connection.execute(statement.encode())).fetchall()
        return found


def states(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["success"] is True
    return [each["state"] for each in answer["results"]]
