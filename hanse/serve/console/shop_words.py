"""Everyday names of connected shops: how they are doing, what stands in the way, and what is wrong with a field of their form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hanse.base.errors import HanseError
from hanse.serve.console import labels
from hanse.serve.console.texts import Words
from hanse.sources.connections import Polled, ShopConnection, systems, trying
from hanse.sources.connections.errors import InvalidConnection, UnreadableSecrets
from hanse.sources.source.errors import AddressNotAllowed, NeedsShop, NotThere, ShopRefused, ShopUnavailable, Unmappable

State = tuple[str, str, str]
"""Name, how good it is, and icon."""
REFUSES_KEYS = frozenset({"400", "401", "403", "422", "LoginException"})
"""How systems refuse keys that are wrong or may not read; Tryton does so by name."""
AWAY = frozenset({"ConnectError", "ConnectTimeout"})
SLOW = frozenset({"ReadTimeout", "WriteTimeout", "PoolTimeout", trying.NO_ANSWER})
IN_MANIFEST = frozenset({"app_secret"})
"""Secrets that are made here and that nobody types in: the manifest brings them into the shop."""
KNOWN: tuple[type[HanseError], ...] = (NotThere, ShopRefused, ShopUnavailable, AddressNotAllowed, Unmappable, UnreadableSecrets, NeedsShop)


def title(system: str) -> str:
    """Return the name of a system."""
    return systems.find(system).title


def reads(words: Words, system: str) -> str:
    """Return what is read from a system."""
    return ", ".join(labels.kind(words, each) for each in systems.find(system).kinds)


def state(words: Words, one: ShopConnection) -> State:
    """Return how a connection is doing."""
    gettext = words.gettext
    if one.state == "disconnected":
        return gettext("disconnected"), "", "ban"
    if one.state == "pending":
        return gettext("waits for the shop"), "warn", "clock"
    if one.last_error:
        return gettext("cannot be read"), "bad", "circle-alert"
    if one.last_polled_at is None and one.last_delivery_at is None:
        return gettext("nothing has come yet"), "warn", "clock"
    return gettext("connected"), "good", "check"


def came(words: Words, polled: Polled | None) -> str:
    """Return what the last reading brought; nothing where that is not known any more."""
    if polled is None or polled.error:
        return ""
    if not polled.written and not polled.refused:
        return words.gettext("nothing new")
    told = words.ngettext("%(num)s new or changed", "%(num)s new or changed", polled.written)
    refused = words.ngettext("%(num)s not taken in", "%(num)s not taken in", polled.refused)
    return f"{told}, {refused}" if polled.refused else told


def kept_trouble(words: Words, text: str | None, system: str) -> str:
    """Return what stands in the way, from what was kept of an error."""
    for kind in KNOWN:
        if found := _pattern(kind).fullmatch(text or ""):
            return _plain(words, kind, found.groupdict(), system)
    return words.gettext("Something went wrong while reading; the log of the server has the details. It is tried again by itself.") if text else ""


def trouble(words: Words, error: HanseError, system: str) -> str:
    """Return what stands in the way."""
    return _plain(words, type(error), error.facts, system)


def wrong(words: Words, error: InvalidConnection) -> str:
    """Return what is wrong with a field, as a sentence that stands beside it."""
    gettext, field, reason = words.gettext, str(error.facts.get("field", "")), str(error.facts.get("reason", ""))
    if field == "url":
        return _address(words, error)
    told = {
        "name": gettext("This has to be small letters, digits and dashes, 63 at most, such as main-shop."),
        "source": gettext("This may have 100 characters at most."),
        "language": gettext("This has to be two small letters, such as de."),
        "currency": gettext("This has to be three capital letters, such as EUR."),
        "included_tax_percent": gettext("This has to be a number from 0 to less than 100, such as 19."),
        "since": gettext("This has to be a day."),
        "media_url": gettext("This has to be an address that begins with https:// or http://."),
    }
    return told.get(field) or (gettext("This is needed.") if reason.startswith("is missing") else words.error(error))


def _address(words: Words, error: InvalidConnection) -> str:
    gettext = words.gettext
    if domain := error.facts.get("domain"):
        return gettext("This has to be the address that ends in %(domain)s.", domain=domain)
    if error.facts.get("reason") == "has to begin with https://":
        return gettext("It has to begin with https://. Only what stands in your own network may do without; then tick that below.")
    return gettext("This has to be an address such as https://shop.example, without a password, ? or # in it.")


def _plain(words: Words, kind: type[HanseError], facts: Mapping[str, Any], system: str) -> str:
    gettext, told = words.gettext, {"system": title(system), "host": facts.get("host", "")}
    if issubclass(kind, NotThere):
        return gettext("%(host)s answers, but the interface of %(system)s is not at this address. Check the address.", **told)
    if issubclass(kind, ShopRefused):
        return _refused(words, facts, system)
    if issubclass(kind, ShopUnavailable):
        return _unavailable(words, facts)
    if kind is AddressNotAllowed:
        return gettext("%(host)s is not an address on the internet. If it stands in your own network, tick that.", **told)
    if kind is Unmappable:
        return gettext("What answers does not answer as %(system)s does. Check the address.", **told)
    return words.error(kind(**facts))


def _refused(words: Words, facts: Mapping[str, Any], system: str) -> str:
    told, reason = {"system": title(system), "path": facts["path"]}, str(facts["reason"])
    if reason.removeprefix("status ") in REFUSES_KEYS:
        kinds = words.listing(labels.kind(words, each) for each in systems.find(system).kinds)
        return words.gettext("%(system)s refuses the keys. Check that they are whole and still valid, and may read: %(kinds)s.", kinds=kinds, **told)
    if "another address" in reason:
        return words.gettext("This address leads on to another one. Enter that one.")
    return words.gettext("%(system)s refuses to answer %(path)s (%(reason)s).", reason=reason, **told)


def _unavailable(words: Words, facts: Mapping[str, Any]) -> str:
    gettext, reason, host = words.gettext, str(facts["reason"]), facts["host"]
    if reason in AWAY:
        return gettext("%(host)s cannot be reached. Check the address for typing errors, and whether the server there is running.", host=host)
    if reason in SLOW:
        return gettext("%(host)s did not answer in time. Check the address, or try again in a few minutes.", host=host)
    if reason == "status 429":
        return gettext("%(host)s is asked too often at present. Try again in a few minutes.", host=host)
    return gettext("%(host)s has a fault of its own at present (%(reason)s). Try again in a few minutes.", host=host, reason=reason)


def _pattern(kind: type[HanseError]) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", kind.template())
    return re.compile("".join(f"(?P<{each}>.+)" if place % 2 else re.escape(each) for place, each in enumerate(parts)))
