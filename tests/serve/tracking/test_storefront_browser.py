"""The storefront tag in Chromium, on a page of a shop from another origin: what it stores, what it sends, and that it never disturbs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from hanse.serve import supervisor
from hanse.serve.console import assets
from tests.browsing import chromium
from tests.serve.tracking import browsing
from tests.serve.tracking.browsing import Shop, apart, arrived, log
from tests.serve.tracking.serving import Served, back, make_key

YES = "hanse.consent({ analytics: true, personalisation: true, marketing: false })"
STORED = "JSON.stringify([document.cookie, localStorage.length, sessionStorage.length])"
NOTHING = '["",0,0]'
PATIENCE_MS = 1_500
"""How long it is waited for what must not happen; a message is sent after a quarter of a second."""


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    assets.build()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop of its own for each test, and so an origin with nothing stored."""
    with browsing.shop() as shop:
        yield shop


@dataclass
class Visit:
    """A visitor of the shop, and what their browser complains of."""

    context: BrowserContext
    page: Page
    shop: Shop
    source: str
    key: str
    host: str
    faults: list[str]

    def tag(self, attributes: str = "", *, before: str = "", path: str = "/", host: str = "") -> str:
        """Put a page with the tag in; return its address."""
        stub = f"<script>window.hanse = window.hanse || []; {before}</script>"
        return self.shop.put(path, f'{stub}<script async src="{host or self.host}/hanse.js" data-key="{self.key}" {attributes}></script>')

    def open(self, address: str) -> None:
        """Open a page and wait for the tag."""
        self.page.goto(address)
        self.page.wait_for_function("window.hanse && window.hanse.loaded")

    def stored(self) -> str:
        """Return how much is stored on the device."""
        found: str = self.page.evaluate(STORED)
        return found if not self.context.cookies() else "cookies"


MakeVisit = Callable[..., Visit]


@pytest.fixture
def visit(served: Served, browser: Browser, shop: Shop) -> Iterator[MakeVisit]:
    opened: list[BrowserContext] = []

    def make(**options: Any) -> Visit:
        source = f"shop-{uuid4().hex[:8]}"
        key = apart(lambda: make_key(served.database_url, source))
        context = browser.new_context(**options)
        opened.append(context)
        page, faults = context.new_page(), list[str]()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if "net::ERR" not in message.text else None)
        return Visit(context, page, shop, source, key, served.host, faults)

    yield make
    for each in opened:
        each.close()


def test_before_a_decision_nothing_is_stored_and_nothing_is_sent(served: Served, visit: MakeVisit) -> None:
    one = visit()
    one.open(one.tag())
    one.page.evaluate("hanse.identify('u-1', { email: 'a@example.org' }); hanse.track('Product Viewed', { product_id: 'p-1' })")
    one.page.wait_for_timeout(PATIENCE_MS)
    assert one.stored() == NOTHING
    assert log(served.database_url, one.source) == []
    assert one.faults == []


def test_after_a_yes_what_was_held_is_sent_under_one_stored_id(served: Served, visit: MakeVisit) -> None:
    one = visit()
    one.open(one.tag() + "?utm_source=mail&utm_campaign=autumn&email=a@example.org#part")
    one.page.evaluate("hanse.track('Product Viewed', { product_id: 'p-1' }); hanse.identify('u-1', { firstName: 'Änne' })")
    one.page.evaluate(f"{YES}; hanse.track('Product Added', {{ product_id: 'p-1' }}); hanse.page('Cart', {{ items: 1 }})")
    found = arrived(served.database_url, one.source, 6)
    kept = json.loads(one.page.evaluate("localStorage.getItem('hanse')"))
    assert {row["anonymous_id"] for row in found} == {kept["id"]}
    assert one.page.evaluate("document.cookie") == ""
    by_name = {row["name"] or row["type"]: row for row in found}
    assert set(by_name) == {"page", "Product Viewed", "identify", "Consent Preferences Updated", "Product Added", "Cart"}
    assert [by_name[name]["user_id"] for name in ("Product Viewed", "identify", "Product Added")] == [None, "u-1", "u-1"]
    first = by_name["page"]
    assert first["properties"]["url"] == first["context"]["page"]["url"] == f"{one.shop.address}/"
    assert first["context"]["campaign"] == {"source": "mail", "name": "autumn"}
    assert "example.org" not in json.dumps([row["context"] for row in found])
    purposes = {"statistics": True, "personalisation": True, "advertising": False}
    assert by_name["Consent Preferences Updated"]["properties"]["purposes"] == purposes
    assert by_name["Product Added"]["context"]["consent"]["categoryPreferences"] == purposes
    assert by_name["Cart"]["properties"]["items"] == 1
    assert one.faults == []


