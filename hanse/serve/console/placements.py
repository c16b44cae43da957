"""Placements: what each place of the shop would recommend now, as cards, for a product, a customer or a cart; and how to put it into the shop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base import context as contract
from hanse.base.context import Context
from hanse.base.errors import HanseError
from hanse.capabilities.recommend.placements import operations
from hanse.capabilities.recommend.placements.schemas import Kind, PlacementPreview, PreviewPlacement
from hanse.data.access import keys, proofs
from hanse.data.access.accounts import Permission
from hanse.data.catalog import listing
from hanse.data.catalog.summaries import Summaries, Summary, title
from hanse.serve.console import answers, capabilities, customer_list, pages, rule_words, rules, session, storefront
from hanse.serve.console.answers import Card
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.console.texts import Texts, Words
from hanse.serve.languages import LANGUAGES

SHAPED = "recommend"
PATH = f"/capabilities/{SHAPED}/placements"
SCOPES = frozenset({"placements"})
DEVICES = {"phone": "mobile", "tablet": "tablet", "desktop": "desktop"}
"""How wide a placement is looked at, and what the shop would call that."""
CHOICES = ("place", "product", "customer", "cart", "query", "shown_in", "device")
"""What stands in the address."""
FOUND = 6
SHORTEST = 2
LIMIT = 8
SCRIPT = '<script type="module" src="HOST/elements.js" data-key="KEY"></script>'


@dataclass(frozen=True)
class Place:
    """A place of the shop, what is recommended there, and what the rules call it."""

    kinds: tuple[Kind, ...]
    attributes: str = ""
    """What the element is told there besides its place and kind."""
    rules_name: str = ""


PLACES = {
    "product": Place(
        ("also_bought", "also_viewed", "similar", "accessories", "consumables", "spare_parts", "successors", "alternatives"),
        'product-id="PRODUCT_ID"',
        "product_page",
    ),
    "home": Place(("for_you", "popular")),
    "cart": Place(("complete_cart",), 'cart="PRODUCT_ID,PRODUCT_ID"'),
    "category": Place(("popular",), 'category="CATEGORY"', "category_page"),
    "search": Place(("after_search",), 'query="WHAT_WAS_TYPED"', "search_page"),
    "reorder": Place(("reorder",)),
    "reminder": Place(("reminder",)),
}
USUAL: Mapping[str, Kind] = {name: place.kinds[0] for name, place in PLACES.items()}


@dataclass(frozen=True)
class Chosen:
    """For what and whom the placements are looked at."""

    place: str
    product_id: str
    profile_id: UUID | None
    cart: tuple[str, ...]
    query: str
    """What somebody searched for."""
    language: str
    device: str


@dataclass(frozen=True)
class Row:
    """One recommendation of a place as it would be seen."""

    kind: Kind
    cards: list[Card]
    preview: PlacementPreview | None
    problem: str
    snippet: str
    compare: str
    """Where the rules show what they make of it."""


@get("/capabilities/{name:str}/placements")
async def show(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Show what the placements would recommend now."""
    visit = _visit(request, name)
    return await _page(visit)


