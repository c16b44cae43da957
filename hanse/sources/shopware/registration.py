"""The handshake of a Shopware app: what is signed, what proves that we are the app, and the manifest that is installed; pure functions."""

from __future__ import annotations

from urllib.parse import parse_qs
from xml.sax.saxutils import escape, quoteattr

from hanse.sources.shopware import payloads
from hanse.sources.source import signatures
from hanse.sources.source.batches import decode
from hanse.sources.source.errors import Unmappable

EVENTS = (
    "checkout.order.placed",
    "checkout.customer.register",
    "checkout.customer.guest_register",
    "checkout.customer.double_opt_in_registration",
    "checkout.customer.deleted",
    "newsletter.register",
    "newsletter.confirm",
    "newsletter.unsubscribe",
    "state_enter.order.state.cancelled",
    "state_enter.order_transaction.state.paid",
    "state_enter.order_transaction.state.refunded",
    "state_enter.order_transaction.state.refunded_partially",
    "state_enter.order_transaction.state.chargeback",
    "product.written",
    "product.deleted",
    "app.deleted",
)
READ = (
    *("order", "order_line_item", "order_customer", "order_transaction", "order_address", "order_delivery", "state_machine_state"),
    *("customer", "customer_address", "customer_group", "newsletter_recipient", "country", "sales_channel"),
    *("product", "product_translation", "product_manufacturer", "product_media", "media", "category", "property_group", "property_group_option"),
    *("product_option", "product_property", "product_category", "currency", "language", "locale"),
)
"""Entities that the app may read: what webhooks bring and polls ask for."""


def proof(shop_id: str, shop_url: str, app_name: str, app_secret: str) -> str:
    """Return what proves that we know the secret of the app."""
    return signatures.hex_hmac(app_secret, f"{shop_id}{shop_url}{app_name}".encode())


def asked(query: bytes) -> tuple[str, str, int]:
    """Return id and address of the shop that wants to register, and when it asked (seconds); raises `Unmappable`."""
    values = parse_qs(query.decode(errors="replace"))
    found = {name: values.get(name, [""])[0] for name in ("shop-id", "shop-url", "timestamp")}
    for name, value in found.items():
        if not value:
            raise Unmappable(field=name, reason="this is missing")
    if not found["timestamp"].isascii() or not found["timestamp"].isdecimal() or len(found["timestamp"]) > 11:
        raise Unmappable(field="timestamp", reason="this is not a time")
    return found["shop-id"], found["shop-url"], int(found["timestamp"])


def confirmation(body: bytes) -> payloads.Registration:
    """Return the keys that the shop gives at the end; raises `Unmappable`."""
    return decode(body, payloads.Registration)


def manifest(*, app_name: str, app_secret: str, url: str) -> str:
    """Return the manifest of the app, for a folder `custom/apps/<app name>` of the shop; `url` is where its webhooks go."""
    hooks = "\n".join(
        f"        <webhook name={quoteattr(event.replace('.', '-'))} url={quoteattr(url)} event={quoteattr(event)}/>" for event in EVENTS
    )
    rights = "\n".join(f"        <read>{escape(entity)}</read>" for entity in READ)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:noNamespaceSchemaLocation="https://raw.githubusercontent.com/shopware/shopware/trunk/src/Core/Framework/App/Manifest/Schema/manifest-2.0.xsd">
    <meta>
        <name>{escape(app_name)}</name>
        <label>{escape(app_name)}</label>
        <label lang="de-DE">{escape(app_name)}</label>
        <author>Hanse</author>
        <copyright>Apache-2.0</copyright>
        <version>1.0.0</version>
        <license>Apache-2.0</license>
    </meta>
    <setup>
        <registrationUrl>{escape(url)}/register</registrationUrl>
        <secret>{escape(app_secret)}</secret>
    </setup>
    <permissions>
{rights}
    </permissions>
    <webhooks>
{hooks}
    </webhooks>
</manifest>
"""
