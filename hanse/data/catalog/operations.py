"""What may be asked of the catalog: a list of products, and one product whole."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.data.catalog import listing
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.catalog.listing import ProductDetail, ProductPage, Sort

Words = Annotated[str, Meta(max_length=200)]
Path = Annotated[str, Meta(max_length=500)]
Cursor = Annotated[str, Meta(max_length=4000)]


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
