"""What a file of every night is said to be: how it went, when it is written next, and what its products lack."""

from __future__ import annotations

from datetime import datetime, timedelta

from hanse.serve.console.texts import Words
from hanse.sources.feeds.nightly import CatalogExport


def state(words: Words, export: CatalogExport) -> tuple[str, str, str]:
    """Return how it went the last time, how good that is, and its icon."""
    gettext = words.gettext
    if export.problem:
        return gettext("could not be written"), "bad", "circle-alert"
    if export.written_at is None:
        return gettext("not written yet"), "", "clock"
    if not export.products:
        return gettext("written, without any product"), "warn", "triangle-alert"
    return gettext("written"), "good", "check"


def next_at(cron: str | None, now: datetime) -> datetime | None:
    """Return when a job of every night runs next; its schedule is in UTC."""
    minute, hour, *_ = (cron or "x x").split()
    if not (minute.isdecimal() and hour.isdecimal()):
        return None
    found = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    return found if found > now else found + timedelta(days=1)


def shortfall(words: Words, code: str) -> str:
    """Return what a kind of finding means, in a few words."""
    gettext = words.gettext
    return {
        "no_title": gettext("without a title in this language: left out"),
        "no_price": gettext("without a price in this list: left out"),
        "no_link": gettext("without the address of a page: left out"),
        "no_picture": gettext("without a picture: left out"),
        "long_id": gettext("with too long a number: left out"),
        "no_description": gettext("without a description"),
        "no_identifier": gettext("without a GTIN, and without brand and number"),
        "wrong_gtin": gettext("with a GTIN that is none"),
        "cut": gettext("with a text that had to be cut"),
        "long": gettext("with a very long text"),
        "unsafe_address": gettext("with an address that cannot be opened"),
        "odd_price_quantity": gettext("with an odd price quantity"),
        "no_group": gettext("variants of a product that is missing"),
        "net_prices": gettext("prices go out without tax"),
        "consumable": gettext("consumables that go out as accessories"),
    }.get(code, code.replace("_", " "))
