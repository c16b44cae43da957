"""The pages of the sample shop: there in the demonstration alone, in German and English, with a key that lasts and a proof that holds."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest

from hanse.base import ids
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.operation import Purpose
from hanse.data import catalog, consent, events
from hanse.data.access import keys, proofs
from hanse.data.catalog import Price, Product
from hanse.data.consent import Consent
from hanse.data.events import Event
from hanse.data.profiles import identity
from hanse.serve import runtime as runtimes
from hanse.serve.console import assets
from hanse.serve.http.app import application
from hanse.serve.runtime import Runtime
from hanse.serve.shop import opening
from hanse.testing.sample import pictures
from tests.serve.conftest import Client, alive

DRILL = Product(
    product_id="D-1",
    title={"de": "Akkuschrauber <b></script>", "en": "Cordless drill"},
    category={"de": "Maschinen > Bohren", "en": "Machines > Drilling"},
    image_url=pictures.address("D-1", {"en": "Cordless drill"}, {"en": "Machines > Drilling"}),
)


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    assets.build()


async def fill(runtime: Runtime) -> None:
    """Have a product, and a customer who ordered it and agreed to personalisation."""
    now = runtime.resources.clock.now()
    ordered = Event(message_id="o-1", name="Order Completed", user_id="K-1", source="shop", occurred_at=now, properties={"order_id": "1"})
    async with runtime.context() as context:
        connection = await context.connection()
        await catalog.put_products(connection, [DRILL], source="pim", now=now)
        await catalog.put_prices(connection, [Price(product_id="D-1", amount_minor=12_345)], now=now)
        await events.append(connection, [ordered], now=now)
        profile_id = await identity.find(connection, "user_id", "K-1")
        assert profile_id
        agreed = Consent(
            consent_id=ids.new(now), profile_id=profile_id, purpose=Purpose.PERSONALISATION, granted=True, channel="shop", decided_at=now
        )
        await consent.put(connection, [agreed], now=now)


@pytest.fixture
async def shop(settings: Settings, clock: FixedClock, running: Runtime, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """The web application with the shop open."""
    await fill(running)
    for name, value in (await opening.environment(running)).items():
        monkeypatch.setenv(name, value)
    app = application(runtimes.build(settings, settings.database_url, clock=clock))
    async with alive(app), Client(app) as opened:
        yield opened


def key_in(page: str) -> str:
    found = re.search(r'src="/elements.js" data-key="([^"]+)"', page)
    assert found
    return found[1]


async def test_outside_of_the_demonstration_there_is_no_shop(client: Client) -> None:
    for path in ("/shop", "/shop/cart", "/shop/files/shop.js"):
        assert (await client.get(path)).status_code == 404


async def test_the_page_of_a_product_has_it_as_linked_data_that_cannot_end_the_script(shop: Client) -> None:
    page = (await shop.get("/shop/products/D-1?lang=de")).text
    script = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    described = json.loads(script)
    assert "<" not in script
    assert (described["@context"], described["name"], described["offers"]["price"]) == ("https://schema.org", "Akkuschrauber <b></script>", "123.45")
    assert described["url"].endswith("/shop/products/D-1")
    assert described["image"][0].startswith("http")


async def test_the_pages_have_the_elements_of_their_place(shop: Client) -> None:
    home = (await shop.get("/shop", headers={"Accept-Language": "de"})).text
    product = (await shop.get("/shop/products/D-1?lang=en")).text
    cart = (await shop.get("/shop/cart?items=D-1,nobody-has-this,%00")).text
    search = (await shop.get("/shop/search?q=schrauber&lang=de")).text
    assert 'placement="home"' in home
    assert all(f'kind="{kind}" product-id="D-1"' in product for kind in ("also-bought", "also-viewed", "similar", "accessories", "alternatives"))
    assert 'placement="cart" cart="D-1"' in cart
    assert 'placement="search" query="schrauber"' in search
    assert "Werkzeug, das hält." in home
    assert "Cordless drill" in product
    assert "€123.45" in product
    assert '<hanse-search mode="results"' in search
    assert all('<hanse-search mode="box" results-url="/shop/search?lang=' in page for page in (home, product, cart, search))


async def test_what_is_not_there_is_not_found(shop: Client) -> None:
    for path in ("/shop/products/nobody-has-this", "/shop/files/opening.py", "/shop/pictures/none-machines-0.svg", "/shop/pictures/x.svg"):
        assert (await shop.get(path)).status_code == 404
    assert "<h1>&lt;zebra&gt;</h1>" in (await shop.get("/shop/search?q=%3Czebra%3E&lang=en")).text


async def test_its_key_is_public_and_lasts_until_it_is_revoked(shop: Client, running: Runtime, settings: Settings) -> None:
    key = key_in((await shop.get("/shop")).text)
    again = await opening.environment(running)
    assert again[opening.KEY] == f"{opening.NAME} {key}"
    assert (settings.home / opening.FILE).stat().st_mode & 0o077 == 0
    async with running.context() as context:
        revoked = await keys.revoke(await context.connection(), opening.NAME, now=context.clock.now())
    assert revoked.is_public
    fresh = await opening.environment(running)
    assert fresh[opening.KEY].startswith(f"{opening.NAME}-2 hanse_")


async def test_who_signs_in_is_proved_as_the_server_of_a_shop_would(shop: Client, settings: Settings) -> None:
    before = (await shop.get("/shop?lang=en")).text
    response = await shop.get("/shop/sign-in?lang=en")
    after = (await shop.get("/shop?lang=en")).text
    found = re.search(r'id="person">([^<]+)<', after)
    assert found
    person = json.loads(unescape(found[1]))
    assert 'id="person"' not in before
    assert "Sign in as a regular" in before
    assert (response.status_code, response.headers["location"]) == (303, "/shop?lang=en")
    assert proofs.holds(settings.home, opening.NAME, person["id"], person["hash"])
    assert 'placement="reorder"' in after
    await shop.get("/shop/sign-in?out=1")
    assert 'id="person"' not in (await shop.get("/shop")).text


async def test_every_product_of_the_sample_shop_has_a_picture(client: Client) -> None:
    assert DRILL.image_url == "/shop/pictures/drill-machines-0.svg"
    picture = await client.get(DRILL.image_url)
    assert (picture.status_code, picture.headers["content-type"].partition(";")[0]) == (200, "image/svg+xml")
    assert picture.text.startswith("<svg")
    for _, drawing in pictures.DRAWINGS:
        assert (await client.get(f"{pictures.FOLDER}{drawing}-wine-2.svg")).status_code == 200


def test_all_that_is_said_is_there_in_german() -> None:
    folder = Path(opening.__file__).parent
    said = {text for file in (folder / "templates").glob("*.html") for text in re.findall(r"""_\((?:"([^"]+)"|'([^']+)')""", file.read_text())}
    german = (folder / "de.po").read_text()
    assert len(said) > 15
    assert [text for text in said if f'msgid "{text[0] or text[1]}"' not in german] == []


async def test_of_what_is_sold_in_variants_one_is_chosen(shop: Client, running: Runtime) -> None:
    now = running.resources.clock.now()
    sizes = [Product(product_id=f"S-{each}", parent_id="S", title={"de": f"Hemd, Größe {each}"}) for each in ("M", "L")]
    async with running.context() as context:
        await catalog.put_products(await context.connection(), [Product(product_id="S", title={"de": "Hemd"}), *sizes], source="pim", now=now)
        await catalog.put_prices(await context.connection(), [Price(product_id=each.product_id, amount_minor=1_990) for each in sizes], now=now)
    german = {"Accept-Language": "de"}
    whole = (await shop.get("/shop/products/S", headers=german)).text
    assert re.findall(r'<a href="/shop/products/(S-.)\?lang=de">(.+?)</a>', whole) == [("S-L", "Größe L"), ("S-M", "Größe M")]
    assert ("Bitte wählen Sie eine Variante." in whole, "data-add" in whole) == (True, False)
    large = (await shop.get("/shop/products/S-L", headers=german)).text
    assert '<a href="/shop/products/S-L?lang=de" aria-current="true">' in large
    assert 'data-add="S-L"' in large
