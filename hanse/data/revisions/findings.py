"""What can be wrong or odd in a feed: each kind with its severity, a sentence and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class FindingKind:
    """One kind of finding; the `{names}` in its sentence are facts."""

    severity: Severity
    """`error`: something was left out; `warning`: something was put right or should be looked at; `note`: good to know."""
    message: str
    remedy: str = ""


KINDS: Mapping[str, FindingKind] = {
    # the file
    "broken_xml": FindingKind(
        "error", "The file breaks off here: {reason}. What came before was read, and nothing counts as gone.", "Ask for the file again."
    ),
    "wrong_encoding": FindingKind(
        "warning", "The file says it is in UTF-8 and is not; it was read as Windows-1252 from here on.", "Have it exported in UTF-8."
    ),
    "text_cut": FindingKind("warning", "A text of more than a million characters was cut.", "Check the export."),
    "entity": FindingKind("warning", "The entity {entity} is not known and was left as it is written.", "Have the character itself exported."),
    "unknown_version": FindingKind("warning", "The file says it is BMEcat {version}; it was read as 2005.", ""),
    "no_currency": FindingKind("warning", "The file names no currency; {currency} was taken.", "Have the currency put into the header."),
    "structure_missing": FindingKind(
        "error", "{element} has no {child}, which the format requires.", "Ask whoever made the file to keep to the format."
    ),
    "structure_value": FindingKind(
        "error", "{element} has {value} where the format allows only {allowed}.", "Ask whoever made the file to keep to the format."
    ),
    # products
    "no_product_id": FindingKind("error", "A product without a number was left out.", "Give it a number."),
    "long_product_id": FindingKind("error", "A product whose number has more than 200 characters was left out.", "Give it a shorter number."),
    "no_title": FindingKind("warning", "The product has no short description.", "Have one added."),
    "duplicate_product": FindingKind("warning", "The number comes again in line {again}; that one counts.", "Have each product exported once."),
    "other_source": FindingKind(
        "error",
        "The number belongs to a product of {owner}, which was left as it is.",
        "Import under the name of that source if it is the same product, or give it a number of its own.",
    ),
    "unknown_mode": FindingKind("warning", "The mode {mode} is not known; it was taken for new.", "Use new, update or delete."),
    "not_there": FindingKind("warning", "The file wants to delete a product that is not there.", ""),
    "price_of_unknown": FindingKind("error", "The file has prices of a product that is not there; they were left out.", "Import the product first."),
    "wrong_gtin": FindingKind("warning", "{gtin} is no GTIN: {reason}; it was left out.", "Check the number on the packaging."),
    "html": FindingKind("note", "{field} has markup in it; it became plain text.", "Have plain text exported."),
    "script": FindingKind("error", "{field} has a script in it, which was taken out.", "Ask whoever made the file where it comes from."),
    "cyclic_variants": FindingKind(
        "error", "The product is a variant of itself, by way of {path}; it became a product of its own.", "Name the right product."
    ),
    "unknown_parent": FindingKind("error", "It is a variant of {related}, which is not there; it became a product of its own.", "Add that product."),
    "many_gone": FindingKind("warning", "{gone} of {all} products of this source are gone.", "Check that the file is whole before you apply."),
    # prices
    "wrong_amount": FindingKind("error", "{amount} is no price; it was left out.", "Write it as 1234.50."),
    "decimal_comma": FindingKind("warning", "{amount} has a comma; it was read as a decimal sign.", "Write it as 1234.50."),
    "wrong_factor": FindingKind("error", "The price factor {factor} cannot be; the price was left out.", "It has to be a number greater than 0."),
    "odd_factor": FindingKind("warning", "The price factor {factor} is unusual; the price became {amount}.", "Check it; a factor is near 1."),
    "wrong_quantity": FindingKind("error", "The {field} {quantity} cannot be; the price was left out.", "It has to be a number greater than 0."),
    "wrong_currency": FindingKind("error", "{currency} is no currency; the price was left out.", "Use three letters (ISO 4217), such as EUR."),
    "wrong_tax": FindingKind("error", "The tax rate {tax} cannot be; the price, which includes tax, was left out.", "Write 19 % as 0.19."),
    "tax_percent": FindingKind("warning", "The tax rate {tax} was read as per cent.", "Write 19 % as 0.19."),
    "no_tax": FindingKind(
        "error", "The price includes tax, and its rate is not said; it was left out.", "Have the tax rate exported, or say it at the import."
    ),
    "price_too_small": FindingKind("error", "The price of one piece is less than the smallest coin; it was left out.", "Use a larger order unit."),
    "price_rounded": FindingKind("warning", "The price {exact} was rounded by more than one per cent.", "Use a larger order unit."),
    "no_buyer": FindingKind(
        "error", "The price is for one customer, and the file does not say for whom; it was left out.", "Name the buyer in the header."
    ),
    "price_twice": FindingKind("warning", "The price list {price_list} has two prices from {quantity} on; the first counts.", "Leave one out."),
    "unknown_price_type": FindingKind("warning", "The kind of price {type} is not known; the price was left out.", "Use the names of the format."),
    "wrong_validity": FindingKind("error", "The price ends before it begins; it was left out.", "Check the dates."),
    "wrong_date": FindingKind("warning", "{date} is no date; it was left out.", "Write it as 2026-12-31."),
    "price_jump": FindingKind("warning", "The price in {price_list} goes from {before} to {after}, by {percent} %.", "Check it before you apply."),
    # relations, categories, media, features
    "unknown_related": FindingKind("error", "It belongs to {related}, which is not there; the relation was left out.", "Add that product."),
    "related_to_itself": FindingKind("error", "It belongs to itself; the relation was left out.", "Name another product."),
    "wrong_relation_quantity": FindingKind("warning", "The quantity {quantity} of a relation cannot be; it was left out.", ""),
    "stray_relation": FindingKind(
        "warning", "The kind of relation {type} is not one of the format; it was taken for {kind}.", "Use the names of the format."
    ),
    "unknown_relation": FindingKind(
        "error", "The kind of relation {type} is not one of the format; the relation was left out.", "Use the names of the format."
    ),
    "relation_not_kept": FindingKind("note", "Relations of the kind {type} have no meaning here and were left out.", ""),
    "cyclic_categories": FindingKind("error", "The category {group} lies in itself; it was put at the top.", "Give it the right parent."),
    "unknown_category": FindingKind("error", "The category {group} is not there.", "Add it to the tree."),
    "unplaced_product": FindingKind("warning", "The file puts {product} into a category, and it is not there.", ""),
    "category_twice": FindingKind("warning", "The category {group} comes again; the first counts.", "Have each category exported once."),
    "unsafe_address": FindingKind("error", "The address {address} is none that may be shown; it was left out.", "Use https addresses."),
    # merchant feeds
    "gross_prices": FindingKind(
        "warning", "The prices include tax, and nobody said how much; they stand in the list gross, apart from net prices.", "Say the tax rate."
    ),
    "wrong_row": FindingKind("error", "The row has {cells} cells and the header {columns}; it was left out.", "Check the separators."),
    "too_long": FindingKind("warning", "{field} has more than {most} characters.", "Shorten it: the feed's rules allow no more."),
    "unknown_value": FindingKind("warning", "{field} cannot be {value}.", "Use the values of the feed's specification."),
}
"""Every kind of finding by its code."""


def message(code: str, facts: Mapping[str, Any], template: str | None = None) -> str:
    """Return the sentence of a finding, from a translated template where one is given."""
    return (template or KINDS[code].message).format_map(_Facts(facts))


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
