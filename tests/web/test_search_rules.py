"""Rules of the search in a real browser: a redirect and a pin are typed, tried before they are saved, and seen to hold in the preview after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Console
from tests.web.looking import axe, look, whole

__all__ = ["axe"]

PATH = "/capabilities/search/rules"
QUERY = "bohrer"


@pytest.fixture(autouse=True)
def without_rules(console: Console) -> Iterator[None]:
    """Begin and end without rules, as all tests share one console."""
    clear(console)
    yield
    clear(console)


def clear(console: Console) -> None:
    with psycopg.connect(console.database_url) as connection:
        connection.execute("DELETE FROM search_rules")
        connection.execute("DELETE FROM search_rule_changes")
        connection.execute("NOTIFY hanse_changes, 'search_rules:'")


def open_page(page: Page, console: Console, path: str) -> None:
    page.goto(f"{console.address}{PATH}{path}")
    page.wait_for_selector("html[data-ready]")


def titles(page: Page, side: int) -> list[str]:
    found: list[str] = page.locator("#rule-preview .sides").nth(side).locator(".what > a").all_inner_texts()
    return found


def test_a_redirect_and_a_pin_are_tried_saved_and_hold(console: Console, chromium: Browser, signed_in: dict[str, Any], axe: str) -> None:
    page, faults = look(chromium, signed_in, "de", "light", 1440)
    open_page(page, console, f"/new?kind=redirect&query={QUERY}")
    expect(page.locator("#r-queries")).to_have_value(QUERY)
    page.fill("#r-url", "/bohrer-aktion")
    page.get_by_role("button", name="Vorher und nachher ansehen").click()
    expect(page.locator("#rule-preview")).to_contain_text("/bohrer-aktion")
    page.get_by_role("button", name="Regel speichern").click()
    expect(page.locator(".rules > li")).to_have_count(1)
    open_page(page, console, f"/preview?at_query={QUERY}")
    expect(page.locator("#rule-preview")).to_contain_text(f"Wer nach „{QUERY}“ sucht, kommt zu /bohrer-aktion.")
    before = titles(page, 0)
    last = page.locator("#rule-preview .sides").first.locator(".what > a").last
    product_id = str(last.get_attribute("href")).rpartition("/")[2]
    open_page(page, console, f"/new?kind=pin&query={QUERY}")
    page.locator("input[name=products]").first.fill(product_id)
    page.get_by_role("button", name="Vorher und nachher ansehen").click()
    expect(page.locator(".sides").last.locator("li").first).to_contain_text(before[-1])
    faults += whole(page, axe)
    page.get_by_role("button", name="Regel speichern").click()
    expect(page.locator(".rules > li")).to_have_count(2)
    open_page(page, console, f"/preview?at_query={QUERY}")
    assert (titles(page, 0), titles(page, 1)[0]) == (before, before[-1])
    page.context.close()
    assert faults == []
