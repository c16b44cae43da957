"""Requests and answers of the search."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hanse.base.decision import UNLOGGED, Decision, Personal, ShortText
from hanse.data.catalog.summaries import UnitPrice

Query = Annotated[
    str, Meta(description="What was typed, as it was typed; of more than 200 characters the first 200 are searched for.", max_length=10_000)
]
Language = Annotated[Literal["de", "en"] | None, Meta(description="The language of titles and reasons; left out, it is the language of the call.")]
Minor = Annotated[int, Meta(ge=0, le=2**53)]
Offset = Annotated[int, Meta(description="How many of the best to skip: 20 for the second page of 20.", ge=0, le=1_000)]
Sort = Literal["relevance", "price_up", "price_down", "newest", "popularity"]
Which = Literal["all", "found_nothing", "not_clicked"]
FacetKind = Literal["category", "brand", "stock", "attribute"]


class Choice(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What somebody chose in a facet: products with any of the values."""

    facet: Annotated[str, Meta(description="The name of the facet, as the answer gave it, such as brand or attribute:voltage.", max_length=200)]
    values: Annotated[
        Annotated[tuple[Annotated[str, Meta(max_length=500)], ...], Meta(min_length=1, max_length=50)],
        Meta(description="The values, as the answer gave them."),
    ]


class Search(Personal, kw_only=True, forbid_unknown_fields=True):
    """Asks for products by words."""

    query: Query
    chosen: Annotated[Annotated[tuple[Choice, ...], Meta(max_length=20)], Meta(description="What was chosen in facets; all of it must hold.")] = ()
    from_minor: Annotated[Minor | None, Meta(description="Only from this net price on, in minor units; own prices count where there are any.")] = None
    to_minor: Annotated[Minor | None, Meta(description="Only up to this net price, in minor units; own prices count where there are any.")] = None
    own_range: Annotated[
        bool, Meta(description="Whether only products are found that stand in price lists of their own, for those who have some, such as companies.")
    ] = False
    collapse: Annotated[
        bool, Meta(description="Whether variants of a product come as one hit, by the one that fits best; else each has a place of its own.")
    ] = True
    sort: Annotated[Sort, Meta(description="The order of the products.")] = "relevance"
    offset: Offset = 0
    limit: Annotated[int, Meta(description="How many products at most.", ge=0, le=100)] = 20
    facets: Annotated[bool, Meta(description="Whether to count what the products found can be narrowed down by.")] = True
    passages: Annotated[int, Meta(description="How many passages of documents at most, such as manuals.", ge=0, le=10)] = 3
    as_typed: Annotated[bool, Meta(description="Whether to search for exactly what was typed, without mending typing errors.")] = False
    device: Annotated[ShortText, Meta(description="The device of who asks, such as mobile; for the log of decisions.")] = ""
    language: Language = None


class Hit(msgspec.Struct, kw_only=True, frozen=True):
    """One product that was found."""

    product_id: Annotated[str, Meta(description="The id of the product in the catalog.")]
    group_id: Annotated[str, Meta(description="The product, or the name of the group, that it is a variant of; else its own id.")]
    variants: Annotated[int, Meta(description="How many variants of it are sold; 0 for a product that is alone.")]
    title: Annotated[str, Meta(description="The name of the product.")]
    score: Annotated[float, Meta(description="How well it fits, 0 to 1; comparable within one answer only.")]
    reason: Annotated[str, Meta(description="Why it was found, in words a person can read.")]
    category: Annotated[str, Meta(description="Its category as a path; empty where it has none.")]
    brand: Annotated[str | None, Meta(description="Its brand.")]
    image_url: Annotated[str | None, Meta(description="The address of its image.")]
    url: Annotated[str | None, Meta(description="The address of its page.")]
    price: Annotated[
        UnitPrice | None,
        Meta(description="What one piece costs, or the cheapest of its variants where it has no price itself; null where no price is known."),
    ]
    price_is_from: Annotated[bool, Meta(description="Whether others of its variants cost more than `price`.")]
    in_stock: Annotated[bool | None, Meta(description="Whether it, or one of its variants, is in stock; null where nobody counts it.")]


class FacetValue(msgspec.Struct, kw_only=True, frozen=True):
    """One value of a facet."""

    value: Annotated[str, Meta(description="What to send as chosen.")]
    title: Annotated[str, Meta(description="What to show.")]
    count: Annotated[int, Meta(description="How many of the products found have it, given what is chosen in other facets.")]
    chosen: Annotated[bool, Meta(description="Whether it is chosen.")]


class Facet(msgspec.Struct, kw_only=True, frozen=True):
    """Something that the products found can be narrowed down by."""

    name: Annotated[str, Meta(description="What to send as the facet.")]
    kind: Annotated[FacetKind, Meta(description="What it is.")]
    title: Annotated[str, Meta(description="What to show.")]
    values: Annotated[list[FacetValue], Meta(description="Its values, the most frequent first; sizes and other numbers by size.")]


