"""The page that connects a shop's pages: the tag with a key, and whether anything has arrived."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from litestar import Litestar
from litestar.testing import TestClient

from hanse.data.access.accounts import Role
from hanse.serve.console import storefront
from tests.serve.console.conftest import Browser

PATH = "/data/storefront"
VIEWED = {"type": "track", "event": "Product Viewed", "anonymousId": "b-1"}


def key_in(page: str) -> str:
    found = re.search(r'data-key="([^"]{5,})"', unescape(page))
    assert found
    return found[1]


def test_without_a_key_the_page_offers_one(browser: Callable[..., Browser]) -> None:
    page = browser().get(PATH, headers={"Accept-Language": "de"}).text
    assert key_in(page) == storefront.PLACEHOLDER
    assert "Noch kein Schlüssel für Seiten" in page
    assert f'action="{PATH}"' in page


def test_a_key_is_made_and_stands_in_every_snippet_once_and_only_sends(browser: Callable[..., Browser], client: TestClient[Litestar]) -> None:
    admin = browser()
    page = admin.post(PATH, {"name": "shop-frontend"}).text
    key = key_in(page)
    assert key.startswith("hanse_")
    assert storefront.PLACEHOLDER not in page
    assert unescape(page).count(f'"{key}"') == 10  # five snippets, each to read and to copy
    assert key not in admin.get(PATH).text
    assert client.post("/v1/events/search", json={}, headers={"Authorization": f"Bearer {key}"}).status_code == 403
    assert "keys.create" in admin.get("/audit").text


def test_what_has_arrived_is_shown_and_asked_for_again(browser: Callable[..., Browser], client: TestClient[Litestar]) -> None:
    admin = browser()
    key = key_in(admin.post(PATH, {"name": "shop-frontend"}).text)
    asked = {"HX-Request": "true", "HX-Target": "div#arrivals", "Accept-Language": "en"}
    before = admin.get(PATH, headers=asked).text
    assert client.post("/v1/track", json={**VIEWED, "writeKey": key}).status_code == 200
    after = admin.get(PATH, headers=asked).text
    assert "Nothing has arrived yet" in before
    assert "Events arrive" in after
    assert "Product viewed" in after
    assert "<html" not in after


def test_a_name_that_is_taken_is_told(browser: Callable[..., Browser]) -> None:
    admin = browser()
    admin.post(PATH, {"name": "shop-frontend"})
    again = admin.post(PATH, {"name": "shop-frontend"})
    assert again.status_code == 409
    assert 'role="alert"' in again.text
    assert 'value="shop-frontend"' in again.text


def test_who_may_not_make_keys_sees_the_tag_without_one(browser: Callable[..., Browser]) -> None:
    viewer = browser(Role.VIEWER)
    page = viewer.get(PATH).text
    assert key_in(page) == storefront.PLACEHOLDER
    assert f'action="{PATH}"' not in page
    assert viewer.post(PATH, {"name": "shop-frontend"}).status_code == 403
