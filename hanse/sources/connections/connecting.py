"""Connecting and disconnecting shops. The command line and the console call this."""

from __future__ import annotations

import re
import secrets as chance
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec

from hanse.base import errors, ids
from hanse.base.context import Context
from hanse.data.access import audit
from hanse.sources.connections import store, systems, vault
from hanse.sources.connections.errors import InvalidConnection, UnknownConnection, UnreadableSecrets
from hanse.sources.connections.schemas import Connected, ShopConnection
from hanse.sources.source import Options, Secrets, Shop, Source
from hanse.sources.source.api import not_as_expected

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
MADE_HERE = frozenset({"webhook_secret", "app_secret"})
"""Secrets that are made here where nobody gives them."""
DOMAINS = {"shopify": ".myshopify.com"}
"""Systems whose shops have one kind of address alone, which also stands in their webhooks."""
HANDSHAKE = frozenset({"shopware"})
"""Systems whose connections are pending until the shop has registered."""


@dataclass(frozen=True)
class Draft:
    """A connection that could be made: everything in it is as it has to be, and nothing is kept yet."""

    shop: Shop
    made_secrets: Mapping[str, str] = field(repr=False)


def draft(
    context: Context,
    *,
    name: str,
    system: str,
    url: str,
    secrets: Mapping[str, str],
    source: str = "",
    options: Mapping[str, Any] | Options | None = None,
    kept: Mapping[str, str] | None = None,
) -> Draft:
    """Return a connection as it would be made; `kept` are secrets that stay where no others are given.

    Raises `UnknownSystem` and `InvalidConnection` naming what is wrong.
    """
    kind = systems.find(system)
    chosen = _options(options)
    facts = {"name": _name(name), "system": system, "source": _source(source or name), "url": _url(url, chosen, DOMAINS.get(system, ""))}
    given, made = _secrets(kind, secrets, kept or {})
    shop = Shop(
        **facts,
        connection_id=ids.new(context.clock.now()),
        language=chosen.language or context.settings.language,
        currency=chosen.currency or context.settings.currency,
        options=chosen,
        secrets=Secrets(given | made),
    )
    return Draft(shop, made)


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
    return await keep(context, draft(context, name=name, system=system, url=url, secrets=secrets, source=source, options=options))


async def keep(context: Context, drafted: Draft) -> Connected:
    """Connect a shop as it was drafted; raises `Conflict` where there is one of this name."""
    shop, connection = drafted.shop, await context.connection()
    row = {
        **_row(context, shop),
        "name": shop.name,
        "system": shop.system,
        "source": shop.source,
        "state": first_state(shop.system),
        "now": context.clock.now(),
    }
    if await (await connection.execute(store.queries["insert_connection"], row)).fetchone() is None:
        raise errors.Conflict(what=f"The connection {shop.name}")
    return await _kept(context, drafted, "shops.connect")


async def redraft(
    context: Context, name: str, *, url: str, secrets: Mapping[str, str], options: Mapping[str, Any] | Options | None = None
) -> tuple[ShopConnection, Draft]:
    """Return a connection and how it would be with another address, other secrets or options; secrets that are not given stay.

    At the address of another host they do not: it could be anybody's; nor do those that cannot be read. Raises as `draft` does, and
    `UnknownConnection`.
    """
    known, secrets_now = await _present(context, name)
    kept = secrets_now if _place(url) == _place(known.url) else {}
    drafted = draft(context, name=name, system=known.system, url=url, secrets=secrets, source=known.source, options=options, kept=kept)
    return known, drafted


async def change(context: Context, known: ShopConnection, drafted: Draft) -> Connected:
    """Change a connection to what was drafted with `redraft`, or connect again what was disconnected."""
    if known.state == "disconnected":
        return await keep(context, drafted)
    elsewhere = _place(drafted.shop.url) != _place(known.url)
    row = {
        **_row(context, drafted.shop),
        "connection_id": known.connection_id,
        "state": first_state(known.system) if elsewhere else known.state,
    }
    await (await context.connection()).execute(store.queries["change_connection"], row)
    return await _kept(context, drafted, "shops.change")


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
    """Return where a shop sends its webhooks; empty for a system that sends none."""
    return "" if not systems.sends(connection.system) else f"/webhooks/{connection.system}/{connection.name}"


