"""The fake Akeneo answers in the shape of the recorded exchanges, and refuses what Akeneo refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from hanse.sources.akeneo import Akeneo
from hanse.sources.akeneo.api import AkeneoApi
from hanse.sources.source.errors import ShopRefused
from hanse.testing.shops import FakeAkeneo
from hanse.testing.shops.akeneo import spoken, value
from tests.sources.akeneo import exchanges
from tests.sources.akeneo.exchanges import connected, loaded

AT = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
ANSWERS = {
    "products-uuid": "products-uuid",
    "product-models": "product-models",
    "attributes": "attributes",
    "attributes/color/options": "options-color",
    "families/drills": "family",
    "families/drills/variants/drills_by_voltage_and_color": "family-variant",
    "categories": "categories-1",
    "measurement-families": "measurement-families",
}
ONLY_IN_SOME = {"metadata", "next"}


@pytest.fixture
def fake() -> Iterator[FakeAkeneo]:
    with FakeAkeneo() as running:
        running.save_model("BS", {"name": spoken("Akku", "Drill")}, at=AT)
        for sku in ("BITS-32", "BITS-64"):
            running.save_product(sku, {"weight": value({"amount": "0.5", "unit": "KILOGRAM"})}, at=AT, associations={"X_SELL": {"products": []}})
        yield running


def shape(told: Any) -> Any:
    """Return the names in an answer, of lists those of their first entry."""
    if isinstance(told, dict):
        codes = told.keys() & {"values", "labels", "units", "href", "associations", "quantified_associations", "attribute_requirements"}
        return {name: None if name in codes else shape(each) for name, each in told.items() if name not in ONLY_IN_SOME}
    return [shape(told[0])] if isinstance(told, list) and told and isinstance(told[0], dict) else None


@pytest.mark.parametrize(("path", "name"), ANSWERS.items())
async def test_its_answers_have_the_shape_that_was_recorded(fake: FakeAkeneo, path: str, name: str) -> None:
    keyed = {"pagination_type": "search_after", "limit": "1"} if path.startswith("product") else {}
    async with AkeneoApi(connected(fake)) as api:
        await api.one("families", "drills")  # which gets the token
        answer = await api.get(f"/api/rest/v1/{path}", keyed, headers={"Authorization": "Bearer token-1"})
    assert shape(answer.json(dict if path != "measurement-families" else list)) == shape(loaded(name))


async def test_the_token_has_the_shape_that_was_recorded(fake: FakeAkeneo) -> None:
    async with AkeneoApi(connected(fake)) as api:
        given = {"grant_type": "password", "username": fake.secrets["user"], "password": fake.secrets["password"]}
        answer = await api.post("/api/oauth/v1/token", given, headers={"Authorization": "Basic MV9mYWtlOmZha2Utc2VjcmV0"})
    assert shape(answer.json(dict)) == shape(loaded("token"))


async def test_wrong_keys_are_refused_without_being_shown(fake: FakeAkeneo) -> None:
    shop = connected(fake)
    fake.secrets = {**fake.secrets, "password": "another"}
    async with Akeneo().api(shop) as api:
        with pytest.raises(ShopRefused, match="status 422") as refused:
            await api.one("families", "drills")
    assert "fake-password" not in str(refused.value)


async def test_an_old_token_is_renewed_once(fake: FakeAkeneo) -> None:
    async with AkeneoApi(connected(fake)) as api:
        await api.one("families", "drills")
        fake.expire_tokens()
        await api.one("families", "drills")
    assert [each.method for each in fake.asked] == ["POST", "GET", "GET", "POST", "GET"]


async def test_what_is_read_of_it_is_what_was_put_in(fake: FakeAkeneo) -> None:
    told = await exchanges.read(fake)
    assert told["BITS-32"].products[0].attributes["weight"]["value"] == 0.5
    assert told["BS"].products[0].title == {"de": "Akku", "en": "Drill"}
