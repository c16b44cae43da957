"""Learning what the codes in products stand for: asked for as they occur, and once in a poll."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar
from urllib.parse import quote

import msgspec

from hanse.sources.akeneo import payloads
from hanse.sources.akeneo.api import AkeneoApi
from hanse.sources.akeneo.payloads import Attribute, Category, Family, FamilyVariant, Model, Product, Thing, mapped
from hanse.sources.akeneo.structure import IDENTIFIER, Lineage, Structure
from hanse.sources.source.api import clean
from hanse.sources.source.errors import NotThere, ShopRefused, Unmappable

ThingT = TypeVar("ThingT")
METRIC = "pim_catalog_metric"
SELECTS = frozenset({"pim_catalog_simpleselect", "pim_catalog_multiselect"})
DEEPEST = 20
"""Levels of categories."""


class Reader:
    """Learns what some products need."""

    def __init__(self, api: AkeneoApi, structure: Structure) -> None:
        """Ask by a way that is open, and keep what is learned."""
        self._api = api
        self._known = structure

    async def learn(self, bodies: Sequence[msgspec.Raw], kind: type[Product | Model]) -> None:
        """Learn what the things in some bodies need; those that cannot be read are refused later."""
        things: Sequence[Thing] = _decoded(bodies, kind)
        known = self._known
        known.models |= {each.code: Lineage(each.parent, each.family_variant) for each in things if isinstance(each, Model)}
        await self._attributes(code for each in things for code in mapped(each.values))
        known.numbers |= {each.uuid: known.number(each) for each in things if isinstance(each, Product)}
        await self._models(each.parent for each in things)
        await self._families(things)
        await self._options(things)
        await self._categories(code for each in things for code in each.categories)
        await self._units(things)
        await self._numbers(things)

    async def _attributes(self, codes: Iterable[str]) -> None:
        missing = set(codes) - self._known.attributes.keys()
        found = _decoded(await self._api.some("attributes", "code", missing), Attribute)
        self._known.attributes |= {**dict.fromkeys(missing), **{each.code: each for each in found}}

    async def _models(self, codes: Iterable[str | None]) -> None:
        missing = {each for each in codes if each} - self._known.models.keys()
        for code in sorted(missing):
            found = await self._one(Model, "product-models", code)
            self._known.models[code] = Lineage(found.parent, found.family_variant) if found else None
        if missing:
            await self._models(known.parent for code in missing if (known := self._known.models[code]))

    async def _families(self, things: Sequence[Thing]) -> None:
        for code in sorted({each.family for each in things if each.family} - self._known.families.keys()):
            self._known.families[code] = await self._one(Family, "families", code)
        wanted = {(each.family, variant) for each in things if each.family and (variant := self._variant(each))}
        for family, variant in sorted(wanted - self._known.variants.keys()):
            self._known.variants[family, variant] = await self._one(FamilyVariant, "families", family, "variants", variant)

    def _variant(self, thing: Thing) -> str | None:
        known = self._known.models.get(thing.code if isinstance(thing, Model) else thing.parent or "")
        return known.family_variant if known else None

    async def _options(self, things: Sequence[Thing]) -> None:
        attributes = (self._known.attributes.get(code) for each in things for code in mapped(each.values))
        wanted = {each.code for each in attributes if each and each.type in SELECTS}
        for code in sorted(wanted - self._known.options.keys()):
            found = _decoded(await self._api.every(f"attributes/{quote(code, safe='')}/options"), payloads.Coded)
            self._known.options[code] = {each.code: each.labels for each in found}

    async def _categories(self, codes: Iterable[str | None]) -> None:
        wanted = {each for each in codes if each}
        for _ in range(DEEPEST):
            missing = wanted - self._known.categories.keys()
            if not missing:
                return
            found = _decoded(await self._api.some("categories", "code", missing), Category)
            self._known.categories |= {**dict.fromkeys(missing), **{each.code: each for each in found}}
            wanted = {each.parent for each in found if each.parent}

    async def _units(self, things: Sequence[Thing]) -> None:
        types = {known.type for each in things for code in mapped(each.values) if (known := self._known.attributes.get(code))}
        if METRIC not in types or self._known.symbols is not None:
            return
        try:
            families = (await self._api.one("measurement-families")).json(list[payloads.MeasurementFamily])
        except (ShopRefused, Unmappable):  # versions before 5.0, or a user who may not see them
            families = []
        units = ((code, unit.symbol) for each in families for code, unit in mapped(each.units).items())
        self._known.symbols = {code: symbol for code, symbol in units if symbol}

    async def _numbers(self, things: Sequence[Thing]) -> None:
        """Learn the identifiers of products that others are associated with."""
        simple = {uuid for each in things if isinstance(each, Product) for told in mapped(each.associations).values() for uuid in told.products}
        counted = {every.uuid for each in things for told in mapped(each.quantified_associations).values() for every in told.products if every.uuid}
        missing = (simple | counted) - self._known.numbers.keys()
        if missing:
            found = await self._api.some("products-uuid", "uuid", missing, **self._identifiers())
            self._known.numbers |= {**dict.fromkeys(missing), **{each.uuid: self._known.number(each) for each in _decoded(found, Product)}}

    def _identifiers(self) -> dict[str, str]:
        """Return what keeps Akeneo from telling all values where only identifiers are asked for."""
        codes = sorted(each.code for each in self._known.attributes.values() if each and each.type == IDENTIFIER)
        return {"attributes": ",".join(codes)} if codes else {}

    async def _one(self, kind: type[ThingT], *path: str) -> ThingT | None:
        try:
            return (await self._api.one(*path)).json(kind)
        except (NotThere, Unmappable):
            return None


def _decoded(bodies: Iterable[msgspec.Raw], kind: type[ThingT]) -> list[ThingT]:
    """Return what can be read of some things; what cannot is as good as not there."""
    return [found for each in bodies if (found := _read(each, kind)) is not None]


def _read(body: msgspec.Raw, kind: type[ThingT]) -> ThingT | None:
    try:
        return msgspec.json.decode(clean(body), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
