"""The handshake of Shopware's app: who may register, what proves us, and how the secret is changed without losing anything."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from hanse.base.clock import FixedClock
from hanse.base.context import Context
from hanse.sources import connections
from hanse.sources.connections import store
from hanse.sources.connections.errors import NotAuthentic, UnknownConnection, WrongShop
from hanse.sources.shopware import Shopware, registration
from hanse.sources.source import Incoming, signatures
from hanse.sources.source.errors import Unmappable
from hanse.testing.shops import FakeShopware, Item, Signed

URL = "https://hanse.example/webhooks/shopware/shop/confirm"


@pytest.fixture
async def fake(context: Context) -> AsyncIterator[FakeShopware]:
    with FakeShopware() as fake:
        await connections.connect(context, name="shop", system="shopware", url=fake.url, secrets=fake.secrets, options={"allow_private": True})
        yield fake


async def register(context: Context, fake: FakeShopware, *, again: bool = False, **changes: Any) -> dict[str, str]:
    query, headers = fake.registration(at=context.clock.now(), again=again)
    given = Incoming(**{"headers": headers, "body": b"", "query": query, "received_at": context.clock.now(), **changes})
    return await connections.register(context, "shop", given, confirmation_url=URL)


async def confirm(context: Context, signed: Signed) -> None:
    await connections.confirm(context, "shop", Incoming(headers=signed.headers, body=signed.body, received_at=context.clock.now()))


async def shake_hands(context: Context, fake: FakeShopware, *, again: bool = False) -> None:
    answer = await register(context, fake, again=again)
    await confirm(context, fake.confirmation(answer, app_name="Hanse", at=context.clock.now()))


async def state(context: Context) -> str:
    (found,) = await connections.list_connections(context)
    return found.state


def test_the_published_example_of_a_proof_is_right() -> None:
    """From the tests of Shopware's own SDK for apps."""
    assert registration.proof("test", "test.de", "test", "test") == "a1a38c9580bb3bcd0df226086a9783ba4087671ce4968a4469e451c517fff445"


async def test_a_shop_is_connected_once_it_has_confirmed(context: Context, fake: FakeShopware) -> None:
    assert await state(context) == "pending"
    answer = await register(context, fake)
    assert await state(context) == "pending"
    assert answer["confirmation_url"] == URL
    assert 64 <= len(answer["secret"]) <= 255

    await confirm(context, fake.confirmation(answer, app_name="Hanse", at=context.clock.now()))

    assert await state(context) == "active"
    _, shop = await store.shop(context, await context.connection(), "shop")
    assert (shop.secrets["api_key"], shop.secrets["shop_secret"]) == ("SWIAFAKEKEY", fake.shop_secret)
    assert not [name for name in shop.secrets if name.startswith("pending")]


async def test_before_the_confirmation_no_webhook_is_taken(context: Context, fake: FakeShopware) -> None:
    answer = await register(context, fake)
    fake.confirmation(answer, app_name="Hanse", at=context.clock.now())
    (webhook, _) = fake.place_order(1, [Item("A", "A", 1, Decimal(1))], at=context.clock.now())
    with pytest.raises(NotAuthentic):
        await connections.receive(context, "shopware", "shop", Incoming(headers=webhook.headers, body=webhook.body, received_at=context.clock.now()))


@pytest.mark.parametrize("change", ["query", "signature", "none", "old", "early"])
async def test_a_request_that_is_changed_or_too_old_registers_nobody(context: Context, fake: FakeShopware, clock: FixedClock, change: str) -> None:
    query, headers = fake.registration(at=clock.now() + {"old": -timedelta(hours=1), "early": timedelta(hours=1)}.get(change, timedelta(0)))
    if change == "query":
        query += b"&more=1"
    if change in {"signature", "none"}:
        headers = {"shopware-app-signature": "0" * 64} if change == "signature" else {}
    with pytest.raises(NotAuthentic):
        await register(context, fake, query=query, headers=headers)


@pytest.mark.parametrize("values", [{}, {"shop-id": "x"}, {"shop-id": "x", "shop-url": "http://127.0.0.1", "timestamp": "soon"}])
async def test_a_request_that_lacks_something_names_it(context: Context, fake: FakeShopware, values: dict[str, str]) -> None:
    query = urlencode(values).encode()
    with pytest.raises(Unmappable):
        await register(context, fake, query=query, headers={"shopware-app-signature": signatures.hex_hmac("fake-app-secret", query)})


async def test_another_shop_cannot_register(context: Context, fake: FakeShopware) -> None:
    query = urlencode({"shop-id": "x", "shop-url": "https://other.example", "timestamp": str(int(context.clock.now().timestamp()))}).encode()
    with pytest.raises(WrongShop, match=r"other\.example"):
        await register(context, fake, query=query, headers={"shopware-app-signature": signatures.hex_hmac("fake-app-secret", query)})


