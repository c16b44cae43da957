"""A shop connected in a real browser: wrong keys are told and kept typed, the right ones connect it, it is read, listed, and disconnected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, expect

from hanse.testing.shops import FakeWooCommerce
from tests.web.conftest import Console
from tests.web.looking import axe, look, whole

__all__ = ["axe"]

PATH = "/data/shops"


@pytest.fixture(autouse=True)
def without_shops(console: Console) -> Iterator[None]:
    """End without connections and what came of them, as all tests share one console."""
    yield
    with psycopg.connect(console.database_url) as connection:
        connection.execute("DELETE FROM shop_resources")
        connection.execute("DELETE FROM poll_positions")
        connection.execute("DELETE FROM shop_connections")
        connection.execute("DELETE FROM prices WHERE product_id = 'WOO-1'")
        connection.execute("DELETE FROM products WHERE product_id = 'WOO-1'")


def test_a_shop_is_connected_by_its_form_and_listed(console: Console, chromium: Browser, signed_in: dict[str, Any], axe: str) -> None:
    page, faults = look(chromium, signed_in, "de", "light", 1440)
    page.goto(console.address + PATH)
    expect(page.get_by_role("heading", name="Noch ist kein Shop verbunden")).to_be_visible()
    page.get_by_role("link", name="Verbinden WooCommerce").click()
    page.wait_for_selector("html[data-ready]")
    with FakeWooCommerce() as shop:
        shop.save_product("WOO-1", "Stichsäge", net=Decimal("100.00"), stock=5, at=datetime(2026, 6, 1, tzinfo=UTC))
        page.fill("#s-url", shop.url)
        page.check("input[name=allow_private]")
        page.fill("#s-secret_consumer_key", "ck_wrong")
        page.fill("#s-secret_consumer_secret", "cs_fake")
        page.get_by_role("button", name="Prüfen und verbinden").click()
        expect(page.locator("#trouble")).to_contain_text("WooCommerce nimmt die Schlüssel nicht an.")
        faults += whole(page, axe)
        page.fill("#s-secret_consumer_key", "ck_fake")
        page.get_by_role("button", name="Prüfen und verbinden").click()
        drawer = page.locator("#drawer")
        expect(drawer).to_contain_text("Es wird nicht noch einmal gezeigt.")
        expect(drawer).to_contain_text(f"{console.address}/webhooks/woocommerce/woocommerce")
        faults += whole(page, axe)
        drawer.get_by_role("link", name="Dabei zusehen").click()
        expect(page.locator("#progress")).to_contain_text("Neu oder geändert")
    page.goto(console.address + PATH)
    row = page.locator("tr.opens")
    expect(row).to_contain_text("verbunden")
    expect(row).to_contain_text("1 neu oder geändert")
    row.get_by_role("link").first.click()
    page.wait_for_selector("html[data-ready]")
    page.get_by_role("button", name="Trennen").click()
    page.locator("#confirm [data-yes]").click()
    expect(row).to_contain_text("getrennt")
    faults += whole(page, axe)
    page.context.close()
    assert faults == []
