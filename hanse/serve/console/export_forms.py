"""The form of a catalog file, written once or every night: what was typed becomes its options, and options what could have been typed."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from hanse.base.errors import FieldProblem
from hanse.data.catalog.channel import LIST, is_address
from hanse.serve.console.rule_forms import Typed
from hanse.serve.console.texts import Words
from hanse.sources.feeds import FORMATS, ExportOptions, values
from hanse.sources.feeds.nightly import CatalogExport

USUAL = {"format": ("merchant",)}
LANGUAGES = ("de", "en")
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
ONCE = "catalog-"
"""How the names of files begin that are written once."""


def format_of(typed: Typed) -> str:
    """Return the chosen format; one that there is not is told."""
    name = typed.text("format")
    if name not in FORMATS:
        typed.wrong["format"] = typed.words.gettext("Choose one of the formats.")
    return name


def name_of(typed: Typed) -> str:
    """Return the name of a file of every night; one that cannot be is told."""
    name, gettext = typed.text("name"), typed.words.gettext
    if not NAME.fullmatch(name):
        typed.wrong["name"] = gettext("Give it a name of small letters, digits, - and _, such as google; 60 characters at most.")
    elif name.startswith(ONCE) and name != typed.text("before"):
        typed.wrong["name"] = gettext("Names that begin with catalog- are those of files that are written once. Choose another one.")
    return name


def options(typed: Typed, before: ExportOptions) -> ExportOptions:
    """Return what was typed, what is not asked for as it was before; what is wrong stands in `typed.wrong`."""
    language = typed.text("language")
    told: dict[str, Any] = {
        "language": language if language in LANGUAGES else None,
        "price_list": typed.text("price_list") or LIST,
        "tax_rate": _tax(typed),
        "base_url": _address(typed, "base_url"),
        "product_url": _address(typed, "product_url"),
        "supplier": typed.text("supplier"),
    }
    try:
        return msgspec.convert({**msgspec.structs.asdict(before), **told}, ExportOptions)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        field = path.rstrip("`")
        typed.wrong.setdefault(field, typed.words.problem(FieldProblem(field=field, message=message)))
        return before


def typed_of(words: Words, export: CatalogExport) -> Typed:
    """Return what could have been typed to get a file of every night."""
    chosen = export.options
    found = {
        "name": export.name,
        "before": export.name,
        "format": export.format,
        "language": chosen.language or "",
        "tax_rate": _percent(words, chosen),
    }
    found |= {"price_list": "" if chosen.price_list == LIST else chosen.price_list}
    found |= {name: getattr(chosen, name) for name in ("base_url", "product_url", "supplier")}
    return Typed({name: (text,) for name, text in found.items()}, words)


def told(words: Words, export: CatalogExport) -> str:
    """Return for whom a file is written, in a line."""
    gettext, chosen = words.gettext, export.options
    parts = [
        {"de": gettext("German"), "en": gettext("English")}.get(chosen.language or "", gettext("in the language of the settings")),
        gettext("prices for everybody") if chosen.price_list == LIST else gettext("prices of the list %(name)s", name=chosen.price_list),
        gettext("net") if chosen.tax_rate is None else gettext("with %(tax)s%% tax", tax=_percent(words, chosen)),
    ]
    return ", ".join(parts)


def _percent(words: Words, chosen: ExportOptions) -> str:
    if chosen.tax_rate is None:
        return ""
    percent = round(100 * chosen.tax_rate, 4)
    return words.number(percent, 0 if percent == int(percent) else 2)


def _tax(typed: Typed) -> float | None:
    percent = typed.text("tax_rate").rstrip("% ")
    if not percent:
        return None
    number, _ = values.number(percent)
    if number is None or not 0 <= number < 100:
        typed.wrong["tax_rate"] = typed.words.gettext("This has to be a number from 0 to less than 100, such as 19.")
        return None
    return float(number) / 100


def _address(typed: Typed, name: str) -> str:
    address, gettext = typed.text(name), typed.words.gettext
    if address and not is_address(address):
        typed.wrong[name] = gettext("This has to be an address that begins with https:// or http://.")
    elif address and name == "product_url" and "{id}" not in address:
        typed.wrong[name] = gettext("{id} is missing in it: where the number of the product stands, as in https://shop.example/products/{id}.")
    return "" if name in typed.wrong else address
