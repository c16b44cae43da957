"""The reasons of recommendations in words, English and German; the German ones stand in `de.po`."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from hanse.base import translation
from hanse.capabilities.recommend.blends import Suggestion

TOGETHER = "Bought together in {orders} of {total} orders"
POPULAR = "Bought in {orders} of {total} orders from {since} to {until}"
SEARCHED = "Looked at after {orders} of {total} searches like this"
WHAT_WAS_SEARCHED = "Others looked at these products after such a search"
NOTHING_SEARCHED = "Too few people searched for this yet, so these are products that are popular in the whole shop"
GOES_WITH = "These products were bought together with {title}"
BEST_SELLERS = "These products are popular in the whole shop"
BEST_SELLERS_OF = "These products are popular in the category {category}"
NOTHING_TOGETHER = "Nothing was bought together with {title} yet, so these are products that are popular in the whole shop"
NOTHING_TOGETHER_OF = "Nothing was bought together with {title} yet, so these are products that are popular in the category {category}"
LOOKED_AT = "Looked at {times} times lately, and not ordered yet"
ORDERED = "Ordered {times} times before"
ORDERED_ONCE = "Ordered before"
VIEWED_WITH = "Who looked at {title} looked at this, too"
VIEWED = "Fits what was looked at lately"
LOOKED_AT_BEFORE = "Looked at before"
GOES_WITH_ONE = "Goes with {title}"
GOES_WITH_CART = "Goes with what is in the cart"
ORDERED_WITH = "Who orders {title} orders this, too"
ORDERED_BY_OTHERS = "Ordered by customers with similar orders"
ACCESSORY_OF = "Accessory of {title}"
CONSUMABLE_OF = "Is used up by {title}"
PART_OF = "Spare part of {title}"
SUCCESSOR_OF = "Successor of {title}"
SIMILAR_TO = "Similar to {title}"
WHAT_IS_SIMILAR = "The catalog describes these products like the one at hand"
OFTEN_TOGETHER = "Often bought together"
OFTEN_BOUGHT = "Popular with other customers"
OFTEN_SEARCHED = "Others looked at this after such a search"
NEW = "New in the shop"
NEWEST = "Nothing has been learned for this yet, so these are the newest products of the shop"
NOT_IN_CATALOG = "The catalog has no product {product_id}, so these are products that are popular in the whole shop"
NOT_IN_CATALOG_NEWEST = "The catalog has no product {product_id}, so these are the newest products of the shop"
NOT_A_CATEGORY = "Nothing was learned of the category {wanted} yet, so these are products that are popular in the whole shop"
NOT_A_CATEGORY_NEWEST = "Nothing was learned of the category {wanted} yet, so these are the newest products of the shop"
NOTHING_FOR_UNKNOWN = "The catalog has no product {product_id}, so nothing belongs to it"
NOTHING = "There is nothing to recommend here yet"
TOO_LATE = "What is known of this person was not found in time, so these are products that are popular in the whole shop"
ARRANGED = "The blocks stand in the order that is clicked most in moments like this; others are tried now and then"
USUAL_ORDER = "The blocks stand in their usual order; this profile is held out, so that the effect can be measured"
DRAWN = "Too few blocks of this page were clicked yet, so their order is drawn by chance, to learn from"
PICKED = "These products were picked for this place"
PINNED = "Chosen by the shop"
FOR_YOU = "These products fit what this person looked at and ordered"
WHAT_FOLLOWS = "Others looked at these products after what was looked at here"
WHAT_IS_MISSING = "These products are often ordered with what is in the cart"
WHAT_IS_DUE = "These products were ordered before and are likely to be needed again"
WHAT_WAS_FORGOTTEN = "These products were looked at again and again and not ordered"
SUCCESSORS = "These products are successors of {title}"
WHAT_BELONGS = "These products belong to what is at hand"
HELD_OUT = "These products are popular; this profile is held out, so that the effect of recommendations can be measured"

BY_NAME = {
    "recommend.popular": BEST_SELLERS,
    "recommend.newest": NEWEST,
    "recommend.for_you": FOR_YOU,
    "recommend.viewed": WHAT_FOLLOWS,
    "recommend.after_search": WHAT_WAS_SEARCHED,
    "recommend.due_again": WHAT_IS_DUE,
    "recommend.forgotten": WHAT_WAS_FORGOTTEN,
}
"""Why something is shown from a source that is not usual in a place."""
OPEN = {TOGETHER: OFTEN_TOGETHER, POPULAR: OFTEN_BOUGHT, SEARCHED: OFTEN_SEARCHED, HELD_OUT: BEST_SELLERS, TOO_LATE: BEST_SELLERS}
"""What is said instead where anybody may read it: how many orders a shop has is nobody else's business."""


def say(template: str, language: str, **facts: object) -> str:
    """Return a reason in a language, `de` or `en`."""
    return _text(template, language).format(**facts)


def viewed(suggestion: Suggestion) -> str:
    """Return why something is shown that follows from visits."""
    return LOOKED_AT_BEFORE if suggestion.times else VIEWED_WITH if suggestion.because_id else VIEWED


def similar(suggestion: Suggestion) -> str:
    """Return why something is shown that is described alike."""
    return SIMILAR_TO if suggestion.because_id else WHAT_IS_SIMILAR


def goes_with(suggestion: Suggestion) -> str:
    """Return why something is shown that follows from the cart."""
    return GOES_WITH_ONE if suggestion.because_id else GOES_WITH_CART


def ordered(suggestion: Suggestion) -> str:
    """Return why something is shown that follows from the orders of a customer."""
    if suggestion.times:
        return ORDERED if suggestion.times > 1 else ORDERED_ONCE
    return ORDERED_WITH if suggestion.because_id else ORDERED_BY_OTHERS


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