async def test_a_confirmation_that_is_not_signed_with_the_new_secret_counts_for_nothing(context: Context, fake: FakeShopware) -> None:
    answer = await register(context, fake)
    signed = fake.confirmation(answer, app_name="Hanse", at=context.clock.now())
    for forged in (signed.tampered(), signed.without("shopware-shop-signature")):
        with pytest.raises(NotAuthentic):
            await confirm(context, forged)
    assert await state(context) == "pending"


async def test_nobody_confirms_what_was_not_asked_for(context: Context, fake: FakeShopware) -> None:
    with pytest.raises(NotAuthentic):
        await confirm(context, Signed({"shopware-shop-signature": signatures.hex_hmac("", b"{}")}, b"{}"))


async def test_a_connected_shop_registers_again_only_with_the_secret_it_has(context: Context, fake: FakeShopware) -> None:
    await shake_hands(context, fake)
    with pytest.raises(NotAuthentic):
        await register(context, fake)
    first = fake.shop_secret

    await shake_hands(context, fake, again=True)
    assert fake.shop_secret != first


async def test_the_confirmation_of_a_connected_shop_needs_the_old_secret_too(context: Context, fake: FakeShopware) -> None:
    await shake_hands(context, fake)
    answer = await register(context, fake, again=True)
    with pytest.raises(NotAuthentic):
        await confirm(context, fake.confirmation(answer, app_name="Hanse", at=context.clock.now()).without("shopware-shop-signature-previous"))


async def test_the_old_secret_counts_for_another_minute(context: Context, fake: FakeShopware, clock: FixedClock) -> None:
    await shake_hands(context, fake)
    old = fake.signed("app.activated", None, at=clock.now())
    await shake_hands(context, fake, again=True)
    _, shop = await store.shop(context, await context.connection(), "shop")

    given = Incoming(headers=old.headers, body=old.body, received_at=clock.now())
    assert Shopware().is_authentic(given, shop)
    clock.advance(seconds=61)
    assert not Shopware().is_authentic(Incoming(headers=old.headers, body=old.body, received_at=clock.now()), shop)


async def test_an_app_that_was_removed_may_be_installed_anew(context: Context, fake: FakeShopware) -> None:
    await shake_hands(context, fake)
    removed = fake.signed("app.deleted", None, at=context.clock.now())
    receipt = await connections.receive(
        context, "shopware", "shop", Incoming(headers=removed.headers, body=removed.body, received_at=context.clock.now())
    )
    assert receipt.delivery_id is not None
    await connections.process(context, receipt.delivery_id, may_ask=False)
    assert await state(context) == "disconnected"

    fake.shop_secret = ""
    await shake_hands(context, fake)
    assert await state(context) == "active"


async def test_only_shopware_shakes_hands(context: Context, fake: FakeShopware) -> None:
    await connections.connect(context, name="other", system="shopify", url="https://other.myshopify.com", secrets={"client_secret": "x"})
    for name in ("other", "nobody"):
        with pytest.raises(UnknownConnection):
            await connections.register(context, name, Incoming(headers={}, body=b"", received_at=context.clock.now()), confirmation_url=URL)


async def test_the_manifest_says_where_to_register_and_what_is_read(context: Context, fake: FakeShopware) -> None:
    text = await connections.manifest(context, "shop", public_url="https://hanse.example/")
    manifest = ET.fromstring(text)  # made by ourselves
    assert manifest.findtext("setup/registrationUrl") == "https://hanse.example/webhooks/shopware/shop/register"
    assert manifest.findtext("setup/secret") == "fake-app-secret"
    assert manifest.findtext("meta/name") == "Hanse"
    hooks = {each.get("event"): each.get("url") for each in manifest.findall("webhooks/webhook")}
    assert set(hooks.values()) == {"https://hanse.example/webhooks/shopware/shop"}
    assert {"checkout.order.placed", "product.written", "newsletter.confirm", "app.deleted"} <= hooks.keys()
    assert {"order", "customer", "product", "newsletter_recipient"} <= {each.text for each in manifest.findall("permissions/read")}


async def test_a_token_that_is_too_old_is_renewed(context: Context, fake: FakeShopware) -> None:
    await shake_hands(context, fake)
    fake.save_product("A", "A", net=Decimal(1), stock=1, at=context.clock.now())
    _, shop = await store.shop(context, await context.connection(), "shop")
    async with Shopware().api(shop) as api:
        assert len(await Shopware().product_ids(shop, api)) == 1
        fake.forget_tokens()
        assert len(await Shopware().product_ids(shop, api)) == 1
