"""The CRM in a real browser: from the empty page to a target, its secret, a preview, a pause and a dead letter that is sent again."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Console
from tests.web.looking import LOOKS, axe, look, whole

__all__ = ["axe"]


@pytest.fixture(autouse=True)
def without_targets(console: Console) -> None:
    """Begin without targets, as all tests share one console."""
    with psycopg.connect(console.database_url) as connection:
        connection.execute("DELETE FROM crm_deliveries")
        connection.execute("DELETE FROM crm_people")
        connection.execute("DELETE FROM crm_targets")


def make_target(page: Page, console: Console, name: str) -> None:
    page.goto(f"{console.address}/data/crm")
    page.wait_for_selector("html[data-ready]")
    page.fill("#target-name", name)
    page.fill("#target-url", "https://crm.example/hanse")
    page.click("button[value=save]")


def test_a_target_is_made_and_its_secret_shown_once(console: Console, chromium: Browser, signed_in: dict[str, Any]) -> None:
    page, faults = look(chromium, signed_in, "de", "light", 1440)
    page.goto(f"{console.address}/data/crm")
    expect(page.get_by_role("heading", name="Noch geht nichts an ein CRM")).to_be_visible()
    make_target(page, console, "mein-crm")
    expect(page.locator("#new-secret")).to_contain_text("whsec_")
    page.goto(f"{console.address}/data/crm")
    expect(page.locator("#new-secret")).to_have_count(0)
    page.click("tr.opens a")
    expect(page.locator("#drawer h2")).to_have_text("mein-crm")
    page.get_by_role("button", name="Anhalten").click()
    expect(page.locator("tr.opens")).to_contain_text("angehalten")
    page.context.close()
    assert faults == []


def test_a_wrong_mapping_is_told_with_its_field_and_nothing_typed_is_lost(console: Console, chromium: Browser, signed_in: dict[str, Any]) -> None:
    page, _ = look(chromium, signed_in, "en", "light", 1440)
    page.goto(f"{console.address}/data/crm")
    page.wait_for_selector("html[data-ready]")
    mapping = '{"entries": [{"kinds": ["*"], "fields": {"title": "{nonsense}"}}]}'
    page.fill("#target-name", "crm")
    page.fill("#target-mapping", mapping)
    page.click("button[value=save]")
    expect(page.locator("#target-wrong")).to_contain_text("entries[0].fields.title: there is no {nonsense}")
    expect(page.locator("#target-mapping")).to_have_value(mapping)
    page.context.close()


def test_a_dead_letter_is_sent_again(console: Console, chromium: Browser, signed_in: dict[str, Any]) -> None:
    page, _ = look(chromium, signed_in, "en", "light", 1440)
    make_target(page, console, "crm")
    expect(page.locator("#new-secret")).to_be_visible()
    with psycopg.connect(console.database_url) as connection:
        connection.execute("UPDATE crm_targets SET state = 'paused'")
        connection.execute(
            "INSERT INTO crm_deliveries (target_id, what, remote_id, state, reason, created_at, finished_at) "
            "SELECT target_id, 'erasure', '', 'dead', 'status 422', now(), now() FROM crm_targets"
        )
    page.goto(f"{console.address}/data/crm/crm")
    expect(page.locator("#drawer")).to_contain_text("status 422")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#drawer")).to_contain_text("Everything was delivered, held back or waits for its time.")
    page.context.close()


def test_what_would_be_sent_is_shown_with_a_real_entry(console: Console, chromium: Browser, signed_in: dict[str, Any]) -> None:
    with psycopg.connect(console.database_url) as connection:
        connection.execute("INSERT INTO customer_notes VALUES (gen_random_uuid(), %s, 'Likes oak', 'Eva', now())", (console.profile_id,))
    page, _ = look(chromium, signed_in, "en", "light", 1440)
    page.goto(f"{console.address}/data/crm")
    page.wait_for_selector("html[data-ready]")
    page.fill("#target-name", "crm")
    page.fill("#target-mapping", '{"entries": [{"kinds": ["note_added"], "fields": {"title": "{subject}", "body": "{text}"}}]}')
    page.select_option("#target-kind", "note_added")
    page.click("button[value=preview]")
    expect(page.locator("#crm-preview")).to_contain_text("Note by Eva")
    expect(page.locator("#crm-preview")).to_contain_text("Likes oak")
    page.context.close()


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_page_is_whole_with_and_without_targets(
    console: Console, chromium: Browser, signed_in: dict[str, Any], axe: str, language: str, theme: str, width: int
) -> None:
    page, faults = look(chromium, signed_in, language, theme, width)
    page.goto(f"{console.address}/data/crm")
    faults += whole(page, axe)
    make_target(page, console, "crm")
    expect(page.locator("#new-secret")).to_be_visible()
    faults += whole(page, axe)
    page.goto(f"{console.address}/data/crm/crm")
    faults += whole(page, axe)
    page.context.close()
    assert faults == []
