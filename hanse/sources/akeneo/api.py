"""Asking Akeneo: user and password become a token, which is renewed when it is old; lists are read page by page."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from hanse.sources.akeneo import payloads
from hanse.sources.source import Shop
from hanse.sources.source.addresses import OneHost
from hanse.sources.source.api import Answer, Api
from hanse.sources.source.errors import ShopRefused

PATH = "/api/rest/v1"
AT_ONCE = 50
"""Codes in one question, so that its address stays short."""
LIMIT = 100
"""Things on a page, the most that Akeneo gives."""
MOST_PAGES = 1_000
"""Pages of one list of codes; more is a list without end."""
UNAUTHORIZED = 401
CONTINUED = ("search_after", "page")
Params = Mapping[str, str]


class AkeneoApi(Api):
    """A way to one Akeneo."""

    def __init__(self, shop: Shop) -> None:
        """Reach Akeneo with the keys of its connection."""
        super().__init__(shop.url, transport=OneHost(shop.host, allow_private=shop.options.allow_private))
        self._secrets = shop.secrets
        self._token = ""

    async def one(self, *path: str) -> Answer:
        """Return one thing; codes in its path may hold anything."""
        return await self._asked("/" + "/".join(quote(each, safe="") for each in path), {})

    async def page(self, path: str, params: Params) -> tuple[list[msgspec.Raw], Params]:
        """Return a page of a list, and what to ask for the next one; nothing on the last.

        Of the address of the next page only where it begins is taken: behind a proxy Akeneo names a host that is not its own.
        """
        found = (await self._asked(f"/{path}", {"limit": str(LIMIT), **params})).json(payloads.Page)
        told = parse_qsl(urlsplit(found.links.next.href).query) if found.links.next else []
        going_on = {name: value for name, value in told if name in CONTINUED and value != params.get(name)}
        return found.embedded.items, {**params, **going_on} if going_on and found.embedded.items else {}

    async def every(self, path: str, params: Params | None = None) -> list[msgspec.Raw]:
        """Return a whole list."""
        found: list[msgspec.Raw] = []
        asked: Params = params or {}
        for _ in range(MOST_PAGES):
            items, asked = await self.page(path, asked)
            found += items
            if not asked:
                return found
        raise ShopRefused(host=self.host, path=path, reason="its list has no end")

    async def some(self, path: str, name: str, codes: Iterable[str], **params: str) -> list[msgspec.Raw]:
        """Return the things of a list with some codes; those that are not there are left out."""
        wanted = sorted(set(codes))
        found: list[msgspec.Raw] = []
        for first in range(0, len(wanted), AT_ONCE):
            asked = search({name: [{"operator": "IN", "value": wanted[first : first + AT_ONCE]}]})
            found += await self.every(path, {**params, **asked})
        return found

    async def _asked(self, path: str, params: Params) -> Answer:
        try:
            return await self._authorized(path, params)
        except ShopRefused as refused:
            if refused.facts.get("status") != UNAUTHORIZED or not self._token:
                raise
            self._token = ""  # an old one; a new one is asked for once
            return await self._authorized(path, params)

    async def _authorized(self, path: str, params: Params) -> Answer:
        if not self._token:
            self._token = await self._new_token()
        return await self.get(f"{PATH}{path}", params, headers={"Authorization": f"Bearer {self._token}"})

    async def _new_token(self) -> str:
        keys = base64.b64encode(f"{self._secrets['client_id']}:{self._secrets['client_secret']}".encode()).decode()
        asked = {"grant_type": "password", "username": self._secrets["user"], "password": self._secrets["password"]}
        answer = await self.post("/api/oauth/v1/token", asked, headers={"Authorization": f"Basic {keys}"})
        return answer.json(payloads.Token).access_token


def search(conditions: Mapping[str, Any]) -> dict[str, str]:
    """Return conditions as Akeneo takes them."""
    return {"search": msgspec.json.encode(conditions).decode()}
