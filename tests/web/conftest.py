"""The real thing in a real browser: a server process with a worker, a small sample shop, and Debian's Chromium."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from hanse.base.config import Settings
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import imports
from hanse.data.imports import DeadLetter
from hanse.serve import runtime as runtimes
from hanse.serve.console import assets
from hanse.serve.runtime import Runtime
from hanse.serve.shop import opening
from hanse.testing import sample
from tests import browsing, databases

CUSTOMERS = 80
START_SECONDS = 60
PATIENCE_MS = 120_000
"""How long a page may take while other tests use all processors."""
expect.set_options(timeout=20_000)
EMAIL, PASSWORD = "anna@example.com", "ein Satz mit Leerzeichen"


@dataclass
class Console:
    """A running console, and the link that its first start has printed."""

    address: str
    link: str
    database_url: str
    product_id: str
    profile_id: str
    decision_id: str
    event_id: str
    reject_id: str
    public_key: str


@pytest.fixture(scope="session")
def console(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One server for all tests of this worker, with the sample shop in it and the recommendations trained."""
    assets.build()
    with databases.copied(postgres) as url:
        settings = Settings(home=tmp_path_factory.mktemp("console"), database_url=url)
        facts = asyncio.run(_fill(settings))
        with _server(settings, facts["public_key"]) as (address, link):
            _warm(address, facts["public_key"])
            yield Console(address, link, url, **facts)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module."""
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def signed_in(console: Console, chromium: Browser) -> dict[str, Any]:
    """What a signed-in browser remembers, to begin from."""
    context = chromium.new_context(locale="de")
    page = context.new_page()
    sign_in(page, console)
    state: dict[str, Any] = dict(context.storage_state())
    context.close()
    return state


@pytest.fixture
def page(console: Console, chromium: Browser, signed_in: dict[str, Any]) -> Iterator[Page]:
    """A page of somebody who is signed in."""
    context = chromium.new_context(locale="de", base_url=console.address, storage_state=signed_in)  # type: ignore[arg-type]  # its own state
    opened = context.new_page()
    yield opened
    context.close()


def sign_in(page: Page, console: Console) -> None:
    """Sign in: by the one-time link the first time, with the password after that."""
    page.goto(console.link)
    if page.locator("#name").count():
        page.fill("#name", "Anna Petersen")
    else:
        page.goto(f"{console.address}/sign-in")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("button.primary")
    page.wait_for_url(f"{console.address}/", timeout=PATIENCE_MS)


async def _fill(settings: Settings) -> dict[str, str]:
    async with runtimes.started(settings, settings.database_url) as running:
        now = running.resources.clock.now()
        shop = sample.generate(CUSTOMERS, 7, datetime(now.year, now.month, now.day, now.hour, tzinfo=UTC))
        async with running.context() as context:
            await sample.load(await context.connection(), shop, now, context.progress)
            await imports.add_dead_letters(await context.connection(), _rejects(now))
        for job in ("lake.refresh", "catalog.refresh_statistics", "recommend.train", "search.index"):
            async with running.context() as context:
                await running.registry.jobs[job](context)
        key = await opening.environment(running)
        return {**await _facts(running), "public_key": key[opening.KEY].partition(" ")[2]}


def _rejects(now: datetime) -> Iterator[DeadLetter]:
    """What could not be taken in: events of a shop without a name, and with an age where a time should be."""
    wrong = {
        "event": "The name of the event is missing. Send it, such as Product Viewed.",
        "timestamp": "It is not a time. Send ISO 8601, such as 2026-11-21T17:49:17.460Z.",
    }
    for number in range(12):
        field = "timestamp" if number % 3 else "event"
        payload = {"type": "track", "messageId": f"m-{number}", "userId": f"K-{number}", "properties": {"email": "anna@example.com"}}
        payload |= {"timestamp": "yesterday", "event": "Order Completed"} if number % 3 else {}
        yield DeadLetter(dead_letter_id=uuid4(), kind="event", source="shop", field=field, reason=wrong[field], payload=payload, created_at=now)


async def _facts(running: Runtime) -> dict[str, str]:
    async with running.context() as context:
        connection = await context.connection()
        queries = {
            "product_id": "SELECT product_id FROM product_statistics ORDER BY orders DESC, product_id LIMIT 1",
            "profile_id": "SELECT profile_id FROM identities WHERE kind = 'email' LIMIT 1",
            "reject_id": "SELECT dead_letter_id FROM dead_letters WHERE kind = 'event' LIMIT 1",
            "decision_id": "SELECT decision_id FROM decisions ORDER BY decided_at DESC LIMIT 1",
            "event_id": "SELECT event_id FROM events ORDER BY occurred_at DESC LIMIT 1",
        }
        rows = {name: await (await connection.execute(statement)).fetchone() for name, statement in queries.items()}
        return {name: str(next(iter(row.values()))) for name, row in rows.items() if row}


@contextmanager
def _server(settings: Settings, public_key: str) -> Iterator[tuple[str, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "HANSE_HOME": str(settings.home), "HANSE_DATABASE_URL": settings.database_url, "HANSE_ENCODE": "false"}
    environment[opening.KEY] = f"{opening.NAME} {public_key}"
    log = settings.home / "server.log"
    with log.open("w") as output:
        command = [sys.executable, "-m", "hanse", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            yield f"http://127.0.0.1:{port}", _link(process, log)
        finally:
            process.terminate()
            process.wait(30)


def _warm(address: str, public_key: str) -> None:
    """Ask what pages ask first: dictionaries and models are read then, and a page waits less long than that takes on a busy machine."""
    headers = {"Authorization": f"Bearer {public_key}"}
    blocks = {"page": "warm", "blocks": ["one", "two"]}
    questions = {"search/products": {"query": "bohrer"}, "search/suggest": {"query": "bo"}, "recommend/popular": {}, "recommend/arrange": blocks}
    for path, question in questions.items():
        httpx2.post(f"{address}/v1/{path}", json=question, headers=headers, timeout=START_SECONDS, trust_env=False).raise_for_status()


def _link(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return the link that the first start prints once the server is ready."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        if found := re.search(r"http://\S+/sign-in/\S+\n", log.read_text()):
            return found[0].strip()
        time.sleep(0.1)
    pytest.fail(f"The server did not start: {log.read_text()}")
