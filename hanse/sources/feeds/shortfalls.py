"""What a product lacks to be written into a feed: each kind with its severity, a sentence and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hanse.base import translation
from hanse.data.revisions.findings import FindingKind

MOST = 1_000
"""Findings of one kind that are kept; all are counted."""

KINDS: Mapping[str, FindingKind] = {
    "no_title": FindingKind("error", "The product has no title in {language}; it was left out.", "Add a title in this language."),
    "no_price": FindingKind(
        "error",
        "The product has no price in {currency} in the list {price_list}; it was left out.",
        "Give it a price, or write another price list or currency.",
    ),
    "no_link": FindingKind(
        "error",
        "Nobody knows the address of its page; the product was left out.",
        "Add its address, or say how addresses of products look (--product-url).",
    ),
    "no_picture": FindingKind(
        "error", "The product has no picture with an address; it was left out.", "Add a picture, or say where pictures lie (--base-url)."
    ),
    "long_id": FindingKind("error", "The number has more than {most} characters, which the format does not allow; it was left out.", "Shorten it."),
    "no_description": FindingKind("warning", "The product has no description in {language}; its title stands in its place.", "Add a description."),
    "no_identifier": FindingKind(
        "warning", "The product has neither a GTIN nor a brand with its number; it goes out as one without.", "Add the GTIN of its maker."
    ),
    "wrong_gtin": FindingKind("warning", "{gtin} is no GTIN; the product goes out without.", "Check the number on the packaging."),
    "cut": FindingKind("warning", "{field} has more than {most} characters; the rest was cut.", "Shorten it."),
    "long": FindingKind(
        "warning", "{field} has more than {most} characters; some who read the file may refuse it.", "Shorten it, or ask the one who reads it."
    ),
    "unsafe_address": FindingKind("warning", "{address} is no address that can be opened; it was left out.", "Use http or https."),
    "odd_price_quantity": FindingKind("warning", "The price quantity {quantity} cannot be; the price is written for one.", "Correct it."),
    "no_group": FindingKind(
        "warning", "It is a variant of {group}, which is no product in this file; it goes out as a product of its own.", "Add that product."
    ),
    "net_prices": FindingKind("warning", "Prices go out without tax, as no tax rate was named.", "Name it: --tax-rate 0.19."),
    "consumable": FindingKind("note", "The format knows no consumables; {related} goes out as an accessory.", ""),
}


class Shortfall(msgspec.Struct, kw_only=True, frozen=True):
    """Something that a product lacks."""

    code: Annotated[str, Meta(description="Its kind.")]
    severity: Annotated[str, Meta(description="`error`: the product was left out; `warning`: it goes out without; `note`: good to know.")]
    product_id: Annotated[str | None, Meta(description="The product; null for the whole file.")]
    field: Annotated[str, Meta(description="The field of the catalog that is meant.")]
    message: Annotated[str, Meta(description="What is wrong.")]
    remedy: Annotated[str, Meta(description="What to do about it.")]


FIELDS: Mapping[str, str] = {
    "no_title": "title",
    "no_price": "prices",
    "no_link": "url",
    "no_picture": "image_url",
    "long_id": "product_id",
    "no_description": "description",
    "no_identifier": "gtin",
    "wrong_gtin": "gtin",
    "unsafe_address": "media",
    "odd_price_quantity": "attributes.price_quantity",
    "no_group": "parent_id",
    "net_prices": "prices",
    "consumable": "relations",
}


@dataclass
class Shortfalls:
    """What was found while a catalog was written: all counted, the first of each kind kept."""

    language: str = "en"
    counts: Counter[str] = field(default_factory=Counter)
    kept: list[Shortfall] = field(default_factory=list)

    def add(self, code: str, product_id: str | None = None, **facts: Any) -> None:
        """Note something by the code of its kind."""
        self.counts[code] += 1
        if self.counts[code] <= MOST:
            kind = KINDS[code]
            message, remedy = (translation.say(__package__, text, self.language) if text else "" for text in (kind.message, kind.remedy))
            named = str(facts.get("field") or FIELDS.get(code, ""))
            told = {"severity": kind.severity, "message": message.format(**facts), "remedy": remedy}
            self.kept.append(Shortfall(code=code, product_id=product_id, field=named, **told))
