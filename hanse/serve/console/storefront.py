"""Connecting a shop's pages: the tag with its key to copy, what the usual tracking clients need, and whether anything has arrived."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from hanse.base.database import Connection, Queries
from hanse.base.errors import HanseError
from hanse.data.access import keys
from hanse.data.access.accounts import Permission
from hanse.data.access.keys import ApiKey
from hanse.serve.console import pages, session
from hanse.serve.console.session import AnyRequest, Visit

queries = Queries(__package__)

PLACEHOLDER = "PUBLIC_KEY"
AMONG = 5_000
"""Among how many of the last events the last one of each key is looked for."""

TAG = """<script>window.hanse = window.hanse || [];</script>
<script async src="HOST/hanse.js" data-key="KEY"></script>"""
CALLS = """hanse.push(["consent", { statistics: true, personalisation: true, advertising: false }, { channel: "cookie banner", version: "2026-01" }]);
hanse.push(["track", "Product Viewed", { product_id: "4711", price: 12.5, currency: "EUR" }]);
hanse.push(["identify", "customer-17"]);
hanse.push(["reset"]);"""
BROWSER = """import { AnalyticsBrowser } from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load({ writeKey: "KEY", cdnURL: "HOST" });
analytics.track("Product Viewed", { product_id: "4711" });"""
RUDDERSTACK = """import { RudderAnalytics } from "@rudderstack/analytics-js/bundled";

const analytics = new RudderAnalytics();
analytics.load("KEY", "HOST", { configUrl: "HOST" });
analytics.track("Product Viewed", { product_id: "4711" });"""
PYTHON = """import segment.analytics  # pip install segment-analytics-python

client = segment.analytics.Client("KEY", host="HOST")
client.track("customer-17", "Order Completed", {"order_id": "o-1", "revenue": 12.5, "currency": "EUR"})
client.shutdown()"""
NODE = """import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: "KEY", host: "HOST" });
analytics.track({ userId: "customer-17", event: "Order Completed", properties: { order_id: "o-1", revenue: 12.5, currency: "EUR" } });
await analytics.closeAndFlush();"""


@get("/data/storefront")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the tag and what has arrived; asked for by htmx, only what has arrived."""
    visit = session.of(request)
    if visit.wants_fragment:
        return pages.fragment(visit, "storefront_arrivals.html", arrivals=await _arrivals(visit))
    return await _page(visit)


@post("/data/storefront", status_code=200)
async def create(request: AnyRequest) -> Response[bytes]:
    """Make a key that may only send events, and show the tag with it, this once."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    name = (await visit.form()).get("name", "")
    try:
        async with visit.context() as context:
            made = await keys.create(await context.connection(), name, [keys.WRITE], created_by=visit.account.name, now=context.clock.now())
            await visit.note(context, "keys.create", subject=str(made.key_id), name=made.name, scopes=sorted(made.scopes))
    except HanseError as error:
        return await _page(visit, status=error.status, wrong=visit.words.error(error), name=name)
    return await _page(visit, key=made.key, made=made)


async def _page(visit: Visit, *, status: int = 200, key: str = PLACEHOLDER, **facts: Any) -> Response[bytes]:
    usual = {"made": None, "wrong": "", "name": "", "arrivals": await _arrivals(visit)}
    return pages.page(visit, "storefront.html", status=status, **snippets(address(visit), key), **{**usual, **facts})


def snippets(host: str, key: str) -> dict[str, Any]:
    """Return what is copied into pages and programs, with the address of this server and a key in it."""

    def filled(text: str) -> str:
        return text.replace("HOST", host).replace("KEY", key)

    clients = (("Segment", BROWSER), ("RudderStack", RUDDERSTACK), ("Python", PYTHON), ("Node", NODE))
    return {"tag": filled(TAG), "calls": CALLS, "clients": [(name, filled(text)) for name, text in clients]}


async def _arrivals(visit: Visit) -> list[dict[str, Any]]:
    """Return the keys that may stand in a page, each with its last event."""
    async with visit.context() as context:
        connection = await context.connection()
        found = [each for each in await keys.list_all(connection) if each.scopes <= {keys.WRITE, keys.STOREFRONT} and not each.revoked_at]
        last = await _last_events(connection)
    return [_arrival(each, last.get(each.name)) for each in found]


async def _last_events(connection: Connection) -> dict[str, dict[str, Any]]:
    return {row["source"]: row async for row in await connection.execute(queries["last_arrivals"], {"among": AMONG})}


def _arrival(key: ApiKey, last: dict[str, Any] | None) -> dict[str, Any]:
    """Return a key with its last event, or where that is not among the last ones of the log, with when it was used."""
    return {"name": key.name, "event": last["name"] if last else "", "at": last["received_at"] if last else key.last_used_at}


def address(visit: Visit) -> str:
    """Return where browsers reach this server."""
    request = visit.request
    return visit.runtime.settings.public_url.rstrip("/") or f"{request.url.scheme}://{request.headers.get('host', '')}"
