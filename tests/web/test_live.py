"""The live page in a real browser: events come without loading it again, stop when somebody wants to read, and name nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from hanse.base import database
from hanse.base.clock import SystemClock
from hanse.data.access import accounts, keys, sessions
from hanse.data.access.accounts import Role
from hanse.serve.console import session
from tests.web.conftest import Console
from tests.web.looking import axe, serious

__all__ = ["axe"]


@pytest.fixture(scope="module")
def key(console: Console) -> str:
    async def make() -> str:
        async with await database.connect(console.database_url) as connection:
            made = await keys.create(connection, f"shop-{uuid4().hex[:6]}", ["write"], created_by="test", now=SystemClock().now())
        return made.key

    return beside(make())


def beside(work: Coroutine[Any, Any, str]) -> str:
    """Run async work in a thread: Playwright's own loop runs in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


def send(console: Console, key: str, *messages: dict[str, Any]) -> None:
    sent = [{"type": "track", "anonymousId": "b-1", **message} for message in messages]
    httpx.post(f"{console.address}/v1/batch", auth=(key, ""), json={"batch": sent}).raise_for_status()


def watch(page: Page, path: str = "/data/live") -> None:
    page.goto(path)
    expect(page.locator("[data-live-state]")).to_have_text("verbunden")


def row(page: Page, text: str) -> Any:
    return page.locator("[data-live-rows] tr").filter(has_text=text)


def test_an_event_appears_by_itself_and_opens_whole(page: Page, console: Console, key: str) -> None:
    watch(page)
    send(console, key, {"event": "Lighthouse Lit", "properties": {"product_id": "W-1", "name": "Windlicht"}})

    expect(row(page, "Lighthouse Lit")).to_have_count(1)
    row(page, "Lighthouse Lit").click()
    expect(page.locator("#drawer h2")).to_have_text("Lighthouse Lit")
    expect(page.locator("#drawer")).to_contain_text('"name": "Windlicht"')
    assert "/data/events/" in page.url
    page.reload()
    expect(page.locator("#drawer h2")).to_have_text("Lighthouse Lit")


def test_while_paused_new_events_are_counted(page: Page, console: Console, key: str) -> None:
    watch(page)
    page.locator("h1").click()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Weiter")).to_have_attribute("aria-pressed", "true")
    send(console, key, *[{"event": "Sail Set", "messageId": uuid4().hex} for _ in range(3)])

    expect(page.locator("[data-live-new]")).to_have_text("3 neue")
    expect(row(page, "Sail Set")).to_have_count(0)
    page.locator("[data-live-new]").click()
    expect(row(page, "Sail Set")).to_have_count(3)
    expect(page.locator("[data-live-new]")).to_be_hidden()
    expect(page.get_by_role("button", name="Anhalten")).to_have_attribute("aria-pressed", "false")


def test_only_what_fits_the_filter_comes(page: Page, console: Console, key: str) -> None:
    watch(page, "/data/live?name=Anchor+Dropped&identity=with")
    expect(page.locator("[data-live-empty]")).to_be_visible()
    send(console, key, {"event": "Anchor Dropped"}, {"event": "Anchor Raised", "userId": "u-9"}, {"event": "Anchor Dropped", "userId": "u-9"})

    expect(page.locator("[data-live-rows] tr")).to_have_count(1)
    expect(page.locator("[data-live-empty]")).to_be_hidden()


def test_choosing_a_filter_changes_the_address(page: Page, console: Console, key: str) -> None:
    watch(page)
    page.get_by_label("Typ", exact=True).select_option("identify")
    page.wait_for_url("**/data/live?type=identify*")

    expect(page.locator("[data-live-state]")).to_have_text("verbunden")


def test_more_than_can_be_shown_is_said(page: Page, console: Console, key: str) -> None:
    watch(page, "/data/live?name=Storm")
    send(console, key, *[{"event": "Storm", "messageId": uuid4().hex} for _ in range(80)])

    expect(page.locator("[data-live-rows] tr")).to_have_count(25)
    expect(page.locator("[data-live-left-out]")).to_contain_text("55")


def test_a_viewer_sees_nobodys_name(console: Console, chromium: Browser, key: str) -> None:
    async def sign_in() -> str:
        now = SystemClock().now()
        async with await database.connect(console.database_url) as connection:
            email = f"{uuid4().hex}@example.com"
            await accounts.invite(connection, email, "Viewer", Role.VIEWER, now)
            account = await accounts.find_by_email(connection, email)
            return (await sessions.begin(connection, account.account_id, now)).secret

    context = chromium.new_context(locale="de", base_url=console.address)
    context.add_cookies([{"name": session.COOKIE, "value": beside(sign_in()), "url": console.address}])
    page = context.new_page()
    watch(page, "/data/live?name=Letter+Sent")
    send(console, key, {"event": "Letter Sent", "properties": {"name": "Erika Mustermann", "email": "erika@example.org"}})
    row(page, "Letter Sent").click()
    expect(page.locator("#drawer h2")).to_have_text("Letter Sent")

    expect(page.locator("#drawer")).to_contain_text("e•••@e•••.org")
    assert "Mustermann" not in page.content()
    assert "erika@" not in page.content()
    expect(page.get_by_role("button", name="Aufdecken")).to_have_count(0)
    context.close()


def test_a_connection_that_breaks_is_said_and_made_again(page: Page, console: Console, key: str) -> None:
    broken = [True]
    page.route("**/data/live/stream*", lambda route: route.abort() if broken[0] else route.continue_())
    page.goto("/data/live")
    expect(page.locator("[data-live-state]")).to_have_text("unterbrochen, neuer Versuch")
    send(console, key, {"event": "Fog Lifted"})
    broken.clear()
    broken.append(False)

    expect(page.locator("[data-live-state]")).to_have_text("verbunden", timeout=15_000)
    expect(row(page, "Fog Lifted")).to_have_count(1)


def test_without_scripts_the_last_events_are_a_list(console: Console, chromium: Browser, signed_in: dict[str, Any], key: str) -> None:
    send(console, key, {"event": "Bell Rung"})
    context = chromium.new_context(locale="en", base_url=console.address, storage_state=signed_in, java_script_enabled=False)  # type: ignore[arg-type]  # its own
    page = context.new_page()
    page.goto("/data/live?name=Bell+Rung")

    expect(row(page, "Bell Rung")).to_have_count(1)
    expect(page.locator("[data-live-controls]").first).to_be_hidden()
    page.locator("a.opener").first.click()
    expect(page.locator("#drawer h2")).to_have_text("Bell Rung")
    context.close()


def test_the_page_is_accessible_with_events_and_a_drawer(page: Page, console: Console, key: str, axe: str) -> None:
    watch(page)
    send(console, key, {"event": "Rope Tied"})
    row(page, "Rope Tied").click()
    expect(page.locator("#drawer h2")).to_have_text("Rope Tied")

    assert serious(page, axe) == []
