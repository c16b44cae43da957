"""Looking at a page as a person would: in both languages and themes, on a telephone and on a desk, and with what axe knows."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as TooLong

from hanse.serve.console import assets

WIDTHS = {390: 844, 1440: 900}
SETTLED_MS = 2_000
"""Charts follow the width of their page a moment later."""
REPEATED = ".operation:nth-of-type(n+9)"
LOOKS = [("de", "light", 1440), ("en", "dark", 390)]
"""Both languages, both themes; each page is loaded at one width, where axe goes over it, and has to fit into the other as well."""


def look(browser: Browser, signed_in: dict[str, Any], language: str, theme: Any, width: int) -> tuple[Page, list[str]]:
    """Open a page in one of the looks; what its scripts do wrong is put into the list."""
    size: Any = {"width": width, "height": WIDTHS[width]}
    context = browser.new_context(locale=language, color_scheme=theme, viewport=size, storage_state=signed_in)  # type: ignore[arg-type]  # its own
    page, faults = context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("console", lambda message: faults.append(f"{page.url}: {message.text}") if "Content Security Policy" in message.text else None)
    return page, faults


@pytest.fixture(scope="module")
def axe() -> str:
    """Return what checks how accessible a page is."""
    return (assets.node_modules() / "axe-core" / "axe.min.js").read_text()


def serious(page: Page, axe: str) -> list[str]:
    """Return what keeps somebody from using a page as it stands; of what repeats by the hundred, it looks at the first ones."""
    page.evaluate(axe)
    found = page.evaluate(f"axe.run({{exclude: [{REPEATED!r}]}}, {{resultTypes: ['violations'], preload: false}})")
    wanted = {"serious", "critical"}
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"] if each["impact"] in wanted]


def whole(page: Page, axe: str) -> list[str]:
    """Return what is wrong with a page: what axe finds, and the widths that it does not fit into."""
    faults, own = serious(page, axe), page.viewport_size
    assert own
    for width, height in sorted(WIDTHS.items(), key=lambda each: each[0] != own["width"]):
        page.set_viewport_size({"width": width, "height": height})
        try:
            page.wait_for_function("document.documentElement.scrollWidth <= document.documentElement.clientWidth", timeout=SETTLED_MS)
        except TooLong:
            faults.append(f"wider than {width} px")
    page.set_viewport_size(own)
    return [f"{page.url}: {each}" for each in faults]
