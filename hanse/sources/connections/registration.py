"""The handshake of Shopware apps: the shop registers, proves who it is, and gives us its keys; only then is it connected.

A shop that is connected already has to sign with the secret it has from us as well, so that nobody who only knows the secret of the
app can take its place; the new secret counts once the shop has confirmed it.
"""

from __future__ import annotations

import secrets as chance
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import structlog

from hanse.base.context import Context
from hanse.sources.connections import store
from hanse.sources.connections.errors import NotAuthentic, UnknownConnection, WrongShop
from hanse.sources.connections.schemas import ShopConnection
from hanse.sources.shopware import registration as handshake
from hanse.sources.source import Incoming, Shop, signatures

SYSTEM = "shopware"
FRESH = timedelta(minutes=15)
"""How old a request to register may be, clocks that differ included."""
GRACE = timedelta(minutes=1)
"""How long deliveries signed with the old secret are still taken after a change."""


async def register(context: Context, name: str, incoming: Incoming, *, confirmation_url: str) -> dict[str, str]:
    """Answer a shop that wants to register: our proof, its new secret and where to confirm it.

    Raises `UnknownConnection`, `NotAuthentic`, and `WrongShop` for a shop other than the connected one.
    """
    connection = await context.connection()
    known, shop = await _connected(context, name)
    signed = incoming.headers.get("shopware-app-signature")
    if not signatures.is_hex_hmac(signed, shop.secrets.get("app_secret"), incoming.query):
        raise _refused(name, "the signature of the app is missing or wrong")
    if _is_registered(known, shop) and not _is_signed_by_shop(shop, incoming.headers.get("shopware-shop-signature"), incoming.query):
        raise _refused(name, "the shop is connected and did not sign with its secret")
    shop_id, shop_url, timestamp = handshake.asked(incoming.query)
    if abs(incoming.received_at - datetime.fromtimestamp(timestamp, UTC)) > FRESH:
        raise _refused(name, "the request is too old")
    _check_host(shop, shop_url)
    secret = chance.token_urlsafe(48)
    pending = {"pending_shop_secret": secret, "pending_shop_id": shop_id}
    await store.put_secrets(context, connection, shop.connection_id, {**shop.secrets, **pending})
    proof = handshake.proof(shop_id, shop_url, shop.options.app_name, shop.secrets["app_secret"])
    return {"proof": proof, "secret": secret, "confirmation_url": confirmation_url}


async def confirm(context: Context, name: str, incoming: Incoming) -> None:
    """Take the keys of the shop and its new secret as good; raises as `register` does."""
    connection = await context.connection()
    known, shop = await _connected(context, name)
    secret = shop.secrets.get("pending_shop_secret")
    if not signatures.is_hex_hmac(incoming.headers.get("shopware-shop-signature"), secret, incoming.body):
        raise _refused(name, "the signature of the shop is missing or wrong")
    if _is_registered(known, shop) and not _is_signed_by_shop(shop, incoming.headers.get("shopware-shop-signature-previous"), incoming.body):
        raise _refused(name, "the shop is connected and did not sign with the secret it had")
    keys = handshake.confirmation(incoming.body)
    _check_host(shop, keys.shop_url)
    if keys.shop_id != shop.secrets.get("pending_shop_id"):
        raise _refused(name, "the shop is not the one that registered")
    await store.put_secrets(context, connection, shop.connection_id, _confirmed(shop, keys.api_key, keys.secret_key, incoming.received_at))
    await store.put_state(connection, shop.connection_id, "active")
    structlog.get_logger().info("a shop has registered", connection=name)


async def manifest(context: Context, name: str, *, public_url: str) -> str:
    """Return the manifest of the app to install in the shop, with its secret in it; raises `UnknownConnection`."""
    _, shop = await _connected(context, name)
    url = f"{public_url.rstrip('/')}/webhooks/{SYSTEM}/{name}"
    return handshake.manifest(app_name=shop.options.app_name, app_secret=shop.secrets.get("app_secret", ""), url=url)


def _confirmed(shop: Shop, api_key: str, api_secret: str, now: datetime) -> dict[str, str]:
    kept = {name: value for name, value in shop.secrets.items() if not name.startswith(("pending_", "previous_"))}
    if "shop_secret" in kept:
        kept |= {"previous_shop_secret": kept["shop_secret"], "previous_until": (now + GRACE).isoformat()}
    told = {"shop_secret": shop.secrets["pending_shop_secret"], "shop_id": shop.secrets["pending_shop_id"]}
    return {**kept, **told, "api_key": api_key, "api_secret": api_secret}


async def _connected(context: Context, name: str) -> tuple[ShopConnection, Shop]:
    known, shop = await store.shop(context, await context.connection(), name, lock=True)
    if known.system != SYSTEM:
        raise UnknownConnection(name=name)
    return known, shop


def _is_registered(known: ShopConnection, shop: Shop) -> bool:
    return known.state == "active" and "shop_secret" in shop.secrets


def _is_signed_by_shop(shop: Shop, given: str | None, message: bytes) -> bool:
    return signatures.is_hex_hmac(given, shop.secrets.get("shop_secret"), message)


def _check_host(shop: Shop, url: str) -> None:
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        host = ""
    if host != shop.host:
        raise WrongShop(found=host or "without an address", name=shop.name, host=shop.host)


def _refused(name: str, reason: str) -> NotAuthentic:
    structlog.get_logger().warning("refused the handshake of a shop", connection=name, reason=reason)
    return NotAuthentic()
