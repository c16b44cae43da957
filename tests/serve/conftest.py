"""Fixtures of serve: a running Hanse on a database of its own, and its web application with keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.data.access import keys
from hanse.serve import runtime
from hanse.serve.http.app import application
from hanse.serve.registry import Registry, load
from hanse.serve.runtime import Runtime
from tests.serve import harbour

Client = AsyncTestClient[Litestar]
MakeKey = Callable[..., Awaitable[dict[str, str]]]


@pytest.fixture
def settings(home: Path, database_url: str) -> Settings:
    """Settings of an empty home and a database of its own, with nobody held out."""
    home.mkdir()
    return Settings(home=home, database_url=database_url, holdout_share=0.0, pool_size=4)


@pytest.fixture
def declared() -> Registry:
    """What is declared, and a small capability that has everything."""
    registry = load()
    registry.add(harbour.capability)
    return registry


@pytest.fixture
async def running(settings: Settings, clock: FixedClock, declared: Registry) -> AsyncIterator[Runtime]:
    """A running Hanse without a web server."""
    async with runtime.started(settings, settings.database_url, clock=clock, registry=declared) as started:
        yield started


@pytest.fixture
async def client(settings: Settings, clock: FixedClock, declared: Registry) -> AsyncIterator[Client]:
    """The web application of a running Hanse."""
    app = application(runtime.build(settings, settings.database_url, clock=clock, registry=declared))
    async with AsyncTestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def make_key(client: Client) -> MakeKey:
    """Makes a key with scopes and gives the headers that send it."""

    async def make(*scopes: str, name: str = "shop") -> dict[str, str]:
        async with client.app.state.runtime.context() as context:
            known = client.app.state.runtime.registry.scopes
            made = await keys.create(await context.connection(), name, scopes or ("*",), created_by="test", known=known, now=context.clock.now())
        return {"Authorization": f"Bearer {made.key}"}

    return make
