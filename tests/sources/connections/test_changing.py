"""Trying a connection before it is kept, and changing one: secrets that are not given stay, but never go along to another host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hanse.base.context import Context
from hanse.sources import connections
from hanse.sources.connections import Draft, ShopConnection, store, trying, vault
from hanse.sources.connections.errors import InvalidConnection
from hanse.sources.source import Secrets
from hanse.sources.source.errors import AddressNotAllowed, ShopRefused, ShopUnavailable, Unmappable
from hanse.testing.shops import FakeAkeneo, FakeServer, FakeShopify, FakeShopware, FakeWooCommerce
from hanse.testing.shops.shopware import KEYS


def draft(context: Context, fake: FakeServer, **changed: Any) -> Draft:
    given = {name: value for name, value in fake.secrets.items() if not name.startswith("shop_")}
    given |= KEYS if isinstance(fake, FakeShopware) else {}
    facts = {"name": "shop", "system": fake.system, "url": fake.url, "secrets": given, "options": {"allow_private": True}}
    return connections.draft(context, **{**facts, **changed})


@pytest.mark.parametrize("kind", [FakeShopify, FakeShopware, FakeWooCommerce, FakeAkeneo])
async def test_one_thing_of_each_kind_is_asked_for(context: Context, kind: type[FakeServer]) -> None:
    with kind() as fake:
        right = draft(context, fake)
        assert set(await connections.try_out(right.shop)) <= {"products", "customers", "orders"}
        assert len(fake.asked) <= 4
        wrong = {name: f"not-{value}" for name, value in right.shop.secrets.items()}
        with pytest.raises(ShopRefused):
            await connections.try_out(draft(context, fake, secrets=wrong).shop)


async def test_what_stands_in_the_way_is_found_out_soon(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeWooCommerce() as fake:
        right = draft(context, fake)
        fake.fail(200)
        with pytest.raises(Unmappable):
            await connections.try_out(right.shop)
        with pytest.raises(AddressNotAllowed):
            await connections.try_out(draft(context, fake, url="https://127.0.0.1", options={}).shop)
        monkeypatch.setattr(trying, "PATIENCE_SECONDS", 0.05)
        fake.fail(503, times=10)
        with pytest.raises(ShopUnavailable, match=trying.NO_ANSWER):
            await connections.try_out(right.shop)
        asked = len(fake.asked)
        assert await connections.try_out(draft(context, fake, secrets={"webhook_secret": "s"}).shop) == ()
        assert len(fake.asked) == asked


async def test_secrets_stay_at_the_same_host_alone(context: Context) -> None:
    secrets = {"webhook_secret": "hush", "consumer_key": "ck", "consumer_secret": "cs"}
    await connections.connect(context, name="shop", system="woocommerce", url="https://shop.example/a", secrets=secrets)

    async def changed(url: str, given: dict[str, str]) -> tuple[ShopConnection, Secrets]:
        known, drafted = await connections.redraft(context, "shop", url=url, secrets=given, options={"language": "en"})
        await connections.change(context, known, drafted)
        return await _now(context)

    now, kept = await changed("https://shop.example/b", {"consumer_key": "new"})
    assert (now.url, now.options.language, dict(kept)) == ("https://shop.example/b", "en", {**secrets, "consumer_key": "new"})
    _, kept = await changed("https://other.example", {})
    assert set(kept) == {"webhook_secret"}
    assert kept["webhook_secret"] != "hush"


async def test_a_registered_shop_stays_so_until_it_is_another(context: Context) -> None:
    await connections.connect(context, name="shop", system="shopware", url="https://shop.example", secrets={})
    known, _ = await _now(context)
    await store.put_state(await context.connection(), known.connection_id, "active")
    for url, state in (("https://shop.example", "active"), ("https://other.example", "pending")):
        known, drafted = await connections.redraft(context, "shop", url=url, secrets={})
        assert (await connections.change(context, known, drafted)).connection.state == state


async def test_with_the_key_file_lost_the_keys_are_entered_again(context: Context, home: Path) -> None:
    secrets = {"client_secret": "hush", "access_token": "shpat"}
    await connections.connect(context, name="shop", system="shopify", url="https://shop.myshopify.com", secrets=secrets)
    (home / vault.FILE).unlink()
    with pytest.raises(InvalidConnection, match="client_secret is missing"):
        await connections.redraft(context, "shop", url="https://shop.myshopify.com", secrets={})
    known, drafted = await connections.redraft(context, "shop", url="https://shop.myshopify.com", secrets=secrets)
    assert "hush" not in repr(drafted)
    await connections.change(context, known, drafted)
    assert dict((await _now(context))[1]) == secrets


async def _now(context: Context) -> tuple[ShopConnection, Secrets]:
    known, shop = await store.shop(context, await context.connection(), "shop")
    return known, shop.secrets
