"""The reasons of recommendations in words, English and German; the German ones stand in `de.po`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache

from hanse.base import translation
from hanse.capabilities.recommend.method import Ranked

TOGETHER = "Bought together in {orders} of {total} orders"
POPULAR = "Bought in {orders} of {total} orders from {since} to {until}"
GOES_WITH = "These products were bought together with {title}"
BEST_SELLERS = "These products are popular in the whole shop"
BEST_SELLERS_OF = "These products are popular in the category {category}"
NOTHING_TOGETHER = "Nothing was bought together with {title} yet, so these are products that are popular in the whole shop"
NOTHING_TOGETHER_OF = "Nothing was bought together with {title} yet, so these are products that are popular in the category {category}"
HELD_OUT = "These products are popular; this profile is held out, so that the effect of recommendations can be measured"

Explain = Callable[[Ranked], str]


def say(template: str, language: str, **facts: object) -> str:
    """Return a reason in a language, `de` or `en`."""
    return _text(template, language).format(**facts)


def together(language: str) -> Explain:
    """Return what says why a product goes with another."""
    template = _text(TOGETHER, language)
    return lambda ranked: template.format(orders=number(ranked.orders, language), total=number(ranked.total, language))


def popular(language: str, since: date, until: date) -> Explain:
    """Return what says why a product is popular."""
    template, period = _text(POPULAR, language), {"since": day(since, language), "until": day(until, language)}
    return lambda ranked: template.format(orders=number(ranked.orders, language), total=number(ranked.total, language), **period)


def number(value: int, language: str) -> str:
    """Return a count as it is written: `1.024` in German, `1,024` in English (Babel takes fifty times as long)."""
    text = f"{value:,}"
    return text.replace(",", ".") if language == "de" else text


@lru_cache(maxsize=1000)
def day(value: date, language: str) -> str:
    """Return a date as it is written: `09.12.2011` in German, `Dec 9, 2011` in English."""
    from babel.dates import format_date

    return format_date(value, locale=language)


def _text(template: str, language: str) -> str:
    return translation.say(__package__, template, language)
