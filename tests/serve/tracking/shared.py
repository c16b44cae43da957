"""The application that all tests of a module ask: each test finds it with no keys, no events and no dead letters."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from psycopg import sql

from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.postgres import EmbeddedPostgres
from hanse.serve import runtime
from hanse.serve.http.app import application
from hanse.serve.registry import load
from tests import databases
from tests.conftest import NOW
from tests.serve import harbour
from tests.serve.conftest import Client, MakeKey, alive

in_one_loop = pytest.mark.asyncio(loop_scope="module")
"""Of tests that share the application, which runs in one loop."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client_of_all(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    declared = load()
    declared.add(harbour.capability)
    with databases.copied(postgres) as url:
        settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=url, holdout_share=0.0, pool_size=4, console=False)
        app = application(runtime.build(settings, url, clock=FixedClock(NOW), registry=declared))
        async with alive(app), Client(app) as opened:
            yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def client(client_of_all: Client) -> AsyncIterator[Client]:
    """The application as one test finds it, with cookies and headers of nobody."""
    async with client_of_all.app.state.runtime.resources.pool.connection() as connection:
        for table in ("events", "recent_messages", "settled_messages", "dead_letters", "api_keys"):
            await connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    async with Client(client_of_all.app) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def key(make_key: MakeKey) -> str:
    """A key that may write and nothing else; its name is `shop`."""
    return (await make_key("write"))["Authorization"].removeprefix("Bearer ")
