"""Pairs that may be one person in a real browser: decided by keys one after another, undone, readable on a telephone."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from hanse.base import database, ids
from hanse.base.clock import SystemClock
from hanse.data import profiles
from hanse.data.matches import pairs
from hanse.data.matches.pairs import Pair
from hanse.data.profiles import Profile
from tests.web.conftest import Console
from tests.web.looking import LOOKS, axe, look, whole

__all__ = ["axe"]
EVIDENCE = [
    {"field": "surname", "level": "the same", "bits": 9.5},
    {"field": "street", "level": "nearly the same", "bits": 6.1},
    {"field": "given name", "level": "different", "bits": -3.4},
    {"field": "phone", "level": "unknown", "bits": 0.0},
]


@pytest.fixture
def waiting(console: Console) -> list[str]:
    """Two pairs that are likelier than any other, so that they come first."""
    with ThreadPoolExecutor(1) as threads:  # Playwright's own loop runs in this thread
        return threads.submit(asyncio.run, _fill(console)).result()


async def _fill(console: Console) -> list[str]:
    now = SystemClock().now()
    async with await database.connect(console.database_url) as connection:
        await connection.execute("DELETE FROM match_proposals")
        found = [await _pair(connection, now, probability) for probability in (0.97, 0.95)]
        outcome = await pairs.propose(connection, found, {}, touched={end for each in found for end in (each.one, each.other)}, now=now)
    return [str(each) for each in outcome.kept_ids]


async def _pair(connection: Any, now: Any, probability: float) -> Pair:
    one, other = sorted((ids.new(now), ids.new(now)))
    surname = f"Hinrichsen{uuid4().hex[:6]}"
    made = [
        Profile(profile_id=each, traits={"firstName": given, "lastName": surname, "address": {"street": street, "city": "Lübeck"}}, created_at=now)
        for each, given, street in ((one, "Grete", "Mengstr. 12"), (other, "Karl", "Mengstraße 12"))
    ]
    await profiles.put(connection, made, source="crm", now=now)
    return Pair(UUID(str(one)), UUID(str(other)), probability, pairs.RELATIVE, EVIDENCE)


def ready(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_selector("html[data-ready]")


def test_pairs_are_decided_by_keys_one_after_another_and_undone(page: Page, waiting: list[str]) -> None:
    ready(page, "/customers/matches")
    page.get_by_role("link", name="Entscheiden").click()
    expect(page.locator("main")).to_contain_text("1 von 2")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("l")
    page.wait_for_url(f"**/{waiting[1]}")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("d")
    expect(page.locator(".toast")).to_contain_text("werden nicht wieder vorgeschlagen")
    expect(page.locator("main")).to_contain_text("2 von 2")
    page.locator(".toast").get_by_role("button", name="Rückgängig").click()
    expect(page.locator(".toast")).to_contain_text("das Paar wartet wieder")
    page.wait_for_selector("html[data-ready]")
    page.get_by_label("Notiz").fill("s und d sind hier nur Buchstaben")
    page.keyboard.press("s")
    assert page.url.endswith(waiting[1])
    page.get_by_role("button", name="Dieselbe Person").click()
    expect(page.locator(".toast")).to_contain_text("Sie sind jetzt ein Kunde.")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("d")
    expect(page.locator("main")).to_contain_text("nichts zu entscheiden")


def test_the_palette_and_the_customers_lead_here(page: Page, waiting: list[str]) -> None:
    ready(page, "/customers")
    page.get_by_role("link", name="Abgleich").click()
    expect(page.locator("h1")).to_have_text("Abgleich")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("Control+k")
    page.fill("#palette input", "Abgl")
    expect(page.locator("#found a")).to_have_count(1)
    expect(page.locator("#found a")).to_have_attribute("href", "/customers/matches")
    assert waiting


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_list_and_pair_are_whole_on_every_screen(
    console: Console, chromium: Browser, signed_in: dict[str, Any], axe: str, waiting: list[str], language: str, theme: str, width: int
) -> None:
    page, faults = look(chromium, signed_in, language, theme, width)
    for path in ("/customers/matches", f"/customers/matches/{waiting[0]}", "/customers/matches?state=joined"):
        page.goto(console.address + path)
        faults += whole(page, axe)
    page.context.close()

    assert faults == []
