"""What tests of the tracking API need: a write key, headers that carry it, and what has reached the database."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from hanse.base.postgres import EmbeddedPostgres
from tests import databases
from tests.serve.conftest import Client, MakeKey
from tests.serve.tracking.serving import Served, server


@pytest.fixture(scope="session")
def served(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server without the console for all tests of a worker that ask one from outside; their events are told apart by the names of their keys."""
    with databases.copied(postgres) as url, server(url, tmp_path_factory.mktemp("home"), console=False) as port:
        yield Served(url, port)


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
