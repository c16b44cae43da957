"""Placements in the console: what is shown for a product, a cart, a customer; choosing; and the line for the shop with its key."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from hanse.base import database
from hanse.data import catalog
from hanse.data.access.accounts import Role
from hanse.data.catalog import Product, Relation
from hanse.data.catalog.schemas import RelationKind
from hanse.serve.console import placements
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.console.conftest import Browser

PATH = "/capabilities/recommend/placements"
GERMAN = {"Accept-Language": "de"}


@pytest.fixture(autouse=True)
def _catalog(runtime: Runtime) -> None:
    async def write() -> None:
        connection = await database.connect(runtime.conninfo)
        async with connection:
            titles = {"D1": {"de": "Akkuschrauber <b>", "en": "Cordless drill"}, "A1": {"de": "Tasche", "en": "Bag"}}
            await catalog.put_products(connection, [Product(product_id=each, title=title) for each, title in titles.items()], source="pim", now=NOW)
            await catalog.put_relations(connection, [Relation(product_id="A1", kind=RelationKind.ACCESSORY_OF, related_id="D1")])

    asyncio.run(write())


def rows(page: str) -> dict[str, str]:
    """Return what stands in the row of each kind."""
    found = re.findall(r'<(section|details) class="card (?:placement|nothing)" id="(\w+)">(.*?)</\1>', page, re.DOTALL)
    return {kind: unescape(text) for _, kind, text in found}


def test_a_product_page_shows_each_of_its_rows(browser: Callable[..., Browser]) -> None:
    page = browser().get(f"{PATH}?product=D1", headers=GERMAN).text
    found = rows(page)
    assert set(found) == set(placements.PLACES["product"].kinds)
    assert "Tasche" in found["accessories"]
    assert "Der Katalog nennt für dieses Produkt keine" in found["spare_parts"]
    assert "Tasche" in found["also_bought"]  # nothing is learned yet, so it is what is new
    assert "Akkuschrauber &lt;b&gt;" in page
    assert "Akkuschrauber <b>" not in page


def test_the_language_of_the_shop_is_not_that_of_the_console(browser: Callable[..., Browser]) -> None:
    page = browser().get(f"{PATH}?product=D1&shown_in=en", headers=GERMAN).text
    accessories = rows(page)["accessories"]
    assert "Bag" in accessories
    assert "In Ihren Shop einbauen" in accessories


@pytest.mark.parametrize("place", placements.PLACES)
def test_every_place_says_how_it_is_put_into_the_shop(browser: Callable[..., Browser], place: str) -> None:
    found = rows(browser().get(f"{PATH}?place={place}&product=D1", headers=GERMAN).text)
    assert found
    for kind, text in found.items():
        snippet = re.search(r"<code>(<hanse-recommendations placement=\"(\w+)\"( kind=\"([a-z-]+)\")?.*?></hanse-recommendations>)</code>", text)
        assert snippet
        assert snippet[2] == place
        assert (snippet[4] or placements.USUAL[place].replace("_", "-")) == kind.replace("_", "-")
        assert "/rules/preview?at_placement=" in text


def test_a_place_device_or_product_that_is_none_is_left_out(browser: Callable[..., Browser]) -> None:
    page = browser().get(f"{PATH}?place=moon&device=fridge&shown_in=xx&product=nobody-has-this&customer=7", headers=GERMAN)
    assert page.status_code == 200
    assert "nobody-has-this" in page.text


def test_products_are_found_by_name_and_lead_to_their_placements(browser: Callable[..., Browser]) -> None:
    found = browser().get(f"{PATH}/find?q=schrauber&what=product&place=cart&cart=A1", headers=GERMAN).text
    assert "<html" not in found
    assert 'href="/capabilities/recommend/placements?place=cart&amp;cart=A1&amp;product=D1"' in found
    assert "Akkuschrauber &lt;b&gt;" in found
    assert "Nichts gefunden" in browser().get(f"{PATH}/find?q=zebra", headers=GERMAN).text


def test_customers_are_for_those_who_may_see_them(browser: Callable[..., Browser]) -> None:
    viewer = browser(Role.VIEWER)
    assert viewer.get(f"{PATH}/find?q=anna&what=customer").status_code == 403
    assert viewer.get(f"{PATH}?customer={UUID(int=7)}").status_code == 403
    assert viewer.get(PATH).status_code == 200
    assert "q-customer" not in viewer.get(PATH).text
    assert "q-customer" in browser(Role.ADMIN).get(PATH).text


def test_the_cart_takes_products_in_and_out(browser: Callable[..., Browser]) -> None:
    page = unescape(browser().get(f"{PATH}?place=cart&product=D1&cart=A1", headers=GERMAN).text)
    assert f'href="{PATH}?place=cart&product=D1&cart=A1%2CD1"' in page
    assert f'href="{PATH}?place=cart&product=D1"' in page


def test_a_public_key_is_made_and_stands_in_the_line_once(browser: Callable[..., Browser], client: TestClient[Litestar]) -> None:
    admin = browser()
    page = admin.post(PATH, {"name": "shop-pages", "origins": "https://shop.example, https://www.shop.example/"}).text
    found = re.search(r'data-key="(hanse_[^"]+)"', unescape(page))
    assert found
    secret = re.search(r"<code>([0-9a-f]{64})</code>", page)
    assert secret
    asked = f"/v1/recommend/popular?key={found[1]}"
    assert client.post(asked, content=b"{}", headers={"Origin": "https://www.shop.example"}).status_code == 200
    assert client.post(asked, content=b"{}", headers={"Origin": "https://other.example"}).status_code == 403
    assert found[1] not in admin.get(PATH).text
    listed = admin.get("/keys").text
    assert "https://shop.example, https://www.shop.example" in listed


def test_what_is_wrong_with_a_key_is_told_and_what_was_typed_stays(browser: Callable[..., Browser]) -> None:
    answer = browser().post(PATH, {"name": "shop-pages", "origins": "shop.example"}, headers=GERMAN)
    assert answer.status_code == 400
    assert 'value="shop.example"' in answer.text
    assert browser(Role.VIEWER).post(PATH, {"name": "mine"}).status_code == 403


def test_the_keys_page_makes_public_keys_too(browser: Callable[..., Browser]) -> None:
    admin = browser()
    made = admin.post("/keys", {"name": "pages", "scope": "storefront", "origins": "https://shop.example"}).text
    assert re.search(r"<code>[0-9a-f]{64}</code>", made)
    assert not re.search(r"<code>[0-9a-f]{64}</code>", admin.post("/keys", {"name": "server", "scope": "recommend"}).text)
