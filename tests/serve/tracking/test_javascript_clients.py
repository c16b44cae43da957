"""Tracking clients from npm, unmodified, in Node and in Chromium on a page from another origin: what they send is in the log once."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page

from hanse.serve import supervisor
from hanse.serve.console import assets
from tests.browsing import chromium
from tests.install import CLIENTS
from tests.serve.tracking import browsing
from tests.serve.tracking.browsing import apart, arrived, log
from tests.serve.tracking.serving import Served, back, make_key

pytestmark = pytest.mark.slow
ACTIONS = ["identify", "track", "page", "group", "alias"]


@pytest.fixture
def source() -> str:
    """The name of a key, by which a test knows its events."""
    return f"shop-{uuid4().hex[:8]}"


@pytest.fixture
def key(served: Served, source: str) -> str:
    return apart(lambda: make_key(served.database_url, source))


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Both clients, each as a script for a page."""
    folder = tmp_path_factory.mktemp("scripts")
    return {f"/{name}": browsing.bundled(name, folder) for name in ("segment.js", "rudderstack.js")}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, scripts: dict[str, bytes]) -> Iterator[Page]:
    """An empty page of a shop of its own that has both clients at hand; requests to anywhere but the shop and Hanse fail."""
    with browsing.shop() as shop, browser.new_context() as context:
        shop.pages.update(scripts)
        page = context.new_page()
        page.goto(shop.put("/", "<script src=/segment.js></script><script src=/rudderstack.js></script>"))
        yield page


def check(found: list[dict[str, Any]], more: int) -> None:
    """Every call is there once with what it said."""
    assert len(found) == len({row["message_id"] for row in found}) == len(ACTIONS) + more
    by_type = {kind: [row for row in found if row["type"] == kind] for kind in ACTIONS}
    (identify,), (page,), (group,), (alias,) = (by_type[kind] for kind in ("identify", "page", "group", "alias"))
    order = next(row for row in by_type["track"] if row["name"] == "Order Completed")
    assert (identify["user_id"], identify["properties"]) == ("u-1", {"email": "a@example.org", "firstName": "Änne"})
    assert (order["user_id"], order["properties"]["revenue"]) == ("u-1", 12.5)
    assert (page["name"], group["context"]["groupId"]) == ("Home", "g-1")
    assert (alias["user_id"], alias["context"]["previousId"]) == ("u-1", "b-1")
    viewed = [row["properties"]["product_id"] for row in by_type["track"] if row["name"] == "Product Viewed"]
    assert sorted(viewed) == sorted(f"p-{number}" for number in range(more))
    assert all(row["original_at"] and row["sent_at"] for row in found)


def test_segments_client_for_node_is_served(served: Served, source: str, key: str) -> None:
    command = [*assets.node(), str(CLIENTS / "node.cjs"), key, served.host]
    environment = {**os.environ, "NODE_PATH": str(assets.node_modules(CLIENTS))}
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=60)
    assert json.loads(answer.stdout) == []
    found = log(served.database_url, source)
    check(found, 100)
    assert {row["message_id"] for row in found} >= {f"m-{number}" for number in range(100)}


SEGMENT = """async ([key, host, strategy]) => {
    const options = { integrations: { "Segment.io": { deliveryStrategy: { strategy, config: { size: 10, timeout: 200 } } } } };
    const [analytics] = await AnalyticsBrowser.load({ writeKey: key, cdnURL: host }, options);
    await analytics.identify("u-1", { email: "a@example.org", firstName: "Änne" });
    await analytics.track("Order Completed", { order_id: "o-1", revenue: 12.5 });
    await analytics.page("Home");
    await analytics.group("g-1", { name: "Firma" });
    await analytics.alias("u-1", "b-1");
    await Promise.all(Array.from({ length: 25 }, (_, number) => analytics.track("Product Viewed", { product_id: `p-${number}` })));
    return analytics.user().anonymousId();
}"""


@pytest.mark.parametrize("strategy", ["standard", "batching"])
def test_segments_client_for_browsers_is_served(served: Served, source: str, key: str, page: Page, strategy: str) -> None:
    anonymous_id = page.evaluate(SEGMENT, [key, served.host, strategy])
    found = arrived(served.database_url, source, 30)
    check(found, 25)
    assert {row["anonymous_id"] for row in found if row["type"] != "alias"} == {anonymous_id}


RUDDERSTACK = """([key, host, useBeacon]) => new Promise((resolve) => {
    const analytics = new RudderAnalytics();
    analytics.load(key, host, { configUrl: host, useBeacon, beaconQueueOptions: { flushQueueInterval: 500 } });
    analytics.ready(() => {
        analytics.identify("u-1", { email: "a@example.org", firstName: "Änne" });
        analytics.track("Order Completed", { order_id: "o-1", revenue: 12.5 });
        analytics.page("Home");
        analytics.group("g-1", { name: "Firma" });
        analytics.alias("u-1", "b-1");
        for (let number = 0; number < 25; number += 1) analytics.track("Product Viewed", { product_id: `p-${number}` });
        resolve(analytics.getAnonymousId());
    });
})"""


@pytest.mark.parametrize("beacon", [False, True], ids=["requests", "beacon"])
def test_rudderstacks_client_for_browsers_is_served(served: Served, source: str, key: str, page: Page, beacon: bool) -> None:  # noqa: FBT001  # a parameter
    anonymous_id = page.evaluate(RUDDERSTACK, [key, served.host, beacon])
    found = arrived(served.database_url, source, 30)
    check(found, 25)
    assert {row["anonymous_id"] for row in found} == {anonymous_id}


def test_what_segments_client_could_not_send_arrives_when_hanse_is_back(served: Served, source: str, key: str, page: Page) -> None:
    port = supervisor.free_port("127.0.0.1", 0)
    settings = {"integrations": {"Segment.io": {"apiKey": key, "apiHost": f"127.0.0.1:{port}/v1", "protocol": "http"}}}
    send = "([key, settings]) => { window.a = AnalyticsBrowser.load({ writeKey: key, cdnSettings: settings }); a.track('Waited'); }"
    with page.expect_event("requestfailed"):
        page.evaluate(send, [key, settings])
    with back(served, port):
        assert [row["name"] for row in arrived(served.database_url, source, 1, 40)] == ["Waited"]
