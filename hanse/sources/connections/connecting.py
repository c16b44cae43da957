"""Connecting and disconnecting shops. The command line and the console call this."""

from __future__ import annotations

import re
import secrets as chance
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from hanse.base import errors, ids
from hanse.base.context import Context
from hanse.data.access import audit
from hanse.sources.connections import store, systems, vault
from hanse.sources.connections.errors import InvalidConnection, UnknownConnection
from hanse.sources.connections.schemas import Connected, ShopConnection
from hanse.sources.source import Options, Source
from hanse.sources.source.api import not_as_expected

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
MADE_HERE = frozenset({"webhook_secret", "app_secret"})
"""Secrets that are made here where nobody gives them."""
DOMAINS = {"shopify": ".myshopify.com"}
"""Systems whose shops have one kind of address alone, which also stands in their webhooks."""
HANDSHAKE = frozenset({"shopware"})
"""Systems whose connections are pending until the shop has registered."""


async def connect(
    context: Context,
    *,
    name: str,
    system: str,
    url: str,
    secrets: Mapping[str, str],
    source: str = "",
    options: Mapping[str, Any] | Options | None = None,
) -> Connected:
    """Connect a shop under a name; what was made for it is told this once.

    `source` is the name of the shop in the log, by default that of the connection: the one under which its files were imported, so
    that no order counts twice. Raises `UnknownSystem`, `InvalidConnection` naming what is wrong, and `Conflict`.
    """
    kind = systems.find(system)
    chosen = _options(options)
    facts = {"name": _name(name), "system": system, "source": _source(source or name), "url": _url(url, chosen, DOMAINS.get(system, ""))}
    given, made = _secrets(kind, secrets)
    connection = await context.connection()
    row = {
        **facts,
        "connection_id": ids.new(context.clock.now()),
        "state": "pending" if system in HANDSHAKE else "active",
        "options": store.options_json(chosen),
        "secrets": vault.seal(context.settings.home, given | made),
        "now": context.clock.now(),
    }
    if await (await connection.execute(store.queries["insert_connection"], row)).fetchone() is None:
        raise errors.Conflict(what=f"The connection {name}")
    await _note(context, "shops.connect", name)
    known, _ = await store.shop(context, connection, name)
    return Connected(connection=known, webhook_path=webhook_path(known), made_secrets=made)


async def list_connections(context: Context) -> list[ShopConnection]:
    """Return all connected shops by name, also those that were disconnected."""
    return await store.list_connections(await context.connection())


async def disconnect(context: Context, name: str) -> None:
    """End a connection and forget its secrets; what came from the shop stays. Raises `UnknownConnection`."""
    cursor = await (await context.connection()).execute(store.queries["disconnect"], {"name": name})
    if await cursor.fetchone() is None:
        raise UnknownConnection(name=name)
    await _note(context, "shops.disconnect", name)


def webhook_path(connection: ShopConnection) -> str:
    """Return where a shop sends its webhooks."""
    return f"/webhooks/{connection.system}/{connection.name}"


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidConnection(what="the name", reason="has to be small letters, digits and dashes, at most 63 of them, as it stands in addresses")
    return name


def _source(source: str) -> str:
    if not source.strip() or len(source) > 100:
        raise InvalidConnection(what="the source", reason="has to be a name of at most 100 characters")
    return source


def _url(url: str, options: Options, domain: str) -> str:
    try:
        parts = urlsplit(url.strip())
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        raise InvalidConnection(what="the address", reason="cannot be read") from None
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if not (parts.hostname and port_is_right and plain and parts.scheme in {"https", "http"}):
        raise InvalidConnection(what="the address", reason="has to be like https://shop.example, without password, question mark or fragment")
    if parts.scheme != "https" and not options.allow_private:
        raise InvalidConnection(what="the address", reason="has to begin with https://")
    if not (parts.hostname.endswith(domain) or options.allow_private):
        raise InvalidConnection(what="the address", reason=f"has to be the one that ends in {domain}")
    return parts.geturl().rstrip("/")


def _options(options: Mapping[str, Any] | Options | None) -> Options:
    if isinstance(options, Options):
        options = msgspec.to_builtins(options)
    try:
        found = msgspec.convert(options or {}, Options, strict=False)
    except msgspec.ValidationError as error:
        problem = not_as_expected(error)
        raise InvalidConnection(what=f"the option {problem.field}", reason=f"is not as expected: {problem.reason}") from error
    if not (found.included_tax_percent.is_finite() and 0 <= found.included_tax_percent < 100):
        raise InvalidConnection(what="the option included_tax_percent", reason="has to be from 0 to below 100")
    if found.since is not None and found.since.tzinfo is None:
        raise InvalidConnection(what="the option since", reason="needs a time zone, such as 2026-01-01T00:00:00Z")
    return found


def _secrets(source: Source, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the secrets that were given and those that are made here."""
    known = {*source.required_secrets, *source.optional_secrets}
    if unknown := sorted(given.keys() - known):
        raise InvalidConnection(what=f"the secret {unknown[0]}", reason=f"is none of {', '.join(sorted(known))}")
    told = {name: value.strip() for name, value in given.items() if value.strip()}
    made = {name: chance.token_urlsafe(48) for name in source.required_secrets if name in MADE_HERE and name not in told}
    if missing := sorted(set(source.required_secrets) - told.keys() - made.keys()):
        raise InvalidConnection(what=f"the secret {missing[0]}", reason=f"is missing; {source.title} shows it where the app or webhook was made")
    return told, made


async def _note(context: Context, action: str, name: str) -> None:
    await audit.note(
        await context.connection(),
        actor_kind=context.caller.kind,
        actor=context.caller.name,
        action=action,
        effect="write",
        subject=name,
        now=context.clock.now(),
    )
