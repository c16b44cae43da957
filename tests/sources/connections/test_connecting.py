"""Connecting shops: what is asked for, what is made, and that secrets are seen by nobody."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from hanse.base.context import Context
from hanse.base.errors import Conflict
from hanse.sources import connections
from hanse.sources.connections import store, vault
from hanse.sources.connections.errors import InvalidConnection, UnknownConnection, UnknownSystem, UnreadableSecrets
from tests.sources.conftest import Fetch

SHOPIFY: dict[str, Any] = {
    "name": "shop",
    "system": "shopify",
    "url": "https://shop.myshopify.com",
    "secrets": {"client_secret": "hush-hush", "access_token": "shpat"},
}


async def test_a_shop_is_connected_and_listed_without_its_secrets(context: Context) -> None:
    made = await connections.connect(context, **SHOPIFY, options={"language": "en", "included_tax_percent": "19"})

    assert made.webhook_path == "/webhooks/shopify/shop"
    assert made.made_secrets == {}
    (listed,) = await connections.list_connections(context)
    assert listed == made.connection
    assert (listed.state, listed.source, listed.options.language) == ("active", "shop", "en")
    assert "hush" not in repr(listed) + repr(made)


async def test_secrets_are_encrypted_and_hide_from_logs(context: Context, fetch: Fetch, home: Path) -> None:
    await connections.connect(context, **SHOPIFY)

    (row,) = await fetch("SELECT secrets FROM shop_connections")
    assert b"hush" not in row["secrets"]
    _, shop = await store.shop(context, await context.connection(), "shop")
    assert shop.secrets["client_secret"] == "hush-hush"
    assert "hush" not in repr(shop) + str(shop.secrets) + f"{shop.secrets!r}"
    assert "client_secret" in repr(shop.secrets)
    assert stat.S_IMODE((home / vault.FILE).stat().st_mode) == 0o600


async def test_the_connection_is_in_the_audit_log_without_secrets(context: Context, fetch: Fetch) -> None:
    await connections.connect(context, **SHOPIFY)
    await connections.disconnect(context, "shop")
    found = await fetch("SELECT action, subject, audit_log::text AS text FROM audit_log ORDER BY action")
    assert [(row["action"], row["subject"]) for row in found] == [("shops.connect", "shop"), ("shops.disconnect", "shop")]
    assert "hush" not in str(found)


async def test_without_the_key_file_secrets_cannot_be_read(context: Context, home: Path) -> None:
    await connections.connect(context, **SHOPIFY)
    (home / vault.FILE).rename(home / "away")
    connection = await context.connection()
    with pytest.raises(UnreadableSecrets, match=r"secret\.key"):
        await store.shop(context, connection, "shop")
    vault.seal(home, {"another": "key"})
    with pytest.raises(UnreadableSecrets):
        await store.shop(context, connection, "shop")
    assert len(await connections.list_connections(context)) == 1


def test_the_key_is_made_once(home: Path) -> None:
    sealed = vault.seal(home, {"a": "1"})
    key = (home / vault.FILE).read_bytes()
    assert vault.unseal(home, vault.seal(home, {"b": "2"}), name="x")["b"] == "2"
    assert (home / vault.FILE).read_bytes() == key
    assert vault.unseal(home, sealed, name="x")["a"] == "1"
    assert [each.name for each in home.iterdir()] == [vault.FILE]


async def test_secrets_that_nobody_gives_are_made_and_told_once(context: Context) -> None:
    woo = await connections.connect(context, name="woo", system="woocommerce", url="https://woo.example", secrets={})
    assert len(woo.made_secrets["webhook_secret"]) >= 32
    shopware = await connections.connect(context, name="sw", system="shopware", url="https://sw.example", secrets={})
    assert set(shopware.made_secrets) == {"app_secret"}
    assert (woo.connection.state, shopware.connection.state) == ("active", "pending")


async def test_a_name_is_taken_once(context: Context) -> None:
    await connections.connect(context, **SHOPIFY)
    with pytest.raises(Conflict, match="shop"):
        await connections.connect(context, **SHOPIFY)


async def test_a_disconnected_shop_is_connected_again_under_its_name(context: Context, fetch: Fetch) -> None:
    first = await connections.connect(context, **SHOPIFY)
    await connections.disconnect(context, "shop")
    assert await fetch("SELECT state, secrets FROM shop_connections") == [{"state": "disconnected", "secrets": None}]

    again = await connections.connect(context, **SHOPIFY)
    assert (again.connection.connection_id, again.connection.state) == (first.connection.connection_id, "active")


async def test_a_name_stays_with_its_system(context: Context) -> None:
    await connections.connect(context, **SHOPIFY)
    await connections.disconnect(context, "shop")
    with pytest.raises(Conflict):
        await connections.connect(context, **{**SHOPIFY, "system": "woocommerce", "secrets": {}})


async def test_an_unknown_shop_cannot_be_disconnected(context: Context) -> None:
    with pytest.raises(UnknownConnection):
        await connections.disconnect(context, "nobody")
    await connections.connect(context, **SHOPIFY)
    await connections.disconnect(context, "shop")
    with pytest.raises(UnknownConnection):
        await connections.disconnect(context, "shop")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"name": "Mein Shop"}, "the name"),
        ({"name": ""}, "the name"),
        ({"name": "-x"}, "the name"),
        ({"name": "x" * 64}, "the name"),
        ({"source": "x" * 101}, "the source"),
        ({"url": "shop.example"}, "the address"),
        ({"url": "http://shop.example"}, "the address"),
        ({"url": "ftp://shop.example"}, "the address"),
        ({"url": "https://user:pass@shop.example"}, "the address"),
        ({"url": "https://shop.example/?a=1"}, "the address"),
        ({"url": "https://shop.example:abc"}, "the address"),
        ({"url": "https://"}, "the address"),
        ({"url": "https://shop.example"}, "the address"),
        ({"secrets": {}}, "the secret client_secret"),
        ({"secrets": {"client_secret": " "}}, "the secret client_secret"),
        ({"secrets": {"client_secret": "x", "password": "y"}}, "the secret password"),
        ({"options": {"language": "German"}}, "the option language"),
        ({"options": {"currency": "Euro"}}, "the option currency"),
        ({"options": {"colour": "red"}}, "the option body"),
        ({"options": {"included_tax_percent": "100"}}, "the option included_tax_percent"),
        ({"options": {"included_tax_percent": "NaN"}}, "the option included_tax_percent"),
        ({"options": {"since": "2026-01-01T00:00:00"}}, "the option since"),
    ],
)
async def test_what_is_wrong_is_named(context: Context, changes: dict[str, Any], what: str) -> None:
    with pytest.raises(InvalidConnection, match=what):
        await connections.connect(context, **{**SHOPIFY, **changes})
    assert await connections.list_connections(context) == []


async def test_only_known_systems_can_be_connected(context: Context) -> None:
    with pytest.raises(UnknownSystem, match="shopify, shopware, woocommerce"):
        await connections.connect(context, **{**SHOPIFY, "system": "oxid"})


async def test_a_shop_in_a_folder_and_in_the_own_network_may_be_connected(context: Context) -> None:
    made = await connections.connect(context, **{**SHOPIFY, "url": "http://10.0.0.5:8080/shop/"}, options={"allow_private": "true"})
    assert made.connection.url == "http://10.0.0.5:8080/shop"
