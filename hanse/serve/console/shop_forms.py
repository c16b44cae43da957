"""The form of a connected shop: which fields a system needs, and what was typed as what a connection is made of.

Secrets are never shown again. What was typed comes back sealed where the form is shown once more, for an hour and to the same account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from hanse.base import sealing
from hanse.serve.console.rule_forms import Typed
from hanse.serve.console.session import Visit
from hanse.serve.console.texts import Words
from hanse.sources.connections import ShopConnection, systems
from hanse.sources.source import Options

SECRET = "secret_"  # noqa: S105  # how the names of fields begin
ATTRIBUTE = "attribute_"
SEALED = "sealed"
SEALED_FOR = timedelta(hours=1)
BOTH_OR_NONE = {"woocommerce": ("consumer_key", "consumer_secret")}
"""Secrets of which one alone is of no use."""
PLAIN = frozenset({"user", "client_id"})
"""Secrets that may be seen while they are typed."""
FROM_THE_SHOP = frozenset({"shopware"})
"""Systems that give their keys themselves."""


@dataclass(frozen=True)
class Line:
    """One line to fill in."""

    name: str
    label: str
    hint: str = ""
    needed: bool = False
    kind: str = "text"
    """`text`, `password` or `date`."""


@dataclass(frozen=True)
class Asked:
    """What somebody asks for."""

    name: str
    url: str
    source: str
    secrets: dict[str, str] = field(repr=False)
    options: dict[str, Any]


def address(words: Words, system: str) -> tuple[str, str]:
    """Return a hint on the address of a system, and an example of one."""
    gettext = words.gettext
    return {
        "shopify": (gettext("The address that ends in .myshopify.com, not that of your own domain."), "https://name.myshopify.com"),
        "shopware": (gettext("The address of the shop, as its administration is reached without /admin."), "https://shop.example"),
        "woocommerce": (gettext("The address of the WordPress in which WooCommerce runs."), "https://shop.example"),
        "tryton": (gettext("The address of Tryton's server, with the name of the database at its end."), "https://tryton.example/database"),
        "akeneo": (gettext("The address at which you sign in to Akeneo."), "https://pim.example"),
    }[system]


def secret_lines(words: Words, system: str, *, kept: bool) -> list[Line]:
    """Return the secrets that a system needs; those that are kept need not be given again."""
    if system in FROM_THE_SHOP:
        return []
    texts, source = _secret_texts(words), systems.find(system)
    made_here = {"webhook_secret"}
    return [
        Line(
            f"{SECRET}{name}",
            *texts[system, name],
            needed=name in source.required_secrets and name not in made_here and not kept,
            kind="text" if name in PLAIN else "password",
        )
        for name in (*source.optional_secrets, *source.required_secrets)
    ]


def option_lines(words: Words, system: str) -> list[Line]:
    """Return how the shop of a system is to be read, in lines that may all stay empty."""
    gettext = words.gettext
    found = [
        Line("language", gettext("Language of the texts"), gettext("Where the shop does not say it, such as de. Left empty, that of the settings."))
    ]
    found.append(Line("currency", gettext("Currency"), gettext("Where the shop does not say it, such as EUR. Left empty, that of the settings.")))
    if system != "shopware":
        hint = gettext("In per cent, such as 19. Left empty, the prices are net.")
        found.append(Line("included_tax_percent", gettext("Tax that the prices of products include"), hint))
    hint = gettext("Only for the first reading. Left empty, everything is read that is there.")
    found.append(Line("since", gettext("Read what was changed since"), hint, kind="date"))
    if system == "shopify":
        found.append(
            Line("storefront_url", gettext("Address of the pages"), gettext("Where customers see the products, if that is another address."))
        )
    return found + (_pim_lines(words) if systems.is_pim(system) else [])


def read(typed: Typed, system: str, kept: Mapping[str, str], before: Options | None) -> Asked:
    """Return what was typed; options that are not asked for stay as they were. What is wrong stands in `typed.wrong`."""
    known = systems.find(system)
    given = {name: text for name in (*known.required_secrets, *known.optional_secrets) if (text := typed.text(f"{SECRET}{name}"))}
    told: dict[str, Any] = {line.name: typed.text(line.name) for line in option_lines(typed.words, system) if not line.name.startswith(ATTRIBUTE)}
    told["since"] = _day(typed, "since")
    if "included_tax_percent" in told:
        told["included_tax_percent"] = told["included_tax_percent"].rstrip("% ").replace(",", ".")
    if systems.is_pim(system):
        told["attributes"] = {name: text for name in PIM_FIELDS if (text := typed.text(f"{ATTRIBUTE}{name}"))}
    options = {**(msgspec.to_builtins(before) if before else {}), **told, "allow_private": typed.flag("allow_private")}
    chosen = {name: value for name, value in options.items() if value not in ("", None)}
    return Asked(typed.text("name"), typed.text("url"), typed.text("source"), {**kept, **given}, chosen)


def check_pairs(typed: Typed, system: str, secrets: Mapping[str, str]) -> None:
    """Tell of a secret that is of no use without another."""
    missing = [name for name in BOTH_OR_NONE.get(system, ()) if name not in secrets]
    if len(missing) == 1:
        typed.wrong[f"{SECRET}{missing[0]}"] = typed.words.gettext("Give both, or none of the two.")


def typed_of(words: Words, known: ShopConnection) -> Typed:
    """Return what could have been typed to get a connection, without its secrets."""
    options, tax = known.options, known.options.included_tax_percent.normalize()
    found = {"name": known.name, "system": known.system, "url": known.url, "source": known.source}
    found |= {name: getattr(options, name) for name in ("language", "currency", "storefront_url", "channel", "media_url")}
    found |= {f"{ATTRIBUTE}{name}": code for name, code in options.attributes.items()}
    found |= {"allow_private": "true" if options.allow_private else ""}
    found |= {"included_tax_percent": f"{tax:f}".replace(".", "," if words.language == "de" else ".") if tax else ""}
    found |= {"since": f"{words.local(options.since):%Y-%m-%d}" if options.since else ""}
    return Typed({name: (text,) for name, text in found.items()}, words)


def seal(visit: Visit, system: str, secrets: Mapping[str, str]) -> str:
    """Return secrets as a page may carry them: nobody can read them there, and nobody else can use them."""
    until = visit.runtime.resources.clock.now() + SEALED_FOR
    marks = {"account": str(visit.account.account_id), "system": system, "until": until.isoformat()}
    named = {f"{SECRET}{name}": value for name, value in secrets.items()}
    return sealing.seal(visit.runtime.settings.home, {**marks, **named}).decode() if secrets else ""


def unseal(visit: Visit, system: str, text: str) -> dict[str, str]:
    """Return secrets that a page carried; none where they are too old, or another's."""
    try:
        found = sealing.unseal(visit.runtime.settings.home, text.encode() or None)
    except sealing.Unreadable:
        return {}
    own = found.get("account") == str(visit.account.account_id) and found.get("system") == system
    if not own or datetime.fromisoformat(found["until"]) < visit.runtime.resources.clock.now():
        return {}
    return {name.removeprefix(SECRET): value for name, value in found.items() if name.startswith(SECRET)}


