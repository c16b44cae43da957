"""What may be asked of the catalog: a list of products, and one product whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.data.catalog import jsonld, listing, records
from hanse.data.catalog.channel import LIST, Channel
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.catalog.listing import ProductDetail, ProductPage, Sort

Words = Annotated[str, Meta(max_length=200)]
Path = Annotated[str, Meta(max_length=500)]
Cursor = Annotated[str, Meta(max_length=4000)]
Page = Annotated[str, Meta(max_length=500, pattern=r"^(https?://[^\s/<>\"]+[^\s<>\"]*)?$")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", max_length=3)]
Share = Annotated[float, Meta(ge=0, lt=1)]
MOST_VARIANTS = 100
"""Variants that stand in the document of their product."""


class ListProducts(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which products, in which order."""

    search: Annotated[Words | None, Meta(description="Words that id, brand, GTIN or title contain, all of them.")] = None
    category: Annotated[Path | None, Meta(description='A category as a path, such as "Maschinen > Bohren", with all below it.')] = None
    state: Annotated[Literal["active", "discontinued", "draft"] | None, Meta(description="Only products in this state.")] = None
    sort: Annotated[Sort, Meta(description="What the order goes by.")] = "revenue"
    descending: Annotated[bool, Meta(description="Whether the greatest come first.")] = True
    cursor: Annotated[Cursor | None, Meta(description="The `next_cursor` of the page before; the order must be the same.")] = None
    limit: Annotated[int, Meta(description="How many products at most.", ge=1, le=200)] = 50


class ShowProduct(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which product."""

    product_id: Annotated[str, Meta(description="The id of the product, as the shop gives it.", min_length=1, max_length=200)]


class DescribeProduct(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which product, for which page."""

    product_id: Annotated[str, Meta(description="The id of the product, as the shop gives it.", min_length=1, max_length=200)]
    language: Annotated[Literal["de", "en"] | None, Meta(description="The language of the page; else that of the call.")] = None
    currency: Annotated[Currency | None, Meta(description="Currency (ISO 4217) of the page; else that of the settings.")] = None
    tax_rate: Annotated[
        Share | None, Meta(description="Share of tax, such as 0.19, that is put on net prices; null shows them net, and says so.")
    ] = None
    base_url: Annotated[Page, Meta(description="Where relative addresses begin, such as `https://shop.example`.")] = ""
    product_url: Annotated[Page, Meta(description="Address of products that have none: `https://shop.example/products/{id}`.")] = ""


class ProductDocument(msgspec.Struct, kw_only=True, frozen=True):
    """A product as linked data."""

    product_id: Annotated[str, Meta(description="The id of the product.")]
    document: Annotated[
        dict[str, Any], Meta(description="What stands in the page as `application/ld+json`, escaped so that no text in it can end the script.")
    ]


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, tool=True, example=ListProducts(search="drill", state="active", limit=10))
async def products(request: ListProducts, context: Context) -> ProductPage:
    """List or search the products of the shop, with list price, stock, units and revenue.

    Titles come in the language of the request. Best sellers come first unless another order is asked for; `next_cursor` leads to
    the next page.
    """
    return await listing.page(
        await context.connection(),
        search=request.search,
        category=request.category,
        state=request.state,
        sort=request.sort,
        descending=request.descending,
        cursor=request.cursor,
        limit=request.limit,
        language=context.language or context.settings.language,
        now=context.clock.now(),
    )


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, tool=True, errors=(UnknownProduct,), example=ShowProduct(product_id="85123A"))
async def product(request: ShowProduct, context: Context) -> ProductDetail:
    """Show one product whole: texts, technical data, prices, stock, what belongs to it, documents and what sold.

    Relations come in both directions: `relations` tells what this product is part, accessory or successor of,
    `inverse_relations` what is part, accessory or successor of it.
    """
    return await listing.product(await context.connection(), request.product_id, now=context.clock.now())


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.READ,
    public=True,
    errors=(UnknownProduct,),
    example=DescribeProduct(product_id="85123A", language="en", base_url="https://shop.example"),
)
async def product_jsonld(request: DescribeProduct, context: Context) -> ProductDocument:
    """Describe one product as linked data (schema.org), for its page in the shop.

    It has what the page shows anyhow: texts, pictures, technical data, the price for everybody and whether the product can be had. A product
    with variants is a ProductGroup with them in it. Products that are not sold are unknown here.
    """
    channel = Channel(
        language=context.spoken(request.language),
        currency=request.currency or context.settings.currency,
        price_list=LIST,
        tax_rate=None if request.tax_rate is None else Decimal(str(request.tax_rate)),
        base_url=request.base_url,
        product_url=request.product_url,
        time_zone=context.settings.time_zone,
    )
    return ProductDocument(product_id=request.product_id, document=await describe(context, request.product_id, channel))


async def describe(context: Context, product_id: str, channel: Channel) -> dict[str, Any]:
    """Return the linked data of a product that is sold, as one channel shows it; raises `UnknownProduct`."""
    connection, now = await context.connection(), context.clock.now()
    found = await records.some(connection, [product_id], channel.price_lists, now=now)
    if not found:
        raise UnknownProduct(product_id=product_id)
    variants = await records.some(connection, found[0].variants[:MOST_VARIANTS], channel.price_lists, now=now)
    return jsonld.document(found[0], channel, now=now, variants=variants)