@get("/capabilities/{name:str}/placements/find")
async def find(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """List the products, or the customers, that a text finds, each leading to its placements."""
    visit = _visit(request, name)
    return pages.fragment(visit, "placements_found.html", **await _found(visit))


@post("/capabilities/{name:str}/placements", status_code=200)
async def create(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Make a public key for the shop's pages, and show what is copied with it, this once."""
    visit = _visit(request, name)
    visit.need(Permission.KEYS)
    form = await visit.form()
    typed = {"name": form.get("name", ""), "origins": form.get("origins", "")}
    try:
        async with visit.context() as context:
            connection, now = await context.connection(), context.clock.now()
            origins = typed["origins"].replace(",", " ").split()
            made = await keys.create(connection, typed["name"], [keys.STOREFRONT], created_by=visit.account.name, now=now, origins=origins)
            await visit.note(context, "keys.create", subject=str(made.key_id), name=made.name, scopes=sorted(made.scopes))
    except HanseError as error:
        return await _page(visit, status=error.status, wrong=visit.words.error(error), **typed)
    secret = proofs.secret(visit.runtime.settings.home, made.name)
    return await _page(visit, key=made.key, made=made, secret=secret)


async def _page(visit: Visit, *, status: int = 200, key: str = storefront.PLACEHOLDER, **facts: Any) -> Response[bytes]:
    async with visit.context(SCOPES) as context:
        chosen = await _chosen(visit, context)
        known = await context.resource(Summaries).get(context, [*chosen.cart, chosen.product_id])
    rows = [await _row(visit, chosen, kind, known) for kind in PLACES[chosen.place].kinds]
    asked = visit.request.query_params
    customer = await _customer(visit, chosen.profile_id)
    usual: dict[str, Any] = {"made": None, "secret": "", "wrong": "", "name": "", "origins": "", "places": _places(visit.words)}
    script = SCRIPT.replace("HOST", storefront.address(visit)).replace("KEY", key)
    shown = {
        "searched": _searched(chosen, known),
        "chosen": chosen,
        "rows": rows,
        "customer": customer,
        "products": _titles(known, visit.words),
        "script": script,
    }
    found = await _found(visit) if asked.get("q") else {"found": None, "text": ""}
    named = {
        "kind_name": lambda kind: kind_name(visit.words, kind),
        "source_of": lambda name: rule_words.source(visit.words, name),
        "with_": lambda **changed: _link(asked, **changed),
    }
    head = capabilities.head(visit, capabilities.find(visit, SHAPED), "placements")
    return pages.page(visit, "placements.html", status=status, **head, **{**usual, **facts}, **shown, **found, **named)


async def _chosen(visit: Visit, context: Context) -> Chosen:
    """Return what was chosen; the product that sells best where none was."""
    asked = visit.request.query_params
    product_id = asked.get("product", "")[:200] or await _best_seller(visit, context)
    cart = tuple(dict.fromkeys(each for each in asked.get("cart", "").split(",")[:20] if 0 < len(each) <= 200))
    profile_id = capabilities.uuid(asked.get("customer", ""))
    if profile_id is not None:
        visit.need(Permission.PERSONAL_DATA)
    place, device, language = asked.get("place", ""), asked.get("device", ""), asked.get("shown_in", "")
    return Chosen(
        place if place in PLACES else "product",
        product_id,
        profile_id,
        cart or ((product_id,) if product_id else ()),
        asked.get("query", "").strip()[:200],
        language if language in LANGUAGES else visit.words.language,
        device if device in DEVICES else "desktop",
    )


async def _best_seller(visit: Visit, context: Context) -> str:
    found = await listing.page(await context.connection(), state="active", limit=1, language=visit.words.language)
    return found.products[0].product_id if found.products else ""


async def _row(visit: Visit, chosen: Chosen, kind: Kind, known: Mapping[str, Summary]) -> Row:
    place = PLACES[chosen.place]
    element = f'<hanse-recommendations placement="{chosen.place}"'
    element += "" if kind == USUAL[chosen.place] else f' kind="{kind.replace("_", "-")}"'
    snippet = f"{element}{' ' if place.attributes else ''}{place.attributes}></hanse-recommendations>"
    rules_name = "out_of_stock" if kind == "alternatives" else place.rules_name or chosen.place
    product_id = chosen.product_id if chosen.place == "product" else ""
    compare = f"{rules.PATH}/preview?" + urlencode({"at_placement": rules_name, "at_product": product_id, "at_device": DEVICES[chosen.device]})
    try:
        async with visit.context(SCOPES) as context:
            found: PlacementPreview = await contract.run(operations.preview, _request(chosen, kind, known), context)
    except HanseError as error:
        return Row(kind, [], None, visit.words.error(error), snippet, compare)
    words = visit.runtime.resources.get(Texts).words(chosen.language)
    return Row(kind, answers.cards(msgspec.to_builtins(found), words), found, "", snippet, compare)


def _request(chosen: Chosen, kind: Kind, known: Mapping[str, Summary]) -> PreviewPlacement:
    """Return what the shop's page would ask."""
    at_hand = known.get(chosen.product_id)
    category = title(at_hand.category, chosen.language) if at_hand else ""
    return PreviewPlacement(
        kind=kind,
        placement="" if kind == "alternatives" else PLACES[chosen.place].rules_name or chosen.place,
        profile_id=chosen.profile_id,
        product_id=chosen.product_id or None,
        viewed=(chosen.product_id,) if chosen.product_id and chosen.place == "reminder" and chosen.profile_id is None else (),
        cart=chosen.cart if chosen.place == "cart" else (),
        query=_searched(chosen, known) if chosen.place == "search" else None,
        category=category or None if chosen.place == "category" else None,
        device=DEVICES[chosen.device],
        channel="web",
        language="de" if chosen.language == "de" else "en",
        limit=LIMIT,
    )


def _searched(chosen: Chosen, known: Mapping[str, Summary]) -> str:
    """Return what somebody searched for; where nothing was typed, the category of what sells best, so that there is something to see."""
    at_hand = known.get(chosen.product_id)
    return chosen.query or (title(at_hand.category, chosen.language).rpartition(" > ")[2] if at_hand else "") or chosen.product_id or "?"


async def _found(visit: Visit) -> dict[str, Any]:
    """Return what a text finds: products, or customers for those who may see them."""
    asked = visit.request.query_params
    text, what = asked.get("q", "").strip()[:200], asked.get("what", "product")
    if len(text) < SHORTEST:
        return {"found": [], "text": ""}
    lines: list[tuple[str, str, str, str | None]]
    async with visit.context() as context:
        connection = await context.connection()
        if what == "customer":
            visit.need(Permission.PERSONAL_DATA)
            people = await customer_list.search(connection, text, FOUND)
            nameless = visit.words.gettext("Customer")
            lines = [(_link(asked, customer=each["profile_id"]), each["name"] or nameless, str(each["profile_id"])[-12:], None) for each in people]
        else:
            page = await listing.page(connection, search=text, state="active", limit=FOUND, language=visit.words.language)
            lines = [(_link(asked, product=each.product_id), each.title, each.product_id, each.image_url) for each in page.products]
    return {"found": lines, "text": text}


async def _customer(visit: Visit, profile_id: UUID | None) -> str:
    """Return what a chosen customer is called in lists; empty for nobody."""
    if profile_id is None:
        return ""
    async with visit.context() as context:
        rows = await customer_list.rows(await context.connection(), [profile_id])
    return (rows[0]["name"] if rows else "") or visit.words.gettext("Customer")


def _titles(known: Mapping[str, Summary], words: Words) -> dict[str, tuple[str, str | None]]:
    return {product_id: (title(each.title, words.language) or product_id, each.image_url) for product_id, each in known.items()}


def _link(asked: Mapping[str, str], **changed: object) -> str:
    """Return the address of the placements with something chosen otherwise; null takes a choice out."""
    kept = {name: asked[name] for name in CHOICES if name in asked}
    given = {name: str(value) for name, value in {**kept, **changed}.items() if value not in {None, ""}}
    return PATH + (f"?{urlencode(given)}" if given else "")


def _places(words: Words) -> Iterable[tuple[str, str, str]]:
    """Return the places with their everyday names and icons."""
    gettext = words.gettext
    return [
        ("product", gettext("Product page"), "package"),
        ("home", gettext("Home page"), "house"),
        ("cart", gettext("Cart"), "shopping-cart"),
        ("category", gettext("Category page"), "layers"),
        ("search", gettext("After a search"), "search"),
        ("reorder", gettext("Ordering again"), "repeat"),
        ("reminder", gettext("Reminder"), "bell"),
    ]


def kind_name(words: Words, kind: Kind) -> tuple[str, str]:
    """Return what a recommendation is called, and what it is for."""
    gettext = words.gettext
    return {
        "for_you": (gettext("Picked for the person"), gettext("By what they looked at and ordered; what is popular for who is new.")),
        "popular": (gettext("Popular"), gettext("What sells well lately, in the shop or in the category.")),
        "also_bought": (gettext("Bought together"), gettext("What stood in the same orders.")),
        "also_viewed": (gettext("Viewed together"), gettext("What is looked at next.")),
        "similar": (gettext("Similar products"), gettext("What the catalog describes alike; new products, too.")),
        "accessories": (gettext("Accessories"), gettext("What the catalog says belongs to it.")),
        "consumables": (gettext("Consumables"), gettext("What it uses up, as the catalog says.")),
        "spare_parts": (gettext("Spare parts"), gettext("What fits it, as the catalog says.")),
        "successors": (gettext("Successors"), gettext("What took its place.")),
        "alternatives": (gettext("Alternatives"), gettext("Where it is out of stock: successors, or what is like it.")),
        "complete_cart": (gettext("Complete the cart"), gettext("What is often ordered with what is in the cart.")),
        "after_search": (gettext("Found after this search"), gettext("What others looked at who searched for the same.")),
        "reorder": (gettext("Order again"), gettext("What this customer is likely to need again now.")),
        "reminder": (gettext("Looked at lately"), gettext("What was looked at again and again and not ordered.")),
    }[kind]


def _visit(request: AnyRequest, name: str) -> Visit:
    """Return the visit; raises `UnknownCapability` where a capability has no placements."""
    visit = session.of(request)
    capabilities.find(visit, name)
    if name != SHAPED:
        raise capabilities.UnknownCapability(capability=name)
    return visit
