"""The results of `<hanse-search>`: filters, paging, corrections, nothing found, errors and the way back; from the real server where states are not rare."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from hanse.serve.console import assets
from tests.serve.tracking import browsing
from tests.serve.tracking.browsing import Shop
from tests.web.conftest import Console
from tests.web.looking import serious
from tests.web.test_elements import AGREED, REFUSED, Open, open_, outcomes, shop, visitor

__all__ = ["open_", "shop", "visitor"]

ELEMENT = "hanse-search"
DECISION = "019ecb27-2200-707f-8163-043bedd2707d"
ALLOWED = {"access-control-allow-origin": "*"}
EVIL = '<img src=x onerror="window.hacked = 1">'
BRANDS = ["Hafenstahl", "Fleetkant", "Deichgraf", "Kontor", "Speicher", "Alster", "Elbe", "Bille"]
Answer = dict[str, Any]


def hit(number: int, **facts: Any) -> Answer:
    usual = {"product_id": f"p-{number}", "title": f"Product {number}", "score": 0.5, "reason": "Fits", "category": "", "brand": "Kontor"}
    return usual | {"image_url": None, "url": f"/p/{number}", "price": {"amount_minor": 1000 * number, "currency": "EUR"}, "in_stock": True} | facts


def facet(name: str, title: str, values: list[str]) -> Answer:
    found = [{"value": each.lower(), "title": each, "count": 20 - at, "chosen": False} for at, each in enumerate(values)]
    return {"name": name, "kind": name.partition(":")[0], "title": title, "values": found}


def found(items: list[Answer], **facts: Any) -> Answer:
    usual = {"decision_id": DECISION, "items": items, "total": len(items), "facets": [], "passages": [], "correction": None}
    return usual | {"instead": []} | facts


def answer(visitor: BrowserContext, reply: Answer | Callable[[Answer], Answer | None], operation: str = "products") -> list[Answer]:
    """Have Hanse answer searches so; return what it is asked. Without an answer it is away."""
    asked: list[Answer] = []

    def respond(route: Route) -> None:
        question = json.loads(route.request.post_data or "{}")
        asked.append(question)
        told = reply(question) if callable(reply) else reply
        route.abort() if told is None else route.fulfill(json=told, headers=ALLOWED)

    visitor.route(f"**/v1/search/{operation}*", respond)
    return asked


def element(attributes: str = "") -> str:
    return f"<{ELEMENT} {attributes}></{ELEMENT}>"


def at(page: Page, state: str = "shown") -> Locator:
    results = page.locator(f"{ELEMENT}[state={state}]")
    expect(results).to_have_count(1)
    return results


def box(page: Page) -> Locator:
    return page.locator("input[role=combobox]")


def query_of(page: Page) -> str:
    text: str = page.evaluate("decodeURIComponent(location.search)")
    return text


def pages_of(count: int) -> Callable[[Answer], Answer]:
    """Answer with one page after the other of so many products."""

    def reply(question: Answer) -> Answer:
        numbers = range(question["offset"] + 1, min(question["offset"] + question["limit"], count) + 1)
        return found([hit(each) for each in numbers], total=count, decision_id=f"{DECISION[:-4]}{question['offset']:04}")

    return reply


# ---- The real server


def test_products_are_found_with_price_stock_and_filters(open_: Open) -> None:
    page = open_(element('query="bohrer" price-note="zzgl. MwSt." all-products'))
    results = at(page)
    expect(results.get_by_role("heading", level=2)).to_have_text("Ergebnisse für „bohrer“")
    card = results.get_by_role("listitem").first
    expect(card).to_contain_text("zzgl. MwSt.")
    expect(card).to_contain_text("Auf Lager")
    assert "ohrer" in card.inner_text()
    expect(results.get_by_role("group", name="Kategorie").get_by_role("checkbox").first).to_be_visible()
    assert results.get_by_role("status").inner_text().endswith("Produkte. Ergebnisse für „bohrer“")


def test_what_is_chosen_narrows_the_results_and_stands_in_the_address(open_: Open) -> None:
    page = open_(element('query="bohrer"'))
    brand = at(page).get_by_role("group", name="Marke").get_by_label("Fleetkant")
    total = page.locator("[part=total]").inner_text()
    brand.check()
    expect(page.get_by_role("button", name="Filter entfernen: Marke: Fleetkant")).to_be_visible()
    expect(page.locator("[part=total]")).not_to_have_text(total)
    assert query_of(page) == "?q=bohrer&brand=fleetkant"
    assert set(page.locator("[part=brand]").all_inner_texts()) == {"Fleetkant"}
    expect(brand).to_be_focused()
    page.go_back()
    expect(page.locator("[part=total]")).to_have_text(total)
    expect(brand).not_to_be_checked()


def test_typing_errors_are_mended_and_can_be_insisted_on(open_: Open) -> None:
    page = open_(element('query="hammerbohrre"'))
    expect(at(page).get_by_role("heading", level=2)).to_have_text("Ergebnisse für „hammerbohrer“")
    page.get_by_role("link", name="Stattdessen nach „hammerbohrre“ suchen").click()
    page.wait_for_url("**as_typed=1")
    expect(page.get_by_role("heading", level=2)).to_contain_text("„hammerbohrre“")


def test_search_and_click_arrive_with_decision_query_and_position(console: Console, open_: Open) -> None:
    page = open_(element('query="bohrer"'), f"{AGREED}; addEventListener('hanse:results', ({{detail}}) => {{ window.told = detail.decisionId }})")
    card = at(page).get_by_role("listitem").nth(1).get_by_role("link")
    decision_id = page.evaluate("window.told")
    page.evaluate("addEventListener('hanse:click', event => event.preventDefault())")
    card.click()
    card.click()
    events = arrived(console, page, decision_id, ("Products Searched", "Product Clicked"))
    assert sorted(each["name"] for each in events) == ["Product Clicked", "Products Searched"]
    click = next(each["properties"] for each in events if each["name"] == "Product Clicked")
    assert (click["position"], click["query"], click["placement"]) == (2, "bohrer", "search")


def arrived(console: Console, page: Page, decision_id: str, names: tuple[str, ...]) -> list[Answer]:
    """Wait until there are so many events of an answer as names."""
    rows: list[Answer] = []
    for _ in range(100):
        rows = [each for each in browsing.apart(lambda: outcomes(console, names)) if each["decision_id"] == decision_id]
        if len(rows) >= len(names):
            break
        page.wait_for_timeout(100)
    return rows


def test_the_sample_shop_searches_from_its_header(console: Console, chromium: Browser) -> None:
    context = chromium.new_context(locale="de", base_url=console.address)
    page = context.new_page()
    page.goto("/shop?lang=de")
    page.get_by_role("combobox", name="Suche").fill("bohrer")
    page.keyboard.press("Enter")
    page.wait_for_url("**/shop/search?lang=de&q=bohrer")
    at(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ergebnisse für „bohrer“")
    page.evaluate("window.same = true")
    page.get_by_role("combobox", name="Suche").fill("wein")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ergebnisse für „wein“")
    expect(page.locator("hanse-recommendations[placement=search]")).to_have_attribute("query", "wein")
    assert page.evaluate("window.same")  # the box hands over: the page stays
    page.go_back()
    expect(page.get_by_role("combobox", name="Suche")).to_have_value("bohrer")
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(open_: Open, visitor: BrowserContext, width: int) -> None:
    axe = (assets.node_modules() / "axe-core" / "axe.min.js").read_text()
    page = open_(element('query="bohrer"'))
    page.set_viewport_size({"width": width, "height": 844})
    at(page)
    faults = serious(page, axe)
    box(page).fill("bohr")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    faults += serious(page, axe)
    page.keyboard.press("Escape")
    if width == 390:
        page.get_by_role("button", name="Filter", exact=True).click()
        faults += serious(page, axe)
    assert faults == []


# ---- Filters


def test_long_lists_unfold_and_chips_take_filters_away(visitor: BrowserContext, open_: Open) -> None:
    asked = answer(visitor, found([hit(1), hit(2)], facets=[facet("brand", "Marke", BRANDS), facet("attribute:size", "Größe", ["S", "M"])]))
    page = open_(element('query="x"'))
    brands = at(page).get_by_role("group", name="Marke")
    expect(brands.get_by_role("checkbox")).to_have_count(6)
    more = brands.get_by_role("button", name="2 weitere – Marke")
    expect(more).to_have_attribute("aria-expanded", "false")
    more.click()
    expect(brands.get_by_role("checkbox")).to_have_count(8)
    brands.get_by_label("Elbe").check()
    page.get_by_role("group", name="Größe").get_by_label("M").check()
    expect(page.get_by_role("list", name="Gewählte Filter").get_by_role("listitem")).to_have_text(
        ["Marke: Elbe", "Größe: M", "Alle Filter entfernen"]
    )
    assert asked[-1]["chosen"] == [{"facet": "brand", "values": ["elbe"]}, {"facet": "attribute:size", "values": ["m"]}]
    page.get_by_role("button", name="Filter entfernen: Größe: M").click()
    expect(page.get_by_role("button", name="Filter entfernen: Größe: M")).to_have_count(0)
    page.get_by_role("button", name="Alle Filter entfernen").click()
    expect(page.get_by_role("list", name="Gewählte Filter")).to_have_count(0)
    expect(page.get_by_role("heading", level=2)).to_be_focused()  # what had the focus is gone
    assert (asked[-1]["chosen"], query_of(page)) == ([], "?q=x")


def test_categories_unfold_below_what_is_chosen_and_one_of_a_branch_is_chosen(visitor: BrowserContext, open_: Open) -> None:
    paths = ["Maschinen", "Maschinen > Bohren", "Maschinen > Sägen", "Maschinen > Bohren > Akku", "Wein", "Wein > Rot"]
    asked = answer(visitor, found([hit(1)], facets=[facet("category", "Kategorie", paths)]))
    page = open_(element('query="x"'))
    group = at(page).get_by_role("group", name="Kategorie")
    expect(group.locator("label > span:first-of-type")).to_have_text(["Maschinen", "Wein"])
    group.get_by_label("Maschinen").check()
    expect(group.locator("label > span:first-of-type")).to_have_text(["Maschinen", "Bohren", "Sägen", "Wein"])
    group.get_by_label("Bohren").check()
    expect(page.get_by_role("button", name="Filter entfernen: Kategorie: Bohren")).to_be_visible()
    assert asked[-1]["chosen"] == [{"facet": "category", "values": ["maschinen > bohren"]}]


def test_prices_from_and_to_are_as_shown_and_asked_for_net(visitor: BrowserContext, open_: Open) -> None:
    asked = answer(visitor, found([hit(1)]))
    page = open_(element('query="x" tax="19"'))
    at(page).get_by_role("textbox", name="Preis von").fill("1.000")
    page.get_by_role("textbox", name="Preis bis").fill("11,90")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Filter entfernen: Preis: von 11,90 € bis 1.000 €")).to_be_visible()
    assert query_of(page) == "?q=x&price_from=11.9&price_to=1000"
    assert (asked[-1]["from_minor"], asked[-1]["to_minor"]) == (1000, 84034)
    expect(page.get_by_role("listitem").filter(has_text="Product 1")).to_contain_text("11,90 €")  # what is shown for 10.00 net is found
    expect(page.get_by_role("textbox", name="Preis von")).to_have_value("11,90")


def test_sorting_begins_anew_and_stands_in_the_address(visitor: BrowserContext, open_: Open) -> None:
    asked = answer(visitor, pages_of(50))
    page = open_(element('query="x"'), language="en")
    at(page).get_by_role("button", name="More results").click()
    expect(page.locator("[part=shown]")).to_have_text("48 of 50 shown")
    page.get_by_label("Sort by").select_option(label="Price, low to high")
    expect(page.locator("[part=shown]")).to_have_text("24 of 50 shown")
    assert (query_of(page), asked[-1]["sort"], asked[-1]["offset"]) == ("?q=x&sort=price_up", "price_up", 0)


# ---- More of it, and the way back


def test_more_results_are_appended_and_the_focus_stays(visitor: BrowserContext, open_: Open) -> None:
    asked = answer(visitor, pages_of(50))
    page = open_(element('query="x"'), "window.hanse = []; " + AGREED)
    page.evaluate("document.head.insertAdjacentHTML('beforeend', '<script src=\"/hanse.js\" type=x></script>')")
    more = at(page).get_by_role("button", name="Weitere Ergebnisse")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[part=list] > li")).to_have_count(48)
    expect(more).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("48 von 50 angezeigt")
    assert query_of(page) == "?q=x&page=2"
    more.click()
    expect(page.locator("[part=list] > li")).to_have_count(50)
    expect(page.locator("[part=shown]")).to_be_focused()
    assert [(each["offset"], each["facets"], each["passages"]) for each in asked] == [(0, True, 3), (24, False, 0), (48, False, 0)]
    page.evaluate("addEventListener('click', event => event.preventDefault())")
    page.get_by_role("link", name="Product 30 ").click()
    clicks = page.evaluate("window.hanse.filter(each => each[1] === 'Product Clicked').map(each => each[2])")
    assert [(each["decision_id"], each["position"]) for each in clicks] == [(f"{DECISION[:-4]}0024", 30)]


def test_who_comes_back_finds_all_pages_again(visitor: BrowserContext, open_: Open) -> None:
    asked = answer(visitor, pages_of(60))
    page = open_(element('query="x"'))
    at(page).get_by_role("button", name="Weitere Ergebnisse").click()
    expect(page.locator("[part=list] > li")).to_have_count(48)
    page.get_by_role("link", name="Product 40 ").scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    page.goto("about:blank")
    page.go_back()
    at(page)
    expect(page.locator("[part=list] > li")).to_have_count(48)
    assert (asked[-1]["offset"], asked[-1]["limit"]) == (0, 48)
    page.wait_for_function(f"Math.abs(scrollY - {place}) < 40")


def test_more_that_cannot_be_had_leaves_what_is_there(visitor: BrowserContext, open_: Open) -> None:
    answer(visitor, lambda question: pages_of(50)(question) if question["offset"] == 0 else None)
    page = open_(element('query="x"'))
    at(page).get_by_role("button", name="Weitere Ergebnisse").click()
    expect(page.get_by_role("alert")).to_have_text("Weitere Ergebnisse konnten nicht geladen werden.")
    expect(page.locator("[part=list] > li")).to_have_count(24)


def test_an_older_answer_does_not_overwrite_a_newer_one(visitor: BrowserContext, open_: Open) -> None:
    held: list[Route] = []

    def respond(route: Route) -> None:
        query = json.loads(route.request.post_data or "{}")["query"]
        held.append(route) if query == "slow" else route.fulfill(json=found([hit(1, title=query)]), headers=ALLOWED)

    visitor.route("**/v1/search/products*", respond)
    page = open_(element('query="slow" suggestions="0"'))
    page.wait_for_timeout(300)
    box(page).fill("fast")
    page.keyboard.press("Enter")
    expect(at(page).get_by_role("listitem")).to_contain_text("fast")
    held[0].fulfill(json=found([hit(1, title="slow")]), headers=ALLOWED)
    page.wait_for_timeout(200)
    expect(page.get_by_role("listitem")).to_contain_text("fast")


# ---- Rare answers


def test_an_offered_correction_is_a_question(visitor: BrowserContext, open_: Open) -> None:
    asked = answer(
        visitor, lambda question: found([hit(1)], correction={"query": "drill", "is_applied": False} if question["query"] == "dril" else None)
    )
    page = open_(element('query="dril"'), language="en")
    expect(at(page).locator("[part=correction]")).to_have_text("Did you mean drill?")
    page.get_by_role("link", name="drill").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Results for “drill”")
    expect(box(page)).to_have_value("drill")
    assert (query_of(page), asked[-1]["as_typed"]) == ("?q=drill", False)


def test_where_nothing_is_found_there_is_help(visitor: BrowserContext, open_: Open) -> None:
    popular = {"searches": [{"query": "wine"}], "categories": [{"value": "tools", "title": "Tools", "count": 3}], "products": [hit(7)]}
    answer(visitor, popular, "suggest")
    answer(visitor, lambda question: found([], instead=["drill bits", EVIL]) if question["query"] == "zzz" else found([hit(1)]))
    page = open_(element('query="zzz"'), language="en")
    results = at(page, "nothing")
    expect(results.get_by_role("heading", level=2)).to_have_text("Nothing found for “zzz”")
    expect(results.get_by_role("status")).to_have_text("Nothing found for “zzz”")
    expect(results.get_by_role("link")).to_have_text(["drill bits", EVIL, "wine", "Tools", "Product 7 €70.00"], use_inner_text=True)
    results.get_by_role("link", name="drill bits").click()
    expect(at(page).get_by_role("heading", level=2)).to_have_text("Results for “drill bits”")


def test_where_filters_leave_nothing_they_can_be_taken_away(visitor: BrowserContext, open_: Open) -> None:
    answer(visitor, lambda question: found([] if "to_minor" in question else [hit(1)]))
    page = open_(element('query="x"'))
    at(page).get_by_role("textbox", name="Preis bis").fill("1")
    page.keyboard.press("Enter")
    expect(at(page, "nothing")).to_contain_text("Mit den gewählten Filtern gibt es keine Treffer.")
    page.locator("[part=message]").get_by_role("button", name="Alle Filter entfernen").click()
    expect(at(page).get_by_role("listitem")).to_have_count(1)


@pytest.mark.parametrize("fault", ["away", "500", "nonsense"])
def test_where_hanse_is_away_it_says_so_and_can_be_tried_again(visitor: BrowserContext, open_: Open, fault: str) -> None:
    errors: list[str] = []
    visitor.on("weberror", lambda error: errors.append(str(error.error)))
    faulty = {"500": {"status": 500}, "nonsense": {"status": 200, "body": "<html>"}}.get(fault)
    visitor.route("**/v1/search/**", lambda route: route.fulfill(headers=ALLOWED, **faulty) if faulty else route.abort())  # type: ignore[arg-type]  # of two kinds of values
    page = open_(element('query="x"'))
    expect(at(page, "failed").get_by_role("alert")).to_contain_text("Die Suche ist gerade nicht erreichbar.")
    visitor.unroute("**/v1/search/**")
    answer(visitor, found([hit(1)]))
    page.get_by_role("button", name="Noch einmal versuchen").click()
    expect(at(page).get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_role("heading", level=2)).to_be_focused()
    assert errors == []


def test_nothing_that_is_answered_becomes_markup(visitor: BrowserContext, open_: Open) -> None:
    passage = {
        "document_id": "d",
        "title": EVIL,
        "kind": EVIL,
        "page": 3,
        "text": f"drill {EVIL}",
        "url": "javascript:alert(1)",
        "product_ids": [],
        "score": 1,
    }
    item = hit(1, title=EVIL, brand=EVIL, reason=EVIL, url="javascript:window.hacked = 1", image_url="javascript:alert(1)")
    facts = {"facets": [facet("brand", EVIL, [EVIL, "b"])], "passages": [passage], "correction": {"query": EVIL, "is_applied": True}}
    answer(visitor, found([item], **facts))
    answer(visitor, {"searches": [{"query": EVIL}], "categories": [], "products": [item]}, "suggest")
    page = open_(element('query="drill" with-reason'))
    expect(at(page).get_by_role("listitem").first).to_contain_text(EVIL)
    box(page).fill("im")
    expect(page.get_by_role("option").first).to_contain_text(EVIL)
    assert page.locator(f"{ELEMENT} img").count() == 0
    assert page.locator(f"{ELEMENT} a[href^=javascript]").count() == 0
    page.keyboard.press("Enter")
    assert page.evaluate("window.hacked") is None


def test_passages_of_documents_name_the_page_and_lead_to_it(visitor: BrowserContext, open_: Open) -> None:
    passage = {
        "document_id": "d",
        "title": "Drill 18",
        "kind": "manual",
        "page": 12,
        "text": "Change the drill bit.",
        "url": "/d.pdf",
        "product_ids": [],
        "score": 1,
    }
    answer(visitor, found([hit(1)], passages=[passage]))
    page = open_(element('query="drill"'), language="en")
    region = at(page).get_by_role("region", name="From manuals and documents")
    expect(region).to_contain_text("Manual · Page 12")
    expect(region.get_by_role("link", name="Drill 18")).to_have_attribute("href", "/d.pdf#page=12")
    page.get_by_role("button", name="1 passage in documents").click()
    expect(region.get_by_role("heading")).to_be_focused()


def test_without_a_search_it_asks_for_one(visitor: BrowserContext, open_: Open) -> None:
    answer(visitor, {"searches": [{"query": "wine"}], "categories": [], "products": []}, "suggest")
    asked = answer(visitor, found([hit(1)]))
    page = open_(element())
    expect(at(page, "blank").get_by_role("heading", level=2)).to_have_text("Wonach suchen Sie?")
    assert asked == []
    page.get_by_role("link", name="wine").click()
    at(page)
    assert query_of(page) == "?q=wine"


# ---- Languages, consent, telephones


@pytest.mark.parametrize(
    ("language", "texts"),
    [("de-AT", ("2 Produkte", "€ 10,00", "Zurzeit nicht auf Lager")), ("en-GB", ("2 products", "€10.00", "Not in stock at present"))],
)
def test_texts_and_prices_follow_the_language_of_the_page(visitor: BrowserContext, open_: Open, language: str, texts: tuple[str, ...]) -> None:
    asked = answer(visitor, found([hit(1), hit(2, in_stock=False)]))
    page = open_(element('query="x"'), language=language)
    for text in texts:
        expect(at(page)).to_contain_text(text.replace(" 10", "\u00a010"))
    assert asked[0]["language"] == language[:2]


@pytest.mark.parametrize("told", ["", REFUSED])
def test_without_consent_nothing_is_stored_or_sent_or_told(visitor: BrowserContext, open_: Open, told: str) -> None:
    asked = answer(visitor, found([hit(1)]))
    sent: list[str] = []
    visitor.on("request", lambda request: sent.append(request.url) if "/v1/batch" in request.url else None)
    page = open_(element('suggestions="0"'), f"localStorage.setItem('ajs_anonymous_id', 'x'.repeat(36)); {told}")
    box(page).fill("drill")
    page.keyboard.press("Enter")
    at(page)
    page.wait_for_timeout(1_500)
    assert page.evaluate("sessionStorage.length") == 0
    assert sent == []
    assert {"anonymous_id", "user_id"}.isdisjoint(asked[0])


def test_on_a_telephone_filters_are_in_a_sheet(chromium: Browser, console: Console, shop: Shop) -> None:
    context = chromium.new_context(locale="de", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    answer(
        context,
        lambda question: found(
            [hit(1), hit(2)] if question["chosen"] else [hit(each) for each in range(1, 9)], facets=[facet("brand", "Marke", BRANDS)]
        ),
    )
    page = context.new_page()
    module = f'<script type="module" src="{console.address}/elements.js" data-key="{console.public_key}"></script>'
    shop.put("/", f'<meta name=viewport content="width=device-width">{module}')
    shop.pages["/"] = shop.pages["/"].replace(b"<html lang=en>", b"<html lang=de>").replace(b"<h1>Shop</h1>", element('query="x"').encode())
    page.goto(f"{shop.address}/")
    at(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    opener = page.get_by_role("button", name="Filter", exact=True)
    opener.tap()
    sheet = page.get_by_role("dialog", name="Filter")
    expect(sheet).to_be_visible()
    for _ in range(15):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.querySelector('hanse-search').shadowRoot.activeElement?.closest('dialog') !== null")
        assert inside or page.evaluate("document.activeElement === document.body")  # the browser's own bar is between the last and the first
    sheet.get_by_label("Elbe").or_(sheet.get_by_label("Kontor")).first.check()
    show = sheet.get_by_role("button", name="2 Produkte anzeigen")
    expect(show).to_be_visible()
    small = (
        "all => all.map(each => each.closest('label') ?? each).filter(each => each.getBoundingClientRect().height < 44).map(each => each.outerHTML)"
    )
    assert sheet.locator("button:visible, input:visible").evaluate_all(small) == []
    show.tap()
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("button", name="Filter (1)")).to_be_focused()
    assert page.locator(f"{ELEMENT} button:visible, {ELEMENT} select:visible").evaluate_all(small) == []
    context.close()


def test_nothing_jumps_when_the_products_come(visitor: BrowserContext, open_: Open) -> None:
    held: list[Route] = []
    visitor.route("**/v1/search/products*", lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks what it is given
    page = open_(element('query="x" limit="8" no-facets passages="0"'))
    results = at(page, "loading")
    expect(results.get_by_role("region", name="Suche")).to_have_attribute("aria-busy", "true")
    before = page.locator("[part=list] > li").nth(7).bounding_box()
    held[0].fulfill(json=found([hit(each) for each in range(1, 9)]), headers=ALLOWED)
    at(page)
    after = page.locator("[part=list] > li").nth(7).bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) <= 2


def test_the_shop_may_bring_its_own_card(visitor: BrowserContext, open_: Open) -> None:
    answer(visitor, found([hit(1), hit(2)]))
    own = '<template><a class="own" data-hanse="url"><b data-hanse="title"></b><i data-hanse="price"></i></a></template>'
    page = open_(f'<{ELEMENT} query="x">{own}</{ELEMENT}>')
    at(page)
    expect(page.locator("a.own")).to_have_count(2)
    expect(page.locator("a.own").first).to_have_text("Product 110,00\u00a0€")
