"""The pages of the sample shop: home, search, product and cart, with the storefront elements as any shop would have them."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode

import jinja2
from babel.numbers import format_currency
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from hanse.base import translation
from hanse.base.context import Context
from hanse.data.access import proofs
from hanse.data.catalog import listing
from hanse.data.catalog.channel import Channel
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.catalog.listing import ProductDetail
from hanse.data.catalog.operations import describe
from hanse.data.catalog.summaries import title
from hanse.serve.languages import LANGUAGES, preferred
from hanse.serve.runtime import Runtime
from hanse.serve.shop import opening, people
from hanse.serve.shop.people import Regular

AnyRequest = Request[Any, Any, Any]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
TYPES = {"shop.css": "text/css", "shop.js": "text/javascript"}
SIGNED_IN = "hanse_sample_shop"
"""Cookie of who signed in on these pages; it says so and nothing else."""


@get("/shop", include_in_schema=False)
async def home(request: AnyRequest) -> Response[bytes]:
    """Show the home page of the shop."""
    return await _page(request, "home.html")


@get("/shop/search", include_in_schema=False)
async def search(request: AnyRequest) -> Response[bytes]:
    """Show the page of a search or a category; what is found comes by the element."""
    text, category = (request.query_params.get(name, "")[:200] for name in ("q", "category"))
    return await _page(request, "search.html", text=text, category=category)


@get("/shop/products/{product_id:str}", include_in_schema=False)
async def product(request: AnyRequest, product_id: FromPath[str]) -> Response[bytes]:
    """Show a product."""
    async with _runtime(request).context() as context:
        found = await _found(context, product_id)
        if found is None:
            raise NotFoundException
        parent = await _found(context, found.parent_id) if found.parent_id else None
        described = await _described(request, context, product_id)
    facts = {"product": found, "price": _price(found), "stock": sum(each.quantity for each in found.stock), "described": described}
    return await _page(request, "product.html", choices=_choices(parent or found, _language(request)), **facts)


@get("/shop/cart", include_in_schema=False)
async def cart(request: AnyRequest) -> Response[bytes]:
    """Show the cart, whose products stand in the address."""
    wanted = [each for each in request.query_params.get("items", "")[:2000].split(",") if each][:20]
    async with _runtime(request).context() as context:
        found = [each for product_id in wanted if (each := await _found(context, product_id))]
    return await _page(request, "cart.html", products=[(each, _price(each)) for each in found])


@get("/shop/files/{name:str}", include_in_schema=False, sync_to_thread=False)
def file(name: FromPath[str]) -> Response[bytes]:
    """Send the style or the script of the pages."""
    if name not in TYPES:
        raise NotFoundException
    return Response(_read(name), media_type=TYPES[name], headers={"Cache-Control": "no-cache"})


@get("/shop/sign-in", include_in_schema=False)
async def sign_in(request: AnyRequest) -> Response[bytes]:
    """Sign in as a regular customer, or out, to see what that changes."""
    language, out = _language(request), request.query_params.get("out") == "1"
    response: Response[bytes] = Response(b"", status_code=303, headers={"Location": f"/shop?lang={language}"})
    response.set_cookie(SIGNED_IN, "", max_age=0, path="/shop") if out else response.set_cookie(SIGNED_IN, "1", path="/shop", samesite="lax")
    return response


HANDLERS = (home, search, product, cart, file, sign_in)


async def _page(request: AnyRequest, template: str, **facts: object) -> Response[bytes]:
    language = _language(request)
    async with _runtime(request).context(language=language) as context:
        categories = [each for each in await listing.categories(await context.connection(), language) if each.depth == 0]
        regular = await people.regular(context) if template == "home.html" or _is_signed_in(request) else None
    other = next(each for each in sorted(LANGUAGES) if each != language)
    common = {
        "language": language,
        "other": other,
        "elsewhere": f"{request.url.path}?{urlencode({**request.query_params, 'lang': other})}",
        "key": opening.key(),
        "categories": categories,
        "regular": regular,
        "person": _proved(request, regular),
    }
    html = _environment(language).get_template(template).render(common | facts)
    return Response(html.encode(), media_type="text/html", headers=HEADERS)


def _proved(request: AnyRequest, regular: Regular | None) -> dict[str, str] | None:
    """Return who is signed in, with the proof that the server of a shop makes; null for nobody."""
    if regular is None or not _is_signed_in(request):
        return None
    return {"id": regular.user_id, "hash": proofs.sign(opening.secret(_runtime(request).settings.home), regular.user_id)}


def _is_signed_in(request: AnyRequest) -> bool:
    return request.cookies.get(SIGNED_IN) == "1"


async def _found(context: Context, product_id: str) -> ProductDetail | None:
    try:
        return await listing.product(await context.connection(), product_id, now=context.clock.now())
    except UnknownProduct:
        return None


async def _described(request: AnyRequest, context: Context, product_id: str) -> dict[str, Any] | None:
    """Return the product as linked data, as any shop would put it into its page; null for one that is not sold."""
    settings = _runtime(request).settings
    shop = (settings.public_url or str(request.base_url)).rstrip("/")
    channel = Channel(
        language=_language(request),
        currency=settings.currency,
        base_url=shop,
        product_url=f"{shop}/shop/products/{{id}}",
        time_zone=settings.time_zone,
    )
    try:
        return await describe(context, product_id, channel)
    except UnknownProduct:
        return None


def _choices(parent: ProductDetail, language: str) -> list[tuple[str, str]]:
    """Return the variants of a product that are sold, each with what its title says more than that of the product."""
    common = title(parent.title, language)
    said = {each.product_id: title(each.title, language) or each.product_id for each in parent.variants if each.state == "active"}
    return [(product_id, name.removeprefix(common).lstrip(" ,-–:/") or name) for product_id, name in said.items()]


def _price(found: ProductDetail) -> tuple[int, str] | None:
    lists = [each for each in found.prices if each.price_list == "list"]
    first = min(lists, key=lambda each: each.min_quantity, default=None)
    return (first.amount_minor, first.currency) if first else None


def _runtime(request: AnyRequest) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


def _language(request: AnyRequest) -> str:
    chosen = request.query_params.get("lang")
    return chosen if chosen in LANGUAGES else preferred(request.headers.get("accept-language"), _runtime(request).settings.language)


@lru_cache(maxsize=2)
def _environment(language: str) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    made.globals.update(
        _=lambda text, /, **named: translation.say(__package__, text, language).format(**named),
        money=lambda amount_minor, currency: format_currency(amount_minor / 100, currency, locale=language),
        text_of=lambda texts: title(texts, language),
    )
    return made


@cache
def _read(name: str) -> bytes:
    return resources.files(__package__).joinpath("static", name).read_bytes()