def test_the_decision_is_remembered_and_told_once(served: Served, visit: MakeVisit) -> None:
    one = visit()
    address = one.tag(before="hanse.push(['consent', { statistics: true }, { channel: 'cookie banner', version: '7' }])")
    one.open(address)
    arrived(served.database_url, one.source, 2)
    one.open(address)
    one.open(one.tag(path="/second"))
    found = arrived(served.database_url, one.source, 4)
    assert sorted(row["name"] or row["type"] for row in found) == ["Consent Preferences Updated", "page", "page", "page"]
    assert len({row["anonymous_id"] for row in found}) == 1
    (told,) = (row for row in found if row["name"])
    assert told["properties"] == {"channel": "cookie banner", "version": "7", "purposes": {"statistics": True}}


def test_after_a_no_nothing_is_stored_and_nothing_is_sent(served: Served, visit: MakeVisit) -> None:
    one = visit()
    one.open(one.tag('data-mode="anonymous" data-page="off"'))
    one.page.evaluate("hanse.consent({ analytics: false }); hanse.track('Product Viewed'); hanse.page()")
    one.page.wait_for_timeout(PATIENCE_MS)
    assert one.stored() == NOTHING
    assert log(served.database_url, one.source) == []


def test_a_withdrawal_is_told_and_removes_everything(served: Served, visit: MakeVisit) -> None:
    one = visit()
    one.open(one.tag())
    one.page.evaluate(YES)
    before = arrived(served.database_url, one.source, 2)
    one.page.evaluate("hanse.consent({ analytics: false }); hanse.track('Product Viewed')")
    found = arrived(served.database_url, one.source, 3)
    assert one.stored() == NOTHING
    assert [row["name"] for row in found[len(before) :]] == ["Consent Preferences Updated"]
    assert found[-1]["properties"]["purposes"]["statistics"] is False
    assert found[-1]["anonymous_id"] == before[0]["anonymous_id"]


def test_a_decision_holds_in_every_tab(served: Served, visit: MakeVisit) -> None:
    one = visit()
    address = one.tag('data-page="off"')
    one.open(address)
    other = one.context.new_page()
    other.goto(address)
    other.wait_for_function("window.hanse && window.hanse.loaded")
    other.evaluate("hanse.track('Held')")
    one.page.evaluate(YES)
    found = arrived(served.database_url, one.source, 2)
    assert {row["name"] for row in found} == {"Consent Preferences Updated", "Held"}
    assert len({row["anonymous_id"] for row in found}) == 1
    one.page.evaluate("hanse.consent({ statistics: false })")
    arrived(served.database_url, one.source, 3)
    other.evaluate("hanse.identify('u-1'); hanse.track('After')")
    other.wait_for_timeout(PATIENCE_MS)
    assert one.stored() == NOTHING
    assert len(log(served.database_url, one.source)) == 3


@pytest.mark.parametrize("said", ["null", "{}", "{ marketing: false }", "'yes'"])
def test_what_says_nothing_on_statistics_is_no_decision(served: Served, visit: MakeVisit, said: str) -> None:
    one = visit()
    one.open(one.tag('data-page="off"'))
    one.page.evaluate(f"hanse.consent({said}); hanse.track('Held')")
    assert one.stored() == NOTHING
    one.page.evaluate(YES)
    assert "Held" in {row["name"] for row in arrived(served.database_url, one.source, 2)}


def test_anonymous_counting_leaves_no_trace_on_the_device(served: Served, visit: MakeVisit) -> None:
    one = visit()
    address = one.tag('data-mode="anonymous"')
    for number in (1, 2):
        one.open(address)
        one.page.evaluate("hanse.identify('u-1', { email: 'a@example.org' }); hanse.track('Product Viewed')")
        found = arrived(served.database_url, one.source, 2 * number)
    assert one.stored() == NOTHING
    assert sorted(row["name"] or row["type"] for row in found) == ["Product Viewed", "Product Viewed", "page", "page"]
    assert len({row["anonymous_id"] for row in found}) == 2
    assert {row["user_id"] for row in found} == {None}
    assert {name for row in found for name in row["context"]} <= {"page", "library"}


