"""The console in a test client: an empty database, a clock that stands still, and browsers signed in as any role."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from hanse.base import database, ids
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.data.access import accounts, sessions
from hanse.data.access.accounts import Role
from hanse.serve import runtime as runtimes
from hanse.serve.console import assets, session
from hanse.serve.http.app import application
from hanse.serve.runtime import Runtime

ORIGIN = "http://testserver.local"


@pytest.fixture(scope="session", autouse=True)
def _built() -> None:
    assets.build()


@pytest.fixture
def runtime(database_url: str, home: Path, clock: FixedClock) -> Runtime:
    return runtimes.build(Settings(home=home, database_url=database_url), database_url, clock=clock)


@pytest.fixture
def client(runtime: Runtime) -> Iterator[TestClient[Litestar]]:
    with TestClient(application(runtime), base_url=ORIGIN) as opened:
        opened.follow_redirects = False
        yield opened


@dataclass
class Browser:
    """A signed-in browser."""

    client: TestClient[Litestar]
    token: str

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        return self.client.post(path, data={session.TOKEN_FIELD: self.token, **(data or {})}, **options)


@pytest.fixture
def browser(client: TestClient[Litestar], runtime: Runtime) -> Callable[..., Browser]:
    def sign_in(role: Role = Role.ADMIN) -> Browser:
        new = asyncio.run(_begin(runtime, role))
        client.cookies.set(session.COOKIE, new.secret)
        return Browser(client, new.csrf_token)

    return sign_in


async def _begin(runtime: Runtime, role: Role) -> sessions.NewSession:
    now = runtime.resources.clock.now()
    connection = await database.connect(runtime.conninfo)
    async with connection:
        email = f"{ids.new().hex}@example.com"
        await accounts.invite(connection, email, f"Anna ({role})", role, now)
        account = await accounts.find_by_email(connection, email)
        return await sessions.begin(connection, account.account_id, now)