class PassageHit(msgspec.Struct, kw_only=True, frozen=True):
    """A passage of a document that speaks of what was searched for."""

    document_id: Annotated[str, Meta(description="The id of the document in the catalog.")]
    title: Annotated[str, Meta(description="The title of the document.")]
    kind: Annotated[str, Meta(description="What it is, such as manual or repair_guide.")]
    page: Annotated[int | None, Meta(description="The page it stands on, from 1; null where the document has none.")]
    text: Annotated[str, Meta(description="The passage, as plain text.")]
    url: Annotated[str | None, Meta(description="The address of the document.")]
    product_ids: Annotated[list[str], Meta(description="The products that the document is about.")]
    score: Annotated[float, Meta(description="How well it fits, 0 to 1; comparable within one answer only.")]


class Correction(msgspec.Struct, kw_only=True, frozen=True):
    """What was probably meant."""

    query: Annotated[str, Meta(description="What was typed, with typing errors mended.")]
    is_applied: Annotated[bool, Meta(description="Whether the answer is for it; else it may be offered as a question: did you mean …?")]


class Found(Decision, kw_only=True, frozen=True):
    """Products that were found, the best first. Send `decision_id` with the clicks that follow."""

    items: Annotated[list[Hit], Meta(description="The products, the best first.")]
    total: Annotated[int, Meta(description="How many products were found in all; variants that come as one hit count once.")]
    facets: Annotated[Annotated[list[Facet], UNLOGGED], Meta(description="What they can be narrowed down by.")]
    passages: Annotated[list[PassageHit], Meta(description="Passages of documents, the best first.")]
    correction: Annotated[Correction | None, Meta(description="What was probably meant, where something seems to be a typing error.")]
    instead: Annotated[list[str], Meta(description="Searches that find something, where nothing was found.")]
    redirect_url: Annotated[
        str | None, Meta(description="Where a rule of the shop sends whoever searches for this: a path, or an address with http or https.")
    ] = None


class Suggest(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Asks what somebody may be typing."""

    query: Query
    limit: Annotated[int, Meta(description="How many of each kind at most.", ge=1, le=20)] = 6
    language: Language = None


class SuggestedSearch(msgspec.Struct, kw_only=True, frozen=True):
    """A search that others made, or words of the catalog."""

    query: Annotated[str, Meta(description="What to search for.")]


class SuggestedCategory(msgspec.Struct, kw_only=True, frozen=True):
    """A category to look at."""

    value: Annotated[str, Meta(description="The category as a path; a search takes it as chosen in the facet `category`.")]
    title: Annotated[str, Meta(description="The last part of the path, or all of it where several end alike.")]
    count: Annotated[int, Meta(description="How many products it has.")]


class SuggestedProduct(msgspec.Struct, kw_only=True, frozen=True):
    """A product to look at."""

    product_id: Annotated[str, Meta(description="The id of the product in the catalog.")]
    title: Annotated[str, Meta(description="The name of the product.")]
    image_url: Annotated[str | None, Meta(description="The address of its image.")]
    url: Annotated[str | None, Meta(description="The address of its page.")]
    price: Annotated[UnitPrice | None, Meta(description="What one piece costs everybody; null where no price is known.")]


class Suggested(msgspec.Struct, kw_only=True, frozen=True):
    """What somebody may be typing: searches, categories and products, the likeliest first."""

    searches: Annotated[list[SuggestedSearch], Meta(description="Searches.")]
    categories: Annotated[list[SuggestedCategory], Meta(description="Categories.")]
    products: Annotated[list[SuggestedProduct], Meta(description="Products.")]


class Report(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Asks what people searched for, and what came of it."""

    days: Annotated[int, Meta(description="Of how many days up to now.", ge=1, le=365)] = 30
    only: Annotated[Which, Meta(description="Which queries: all, those that found nothing, or those after which nobody clicked anything.")] = "all"
    least: Annotated[int, Meta(description="Only queries that were asked at least so often; rarer ones may name somebody.", ge=1, le=1_000)] = 3
    limit: Annotated[int, Meta(description="How many queries at most.", ge=1, le=1_000)] = 100


class SearchedFor(msgspec.Struct, kw_only=True, frozen=True):
    """One query, whatever its case and spaces, and what came of it."""

    query: Annotated[str, Meta(description="What was typed, in small letters.")]
    searches: Annotated[int, Meta(description="How often it was searched for; further pages do not count.")]
    found_nothing: Annotated[int, Meta(description="How often it found nothing.")]
    products: Annotated[int, Meta(description="How many products it found the last time.")]
    clicked: Annotated[int, Meta(description="After how many of the searches a product was clicked.")]
    ordered: Annotated[int, Meta(description="After how many of them something was ordered.")]
    revenue_minor: Annotated[
        int, Meta(description="What these orders came to, in minor units of `currency`; those in other currencies are left out.")
    ]


class SearchReport(msgspec.Struct, kw_only=True, frozen=True):
    """What people searched for, the commonest first, and what came of all searches."""

    searches: Annotated[int, Meta(description="How many searches there were.")]
    found_nothing: Annotated[int, Meta(description="How many of them found nothing.")]
    clicked: Annotated[int, Meta(description="After how many of them a product was clicked.")]
    ordered: Annotated[int, Meta(description="After how many of them something was ordered.")]
    revenue_minor: Annotated[int, Meta(description="What these orders came to, in minor units of `currency`.")]
    currency: Annotated[str, Meta(description="The currency (ISO 4217) of the amounts.")]
    queries: Annotated[list[SearchedFor], Meta(description="The queries, the commonest first.")]
