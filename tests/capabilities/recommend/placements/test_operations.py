"""The preview of a placement says what the shop's page would, and counts as shown to nobody."""

from __future__ import annotations

from typing import get_args

import pytest

from hanse.base.errors import InvalidRequest
from hanse.capabilities.recommend import operations as recommending
from hanse.capabilities.recommend import trained
from hanse.capabilities.recommend.placements import operations, schemas
from hanse.data import catalog
from hanse.data.catalog import Product, Relation
from hanse.data.catalog.schemas import RelationKind
from tests.capabilities.recommend.conftest import HELD_OUT, Shop

TOGETHER = {"drill": [("bit", 0.5, 128, 2000), ("saw", 0.25, 12, 2000)]}
POPULAR = {"": [("saw", 1.0, 1500, 24000), ("bit", 0.5, 900, 24000)]}


@pytest.fixture(autouse=True)
async def _trained(shop: Shop) -> None:
    names = {"drill": "Bohrmaschine", "bit": "Bohrer", "saw": "Säge"}
    await shop.sell([Product(product_id=each, title={"de": name}, url=f"https://shop.example/{each}") for each, name in names.items()])
    async with shop.resources.pool.connection() as connection:
        await catalog.put_relations(connection, [Relation(product_id="bit", kind=RelationKind.ACCESSORY_OF, related_id="drill")])
    await shop.learn(trained.ALSO_BOUGHT, TOGETHER)
    await shop.learn(trained.POPULAR, POPULAR)


async def test_it_shows_what_the_page_would_show_as_everybody_may_read_it(shop: Shop) -> None:
    shown = await shop.call(operations.preview, {"kind": "also_bought", "product_id": "drill", "details": True}, "de")
    answered = await shop.call(recommending.also_bought, {"product_id": "drill"}, "de")
    assert [each.product_id for each in shown.items] == [each.product_id for each in answered.items] == ["bit", "saw"]
    assert (shown.source, shown.model_version) == (answered.source, answered.model_version) == (trained.ALSO_BOUGHT, answered.model_version)
    assert {each.reason for each in shown.items} == {"Oft zusammen gekauft"}
    assert shown.items[0].url == "https://shop.example/bit"


async def test_nothing_is_logged_and_nobody_is_held_out(shop: Shop) -> None:
    shown = await shop.call(operations.preview, {"kind": "also_bought", "product_id": "drill", "profile_id": str(HELD_OUT)}, "de")
    assert shown.source == trained.ALSO_BOUGHT
    assert shop.ports.recorded == []


@pytest.mark.parametrize("kind", get_args(schemas.Kind))
async def test_every_kind_is_answered(shop: Shop, kind: str) -> None:
    shown = await shop.call(
        operations.preview, {"kind": kind, "product_id": "drill", "cart": ["drill"], "viewed": ["saw"], "query": "drill", "limit": 2}, "en"
    )
    expected = {"accessories": ["bit"], "consumables": [], "spare_parts": [], "successors": [], "reorder": [], "reminder": ["saw"]}
    found = [each.product_id for each in shown.items]
    assert found == expected.get(kind, found)
    assert found or kind in expected


async def test_what_is_missing_is_told(shop: Shop) -> None:
    with pytest.raises(InvalidRequest, match="product_id"):
        await shop.call(operations.preview, {"kind": "similar"})
    with pytest.raises(InvalidRequest, match="cart"):
        await shop.call(operations.preview, {"kind": "complete_cart"})
    unknown = await shop.call(operations.preview, {"kind": "similar", "product_id": "nobody-has-this"}, "en")
    assert "no product nobody-has-this" in unknown.reason