async def _present(context: Context, name: str) -> tuple[ShopConnection, Mapping[str, str]]:
    """Return a connection with its secrets, none where the key is lost that they were sealed with."""
    connection = await context.connection()
    try:
        known, shop = await store.shop(context, connection, name, lock=True)
    except UnreadableSecrets:
        return next(each for each in await store.list_connections(connection) if each.name == name), {}
    return known, shop.secrets


def first_state(system: str) -> str:
    """Return the state of a new connection."""
    return "pending" if system in HANDSHAKE else "active"


async def _kept(context: Context, drafted: Draft, action: str) -> Connected:
    await _note(context, action, drafted.shop.name)
    known, _ = await store.shop(context, await context.connection(), drafted.shop.name)
    return Connected(connection=known, webhook_path=webhook_path(known), made_secrets=dict(drafted.made_secrets))


def _row(context: Context, shop: Shop) -> dict[str, Any]:
    """Return what the database keeps of a shop, its secrets sealed."""
    sealed = vault.seal(context.settings.home, shop.secrets)
    return {"connection_id": shop.connection_id, "url": shop.url, "options": store.options_json(shop.options), "secrets": sealed}


def _place(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidConnection(
            field="name", what="the name", reason="has to be small letters, digits and dashes, at most 63 of them, as it stands in addresses"
        )
    return name


def _source(source: str) -> str:
    if not source.strip() or len(source) > 100:
        raise InvalidConnection(field="source", what="the source", reason="has to be a name of at most 100 characters")
    return source


def _url(url: str, options: Options, domain: str) -> str:
    try:
        parts = urlsplit(url.strip())
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        raise InvalidConnection(field="url", what="the address", reason="cannot be read") from None
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if not (parts.hostname and port_is_right and plain and parts.scheme in {"https", "http"}):
        reason = "has to be like https://shop.example, without password, question mark or fragment"
        raise InvalidConnection(field="url", what="the address", reason=reason)
    if parts.scheme != "https" and not options.allow_private:
        raise InvalidConnection(field="url", what="the address", reason="has to begin with https://")
    if not (parts.hostname.endswith(domain) or options.allow_private):
        raise InvalidConnection(field="url", domain=domain, what="the address", reason=f"has to be the one that ends in {domain}")
    return parts.geturl().rstrip("/")


def _options(options: Mapping[str, Any] | Options | None) -> Options:
    if isinstance(options, Options):
        options = msgspec.to_builtins(options)
    try:
        found = msgspec.convert(options or {}, Options, strict=False)
    except msgspec.ValidationError as error:
        problem = not_as_expected(error)
        raise InvalidConnection(field=problem.field, what=f"the option {problem.field}", reason=f"is not as expected: {problem.reason}") from error
    if not (found.included_tax_percent.is_finite() and 0 <= found.included_tax_percent < 100):
        raise InvalidConnection(field="included_tax_percent", what="the option included_tax_percent", reason="has to be from 0 to below 100")
    if found.since is not None and found.since.tzinfo is None:
        raise InvalidConnection(field="since", what="the option since", reason="needs a time zone, such as 2026-01-01T00:00:00Z")
    return found


def _secrets(source: Source, given: Mapping[str, str], kept: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the secrets that were given or stay, and those that are made here."""
    known = {*source.required_secrets, *source.optional_secrets}
    if unknown := sorted(given.keys() - known):
        raise InvalidConnection(field=unknown[0], what=f"the secret {unknown[0]}", reason=f"is none of {', '.join(sorted(known))}")
    told = {**kept, **{name: value.strip() for name, value in given.items() if value.strip()}}
    made = {name: chance.token_urlsafe(48) for name in source.required_secrets if name in MADE_HERE and name not in told}
    if missing := sorted(set(source.required_secrets) - told.keys() - made.keys()):
        reason = f"is missing; {source.title} shows it where the app or webhook was made"
        raise InvalidConnection(field=missing[0], what=f"the secret {missing[0]}", reason=reason)
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
