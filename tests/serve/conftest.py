"""Fixtures of serve: a running Hanse on a database of its own, and its web application with keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.data.access import keys
from hanse.serve import runtime
from hanse.serve.http.app import application
from hanse.serve.registry import Registry, load
from hanse.serve.runtime import Runtime
from tests.serve import harbour

MakeKey = Callable[..., Awaitable[dict[str, str]]]


class Client(httpx.AsyncClient):
    """Asks a web application that runs in the same event loop, so that a test can use its runtime as well."""

    def __init__(self, app: Any) -> None:
        self.app = app
        super().__init__(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://testserver.local")


@asynccontextmanager
async def alive(app: Litestar) -> AsyncIterator[None]:
    """Have an application live in one task from beginning to end; a fixture's own begins and ends in two."""
    born, enough = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            born.set()
            await enough.wait()

    life = asyncio.create_task(live())
    await asyncio.wait({life, asyncio.create_task(born.wait())}, return_when=asyncio.FIRST_COMPLETED)
    if born.is_set():
        yield
    enough.set()
    await life


@pytest.fixture
def settings(home: Path, database_url: str) -> Settings:
    """Settings of an empty home and a database of its own, with nobody held out, and without the console, which takes longest to start."""
    home.mkdir()
    return Settings(home=home, database_url=database_url, holdout_share=0.0, pool_size=4, console=False)


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
    async with alive(app), Client(app) as opened:
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
