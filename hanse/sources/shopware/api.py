"""Asking Shopware's Admin API: keys become a token, which is renewed when it is old; everything is asked by searching."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from hanse.sources.shopware import payloads
from hanse.sources.shopware.products import Names
from hanse.sources.source import Shop
from hanse.sources.source.addresses import OneHost
from hanse.sources.source.api import Answer, Api
from hanse.sources.source.errors import ShopRefused
from hanse.sources.source.texts import language

ASSOCIATIONS: Mapping[str, Mapping[str, Any]] = {
    "order": {
        "lineItems": {},
        "currency": {},
        "orderCustomer": {"associations": {"customer": {}}},
        "transactions": {"associations": {"stateMachineState": {}}},
        "stateMachineState": {},
        "billingAddress": {"associations": {"country": {}}},
        "salesChannel": {},
    },
    "customer": {"defaultBillingAddress": {"associations": {"country": {}}}, "group": {}},
    "product": {
        "translations": {},
        "manufacturer": {},
        "options": {"associations": {"group": {}}},
        "properties": {"associations": {"group": {}}},
        "categories": {},
        "cover": {"associations": {"media": {}}},
    },
    "language": {"locale": {}},
}
MOST_NAMES = 500


class ShopwareApi(Api):
    """A way to one shop."""

    def __init__(self, shop: Shop) -> None:
        """Reach the shop with the keys it gave in the handshake."""
        super().__init__(shop.url, transport=OneHost(shop.host, allow_private=shop.options.allow_private))
        self._shop = shop
        self._token = ""
        self._names: tuple[dict[str, str], dict[str, str]] | None = None

    async def search(self, entity: str, criteria: Mapping[str, Any]) -> list[msgspec.Raw]:
        """Return what a search finds, with all that is read of such a thing."""
        asked = {"total-count-mode": 0, "associations": ASSOCIATIONS.get(entity, {}), **criteria}
        try:
            answer = await self._search(entity, asked)
        except ShopRefused as refused:
            if refused.facts.get("status") != 401 or not self._token:
                raise
            self._token = ""  # an old one; a new one is asked for once
            answer = await self._search(entity, asked)
        return answer.json(_Found).data

    async def by_id(self, entity: str, resource_ids: Iterable[str]) -> list[msgspec.Raw]:
        """Return some things by their ids; those that are there no longer are left out."""
        found = list(resource_ids)
        return await self.search(entity, {"ids": found, "limit": len(found)}) if found else []

    async def names(self, parent_ids: Iterable[str | None]) -> Names:
        """Return what ids in products stand for: languages, currencies, and the parents of variants."""
        if self._names is None:
            self._names = await self._languages(), await self._currencies()
        languages, currencies = self._names
        return Names(languages, currencies, await self._numbers(sorted({each for each in parent_ids if each})))

    async def _languages(self) -> dict[str, str]:
        found = [msgspec.json.decode(each, type=payloads.Language) for each in await self.search("language", {"limit": MOST_NAMES})]
        return {each.id: language(each.locale.code, "") for each in found if each.locale and language(each.locale.code, "")}

    async def _currencies(self) -> dict[str, str]:
        found = [msgspec.json.decode(each, type=payloads.Currency) for each in await self.search("currency", {"limit": MOST_NAMES})]
        return {each.id: each.iso_code for each in found}

    async def _numbers(self, product_ids: list[str]) -> dict[str, str]:
        if not product_ids:
            return {}
        asked = {"ids": product_ids, "limit": len(product_ids), "associations": {}, "includes": {"product": ["id", "productNumber"]}}
        found = [msgspec.json.decode(each, type=payloads.Named) for each in await self.search("product", asked)]
        return {each.id: each.product_number for each in found}

    async def _search(self, entity: str, asked: Mapping[str, Any]) -> Answer:
        if not self._token:
            self._token = await self._new_token()
        headers = {"Authorization": f"Bearer {self._token}", "sw-inheritance": "1"}
        return await self.post(f"/api/search/{entity.replace('_', '-')}", asked, headers=headers)

    async def _new_token(self) -> str:
        keys = {"client_id": self._shop.secrets["api_key"], "client_secret": self._shop.secrets["api_secret"]}
        answer = await self.post("/api/oauth/token", {"grant_type": "client_credentials", **keys})
        return answer.json(payloads.Token).access_token


class _Found(msgspec.Struct):
    data: list[msgspec.Raw] = []
