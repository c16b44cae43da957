"""Recorded exchanges with an Akeneo: what it answers, in the shape of its documentation, to the questions of one poll."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hanse.sources.akeneo import Akeneo
from hanse.sources.source import Change, Page, Position, Shop
from hanse.testing.shops.server import Asked, FakeServer, Reply
from tests.sources import shops

SECRETS = {"client_id": "1_abc", "client_secret": "s3cret", "user": "hanse_0042", "password": "pass"}
API = "/api/rest/v1/"
FILES: Mapping[str, str] = {
    "product-models": "product-models",
    "attributes": "attributes",
    "attributes/color/options": "options-color",
    "attributes/brand/options": "options-brand",
    "attributes/suitable_for/options": "options-suitable_for",
    "families/drills": "family",
    "families/drills/variants/drills_by_voltage_and_color": "family-variant",
    "measurement-families": "measurement-families",
}


class Recorded(FakeServer):
    """Answers what was recorded. Its answers name a host of their own, which is never asked."""

    system = "akeneo"
    secrets = SECRETS

    def answer(self, asked: Asked) -> Reply:
        """Answer a question of the poll."""
        if asked.path == "/api/oauth/v1/token":
            return Reply(200, loaded("token"))
        path = asked.path.removeprefix(API)
        name = self._by_question(path, asked.query) or FILES.get(path)
        return Reply(200, loaded(name)) if name else Reply(404, {"code": 404, "message": "Not found."})

    def _by_question(self, path: str, query: Mapping[str, str]) -> str | None:
        search = query.get("search", "")
        if path == "products-uuid":
            return "products-uuid-by-uuid" if '"uuid"' in search else "products-uuid-2" if "search_after" in query else "products-uuid"
        if path == "categories":
            return "categories-1" if "cordless_drills" in search else "categories-2"
        return None


def loaded(name: str) -> object:
    """Return a recorded answer."""
    return msgspec.json.decode(shops.recorded("akeneo", name))


def connected(server: FakeServer, **options: object) -> Shop:
    """Return a connection to a server."""
    made = shops.shop("akeneo", secrets=dict(server.secrets), allow_private=True, **options)
    return Shop(**{**{name: getattr(made, name) for name in made.__dataclass_fields__}, "url": server.url})


async def poll(server: FakeServer, position: Position | None = None, **options: object) -> list[Page]:
    """Read all pages of one round."""
    source, shop = Akeneo(), connected(server, **options)
    async with source.api(shop) as api:
        return [page async for page in source.poll(shop, api, "products", position or Position())]


async def read(server: FakeServer, **options: object) -> dict[str, Change]:
    """Return what one round says, by the number of the product."""
    return {change.products[0].product_id: change for page in await poll(server, None, **options) for change in page.changes}
