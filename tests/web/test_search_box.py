"""The box of `<hanse-search>`: a combobox for keyboard, screen reader and input methods, with suggestions that never come too late."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.serve.tracking.browsing import Shop
from tests.web.conftest import PATIENCE_MS, Console
from tests.web.test_elements import AGREED, REFUSED, Open, open_, shop, visitor
from tests.web.test_search_element import ALLOWED, Answer, answer, at, box, element, found, hit, query_of

__all__ = ["open_", "shop", "visitor"]

PRODUCT = {"product_id": "p-1", "title": "Drill driver", "image_url": None, "url": "/p/1", "price": {"amount_minor": 8900, "currency": "EUR"}}
CATEGORY = {"value": "machines > drills", "title": "Drills", "count": 12}


def suggested(*searches: str, categories: tuple[Answer, ...] = (), products: tuple[Answer, ...] = ()) -> Answer:
    return {"searches": [{"query": each} for each in searches], "categories": list(categories), "products": list(products)}


FULL = suggested("drill", "drill bits", categories=(CATEGORY,), products=(PRODUCT,))


def active(page: Page) -> str | None:
    """Return what the screen reader is at, as the combobox says."""
    text: str | None = page.evaluate(
        "(root => root.getElementById(root.querySelector('[role=combobox]').getAttribute('aria-activedescendant'))?.innerText.replace(/\\s+/g, ' ') ?? null)"
        "(document.querySelector('hanse-search').shadowRoot)"
    )
    return text


def press(page: Page, *keys: str) -> str | None:
    for key in keys:
        page.keyboard.press(key)
    page.evaluate("document.querySelector('hanse-search').updateComplete")
    return active(page)


def typed(page: Page, text: str) -> None:
    box(page).press_sequentially(text)
    expect(page.get_by_role("listbox")).to_be_visible()


# ---- The real server


def test_the_real_server_suggests_and_finds_by_keyboard_alone(console: Console, open_: Open) -> None:
    page = open_(element())
    ready = page.request.post(f"{console.address}/v1/search/suggest?key={console.public_key}", data='{"query": "bohr"}', timeout=PATIENCE_MS)
    assert ready.ok
    page.keyboard.press("Tab")
    expect(box(page)).to_be_focused()
    page.keyboard.type("bohr")
    expect(page.get_by_role("option").first).to_contain_text("ohr")  # what is popular stood there before
    expect(page.get_by_role("group", name="Produkte").get_by_role("option").first).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Vorschläge. Mit den Pfeiltasten auswählen.")
    assert "ohr" in (press(page, "ArrowDown") or "")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(at(page).get_by_role("heading", level=2)).to_have_text("Ergebnisse für „bohr“")


# ---- The combobox


def test_what_screen_readers_are_told(visitor: BrowserContext, open_: Open) -> None:
    answer(visitor, FULL, "suggest")
    page = open_(element('mode="box"'), language="en")
    expect(page.locator("hanse-search")).to_match_aria_snapshot("""
      - search "Search":
        - combobox "Search"
        - button "Search"
    """)
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    typed(page, "dri")
    press(page, "ArrowDown")
    expect(page.locator("hanse-search")).to_match_aria_snapshot("""
      - search "Search":
        - combobox "Search" [expanded]: dri
        - listbox "Suggestions":
          - group "Searches":
            - text: Searches
            - option "drill" [selected]
            - option "drill bits"
          - group "Categories":
            - text: Categories
            - option "Drills machines 12"
          - group "Products":
            - text: Products
            - option "Drill driver €89.00"
        - button "Clear input"
        - button "Search"
      - status: 4 suggestions. Choose with the arrow keys.
    """)
    controls = box(page).get_attribute("aria-controls")
    assert page.get_by_role("listbox").get_attribute("id") == controls
    expect(page.get_by_role("option", name="drill bits").locator("[part=typed]")).to_have_text("dri")


def test_the_keys_of_the_list(visitor: BrowserContext, open_: Open) -> None:
    answer(visitor, FULL, "suggest")
    page = open_(element('mode="box"') + "<a href='#' id=after>after</a>")
    typed(page, "dri")
    assert active(page) is None
    assert press(page, "ArrowDown") == "drill"
    assert press(page, "End") == "Drill driver 89,00 €"
    assert press(page, "ArrowDown") is None  # beside the last one is the box
    assert press(page, "ArrowUp") == "Drill driver 89,00 €"
    assert press(page, "Home") == "drill"
    assert press(page, "ArrowLeft") is None  # back to the text
    assert press(page, "Home") is None
    assert page.evaluate("document.querySelector('hanse-search').shadowRoot.querySelector('input').selectionStart") == 0
    press(page, "Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_value("dri")
    press(page, "Alt+ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    assert active(page) is None
    press(page, "Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.get_by_role("button", name="Eingabe löschen")).to_be_focused()
    box(page).focus()
    press(page, "Escape", "Escape")
    expect(box(page)).to_have_value("")


@pytest.mark.parametrize(
    ("keys", "query"), [(("ArrowDown", "ArrowDown"), "?q=drill bits"), (("ArrowUp", "ArrowUp"), "?category=machines > drills"), ((), "?q=dri")]
)
def test_enter_takes_what_is_active_else_what_is_typed(visitor: BrowserContext, open_: Open, keys: tuple[str, ...], query: str) -> None:
    answer(visitor, FULL, "suggest")
    asked = answer(visitor, found([hit(1)]))
    page = open_(element())
    typed(page, "dri")
    press(page, *keys, "Enter")
    at(page)
    assert query_of(page).replace("+", " ") == query
    assert len(asked) == 1
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_a_suggested_product_leads_to_its_page(visitor: BrowserContext, open_: Open, shop: Shop) -> None:
    shop.put("/p/1", "")
    answer(visitor, FULL, "suggest")
    page = open_(element('mode="box"'))
    typed(page, "dri")
    with visitor.expect_page() as other:
        page.get_by_role("option", name="Drill driver").click(modifiers=["Control"])
    assert other.value.url.endswith("/p/1")
    page.get_by_role("option", name="Drill driver").click()
    page.wait_for_url("**/p/1")


def test_input_methods_compose_undisturbed(visitor: BrowserContext, open_: Open) -> None:
    asked = answer(visitor, FULL, "suggest")
    searched = answer(visitor, found([hit(1)]))
    page = open_(element())
    box(page).focus()
    page.wait_for_timeout(300)
    asked.clear()
    client = visitor.new_cdp_session(page)
    client.send("Input.imeSetComposition", {"text": "どり", "selectionStart": 2, "selectionEnd": 2})
    page.wait_for_timeout(300)
    composing = "new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true})"
    box(page).evaluate(f"each => each.dispatchEvent({composing})")
    assert (asked, searched) == ([], [])
    with page.expect_request("**/v1/search/suggest*") as request:
        client.send("Input.insertText", {"text": "ドリル"})
    assert json.loads(request.value.post_data or "{}")["query"] == "ドリル"


# ---- Asking


def test_fast_typing_asks_once_and_what_was_asked_is_remembered(visitor: BrowserContext, open_: Open) -> None:
    asked = answer(visitor, lambda question: suggested(question["query"]), "suggest")
    page = open_(element('mode="box"'))
    box(page).focus()
    page.wait_for_timeout(300)
    asked.clear()
    box(page).evaluate("each => { for (const key of 'dri') { each.value += key; each.dispatchEvent(new Event('input', {bubbles: true})); } }")
    expect(page.get_by_role("option", name="dri", exact=True)).to_be_visible()
    assert [each["query"] for each in asked] == ["dri"]
    page.keyboard.type("l")
    expect(page.get_by_role("option", name="dril", exact=True)).to_be_visible()
    page.keyboard.press("Backspace")
    expect(page.get_by_role("option", name="dri", exact=True)).to_be_visible()
    page.wait_for_timeout(300)
    assert [each["query"] for each in asked] == ["dri", "dril"]
    assert asked[0] == {"query": "dri", "limit": 6, "language": "de"}


def test_late_suggestions_are_given_up(visitor: BrowserContext, open_: Open) -> None:
    held: list[Route] = []
    failed: list[str] = []

    def respond(route: Route) -> None:
        query = json.loads(route.request.post_data or "{}")["query"]
        held.append(route) if query == "a" else route.fulfill(json=suggested(query), headers=ALLOWED)

    visitor.route("**/v1/search/suggest*", respond)
    visitor.on("requestfailed", lambda request: failed.append(request.post_data or ""))
    page = open_(element('mode="box"'))
    box(page).press_sequentially("a")
    page.wait_for_timeout(300)
    box(page).press_sequentially("b")
    expect(page.get_by_role("option", name="ab")).to_be_visible()
    assert json.loads(failed[-1])["query"] == "a"  # it was aborted
    held[0].fulfill(json=suggested("late"), headers=ALLOWED)
    page.wait_for_timeout(200)
    expect(page.get_by_role("option")).to_have_text(["ab"])


@pytest.mark.parametrize("fault", ["away", "500", "slow"])
def test_without_hanse_the_box_still_leads_to_the_results(visitor: BrowserContext, open_: Open, shop: Shop, fault: str) -> None:
    errors: list[str] = []
    visitor.on("weberror", lambda error: errors.append(str(error.error)))
    shop.put("/find", "")
    answers: dict[str, Any] = {
        "away": lambda route: route.abort(),
        "500": lambda route: route.fulfill(status=500, headers=ALLOWED),
        "slow": lambda _: None,
    }
    visitor.route("**/v1/**", answers[fault])
    page = open_(element('mode="box" results-url="/find?lang=de" parameter="search"'))
    box(page).press_sequentially("drill & co")
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    page.wait_for_url("**/find?lang=de&search=drill+%26+co")
    assert errors == []


def test_what_stands_in_the_element_is_there_without_scripts(open_: Open) -> None:
    page = open_('<hanse-search mode="box"><form action="/find"><input name="q" aria-label="Plain"></form></hanse-search>')
    expect(page.get_by_role("textbox", name="Plain")).to_be_hidden()
    expect(box(page)).to_be_visible()
    page.route("**/elements.js", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("textbox", name="Plain")).to_be_visible()


def test_the_shop_may_search_itself(open_: Open) -> None:
    page = open_(
        element('mode="box" suggestions="0"'), "addEventListener('hanse:search', event => { event.preventDefault(); window.told = event.detail })"
    )
    box(page).fill("  drill  ")
    page.keyboard.press("Enter")
    told = page.evaluate("window.told")
    assert (told["query"], told["chosen"], told["url"].rpartition("/")[2]) == ("drill", {}, "search?q=drill")


# ---- What was searched for before


def test_last_searches_are_suggested_after_a_yes_and_can_be_forgotten(visitor: BrowserContext, open_: Open) -> None:
    answer(visitor, suggested(), "suggest")
    answer(visitor, found([hit(1)]))
    page = open_(element(), AGREED)
    for each in ("drill", "wine"):
        box(page).fill(each)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=2)).to_contain_text(each)
    page = open_(element(), f"{AGREED}; sessionStorage.setItem('hanse.searches', '[\"drill\",\"wine\"]')")
    page.evaluate("history.replaceState(null, '', '/')")
    box(page).click()
    expect(page.get_by_role("group", name="Zuletzt gesucht").get_by_role("option")).to_have_text(["wine", "drill"])
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Suchverlauf löschen")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box(page)).to_be_focused()
    assert page.evaluate("sessionStorage.getItem('hanse.searches')") is None


@pytest.mark.parametrize(("told", "kept"), [(AGREED, ["drill"]), ("", None), (REFUSED, None)])
def test_searches_are_kept_in_the_tab_after_a_yes_only(visitor: BrowserContext, open_: Open, told: str, kept: list[str] | None) -> None:
    answer(visitor, found([hit(1)]))
    page = open_(element('suggestions="0"'), told)
    box(page).fill("drill")
    page.keyboard.press("Enter")
    at(page)
    assert json.loads(page.evaluate("sessionStorage.getItem('hanse.searches')") or "null") == kept
    assert page.evaluate("Object.keys(localStorage)") == []
