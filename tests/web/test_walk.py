"""Every page in both languages and themes, at the width of a telephone and of a desk: axe, no overflow, no script error, our weight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Response

from hanse.serve.console import assets
from tests.web.conftest import Console
from tests.web.looking import LOOKS, axe, look, serious, whole

__all__ = ["axe"]

HEAVIEST_BYTES = 200_000


def pages(console: Console) -> Iterator[str]:
    yield from ("/", "/?days=90", "/customers", "/customers?kind=company", "/customers?q=nobody", f"/customers/{console.profile_id}")
    yield from (f"/customers/{console.profile_id}?year=2020", f"/customers/{console.profile_id}/merge?q=an", "/customers?q=an")
    yield from ("/products", "/products?q=nothing-has-this-name", f"/products/{console.product_id}", "/data", "/data/imports", "/data/imports/new")
    yield from ("/data/rejects", "/capabilities/recommend?days=365", "/capabilities/recommend/try", "/capabilities/recommend/try/also_bought")
    yield from ("/capabilities/recommend/rules", "/capabilities/recommend/model", f"/decisions/{console.decision_id}", "/jobs", "/keys", "/people")
    yield from (f"/data/rejects/{console.reject_id}", "/data/rejects/group?kind=event&source=shop&field=event", "/data/rejects?state=replayed")
    yield from ("/data/shops", *(f"/data/shops/-/connect?system={each}" for each in ("shopware", "woocommerce", "akeneo")))
    yield from ("/data/live", "/data/live?name=nothing-has-this-name", f"/data/events/{console.event_id}")
    yield from ("/data/quality", "/data/quality?days=365&source=sample", "/data/retention", "/data/retention?type=*&keep_days=30")
    yield from ("/data/storefront", "/experiments", "/capabilities/recommend/placements", "/capabilities/recommend/placements?place=reorder")
    yield from (f"/capabilities/recommend/placements?place={place}&device=phone" for place in ("home", "cart", "category", "search", "reminder"))
    yield from (f"/capabilities/recommend/placements?customer={console.profile_id}&q=an&what=product", "/shop")
    yield from ("/shop/search?q=bohrer", f"/shop/products/{console.product_id}", f"/shop/cart?items={console.product_id}", "/shop/cart")
    yield from ("/language", "/language/calls", "/language/masking", "/language/prompts", "/language/claims", "/products/-/files")
    yield from ("/capabilities/search/searches", "/capabilities/search/rules", "/capabilities/search/rules/new", "/capabilities/search/synonyms")
    yield from ("/audit", "/settings", "/docs", "/no-such-page-in-the-console/7", "/privacy", "/privacy?state=done", "/data/imports/documents")


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_every_page_is_whole(console: Console, chromium: Browser, signed_in: dict[str, Any], axe: str, language: str, theme: str, width: int) -> None:
    page, faults = look(chromium, signed_in, language, theme, width)
    for path in pages(console):
        page.goto(console.address + path)
        if page.locator("h1").count() != 1:
            faults.append(f"{path} has not one heading")
        assert page.get_attribute("html", "lang") == language
        faults += whole(page, axe)
    page.context.close()

    assert faults == []


def test_dialogs_and_drawers_are_accessible_too(console: Console, chromium: Browser, signed_in: dict[str, Any], axe: str) -> None:
    page, faults = look(chromium, signed_in, "de", "light", 1440)
    page.goto(f"{console.address}/products")
    page.wait_for_selector("html[data-ready]")
    page.click("tr.opens >> nth=0")
    page.wait_for_selector("#drawer h2")
    faults += serious(page, axe)
    page.keyboard.press("Control+k")
    page.fill("#palette input", "ein")
    page.wait_for_selector("#found a")
    faults += serious(page, axe)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    faults += serious(page, axe)
    page.context.close()

    assert faults == []


def test_no_page_weighs_more_than_its_share(console: Console, chromium: Browser, signed_in: dict[str, Any]) -> None:
    context = chromium.new_context(storage_state=signed_in)  # type: ignore[arg-type]  # its own state
    page = context.new_page()
    weights: dict[str, int] = {}

    def weigh(response: Response) -> None:
        if "/static/" in response.url:
            weights[response.url] = response.request.sizes()["responseBodySize"]

    page.on("response", weigh)
    page.goto(f"{console.address}/")
    page.wait_for_selector("[data-drawn] canvas")
    context.close()

    assert len(weights) >= 4
    assert sum(weights.values()) < HEAVIEST_BYTES


def test_the_chosen_theme_and_language_stay(console: Console, chromium: Browser, signed_in: dict[str, Any]) -> None:
    page, _ = look(chromium, signed_in, "de", "light", 1440)
    page.goto(f"{console.address}/settings")
    page.wait_for_selector("html[data-ready]")
    page.click(".rail [data-do=theme]")
    page.click(".rail a[hreflang=en]")
    page.goto(f"{console.address}/products")

    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.get_attribute("html", "lang") == "en"
    assert page.inner_text("h1") == "Catalog"
    page.context.close()


def test_every_icon_is_in_the_sprite() -> None:
    sprite = next(assets.BUILT.glob("icons-*.svg")).read_text()
    templates = Path(assets.CONSOLE / "templates").glob("*.html")
    named = {name.split('"')[0] for file in templates for name in file.read_text().split('icon("')[1:]}

    assert [name for name in sorted(named) if f'id="{name}"' not in sprite] == []
