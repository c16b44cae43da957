"""The storefront elements in a shop's page, from another origin, against the real server with the trained sample shop."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from psycopg.rows import dict_row

from hanse.serve.console import assets
from tests.serve.tracking import browsing
from tests.serve.tracking.browsing import Shop
from tests.web.conftest import Console
from tests.web.looking import serious

ELEMENT = "hanse-recommendations"
AGREED = "window.hanseElements = {consent: {statistics: true, personalisation: true}}"
REFUSED = "window.hanseElements = {consent: {statistics: false, personalisation: false}}"
Open = Callable[..., Page]


@pytest.fixture
def shop() -> Iterator[Shop]:
    with browsing.shop() as running:
        yield running


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="de", viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def open_(console: Console, shop: Shop, visitor: BrowserContext) -> Open:
    """Opens a page of the shop with some markup in it; a script may run before the elements are loaded."""

    def open_page(markup: str, script: str = "", *, language: str = "de", attributes: str = "", styles: str = "") -> Page:
        module = f'<script type="module" src="{console.address}/elements.js" data-key="{console.public_key}" {attributes}></script>'
        page = visitor.new_page()
        head = f"<style>body{{margin:16px;font:16px sans-serif;color:#222}} {styles}</style><script>{script}</script>{module}"
        address = shop.put("/", head)
        whole = shop.pages["/"].decode().replace("<html lang=en>", f'<html lang="{language}">').replace("<h1>Shop</h1>", f"<h1>Shop</h1>{markup}")
        shop.pages["/"] = whole.encode()
        page.goto(address)
        return page

    return open_page


def element(markup: str = "") -> str:
    return f"<{ELEMENT} {markup}></{ELEMENT}>"


def shown(page: Page) -> Any:
    found = page.locator(ELEMENT).first
    expect(found).to_have_attribute("state", "shown")
    return found


def empty(page: Page) -> Any:
    found = page.locator(ELEMENT).first
    expect(found).to_have_attribute("state", "empty")
    return found


def asked(page: Page) -> list[dict[str, Any]]:
    """Note from now on what is asked of Hanse."""
    found: list[dict[str, Any]] = []
    page.on("request", lambda request: found.append(json.loads(request.post_data or "{}")) if "/v1/recommend/" in request.url else None)
    return found


def outcomes(console: Console, names: tuple[str, ...] = ("Impression", "Product Clicked")) -> list[dict[str, Any]]:
    with psycopg.connect(console.database_url, row_factory=dict_row) as connection:
        return connection.execute(
            "SELECT name, decision_id::text, anonymous_id, properties FROM events WHERE source = 'sample-shop' AND name = ANY(%s)"
            " ORDER BY original_at, event_id",
            [list(names)],
        ).fetchall()


def wait_for(console: Console, page: Page, decision_id: str, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for _ in range(100):
        found = [each for each in browsing.apart(lambda: outcomes(console)) if each["decision_id"] == decision_id]
        if len(found) >= count:
            break
        page.wait_for_timeout(100)
    return found


def test_products_are_shown_with_picture_price_and_reason(console: Console, open_: Open) -> None:
    page = open_(element('placement="home" price-note="zzgl. MwSt."'))
    row = shown(page)
    expect(row.get_by_role("heading")).to_have_text("Das könnte Ihnen gefallen")
    expect(row.get_by_role("listitem")).to_have_count(8)
    card = row.get_by_role("link").first
    assert re.search(r"\d+,\d\d\s€\s+zzgl\. MwSt\.", card.inner_text())
    assert "Bei anderen Kunden beliebt" in card.inner_text()
    assert "Bestellungen" not in row.locator("ul").inner_text()  # how many orders a shop has is not told to everybody
    assert (card.get_attribute("href") or "").startswith("https://nordwerk.example/p/")
    assert "/shop/pictures/" in (row.locator("img").first.get_attribute("src") or "")


def test_texts_and_prices_follow_the_language_of_the_page(open_: Open, console: Console) -> None:
    page = open_(element(f'placement="product" product-id="{console.product_id}" tax="19"'), language="en-GB")
    row = shown(page)
    expect(row.get_by_role("heading")).to_have_text("Often bought together")
    assert re.search(r"€\d+\.\d\d", row.locator("ul").inner_text())
    similar = element(f'placement="product" kind="similar" product-id="{console.product_id}"')
    page = open_(f"<div lang=de>{similar}</div>", language="en")
    expect(shown(page).get_by_role("heading")).to_have_text("Ähnliche Produkte")


@pytest.mark.parametrize(
    ("markup", "heading"),
    [
        ('placement="product" kind="also-viewed" product-id="{id}"', "Andere sahen sich auch an"),
        ('placement="product" kind="alternatives" product-id="{id}"', "Stattdessen lieferbar"),
        ('placement="cart" cart="{id}"', "Dazu passt"),
        ('placement="home" kind="popular"', "Beliebt in unserem Shop"),
        ('placement="reminder" viewed="{id},{id}"', "Zuletzt angesehen"),
        ('placement="search" query="Bohrer"', "Andere fanden das"),
        ('placement="search" kind="for-you" viewed="{id}"', "Das könnte Ihnen gefallen"),
        ('placement="summer" kind="for-you" heading="Sommer"', "Sommer"),
    ],
)
def test_each_place_has_its_answer(console: Console, open_: Open, markup: str, heading: str) -> None:
    page = open_(element(markup.replace("{id}", console.product_id)))
    expect(shown(page).get_by_role("heading")).to_have_text(heading)


@pytest.mark.parametrize(
    "markup",
    [
        'placement="product" kind="accessories" product-id="nobody-has-this"',
        'placement="search" query=" "',
        'placement="product"',
        'placement="cart"',
        'placement="somewhere"',
        'placement="home" kind="magic"',
        'placement="reorder"',
    ],
)
def test_where_there_is_nothing_nothing_is_shown(open_: Open, markup: str) -> None:
    page = open_(f"<p>before</p>{element(markup)}<p>after</p>")
    row = empty(page)
    expect(row).to_be_hidden()
    assert row.evaluate("element => element.shadowRoot.textContent.trim()") == ""


@pytest.mark.parametrize("fault", ["away", "500", "nonsense", "401"])
def test_the_page_goes_on_where_hanse_is_away(open_: Open, visitor: BrowserContext, fault: str) -> None:
    def answer(route: Route) -> None:
        if fault == "away":
            route.abort()
        else:
            route.fulfill(status=200 if fault == "nonsense" else int(fault), body="<html>", headers={"Access-Control-Allow-Origin": "*"})

    errors: list[str] = []
    visitor.on("weberror", lambda error: errors.append(str(error.error)))
    visitor.route("**/v1/recommend/**", answer)
    page = open_(element('placement="home"') + "<button onclick=\"this.textContent='bought'\">buy</button>")
    expect(empty(page)).to_be_hidden()
    page.get_by_role("button").click()
    expect(page.get_by_role("button")).to_have_text("bought")
    assert errors == []


def test_impression_and_click_arrive_once_with_the_decision(console: Console, open_: Open, visitor: BrowserContext) -> None:
    visitor.route("https://nordwerk.example/**", lambda route: route.fulfill(status=200, content_type="text/html", body="a product"))
    page = open_(element('placement="home"'), AGREED)
    page.evaluate("addEventListener('hanse:shown', event => { window.shown = [...(window.shown ?? []), event.detail] })")
    row = shown(page)
    page.wait_for_function("window.shown")
    decision_id = page.evaluate("window.shown[0].decisionId")
    card = row.get_by_role("link").nth(1)
    product_id = (card.get_attribute("href") or "").rpartition("/")[2]
    page.evaluate("document.addEventListener('hanse:click', event => { event.preventDefault(); window.clicked = event.detail })")
    for _ in range(2):
        card.click()
    found = wait_for(console, page, decision_id, 2)
    page.wait_for_timeout(500)

    assert [each["name"] for each in wait_for(console, page, decision_id, 2)] == ["Impression", "Product Clicked"]
    impression, click = (each["properties"] for each in found)
    assert impression["placement"] == "home"
    assert {"product_id": product_id, "position": 2} in impression["products"]
    assert (click["product_id"], click["position"]) == (product_id, 2)
    assert page.evaluate("window.clicked") == {
        "placement": "home",
        "kind": "for-you",
        "decisionId": decision_id,
        "productId": product_id,
        "url": f"https://nordwerk.example/p/{product_id}",
        "position": 2,
    }
    assert page.evaluate("window.shown.length") == 1
    assert "127.0.0.1" in page.url  # the shop kept the visitor, as it said


def test_a_click_is_not_lost_when_the_visitor_leaves_with_it(console: Console, open_: Open, visitor: BrowserContext) -> None:
    visitor.route("https://nordwerk.example/**", lambda route: route.fulfill(status=200, content_type="text/html", body="a product"))
    told: list[str] = []
    page = open_(
        element('placement="home" kind="popular"'), f"{AGREED}; addEventListener('hanse:click', ({{detail}}) => console.log(detail.decisionId))"
    )
    page.on("console", lambda message: told.append(message.text) if message.type == "log" else None)
    shown(page).get_by_role("link").first.click()
    page.wait_for_url("https://nordwerk.example/**")

    assert "Product Clicked" in [each["name"] for each in wait_for(console, page, told[0], 2)]


def test_what_was_not_in_sight_for_a_second_was_not_seen(open_: Open) -> None:
    page = open_(
        f'{element("placement=home")}<div style="height:3000px"></div>', AGREED + "; addEventListener('hanse:shown', () => { window.seen = true })"
    )
    page.evaluate("document.querySelector('hanse-recommendations').style.marginTop = '780px'")
    shown(page)
    page.wait_for_timeout(1_600)
    assert page.evaluate("window.seen") is None  # a little of it, for long
    page.evaluate("scrollTo(0, 500)")
    page.wait_for_timeout(300)
    page.evaluate("scrollTo(0, 2500)")
    page.wait_for_timeout(1_200)
    assert page.evaluate("window.seen") is None  # all of it, for a moment
    page.evaluate("scrollTo(0, 500)")
    page.wait_for_function("window.seen")


@pytest.mark.parametrize("told", ["", REFUSED])
def test_without_consent_nothing_is_stored_or_sent(console: Console, open_: Open, told: str) -> None:
    page = open_(
        element(f'placement="product" product-id="{console.product_id}"'), f"localStorage.setItem('ajs_anonymous_id', 'x'.repeat(36)); {told}"
    )
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/v1/batch" in request.url else None)
    found = asked(page)
    page.reload()
    shown(page).get_by_role("link").first.focus()
    page.wait_for_timeout(1_600)

    assert page.evaluate("[sessionStorage.length, Object.keys(localStorage), document.cookie]") == [0, ["ajs_anonymous_id"], ""]
    assert sent == []
    assert {"anonymous_id", "user_id", "user_hash"}.isdisjoint(found[0])


def test_without_consent_the_products_of_this_page_are_told_and_no_others(console: Console, open_: Open) -> None:
    markup = element(f'placement="product" product-id="{console.product_id}"') + element('placement="home"')
    page = open_(markup)
    found = asked(page)
    page.reload()
    expect(page.locator(ELEMENT).nth(1)).to_have_attribute("state", "shown")
    assert next(each["viewed"] for each in found if "viewed" in each) == [console.product_id]


def test_with_consent_this_visit_and_the_id_of_the_browser_are_told(console: Console, open_: Open) -> None:
    anonymous_id = "0f6a3a52-7d1c-4b0e-9f35-5a0c6d1f9b99"
    script = f"{AGREED}; localStorage.setItem('ajs_anonymous_id', JSON.stringify('{anonymous_id}'))"
    shown(open_(element(f'placement="product" product-id="{console.product_id}"'), script))
    page = open_(element('placement="home"'), script)
    page.evaluate("sessionStorage.clear()")
    shown(page)
    page = open_(element(f'placement="product" product-id="{console.product_id}"'), script)
    shown(page)
    assert page.evaluate("sessionStorage.getItem('hanse.viewed')") == json.dumps([console.product_id])
    found = asked(page)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<hanse-recommendations placement=home></hanse-recommendations>')")
    expect(page.locator(ELEMENT).nth(1)).to_have_attribute("state", "shown")
    assert (found[0]["viewed"], found[0]["anonymous_id"]) == ([console.product_id], anonymous_id)
    page.evaluate("window.hanseElements.consent = {personalisation: false}; document.querySelector('hanse-recommendations').refresh()")
    page.wait_for_function("sessionStorage.length === 0")


def test_a_customer_who_is_not_proved_is_asked_for_as_nobody(console: Console, open_: Open) -> None:
    page = open_(element('placement="home"'), f"{AGREED}; window.hanseElements.user = {{id: 'U-100282', hash: 'guessed'}}")
    shown(page)
    found = asked(page)
    page.reload()
    shown(page)
    assert [each.get("user_id") for each in found] == ["U-100282", None]


def test_the_tag_sends_what_came_of_it_where_it_is_on_the_page(console: Console, open_: Open) -> None:
    tag = f'<script async src="{console.address}/hanse.js" data-key="{console.public_key}"></script>'
    script = "window.hanse = [['consent', {statistics: true, personalisation: true}]]; addEventListener('hanse:shown', ({detail}) => { window.seen = detail.decisionId })"
    page = open_(tag + element('placement="home"'), script)
    shown(page)
    page.wait_for_function("window.seen")
    found = wait_for(console, page, page.evaluate("window.seen"), 1)
    assert found[0]["anonymous_id"] == page.evaluate("JSON.parse(localStorage.hanse).id")


def test_the_keyboard_reaches_every_product_and_the_focus_is_seen(open_: Open) -> None:
    page = open_(f"<a href='#'>first</a>{element('placement=home')}<a href='#' id=last>last</a>")
    row = shown(page)
    page.get_by_text("first", exact=True).focus()
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "last":
            break
        inside = "document.activeElement.shadowRoot?.activeElement"
        reached.append(page.evaluate(f"{inside}?.getAttribute('part')"))
        if reached[-1] == "card":
            box = row.locator("ul").bounding_box()
            card = page.evaluate(f"(({{left, right}}) => [left, right])({inside}.getBoundingClientRect())")
            assert box
            assert box["x"] - 1 <= card[0] < box["x"] + box["width"]
            assert page.evaluate(f"getComputedStyle({inside}).outlineStyle") == "solid"
    assert reached.count("card") == 8
    assert reached[0] == "button on"  # back leads nowhere at the beginning


def test_the_buttons_scroll_and_say_what_they_do(open_: Open) -> None:
    row = shown(open_(element('placement="home"')))
    back, on = row.get_by_role("button", name="Zurückblättern"), row.get_by_role("button", name="Weiterblättern")
    expect(back).to_be_disabled()
    on.click()
    expect(back).to_be_enabled()


@pytest.mark.parametrize("layout", ["row", "grid"])
def test_a_telephone_scrolls_the_row_and_not_the_page(chromium: Browser, console: Console, shop: Shop, layout: str) -> None:
    context = chromium.new_context(locale="de", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    module = f'<script type="module" src="{console.address}/elements.js" data-key="{console.public_key}"></script>'
    page.goto(shop.put("/", f'<meta name=viewport content="width=device-width">{module}{element(f"placement=home layout={layout}")}'))
    row = shown(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert row.evaluate("each => { const list = each.shadowRoot.querySelector('ul'); return list.scrollWidth > list.clientWidth + 100 }") is (
        layout == "row"
    )
    context.close()


def test_nothing_jumps_when_the_products_come(open_: Open, visitor: BrowserContext) -> None:
    held: list[Route] = []
    visitor.route("**/v1/recommend/**", lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks what it is given
    page = open_(f"{element('placement=home')}<p id=after>after</p>")
    row = page.locator(ELEMENT)
    expect(row).to_have_attribute("state", "loading")
    expect(row.locator("section")).to_have_attribute("aria-busy", "true")
    page.wait_for_timeout(200)
    before = page.locator("#after").bounding_box()
    held[0].continue_()
    shown(page)
    expect(row.locator("section")).to_have_attribute("aria-busy", "false")
    after = page.locator("#after").bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) <= 2


def test_the_shop_may_bring_its_own_card_and_colours(open_: Open) -> None:
    own = (
        '<template><a class="own" data-hanse="url"><img data-hanse="image" alt=""><b data-hanse="title"></b><i data-hanse="price"></i></a></template>'
    )
    page = open_(f'<{ELEMENT} placement="home">{own}<span slot="heading">Ganz eigen</span></{ELEMENT}>', styles=".own b { color: rgb(200, 0, 0) }")
    shown(page)
    cards = page.locator("a.own")
    expect(cards).to_have_count(8)
    assert cards.first.locator("b").evaluate("each => getComputedStyle(each).color") == "rgb(200, 0, 0)"
    assert cards.first.get_attribute("href")
    assert "€" in cards.first.inner_text()
    page = open_(element('placement="home"'), styles=f"{ELEMENT} {{ --hanse-card-width: 300px }} {ELEMENT}::part(title) {{ color: rgb(0, 0, 200) }}")
    row = shown(page)
    assert row.locator("[part=title]").first.evaluate("each => getComputedStyle(each).color") == "rgb(0, 0, 200)"
    assert row.locator("li").first.evaluate("each => each.getBoundingClientRect().width") == 300


def test_addresses_that_would_run_as_a_script_are_no_links(open_: Open) -> None:
    page = open_(element('placement="home"'), "window.hanseElements = {productUrl: () => 'javascript:alert(1)'}")
    expect(shown(page).get_by_role("link")).to_have_count(0)


def test_axe_finds_nothing(open_: Open, console: Console) -> None:
    page = open_(element('placement="home"') + element(f'placement="product" product-id="{console.product_id}" layout="grid"'))
    shown(page)
    expect(page.locator(ELEMENT).nth(1)).to_have_attribute("state", "shown")
    assert serious(page, (assets.node_modules() / "axe-core" / "axe.min.js").read_text()) == []
