"""How people write currencies, spans of time and small numbers, in German and English."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

CURRENCIES: Mapping[str, tuple[str, ...]] = {
    "€": ("EUR",),
    "eur": ("EUR",),
    "euro": ("EUR",),
    "euros": ("EUR",),
    "$": ("USD",),
    "us$": ("USD",),
    "usd": ("USD",),
    "dollar": ("USD",),
    "dollars": ("USD",),
    "us-dollar": ("USD",),
    "£": ("GBP",),
    "gbp": ("GBP",),
    "chf": ("CHF",),
    "sfr.": ("CHF",),
    "franken": ("CHF",),
    "zł": ("PLN",),
    "pln": ("PLN",),
    "zloty": ("PLN",),
    "kč": ("CZK",),
    "czk": ("CZK",),
    "kr.": ("DKK", "SEK", "NOK"),
    "dkk": ("DKK",),
    "sek": ("SEK",),
    "nok": ("NOK",),
    "huf": ("HUF",),
    "¥": ("JPY", "CNY"),
    "jpy": ("JPY",),
    "yen": ("JPY",),
    "cny": ("CNY",),
    "cad": ("CAD",),
    "aud": ("AUD",),
}
"""Names in small letters, and what each may be."""
CENTS: Mapping[str, tuple[str, ...]] = {"cent": ("EUR", "USD"), "cents": ("EUR", "USD"), "ct": ("EUR", "USD"), "rappen": ("CHF",), "pence": ("GBP",)}
"""The hundredth part of a currency."""
DURATIONS: Mapping[str, tuple[str, Decimal]] = {
    r"(?:arbeits|werk|geschäfts)tag(?:e|en|es|s)?|(?:working|business) days?": ("workday", Decimal(1)),
    r"tag(?:e|en|es|s)?|tägig\w{0,3}|days?": ("day", Decimal(1)),
    r"wochen?|wöchig\w{0,3}|weeks?": ("day", Decimal(7)),
    r"monat(?:e|en|s)?|monatig\w{0,3}|months?": ("month", Decimal(1)),
    r"jahr(?:e|en|es|s)?|jährig\w{0,3}|years?": ("month", Decimal(12)),
    r"stunden?|stündig\w{0,3}|hours?": ("s", Decimal(3_600)),
    r"minuten?|minütig\w{0,3}|minutes?": ("s", Decimal(60)),
    r"sekunden?|seconds?": ("s", Decimal(1)),
}
"""Spans of time that `hanse.data.catalog.measures` does not read, as search has no use for them; 14 days are two weeks, 24 months two years."""
COUNT_WORDS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            *("ein eine einen einem einer one", "zwei zwo two", "drei three", "vier four", "fünf five", "sechs six", "sieben seven"),
            *("acht eight", "neun nine", "zehn ten", "elf eleven", "zwölf twelve"),
        ),
        start=1,
    )
    for word in words.split()
}
"""Read before a unit or a span of time only: `zwei Gründe` is the writer's own counting."""
ORDINALS = 12
"""Up to so much an ordinal counts steps, which is the writer's own counting too."""