@pytest.mark.parametrize("signal", ["globalPrivacyControl', { value: true }", "doNotTrack', { value: '1' }"], ids=["gpc", "dnt"])
def test_a_signal_of_the_browser_ends_anonymous_counting_and_yields_to_a_yes(served: Served, visit: MakeVisit, signal: str) -> None:
    one = visit()
    one.page.add_init_script(f"Object.defineProperty(navigator, '{signal})")
    one.open(one.tag('data-mode="anonymous"'))
    one.page.wait_for_timeout(PATIENCE_MS)
    assert log(served.database_url, one.source) == []
    one.page.evaluate(YES)
    assert len(arrived(served.database_url, one.source, 2)) == 2


def test_calls_before_the_tag_is_there_are_kept_and_a_decision_gets_its_outcome(served: Served, visit: MakeVisit) -> None:
    decision_id = str(uuid4())
    one = visit()
    calls = f"['track', 'Product Clicked', {{ decision_id: '{decision_id}' }}], ['consent', {{ analytics: true }}]"
    one.open(one.tag('data-page="off"', before=f"hanse.push({calls})"))
    found = arrived(served.database_url, one.source, 2)
    (clicked,) = (row for row in found if row["name"] == "Product Clicked")
    assert str(clicked["decision_id"]) == decision_id
    assert [row for row in found if row["type"] == "page"] == []


def test_reset_forgets_the_user_and_begins_a_new_id(served: Served, visit: MakeVisit) -> None:
    one = visit()
    one.open(one.tag('data-page="off"', before="hanse.push(['consent', { analytics: true }])"))
    one.page.evaluate("hanse.identify('u-1'); hanse.track('A'); hanse.reset(); hanse.track('B')")
    found = {row["name"] or row["type"]: row for row in arrived(served.database_url, one.source, 4)}
    assert (found["A"]["user_id"], found["B"]["user_id"]) == ("u-1", None)
    assert found["A"]["anonymous_id"] != found["B"]["anonymous_id"]


def test_a_page_that_changes_its_address_is_a_page(served: Served, visit: MakeVisit) -> None:
    one = visit()
    one.open(one.tag("data-spa", before="hanse.push(['consent', { analytics: true }])"))
    one.page.evaluate("history.pushState({}, '', '/second'); history.replaceState({}, '', '/second?sort=price')")
    arrived(served.database_url, one.source, 3)
    one.page.go_back()
    found = [row for row in arrived(served.database_url, one.source, 4) if row["type"] == "page"]
    assert [row["properties"]["path"] for row in found] == ["/", "/second", "/"]
    assert found[1]["properties"]["referrer"] == f"{one.shop.address}/"


def test_what_waits_goes_with_a_beacon_when_the_visitor_leaves(served: Served, visit: MakeVisit) -> None:
    one = visit()
    one.open(one.tag('data-page="off"', before="hanse.push(['consent', { analytics: true }])"))
    arrived(served.database_url, one.source, 1)
    one.page.evaluate(
        "hanse.track('Large', { text: 'ä'.repeat(20000) }); hanse.track('Left', { text: 'ä'.repeat(9000) }); location.href = 'about:blank'"
    )
    found = arrived(served.database_url, one.source, 3)
    assert {row["name"] for row in found} == {"Consent Preferences Updated", "Large", "Left"}


def test_told_to_wait_it_waits_and_sends_the_same_again(served: Served, visit: MakeVisit) -> None:
    one = visit()
    sent: list[Request] = []
    one.context.route("**/v1/batch", lambda route: route.fulfill(status=429, headers=_readable({"Retry-After": "120"})))
    one.page.on("request", lambda request: sent.append(request) if request.url.endswith("/v1/batch") else None)
    one.page.clock.install()
    one.open(one.tag(before="hanse.push(['consent', { analytics: true }])"))
    one.page.clock.run_for(1_000)
    one.page.wait_for_timeout(300)
    one.page.evaluate("dispatchEvent(new Event('online'))")
    one.page.clock.run_for(110_000)
    one.page.wait_for_timeout(300)
    assert len(sent) == 1
    one.context.unroute("**/v1/batch")
    one.page.clock.run_for(12_000)
    found = arrived(served.database_url, one.source, 2)
    assert [_message_ids(each) for each in sent] == [_message_ids(sent[0])] * 2
    assert {row["message_id"] for row in found} == _message_ids(sent[0])
    assert one.page.evaluate("localStorage.getItem('hanse.queue')") is None


