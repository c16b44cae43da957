"""The formats in which the catalog goes out."""

from __future__ import annotations

from collections.abc import Mapping

from hanse.sources.feeds.bmecat.output.writing import BMEcatWriter
from hanse.sources.feeds.jsonld.writing import JsonLd
from hanse.sources.feeds.merchant.writing import MerchantRSS, MerchantTSV
from hanse.sources.feeds.writing import Format

FORMATS: Mapping[str, Format] = {each.name: each for each in (BMEcatWriter(), MerchantRSS(), MerchantTSV(), JsonLd())}
