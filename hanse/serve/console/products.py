"""The catalog: what the shop sells, with what sold of it; one product whole in the drawer."""

from __future__ import annotations

from typing import Any, cast, get_args
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base import context as contract
from hanse.base.database import Connection
from hanse.base.errors import InvalidRequest
from hanse.data.access.accounts import Permission
from hanse.data.catalog import listing
from hanse.data.catalog.listing import ProductDetail, ProductLine, ProductPage, Sort
from hanse.data.revisions import operations, reading
from hanse.serve.console import forms, pages, product_texts, session
from hanse.serve.console.session import AnyRequest, Visit

PAGE = 50
EXPORTED = 200
MOST_PAGES = 50
STATES = ("active", "discontinued", "draft")
MONTHS = 24
CHANGES = 5
"""Changes of a product that are shown, the newest first."""


@get("/products")
async def show(request: AnyRequest) -> Response[bytes]:
    """List products, best sellers first unless asked otherwise."""
    visit = session.of(request)
    async with visit.context() as context:
        connection = await context.connection()
        if request.query_params.get("format") == "csv":
            return _export(visit, await _everything(visit, connection))
        return pages.page(visit, "products.html", **await _list(visit, connection), product=None)


@get("/products/{product_id:path}")
async def show_one(request: AnyRequest, product_id: FromPath[str]) -> Response[bytes]:
    """Show one product whole."""
    visit = session.of(request)
    async with visit.context() as context:
        connection = await context.connection()
        product = await listing.product(connection, product_id.removeprefix("/"), now=context.clock.now())
        return await _whole(visit, connection, product, product_texts.facts(visit, product))


@post("/products/{product_id:path}", status_code=200)
async def write_texts(request: AnyRequest, product_id: FromPath[str]) -> Response[bytes]:
    """Write the texts of a product that somebody changed, as a revision; where that cannot be done, show what was typed and why."""
    visit = session.of(request)
    visit.need(Permission.IMPORT)
    form = await visit.form()
    try:
        async with visit.context(product_texts.SCOPES) as context:
            product = await listing.product(await context.connection(), product_id.removeprefix("/"), now=context.clock.now())
            wanted, wrong = product_texts.changed(product, form, visit.words)
            if wanted is not None:
                made = await contract.run(operations.edit, wanted, context)
    except InvalidRequest as error:
        wanted, wrong = None, visit.words.error(error)
    if wanted is None:
        async with visit.context() as context:
            return await _whole(visit, await context.connection(), product, product_texts.facts(visit, product, form, wrong), status=422)
    message = visit.words.gettext("The texts are saved.")
    return pages.redirect(visit, f"/products/{quote(product.product_id)}", message=message, undo=f"/data/imports/{made.revision_id}/undo")


async def _whole(visit: Visit, connection: Connection, product: ProductDetail, texts: dict[str, Any], *, status: int = 200) -> Response[bytes]:
    """Return a product whole, in the drawer or beside the list."""
    history = await reading.history(connection, product.product_id, limit=CHANGES)
    facts: dict[str, Any] = {"product": product, "sales": _sales(visit, product), "asks": _asks(visit), "history": history.revisions, **texts}
    if visit.wants_drawer:
        return pages.fragment(visit, "product.html", status=status, **facts)
    return pages.page(visit, "products.html", status=status, **await _list(visit, connection), **facts)


async def _list(visit: Visit, connection: Connection) -> dict[str, Any]:
    found = await _page(visit, connection, cursor=visit.request.query_params.get("cursor"), limit=PAGE)
    categories = await listing.categories(connection, visit.words.language)
    following = pages.link_with(visit.request, cursor=found.next_cursor) if found.next_cursor else None
    return {"products": found.products, "next": following, "categories": categories, "states": STATES, **_order(visit), **_filters(visit)}


async def _page(visit: Visit, connection: Connection, *, cursor: str | None, limit: int) -> ProductPage:
    order, filters = _order(visit), _filters(visit)
    return await listing.page(
        connection,
        search=filters["search"] or None,
        category=filters["category"] or None,
        state=filters["state"] or None,
        sort=cast("Sort", order["sort"]),
        descending=order["descending"],
        cursor=cursor,
        limit=limit,
        language=visit.words.language,
        now=visit.runtime.resources.clock.now(),
    )


async def _everything(visit: Visit, connection: Connection) -> list[ProductLine]:
    found: list[ProductLine] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        part = await _page(visit, connection, cursor=cursor, limit=EXPORTED)
        found += part.products
        cursor = part.next_cursor
        if cursor is None:
            break
    return found


def _order(visit: Visit) -> dict[str, Any]:
    asked = visit.request.query_params
    sort = asked.get("sort", "revenue")
    sort = sort if sort in get_args(Sort) else "revenue"
    return {"sort": sort, "descending": asked.get("order", "up" if sort == "title" else "down") != "up"}


def _filters(visit: Visit) -> dict[str, str]:
    asked = visit.request.query_params
    state = asked.get("state", "")
    return {"search": asked.get("q", "").strip()[:200], "category": asked.get("category", ""), "state": state if state in STATES else ""}


def _sales(visit: Visit, product: ProductDetail) -> dict[str, Any] | None:
    if product.statistics is None or not product.statistics.units_by_month:
        return None
    months = sorted(product.statistics.units_by_month.items())[-MONTHS:]
    names = [visit.words.month(month) for month, _ in months]
    values = [units for _, units in months]
    series = [{"name": visit.words.gettext("Units"), "values": values}]
    return {"spec": {"kind": "bar", "x": names, "series": series}, "rows": list(zip(names, map(visit.words.number, values), strict=True))}


def _asks(visit: Visit) -> list[tuple[str, str]]:
    """Return the try-it forms that start from a product, by address and title."""
    found = []
    for operation in visit.runtime.registry.operations.values():
        if operation.capability in visit.runtime.registry.capabilities and "product_id" in forms.names(operation.request_type):
            title = visit.words.gettext(operation.summary).rstrip(".")
            found.append((f"/capabilities/{operation.capability}/try/{operation.name.partition('.')[2]}", title))
    return found


def _export(visit: Visit, products: list[ProductLine]) -> Response[bytes]:
    gettext = visit.words.gettext
    header = ("product_id", "title", "category", "brand", "state", "amount_minor", "currency", "stock", "units", "revenue_minor", "revenue_currency")
    rows = ([getattr(each, name) for name in header] for each in products)
    return pages.table(gettext("catalog"), header, rows)
