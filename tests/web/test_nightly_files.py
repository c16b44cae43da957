"""Files of every night in a real browser: set up with a mistake that is told beside its field, put right, and removed after a question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import Console
from tests.web.looking import axe, look, whole

__all__ = ["axe"]

PATH = "/products/-/files"


@pytest.fixture(autouse=True)
def without_files(console: Console) -> Iterator[None]:
    """Begin and end without files, as all tests share one console."""
    yield
    with psycopg.connect(console.database_url) as connection:
        connection.execute("DELETE FROM catalog_exports")


def test_a_file_is_set_up_and_removed(console: Console, chromium: Browser, signed_in: dict[str, Any], axe: str) -> None:
    page, faults = look(chromium, signed_in, "de", "light", 1440)
    page.goto(console.address + PATH)
    page.wait_for_selector("html[data-ready]")
    page.fill("#r-tax_rate", "viel")
    page.fill("#r-name", "google")
    page.get_by_role("button", name="Jede Nacht schreiben").click()
    expect(page.locator("#h-tax_rate")).to_contain_text("Das muss eine Zahl von 0 bis unter 100 sein")
    page.fill("#r-tax_rate", "19")
    page.get_by_role("button", name="Jede Nacht schreiben").click()
    card = page.get_by_role("article", name="google")
    expect(card).to_contain_text("Preise für alle, mit 19 % Steuer")
    faults += whole(page, axe)
    card.get_by_role("link", name="Ändern google").click()
    expect(page.get_by_role("heading", name="„google“ ändern")).to_be_visible()
    page.wait_for_selector("html[data-ready]")
    page.get_by_role("button", name="Entfernen google").click()
    page.locator("#confirm [data-yes]").click()
    expect(page.get_by_text("Noch wird keine Datei jede Nacht geschrieben")).to_be_visible()
    page.context.close()
    assert faults == []