@pytest.mark.parametrize("status", [400, 401, 413])
def test_what_can_never_be_taken_is_not_sent_again(visit: MakeVisit, status: int) -> None:
    one = visit()
    one.context.route("**/v1/batch", lambda route: route.fulfill(status=status, headers=_readable({})))
    one.open(one.tag(before="hanse.push(['consent', { analytics: true }])"))
    one.page.wait_for_function("localStorage.getItem('hanse.queue') === null")
    assert one.page.evaluate("localStorage.getItem('hanse')")


def test_mistakes_of_the_shop_stay_without_consequence(served: Served, visit: MakeVisit) -> None:
    one = visit()
    one.open(one.tag(before="hanse.push(['consent', { analytics: true }], ['nonsense'], 7, null, ['push', ['push']])"))
    calls = "const round = {}; round.self = round; hanse.track('Round', round); hanse.consent(null); hanse.push('x', null, ['?']); hanse.track()"
    one.page.evaluate(f"{calls}; hanse.track('Fine')")
    assert "Fine" in {row["name"] for row in arrived(served.database_url, one.source, 3)}
    assert one.faults == []


def test_loaded_twice_it_sends_once(served: Served, visit: MakeVisit) -> None:
    one = visit()
    address = one.tag(before="hanse.push(['consent', { analytics: true }])")
    one.shop.pages["/"] += f'<script src="{one.host}/hanse.js" data-key="{one.key}"></script>'.encode()
    one.open(address)
    one.page.wait_for_timeout(PATIENCE_MS)
    assert len(log(served.database_url, one.source)) == 2


def test_while_hanse_is_away_the_page_is_undisturbed_and_nothing_is_lost(served: Served, visit: MakeVisit) -> None:
    one = visit()
    one.shop.pages["/hanse.js"] = (assets.BUILT / "hanse.js").read_bytes()
    port = supervisor.free_port("127.0.0.1", 0)
    away = f"http://127.0.0.1:{port}"
    address = one.tag(f'data-host="{away}"', before="hanse.push(['consent', { analytics: true }])", host=one.shop.address)
    one.open(address)
    one.page.evaluate("for (let number = 0; number < 120; number += 1) hanse.track('Waited', { number })")
    one.page.wait_for_timeout(PATIENCE_MS)
    one.open(address)
    waiting = json.loads(one.page.evaluate("localStorage.getItem('hanse.queue')"))
    assert one.faults == []
    with back(served, port):
        one.page.evaluate("dispatchEvent(new Event('online'))")
        found = arrived(served.database_url, one.source, 123, 60)
        one.page.wait_for_function("localStorage.getItem('hanse.queue') === null")
        assert {each["messageId"] for each in waiting} <= {row["message_id"] for row in found}
        assert sorted(row["properties"]["number"] for row in found if row["name"] == "Waited") == list(range(120))
        assert len(log(served.database_url, one.source)) == 123


def test_what_waits_is_bounded(visit: MakeVisit) -> None:
    one = visit()
    one.context.route("**/v1/batch", lambda route: route.abort())
    one.open(one.tag(before="hanse.push(['consent', { analytics: true }])"))
    one.page.evaluate("for (let number = 0; number < 300; number += 1) hanse.track('Waited', { number })")
    waiting = json.loads(one.page.evaluate("localStorage.getItem('hanse.queue')"))
    assert (len(waiting), waiting[-1]["properties"]["number"]) == (200, 299)
    one.page.evaluate("for (let number = 0; number < 20; number += 1) hanse.track('Large', { text: 'x'.repeat(50000) })")
    assert len(one.page.evaluate("localStorage.getItem('hanse.queue')")) <= 256_000


def test_without_hanse_the_calls_of_the_shop_lead_nowhere(visit: MakeVisit) -> None:
    one = visit()
    one.page.goto(one.tag(host="http://127.0.0.1:9", before="hanse.push(['track', 'A'])"))
    assert one.page.evaluate("hanse.push(['track', 'B'])") == 2
    assert one.faults == []


def _readable(headers: dict[str, str]) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After", **headers}


def _message_ids(request: Request) -> set[str]:
    return {each["messageId"] for each in json.loads(request.post_data or "{}")["batch"]}
