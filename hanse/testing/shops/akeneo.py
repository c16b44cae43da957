"""A fake Akeneo PIM: keys for an hour, and the REST API as far as polls ask it. What it says of products is told by `save_product`."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import quote, unquote, urlencode

import msgspec

from hanse.testing.shops import akeneo_structure as structure
from hanse.testing.shops.akeneo_structure import Thing
from hanse.testing.shops.server import Asked, FakeServer, Reply

API = "/api/rest/v1"
NOTHING: Mapping[str, Any] = {"products": [], "product_models": [], "groups": []}
TYPES = ("PACK", "SUBSTITUTION", "UPSELL", "X_SELL")
"""Types of associations that every Akeneo has."""


def value(data: object, *, locale: str | None = None, scope: str | None = None) -> list[Thing]:
    """Return what an attribute says."""
    return [{"locale": locale, "scope": scope, "data": data}]


def spoken(german: str, english: str, *, scope: str | None = None) -> list[Thing]:
    """Return what an attribute says in two locales."""
    return [*value(german, locale="de_DE", scope=scope), *value(english, locale="en_US", scope=scope)]


class FakeAkeneo(FakeServer):
    """One Akeneo with a family of drills, and no products yet."""

    system = "akeneo"
    secrets = {"client_id": "1_fake", "client_secret": "fake-secret", "user": "hanse_0001", "password": "fake-password"}  # noqa: RUF012  # of a fake

    def __init__(self, zone: tzinfo = UTC) -> None:
        """Stand empty, in a time zone."""
        super().__init__()
        self.products: dict[str, Thing] = {}
        """By uuid."""
        self.models: dict[str, Thing] = {}
        self._zone = zone
        self._tokens: set[str] = set()
        self._count = 0

    def expire_tokens(self) -> None:
        """Let an hour pass."""
        self._tokens.clear()

    def save_model(self, code: str, values: Mapping[str, list[Thing]], *, at: datetime, **facts: Any) -> None:
        """Make a product model, or change it."""
        told: Thing = {"family": "drills", "family_variant": "drills_by_color", "parent": None, "categories": []}
        moments = self._moments(self.models.get(code), at)
        self.models[code] = {"code": code, **told, "values": dict(values), **moments, **_associated({}), **facts}

    def save_product(self, sku: str, values: Mapping[str, list[Thing]], *, at: datetime, **facts: Any) -> str:
        """Make a product, or change it; return its uuid."""
        name = str(uuid.uuid5(uuid.NAMESPACE_URL, sku))
        told = {"enabled": True, "family": "drills", "categories": [], "groups": [], "parent": None}
        moments = self._moments(self.products.get(name), at)
        all_values = {"sku": value(sku), **values}
        self.products[name] = {"uuid": name, **told, "values": all_values, **moments, **_associated(facts.pop("associations", {})), **facts}
        return name

    def delete_product(self, sku: str) -> None:
        """Remove a product."""
        del self.products[str(uuid.uuid5(uuid.NAMESPACE_URL, sku))]

    def answer(self, asked: Asked) -> Reply:
        """Answer what the REST API is asked."""
        if asked.path == "/api/oauth/v1/token" and asked.method == "POST":
            return self._token(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return Reply(401, {"code": 401, "message": "The access token provided is invalid."})
        path = [unquote(each) for each in asked.path.removeprefix(f"{API}/").split("/")]
        return self._listed(path, asked) or self._one(path)

    def _token(self, asked: Asked) -> Reply:
        keys = base64.b64encode(f"{self.secrets['client_id']}:{self.secrets['client_secret']}".encode()).decode()
        given = msgspec.json.decode(asked.body)
        right = {"grant_type": "password", "username": self.secrets["user"], "password": self.secrets["password"]}
        if asked.headers.get("authorization") != f"Basic {keys}" or given != right:
            return Reply(422, {"code": 422, "message": "No user found for the given username and password"})
        self._count += 1
        self._tokens.add(f"token-{self._count}")
        told = {"access_token": f"token-{self._count}", "expires_in": 3600, "token_type": "bearer", "scope": None}
        return Reply(200, {**told, "refresh_token": f"refresh-{self._count}"})

    def _listed(self, path: Sequence[str], asked: Asked) -> Reply | None:
        """Return a page of a list, where the path is one."""
        lists: Mapping[str, Callable[[], Iterable[Thing]]] = {
            "products-uuid": lambda: (self._whole(each) for each in self.products.values()),
            "product-models": lambda: (self._whole(each) for each in self.models.values()),
            "attributes": lambda: structure.ATTRIBUTES,
            "categories": lambda: structure.CATEGORIES,
            "families": lambda: structure.FAMILIES,
        }
        if path == ["measurement-families"]:
            return Reply(200, structure.MEASUREMENT_FAMILIES)
        if len(path) == 3 and path[0] == "attributes" and path[2] == "options":
            return self._page("/".join(path), _options(path[1]), asked)
        return self._page(path[0], lists[path[0]](), asked) if len(path) == 1 and path[0] in lists else None

    def _one(self, path: Sequence[str]) -> Reply:
        if len(path) == 4 and path[0] == "families" and path[2] == "variants":
            return _found(structure.VARIANTS.get(path[1], ()), path[3])
        if len(path) == 2 and path[0] == "families":
            return _found(structure.FAMILIES, path[1])
        if len(path) == 2 and path[0] == "product-models":
            return _found([self._whole(each) for each in self.models.values()], path[1])
        return Reply(404, {"code": 404, "message": "Resource does not exist."})

    def _page(self, path: str, things: Iterable[Thing], asked: Asked) -> Reply:
        query = asked.query
        limit, is_keyed = int(query.get("limit", "10")), query.get("pagination_type") == "search_after"
        fitting = sorted((each for each in things if self._fits(each, query)), key=_name)
        begin = int(query.get("page", "1")) * limit - limit
        rest = [each for each in fitting if _name(each) > query.get("search_after", "")] if is_keyed else fitting[begin:]
        going_on = {"search_after": _name(rest[limit - 1])} if is_keyed and len(rest) >= limit else {"page": str(begin // limit + 2)}
        has_next = len(rest) >= limit if is_keyed else len(rest) > limit
        links = {"self": query, "first": query, **({"next": {**query, **going_on}} if has_next else {})}
        items = [self._linked(path, _sliced(each, query)) for each in rest[:limit]]
        told = {"_links": {name: {"href": f"{self.url}{API}/{path}?{urlencode(each)}"} for name, each in links.items()}}
        return Reply(200, {**told, **({} if is_keyed else {"current_page": begin // limit + 1}), "_embedded": {"items": items}})

    def _linked(self, path: str, thing: Thing) -> Thing:
        return {"_links": {"self": {"href": f"{self.url}{API}/{path}/{quote(_name(thing))}"}}, **thing}

    def _fits(self, thing: Thing, query: Mapping[str, str]) -> bool:
        for name, conditions in msgspec.json.decode(query.get("search", "{}")).items():
            for each in conditions:
                if each["operator"] == "IN" and thing[name] not in each["value"]:
                    return False
                if each["operator"] == ">" and not any(changed > self._moment(each["value"]) for changed in self._changes(thing)):
                    return False
        return True

    def _changes(self, thing: Thing) -> Iterable[datetime]:
        """Go through when a thing or one of its models was changed: a variant counts as changed with its models."""
        yield datetime.fromisoformat(thing["updated"])
        if "uuid" in thing and thing["parent"] in self.models:
            yield from self._changes({**self.models[thing["parent"]], "uuid": ""})

    def _whole(self, thing: Thing) -> Thing:
        """Return a thing with what its models say, as the API tells it."""
        above = self._whole(self.models[thing["parent"]]) if thing["parent"] in self.models else None
        if above is None or thing["parent"] == thing.get("code"):
            return thing
        categories = list(dict.fromkeys([*above["categories"], *thing["categories"]]))
        return {**thing, "values": {**above["values"], **thing["values"]}, "categories": categories}

    def _moments(self, known: Thing | None, at: datetime) -> dict[str, str]:
        now = at.astimezone(self._zone).isoformat(timespec="seconds")
        return {"created": known["created"] if known else now, "updated": now}

    def _moment(self, text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=self._zone)


def _associated(told: Mapping[str, Mapping[str, Any]]) -> Thing:
    """Return associations: what is counted is told by itself."""
    counted = {code: each for code, each in told.items() if any(isinstance(one, dict) for one in each.get("products", []))}
    simple = {code: {**NOTHING, **each} for code, each in told.items() if code not in counted}
    return {"associations": {**{code: dict(NOTHING) for code in TYPES}, **simple}, "quantified_associations": counted}


def _options(code: str) -> list[Thing]:
    found = structure.OPTIONS.get(code, {})
    return [{"code": name, "attribute": code, "sort_order": place, "labels": each} for place, (name, each) in enumerate(found.items(), start=1)]


def _found(things: Iterable[Thing], code: str) -> Reply:
    known = next((each for each in things if each["code"] == code), None)
    return Reply(200, known) if known else Reply(404, {"code": 404, "message": f"{code} does not exist."})


def _sliced(thing: Thing, query: Mapping[str, str]) -> Thing:
    wanted = query["attributes"].split(",") if "attributes" in query else None
    return thing if wanted is None else {**thing, "values": {code: each for code, each in thing["values"].items() if code in wanted}}


def _name(thing: Thing) -> str:
    return str(thing.get("uuid") or thing["code"])
