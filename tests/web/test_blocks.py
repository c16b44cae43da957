"""Blocks of a page stand in the order that Hanse says, a click on one is told, and without Hanse they stand as the page has them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.web.conftest import Console
from tests.web.test_elements import AGREED, REFUSED, Open, open_, shop, visitor

__all__ = ["open_", "shop", "visitor"]

NAMES = ["for-you", "offers", "news"]
BETWEEN = "<hr>"
DECISION = "019ecb27-2200-707f-8163-043bedd2707d"


def page_of(blocks: str, attributes: str = 'page="home"') -> str:
    return f"<hanse-blocks {attributes}>{blocks}</hanse-blocks>"


def sections(names: list[str] = NAMES) -> str:
    return BETWEEN.join(f'<section data-block="{each}"><h2>{each}</h2><a href="#{each}">on</a></section>' for each in names)


def order(page: Page) -> list[str]:
    found: list[str] = page.locator("hanse-blocks > *").evaluate_all("all => all.map(each => each.dataset.block ?? each.localName)")
    return found


def settled(page: Page) -> None:
    page.wait_for_function("document.querySelector('hanse-blocks').settled !== undefined")
    page.evaluate("document.querySelector('hanse-blocks').settled.then(() => null)")


def answer(visitor: BrowserContext, blocks: list[str]) -> list[dict[str, Any]]:
    """Have Hanse answer with an order; return what it is asked."""
    asked: list[dict[str, Any]] = []

    def respond(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(json={"decision_id": DECISION, "blocks": blocks}, headers={"access-control-allow-origin": "*"})

    visitor.route("**/v1/recommend/arrange*", respond)
    return asked


def test_blocks_are_put_into_the_order_of_the_answer_and_the_rest_stays(visitor: BrowserContext, open_: Open) -> None:
    asked = answer(visitor, ["news", "for-you", "offers"])
    page = open_(page_of(sections()))
    settled(page)
    assert order(page) == ["news", "hr", "for-you", "hr", "offers"]
    expect(page.locator("hanse-blocks")).to_be_visible()
    assert [(each["page"], each["blocks"], each["device"]) for each in asked] == [("home", NAMES, "desktop")]
    assert asked[0]["visit"]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#news"


def test_hanse_answers_with_all_blocks_and_its_decision_comes_back_with_the_click(console: Console, open_: Open) -> None:
    page = open_(page_of(sections()), AGREED)
    settled(page)
    assert sorted(each for each in order(page) if each != "hr") == sorted(NAMES)
    with page.expect_request(lambda request: "/v1/batch" in request.url or "/v1/b" in request.url) as sent:
        page.locator("section").nth(1).get_by_role("link").click()
    [message] = json.loads(sent.value.post_data or "{}")["batch"]
    assert (message["event"], message["properties"]["position"]) == ("Promotion Clicked", 2)
    assert message["properties"]["promotion_id"] == [each for each in order(page) if each != "hr"][1]


def test_a_click_is_told_once_and_only_where_it_leads_on(visitor: BrowserContext, open_: Open) -> None:
    answer(visitor, NAMES)
    page = open_(page_of(sections()), "window.hanse = []; " + AGREED)
    page.evaluate("document.head.insertAdjacentHTML('beforeend', '<script src=\"/hanse.js\" type=x></script>')")
    settled(page)
    first = page.locator("section").first
    first.get_by_role("heading").click()
    first.get_by_role("link").click()
    first.get_by_role("link").click()
    calls = page.evaluate("window.hanse.filter(each => each[0] === 'track')")
    assert calls == [["track", "Promotion Clicked", {"decision_id": DECISION, "promotion_id": "for-you", "position": 1, "name": "home"}]]


@pytest.mark.parametrize(
    ("blocks", "attributes"),
    [
        (sections(["one"]), 'page="home"'),
        (sections(["one", "one"]), 'page="home"'),
        (sections(), ""),
        ("", 'page="home"'),
        (sections(), 'page="Über uns"'),
    ],
)
def test_what_cannot_be_asked_stays_as_it_is_and_is_seen(open_: Open, blocks: str, attributes: str) -> None:
    page = open_(page_of(blocks, attributes))
    before = [each for each in ("one", *NAMES) if f'"{each}"' in blocks]
    settled(page)
    assert list(dict.fromkeys(each for each in order(page) if each != "hr")) == before
    assert page.locator("hanse-blocks").evaluate("found => found.style.visibility") == ""


def test_where_hanse_is_slow_or_away_nothing_waits_for_it(visitor: BrowserContext, open_: Open) -> None:
    visitor.route("**/v1/recommend/arrange*", lambda _: None)
    page = open_(page_of(sections()), REFUSED)
    settled(page)
    assert [each for each in order(page) if each != "hr"] == NAMES
    visitor.unroute("**/v1/recommend/arrange*")
    visitor.route("**/v1/recommend/arrange*", lambda route: route.abort())
    page = open_(page_of(sections()))
    settled(page)
    expect(page.locator("hanse-blocks")).to_be_visible()


def test_recommendations_in_blocks_are_asked_for_once(visitor: BrowserContext, open_: Open) -> None:
    answer(visitor, ["b", "a"])
    rows = "".join(
        f'<hanse-recommendations data-block="{name}" placement="{place}"></hanse-recommendations>'
        for name, place in (("a", "home"), ("b", "category"))
    )
    asked: list[str] = []
    visitor.on("request", lambda request: asked.append(request.url.split("?")[0].rsplit("/", 1)[-1]) if "/v1/recommend/" in request.url else None)
    page = open_(page_of(rows))
    for row in page.locator("hanse-recommendations").all():
        expect(row).to_have_attribute("state", "shown")
    assert order(page) == ["b", "a"]
    assert sorted(asked) == ["arrange", "for-you", "popular"]
