"""From the console to the shop's page and back: the tag is copied, a visitor agrees, and the console says that events arrive."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from tests.serve.tracking import browsing
from tests.web.conftest import Console
from tests.web.looking import look


def test_the_copied_tag_connects_a_shop(console: Console, chromium: Browser, signed_in: dict[str, Any]) -> None:
    page, faults = look(chromium, signed_in, "de", "light", 1440)
    page.goto(f"{console.address}/data/storefront")
    page.wait_for_selector("html[data-ready]")
    page.fill("#name", "shop-pages")
    page.click("form button.primary")
    row = page.locator("#arrivals tr", has_text="shop-pages")
    expect(row).to_contain_text("Noch nichts angekommen")
    tag = page.locator("[data-do=copy]").first.get_attribute("data-copy")
    assert tag
    with browsing.shop() as shop:
        visitor = chromium.new_page()
        visitor.goto(shop.put("/", tag))
        visitor.evaluate("hanse.push(['consent', { statistics: true }])")
        expect(row).to_contain_text("Ereignisse kommen an", timeout=30_000)
        visitor.close()
    page.context.close()

    assert faults == []


def test_the_tag_is_copied_with_one_click(console: Console, chromium: Browser, signed_in: dict[str, Any]) -> None:
    page, _ = look(chromium, signed_in, "de", "light", 390)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{console.address}/data/storefront")
    page.wait_for_selector("html[data-ready]")
    button = page.locator("[data-do=copy]").first
    button.click()

    expect(button).to_contain_text("Kopiert")
    assert page.evaluate("navigator.clipboard.readText()").startswith("<script>window.hanse")
    page.context.close()