PIM_FIELDS = ("title", "description", "brand", "gtin", "image", "price")


def _pim_lines(words: Words) -> list[Line]:
    gettext = words.gettext
    usual = gettext("Left empty, the usual ones are looked for.")
    hints = {"price": gettext("Left empty, no prices are read, as they are usually the shop's.")}
    names = {
        "title": gettext("Attribute of the title"),
        "description": gettext("Attribute of the description"),
        "brand": gettext("Attribute of the brand"),
        "gtin": gettext("Attribute of the GTIN"),
        "image": gettext("Attribute of the picture"),
        "price": gettext("Attribute of the price"),
    }
    channel = Line("channel", gettext("Channel"), gettext("The code of the channel whose values count. Left empty, the first that has any."))
    media = Line(
        "media_url",
        gettext("Address of the media files"),
        gettext("Below which pictures lie for everybody, such as a CDN. Left empty, there is none."),
    )
    return [channel, *(Line(f"{ATTRIBUTE}{name}", names[name], hints.get(name, usual)) for name in PIM_FIELDS), media]


def _day(typed: Typed, name: str) -> str | None:
    text = typed.text(name)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=typed.words.zone).isoformat() if text else None
    except ValueError:
        typed.wrong[name] = typed.words.gettext("This has to be a day.")
        return None


def _secret_texts(words: Words) -> dict[tuple[str, str], tuple[str, str]]:
    gettext = words.gettext
    scopes = "read_orders, read_customers, read_products, read_inventory"
    connection = gettext("In Akeneo under Connect › Connection settings, at the connection; its flow is Other.")
    return {
        ("shopify", "access_token"): (
            gettext("Access token of the Admin API"),
            gettext(
                "Shopify shows it once, when the app is installed. The app needs the scopes %(scopes)s. Left empty, nothing is read, and only messages are taken in.",
                scopes=scopes,
            ),
        ),
        ("shopify", "client_secret"): (
            gettext("Client secret of the app"),
            gettext("In the settings of the app at Shopify, beside its client ID. Shopify signs its messages with it."),
        ),
        ("woocommerce", "consumer_key"): (
            gettext("Consumer key"),
            gettext(
                "In WooCommerce under Settings › Advanced › REST API › Add key, with the permission Read. It begins with ck_. Left empty, nothing is read, and only messages are taken in."
            ),
        ),
        ("woocommerce", "consumer_secret"): (gettext("Consumer secret"), gettext("WooCommerce shows it once, beside the key. It begins with cs_.")),
        ("woocommerce", "webhook_secret"): (
            gettext("Secret of the webhooks"),
            gettext("WooCommerce signs its messages with it. Left empty, one is made here and shown once."),
        ),
        ("tryton", "user"): (gettext("User in Tryton"), gettext("A user for Hanse alone, who may read products, parties and sales.")),
        ("tryton", "password"): (gettext("Password in Tryton"), gettext("Of this user.")),
        ("akeneo", "client_id"): (gettext("Client ID"), connection),
        ("akeneo", "client_secret"): (gettext("Secret"), gettext("In Akeneo beside the client ID.")),
        ("akeneo", "user"): (gettext("User name"), gettext("In Akeneo at the same connection, such as hanse_1234.")),
        ("akeneo", "password"): (gettext("Password"), gettext("Akeneo shows it once, when the connection is made, and makes a new one there.")),
    }
