"""Webhooks over HTTP: who is let in, what is answered, and that nothing is left behind of what is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
import structlog
from litestar import Litestar

from hanse.sources import connections
from hanse.sources.connections import jobs, writing
from hanse.sources.source import signatures
from hanse.testing.shops import FakeShopify, FakeShopware, FakeWooCommerce, Item, Signed
from tests.serve.conftest import Client

AT = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
ITEMS = (Item("AKKU-18", "Akku 18 V", 2, Decimal("100.00")),)
SHOPIFY, WOO = "/webhooks/shopify/shop", "/webhooks/woocommerce/shop"


async def connect(client: Client, fake: Any, **secrets: str) -> None:
    async with client.app.state.runtime.context() as context:
        given = {**fake.secrets, **secrets}
        await connections.connect(context, name="shop", system=fake.system, url=fake.url, secrets=given, options={"allow_private": True})


async def rows(client: Client, statement: str) -> list[dict[str, Any]]:
    async with client.app.state.runtime.resources.pool.connection() as connection:
        found: list[dict[str, Any]] = await (await connection.execute(statement.encode())).fetchall()
        return found


async def counts(client: Client) -> dict[str, int]:
    tables = "SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    return {row["name"]: (await rows(client, f'SELECT count(*) AS count FROM "{row["name"]}"'))[0]["count"] for row in await rows(client, tables)}


async def send(client: Client, path: str, signed: Signed) -> Any:
    return await client.post(path, content=signed.body, headers=dict(signed.headers))


async def work(client: Client) -> None:
    app: Litestar = client.app
    await app.state.queue.work(wait=False, install_signal_handlers=False)


@pytest.fixture
def shopify() -> Iterator[FakeShopify]:
    with FakeShopify() as fake:
        yield fake


@pytest.fixture
def woocommerce() -> Iterator[FakeWooCommerce]:
    with FakeWooCommerce() as fake:
        yield fake


async def test_an_order_is_in_the_log_when_the_answer_comes(client: Client, shopify: FakeShopify) -> None:
    await connect(client, shopify)
    response = await send(client, SHOPIFY, shopify.place_order(1001, ITEMS, at=AT)[0])

    assert (response.status_code, response.json()) == (200, {"status": "received"})
    assert await rows(client, "SELECT name, message_id FROM events") == [{"name": "Order Completed", "message_id": "order:shop:#1001"}]
    (delivery,) = await rows(client, "SELECT state, topic, note FROM deliveries")
    assert delivery == {"state": "done", "topic": "orders/create", "note": None}


async def test_a_replay_is_answered_and_has_no_effect(client: Client, shopify: FakeShopify) -> None:
    await connect(client, shopify)
    webhook = shopify.place_order(1001, ITEMS, at=AT)[0]
    await send(client, SHOPIFY, webhook)
    before = await counts(client)

    response = await send(client, SHOPIFY, webhook)
    assert (response.status_code, response.json()) == (200, {"status": "known"})
    assert await counts(client) == before


@pytest.mark.parametrize("change", ["tampered", "unsigned", "signed otherwise", "of another shop", "signed by nobody", "not even text"])
async def test_a_wrong_signature_is_401_and_logged_and_nothing_is_stored(client: Client, shopify: FakeShopify, change: str) -> None:
    await connect(client, shopify)
    webhook = shopify.place_order(1001, ITEMS, at=AT)[0]
    forged = {
        "tampered": webhook.tampered(),
        "unsigned": webhook.without("X-Shopify-Hmac-Sha256"),
        "signed otherwise": Signed({**webhook.headers, "X-Shopify-Hmac-Sha256": "a" * 44}, webhook.body),
        "of another shop": Signed({**webhook.headers, "X-Shopify-Shop-Domain": "other.myshopify.com"}, webhook.body),
        "signed by nobody": Signed({**webhook.headers, "X-Shopify-Hmac-Sha256": ""}, webhook.body),
        "not even text": Signed({**webhook.headers, "X-Shopify-Hmac-Sha256": "ü"}, webhook.body),
    }[change]
    before = await counts(client)

    with structlog.testing.capture_logs() as logs:
        response = await client.post(SHOPIFY, content=forged.body, headers={name.encode(): value.encode() for name, value in forged.headers.items()})

    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/not-authentic"
    assert await counts(client) == before
    (line,) = [each for each in logs if each["log_level"] == "warning"]
    assert (line["system"], line["connection"]) == ("shopify", "shop")
    assert "example.org" not in str(logs)


async def test_an_unknown_connection_is_404(client: Client, shopify: FakeShopify) -> None:
    await connect(client, shopify)
    for path in ("/webhooks/shopify/nobody", "/webhooks/woocommerce/shop", "/webhooks/nothing/shop", "/webhooks/shopware/shop"):
        response = await send(client, path, shopify.place_order(1001, ITEMS, at=AT)[0])
        assert (path, response.status_code, response.json()["type"]) == (path, 404, "/problems/unknown-connection")


async def test_other_methods_are_refused(client: Client) -> None:
    assert (await client.get(SHOPIFY)).status_code == 405


async def test_a_huge_body_is_refused_and_nothing_is_stored(client: Client, shopify: FakeShopify) -> None:
    await connect(client, shopify)
    before = await counts(client)
    huge = shopify.signed("orders/create", b'{"id": "' + b"x" * client.app.state.runtime.settings.body_limit_bytes + b'"}', at=AT)

    response = await send(client, SHOPIFY, huge)
    assert (response.status_code, response.json()["type"]) == (413, "/problems/too-large")
    assert await counts(client) == before


async def test_only_the_signed_bytes_count_and_not_the_content_type(client: Client, shopify: FakeShopify) -> None:
    await connect(client, shopify)
    webhook = shopify.place_order(1001, ITEMS, at=AT)[0]
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=latin-1"):
        response = await send(
            client, SHOPIFY, Signed({**webhook.headers, "Content-Type": content_type, "X-Shopify-Event-Id": content_type}, webhook.body)
        )
        assert response.status_code == 200
    assert len(await rows(client, "SELECT 1 FROM events")) == 1
    assert await rows(client, "SELECT DISTINCT state FROM deliveries") == [{"state": "done"}]


async def test_a_signed_body_that_is_no_json_is_kept_as_a_dead_letter(client: Client, shopify: FakeShopify) -> None:
    await connect(client, shopify)
    response = await send(client, SHOPIFY, shopify.signed("orders/create", b"<order/>", at=AT))

    assert response.status_code == 200
    (letter,) = await rows(client, "SELECT field, reason, payload ->> 'body' AS body FROM dead_letters")
    assert letter == {"field": "body", "reason": "this is not JSON", "body": "<order/>"}


async def test_a_large_delivery_is_taken_in_by_a_job(client: Client, shopify: FakeShopify) -> None:
    await connect(client, shopify)
    many = [Item(f"P-{number}", "Ein langer Name " * 8, 1, Decimal("1.00")) for number in range(900)]
    webhook = shopify.place_order(1001, many, at=AT)[0]
    assert len(webhook.body) > connections.SMALL_BYTES

    assert (await send(client, SHOPIFY, webhook)).status_code == 200
    assert await rows(client, "SELECT state FROM deliveries") == [{"state": "received"}]
    await work(client)
    assert await rows(client, "SELECT state FROM deliveries") == [{"state": "done"}]
    assert len(await rows(client, "SELECT 1 FROM events")) == 1


async def test_a_delivery_that_needs_the_shop_is_taken_in_by_a_job(client: Client, shopify: FakeShopify) -> None:
    await connect(client, shopify)
    shopify.place_order(1001, ITEMS, at=AT)
    refund = shopify.refund_order(1001, at=AT + timedelta(hours=1))[0]

    assert (await send(client, SHOPIFY, refund)).status_code == 200
    assert await rows(client, "SELECT state FROM deliveries") == [{"state": "received"}]
    await work(client)
    assert {row["name"] for row in await rows(client, "SELECT name FROM events")} == {"Order Completed", "Order Refunded"}


async def test_a_delivery_is_not_lost_when_taking_it_in_fails(client: Client, shopify: FakeShopify, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*arguments: Any, **named: Any) -> None:
        raise RuntimeError("kim@example.org")

    await connect(client, shopify)
    monkeypatch.setattr(writing, "write", broken)
    response = await send(client, SHOPIFY, shopify.place_order(1001, ITEMS, at=AT)[0])
    assert response.status_code == 200
    (delivery,) = await rows(client, "SELECT state, note, attempts FROM deliveries")
    assert delivery == {"state": "received", "note": "RuntimeError", "attempts": 1}

    monkeypatch.undo()
    client.app.state.runtime.resources.clock.advance(minutes=2)
    async with client.app.state.runtime.context() as context:
        await jobs.take_in_waiting(context)
    assert len(await rows(client, "SELECT 1 FROM events")) == 1


async def test_the_ping_of_a_new_webhook_is_answered_and_leaves_nothing_behind(client: Client, woocommerce: FakeWooCommerce) -> None:
    await connect(client, woocommerce)
    before = await counts(client)

    assert (await send(client, WOO, woocommerce.ping())).status_code == 200
    assert await counts(client) == before
    assert (await send(client, WOO, Signed({}, b"webhook_id=7&more=1"))).status_code == 401


async def test_a_shopware_shop_registers_and_is_connected(client: Client) -> None:
    with FakeShopware() as fake:
        await connect(client, fake)
        query, headers = fake.registration(at=AT + timedelta(hours=4))
        answer = await client.get(f"/webhooks/shopware/shop/register?{query.decode()}", headers=headers)
        assert answer.status_code == 200
        assert answer.json()["confirmation_url"].endswith("/webhooks/shopware/shop/confirm")
        assert len(answer.json()["secret"]) >= 64

        confirmation = fake.confirmation(answer.json(), app_name="Hanse", at=AT)
        assert (await send(client, "/webhooks/shopware/shop/confirm", confirmation)).status_code == 200
        response = await send(client, "/webhooks/shopware/shop", fake.place_order(1001, ITEMS, at=AT)[0])

    assert response.status_code == 200
    assert await rows(client, "SELECT message_id FROM events") == [{"message_id": "order:shop:1001"}]
    assert await rows(client, "SELECT state FROM shop_connections") == [{"state": "active"}]


async def test_the_public_address_stands_in_the_answer_where_it_is_set(client: Client) -> None:
    runtime = client.app.state.runtime
    runtime.settings = msgspec.structs.replace(runtime.settings, public_url="https://hanse.example/")
    with FakeShopware() as fake:
        await connect(client, fake)
        query, headers = fake.registration(at=AT + timedelta(hours=4))
        answer = await client.get(f"/webhooks/shopware/shop/register?{query.decode()}", headers=headers)
    assert answer.json()["confirmation_url"] == "https://hanse.example/webhooks/shopware/shop/confirm"


async def test_a_registration_that_is_not_signed_is_401(client: Client) -> None:
    with FakeShopware() as fake:
        await connect(client, fake)
        query, _ = fake.registration(at=AT + timedelta(hours=4))
        for headers in ({}, {"shopware-app-signature": "0" * 64}):
            answer = await client.get(f"/webhooks/shopware/shop/register?{query.decode()}", headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-authentic")
        assert (await client.post("/webhooks/shopware/shop/confirm", content=b"{}")).status_code == 401


async def test_another_shop_is_told_why_it_cannot_register(client: Client) -> None:
    with FakeShopware() as fake:
        await connect(client, fake)
        query = urlencode({"shop-id": "x", "shop-url": "https://other.example", "timestamp": str(int((AT + timedelta(hours=4)).timestamp()))})
        headers = {"shopware-app-signature": signatures.hex_hmac(fake.secrets["app_secret"], query.encode())}
        answer = await client.get(f"/webhooks/shopware/shop/register?{query}", headers=headers)
    assert answer.status_code == 403
    assert "other.example" in answer.json()["error"]
