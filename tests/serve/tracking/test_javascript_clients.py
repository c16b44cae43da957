"""Tracking clients from npm, unmodified, in Node and in Chromium on a page from another origin: what they send is in the log once."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from hanse.serve.console import assets
from tests.browsing import chromium
from tests.install import CLIENTS
from tests.serve.tracking import browsing
from tests.serve.tracking.browsing import arrived, log
from tests.serve.tracking.serving import make_key, server

pytestmark = pytest.mark.slow
ACTIONS = ["identify", "track", "page", "group", "alias"]


@pytest.fixture
def port(database_url: str, home: Path) -> Iterator[int]:
    with server(database_url, home) as port:
        yield port


@pytest.fixture
def key(database_url: str) -> str:
    return make_key(database_url)


@pytest.fixture
def page(port: int, key: str, tmp_path: Path) -> Iterator[Page]:
    """An empty page of a shop that has both clients at hand; requests to anywhere but the shop and Hanse fail."""
    del port, key  # they are there before the browser is
    with browsing.shop() as shop, chromium() as browser:
        for name in ("segment.js", "rudderstack.js"):
            shop.pages[f"/{name}"] = browsing.bundled(name, tmp_path)
        page = browser.new_page()
        page.goto(shop.put("/", "<script src=/segment.js></script><script src=/rudderstack.js></script>"))
        yield page


def check(found: list[dict[str, Any]], more: int) -> None:
    """Every call is there once with what it said."""
    assert len(found) == len({row["message_id"] for row in found}) == len(ACTIONS) + more
    by_type = {kind: [row for row in found if row["type"] == kind] for kind in ACTIONS}
    (identify,), (page,), (group,), (alias,) = (by_type[kind] for kind in ("identify", "page", "group", "alias"))
    order = next(row for row in by_type["track"] if row["name"] == "Order Completed")
    assert (identify["user_id"], identify["properties"]) == ("u-1", {"email": "a@example.org", "firstName": "Änne"})
    assert (order["user_id"], order["properties"]["revenue"], order["source"]) == ("u-1", 12.5, "shop")
    assert (page["name"], group["context"]["groupId"]) == ("Home", "g-1")
    assert (alias["user_id"], alias["context"]["previousId"]) == ("u-1", "b-1")
    viewed = [row["properties"]["product_id"] for row in by_type["track"] if row["name"] == "Product Viewed"]
    assert sorted(viewed) == sorted(f"p-{number}" for number in range(more))
    assert all(row["original_at"] and row["sent_at"] for row in found)


def test_segments_client_for_node_is_served(database_url: str, port: int, key: str) -> None:
    command = [*assets.node(), str(CLIENTS / "node.cjs"), key, f"http://127.0.0.1:{port}"]
    environment = {**os.environ, "NODE_PATH": str(assets.node_modules(CLIENTS))}
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=60)
    assert json.loads(answer.stdout) == []
    found = log(database_url, "shop")
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
def test_segments_client_for_browsers_is_served(database_url: str, port: int, key: str, page: Page, strategy: str) -> None:
    anonymous_id = page.evaluate(SEGMENT, [key, f"http://127.0.0.1:{port}", strategy])
    found = arrived(database_url, "shop", 30)
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
def test_rudderstacks_client_for_browsers_is_served(database_url: str, port: int, key: str, page: Page, beacon: bool) -> None:  # noqa: FBT001  # a parameter
    anonymous_id = page.evaluate(RUDDERSTACK, [key, f"http://127.0.0.1:{port}", beacon])
    found = arrived(database_url, "shop", 30)
    check(found, 25)
    assert {row["anonymous_id"] for row in found} == {anonymous_id}


def test_what_segments_client_could_not_send_arrives_when_hanse_is_back(database_url: str, home: Path, tmp_path: Path) -> None:
    key = make_key(database_url)
    with server(database_url, home) as port:
        pass
    with browsing.shop() as shop, chromium() as browser:
        shop.pages["/segment.js"] = browsing.bundled("segment.js", tmp_path)
        page = browser.new_page()
        page.goto(shop.put("/", "<script src=/segment.js></script>"))
        settings = {"integrations": {"Segment.io": {"apiKey": key, "apiHost": f"127.0.0.1:{port}/v1", "protocol": "http"}}}
        send = "([key, settings]) => { window.a = AnalyticsBrowser.load({ writeKey: key, cdnSettings: settings }); a.track('Waited'); }"
        page.evaluate(send, [key, settings])
        with server(database_url, home, port):
            assert [row["name"] for row in arrived(database_url, "shop", 1, 40)] == ["Waited"]
