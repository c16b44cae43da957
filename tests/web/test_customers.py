"""One customer in a real browser, in German: merged with another and taken back, and a timeline that goes on without loading again."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from hanse.base import database, ids
from hanse.base.clock import SystemClock
from hanse.base.operation import Purpose
from hanse.data import consent, events, profiles
from hanse.data.consent import Consent
from hanse.data.events import Event
from hanse.data.profiles import Identity, Membership, Profile
from tests.web.conftest import Console
from tests.web.looking import LOOKS, axe, look, whole

__all__ = ["axe"]
EVENTS = 90


@dataclass
class Pair:
    """Two customers who are one person, and their company."""

    one: UUID
    other: UUID
    company: UUID
    name: str


@pytest.fixture
def pair(console: Console) -> Pair:
    with ThreadPoolExecutor(1) as threads:  # Playwright's own loop runs in this thread
        return threads.submit(asyncio.run, _fill(console)).result()


async def _fill(console: Console) -> Pair:
    now = SystemClock().now()
    one, other, company = sorted((ids.new(now), ids.new(now), ids.new(now)))
    name, number = f"Hinrichsen{uuid4().hex[:6]}", uuid4().hex[:8]
    email = f"{number}@example.org"
    keys = (Identity("user_id", f"K-{number}"), Identity("email", email), Identity("anonymous_id", f"b-{number}"))
    made = [
        Profile(profile_id=one, traits={"firstName": "Grete", "lastName": name, "email": email}, identities=keys, created_at=now),
        Profile(
            profile_id=other, traits={"lastName": name, "phone": "+494511234567"}, identities=(Identity("loyalty_card", number),), created_at=now
        ),
        Profile(profile_id=company, kind="company", traits={"name": "Tischlerei Nord"}, created_at=now),
    ]
    done = [
        Event(
            message_id=f"{number}-{day}",
            name="Product Viewed" if day % 3 else "Order Completed",
            user_id=f"K-{number}",
            source="shop",
            occurred_at=now - timedelta(days=7 * day, hours=1),
            properties={"product_id": f"W-{day}", "name": "Windlicht"} if day % 3 else {"order_id": f"O-{day}"},
        )
        for day in range(EVENTS)
    ]
    agreed = Consent(consent_id=uuid4(), profile_id=one, purpose=Purpose.PERSONALISATION, granted=True, channel="Kundenkarte", decided_at=now)
    async with await database.connect(console.database_url) as connection:
        await profiles.put(connection, made, source="erp", now=now)
        await profiles.put_memberships(connection, [Membership(company_id=company, member_id=one, role="buyer", created_at=now)])
        await consent.put(connection, [agreed], now=now)
        await events.append(connection, done, now=now)
    return Pair(one, other, company, name)


def ready(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_selector("html[data-ready]")


def merge(page: Page, pair: Pair) -> None:
    ready(page, f"/customers/{pair.one}")
    page.get_by_role("link", name="Zusammenführen mit …").click()
    page.get_by_role("searchbox").last.fill(pair.name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Vergleichen").click()
    expect(page.locator("h1")).to_have_text("Sind diese beiden eine Person?")
    expect(page.get_by_role("row", name="Nachname")).to_contain_text("gleich")
    page.wait_for_selector("html[data-ready]")
    page.get_by_label("Warum ist es eine Person?").fill("rief von beiden Nummern an")
    page.get_by_role("button", name="Diese beiden zusammenführen").click()
    expect(page.locator("#confirm")).to_contain_text(f"ein Kunde mit {EVENTS} Ereignissen")
    page.locator("#confirm [data-yes]").click()
    expect(page.locator(".toast")).to_contain_text("Sie sind jetzt ein Kunde.")


def test_two_customers_are_merged_and_taken_apart_again(page: Page, pair: Pair) -> None:
    merge(page, pair)
    expect(page.locator("#merges")).to_contain_text("dass es eine Person ist")
    page.get_by_role("link", name="Zurücknehmen …").click()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("main")).to_contain_text("Der andere Kunde danach")
    page.get_by_label("Warum sind es zwei Personen?").fill("Mutter und Tochter")
    page.get_by_role("button", name="Zusammenführung zurücknehmen").click()
    expect(page.locator("#confirm")).to_contain_text(f"{EVENTS} Ereignisse gehen an den einen, 0 an den anderen")
    page.locator("#confirm [data-yes]").click()

    expect(page.locator(".toast")).to_contain_text("Sie sind jetzt zwei Kunden.")
    expect(page.locator("#merges")).to_contain_text("zurückgenommen")


def test_a_merge_is_undone_from_the_remark(page: Page, pair: Pair) -> None:
    merge(page, pair)
    page.locator(".toast").get_by_role("button", name="Rückgängig").click()

    expect(page.locator(".toast")).to_contain_text("Sie sind jetzt zwei Kunden.")


def test_earlier_events_are_put_below_those_that_are_there(page: Page, pair: Pair) -> None:
    ready(page, f"/customers/{pair.one}")
    expect(page.locator("#timeline tr.opens")).to_have_count(40)
    page.get_by_role("link", name="Frühere Ereignisse").click()
    expect(page.locator("#timeline tr.opens")).to_have_count(80)
    page.get_by_role("link", name="Frühere Ereignisse").click()
    expect(page.locator("#timeline tr.opens")).to_have_count(EVENTS)
    expect(page.locator("#timeline")).to_contain_text("Früheres ist nicht bekannt.")
    months = page.locator("#timeline tr.month").all_inner_texts()
    assert len(months) == len(set(months))

    page.locator("#timeline tr.opens").last.click()
    expect(page.locator("#drawer h2")).to_have_text("Produkt angesehen")
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    assert page.url.endswith(f"/customers/{pair.one}")


def test_the_timeline_is_filtered_by_name(page: Page, pair: Pair) -> None:
    ready(page, f"/customers/{pair.one}")
    page.get_by_label("Name des Ereignisses").fill("Order Completed")
    page.get_by_role("button", name="Filtern").click()

    expect(page.locator("#timeline tr.opens")).to_have_count(EVENTS // 3)


def test_the_proof_opens_as_a_page_of_its_own(page: Page, pair: Pair) -> None:
    ready(page, f"/customers/{pair.one}")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Nachweis drucken").click()

    expect(opened.value.locator("body")).to_contain_text("Kundenkarte")
    assert opened.value.evaluate("getComputedStyle(document.body).maxWidth") != "none"


def test_a_note_is_kept(page: Page, pair: Pair) -> None:
    ready(page, f"/customers/{pair.one}")
    page.get_by_label("Neue Notiz").fill("ruft freitags an")
    page.get_by_role("button", name="Notiz speichern").click()
    expect(page.locator(".toast")).to_contain_text("Die Notiz ist gespeichert.")
    page.get_by_role("button", name="Aufdecken").click()

    expect(page.locator("#notes")).to_contain_text("ruft freitags an")


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_pages_of_a_customer_are_whole_and_accessible(
    console: Console, chromium: Browser, signed_in: dict[str, Any], axe: str, pair: Pair, language: str, theme: str, width: int
) -> None:
    page, faults = look(chromium, signed_in, language, theme, width)
    paths = [
        f"/customers/{pair.one}",
        f"/customers/{pair.company}",
        f"/customers/{pair.one}/merge?q={pair.name}",
        f"/customers/{pair.one}/merge/{pair.other}",
    ]
    for path in paths:
        page.goto(console.address + path)
        faults += whole(page, axe)
    page.context.close()

    assert faults == []
