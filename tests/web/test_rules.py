"""Rules in a real browser: from the empty page by an example and a preview to a rule that holds, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Console
from tests.web.looking import LOOKS, axe, look, whole

__all__ = ["axe"]

PATH = "/capabilities/recommend/rules"


@pytest.fixture(autouse=True)
def without_rules(console: Console) -> Iterator[None]:
    """Begin and end without rules, as all tests share one console."""
    clear(console)
    yield
    clear(console)


def clear(console: Console) -> None:
    with psycopg.connect(console.database_url) as connection:
        connection.execute("DELETE FROM recommendation_rules")
        connection.execute("DELETE FROM recommendation_rule_changes")
        connection.execute("NOTIFY hanse_changes, 'recommendation_rules:'")


def open_page(page: Page, console: Console, path: str) -> None:
    page.goto(f"{console.address}{PATH}{path}")
    page.wait_for_selector("html[data-ready]")


def pin(page: Page, console: Console, product_id: str, name: str = "Aktion") -> None:
    open_page(page, console, "/new?kind=pin")
    page.fill("#r-name", name)
    page.locator("input[name=products]").first.fill(product_id)


def test_a_rule_is_tried_saved_and_taken_back(console: Console, chromium: Browser, signed_in: dict[str, Any]) -> None:
    page, faults = look(chromium, signed_in, "de", "light", 1440)
    open_page(page, console, "")
    page.get_by_role("link", name="Nicht mehr als zwei einer Kategorie").click()
    page.wait_for_selector("html[data-ready]")
    page.get_by_role("button", name="Vorher und nachher ansehen").click()
    expect(page.locator(".sides").first.locator("li")).not_to_have_count(0)
    page.get_by_role("button", name="Regel speichern").click()
    expect(page.locator(".rules")).to_contain_text("Höchstens 2 einer Kategorie unter den ersten 8")
    pin(page, console, console.product_id)
    page.get_by_role("button", name="Vorher und nachher ansehen").click()
    expect(page.locator(".sides").last.locator("li").first).to_contain_text("fester Platz (Aktion)")
    page.get_by_role("button", name="Regel speichern").click()
    expect(page.locator(".rules > li")).to_have_count(2)
    page.get_by_role("button", name="„Aktion“ nach oben").click()
    expect(page.locator(".rules .name").first).to_have_text("Aktion")
    page.locator(".rules > li").first.get_by_role("button", name="Ausschalten").click()
    expect(page.locator(".rules > li").first).to_contain_text("aus")
    page.get_by_role("button", name="Zurücknehmen").first.click()
    expect(page.locator(".rules > li").first.get_by_role("button", name="Ausschalten")).to_be_visible()
    page.context.close()
    assert faults == []


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_pages_are_whole(console: Console, chromium: Browser, signed_in: dict[str, Any], axe: str, language: str, theme: str, width: int) -> None:
    page, faults = look(chromium, signed_in, language, theme, width)
    paths = ["", "/new", *(f"/new?kind={kind}" for kind in ("filter", "boost", "pin", "exclude", "diversity", "fallback"))]
    for path in [*paths, f"/preview?at_product={console.product_id}"]:
        open_page(page, console, path)
        faults += whole(page, axe)
    for name in ("One", "Two"):
        pin(page, console, console.product_id, name)
        page.click("button[value=save]")
        page.wait_for_url(f"**{PATH}")
    faults += whole(page, axe)
    expect(page.locator(".note.warn")).to_contain_text(console.product_id)
    page.context.close()
    assert faults == []
