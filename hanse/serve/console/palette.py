"""What the palette (Ctrl-K) finds: pages by name, products by id or title, customers by an identity."""

from __future__ import annotations

from litestar import Response, get

from hanse.base.database import Connection
from hanse.data.catalog import listing
from hanse.serve.console import customer_list, pages, places, session
from hanse.serve.console.places import Place
from hanse.serve.console.session import AnyRequest, Visit

MOST = 6
SHORTEST = 2


@get("/palette")
async def show(request: AnyRequest) -> Response[bytes]:
    """List where somebody may want to go."""
    visit = session.of(request)
    text = request.query_params.get("q", "").strip()[:200]
    found = [(each, "") for each in _pages(visit) if text.casefold() in each.title.casefold()]
    if len(text) >= SHORTEST:
        async with visit.context() as context:
            connection = await context.connection()
            found += await _products(visit, connection, text)
            found += await _customers(visit, connection, text)
    return pages.fragment(visit, "palette.html", found=found)


def _pages(visit: Visit) -> list[Place]:
    below = [each for each in places.settings(visit) if each.path != "/settings"]
    matches = Place("/customers/matches", visit.words.gettext("Matches"), icon="merge")
    shops = Place("/data/shops", visit.words.gettext("Shops and PIM"), icon="store")
    imports = Place("/data/imports", visit.words.gettext("Imports"), icon="file-up")
    rejects = Place("/data/rejects", visit.words.gettext("Rejects"), icon="circle-alert")
    quality = Place("/data/quality", visit.words.gettext("Quality"), icon="triangle-alert")
    retention = Place("/data/retention", visit.words.gettext("Retention"), icon="archive")
    shown = Place("/capabilities/recommend/placements", visit.words.gettext("Placements"), icon="layers")
    return [*places.rail(visit).all, shown, matches, shops, imports, rejects, quality, retention, *below]


async def _products(visit: Visit, connection: Connection, text: str) -> list[tuple[Place, str]]:
    found = await listing.page(connection, search=text, limit=MOST, language=visit.words.language)
    return [(Place(f"/products/{each.product_id}", each.title or each.product_id, icon="package"), each.product_id) for each in found.products]


async def _customers(visit: Visit, connection: Connection, text: str) -> list[tuple[Place, str]]:
    found = await customer_list.search(connection, text, MOST)
    nameless = visit.words.gettext("Customer")
    return [(Place(f"/customers/{each['profile_id']}", each["name"] or nameless, icon="users"), str(each["profile_id"])[-12:]) for each in found]
