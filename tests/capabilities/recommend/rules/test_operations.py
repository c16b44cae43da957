"""The operations on rules: what one saves is listed with findings, tried before it is saved, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from hanse.base.context import Context, Subject
from hanse.base.decision import Basis, Personal
from hanse.base.errors import InvalidRequest
from hanse.base.operation import Operation, Purpose
from hanse.capabilities.recommend import trained
from hanse.capabilities.recommend.errors import NotTrained
from hanse.capabilities.recommend.rules import operations
from hanse.capabilities.recommend.rules.errors import UnclearRule
from hanse.data.catalog import Price, Product
from tests.capabilities.recommend.conftest import Shop
from tests.conftest import NOW

SHELF = [Product(product_id=each, title={"de": each.upper()}, brand=each[0], category={"de": "Haus > Flur"}) for each in ("a1", "a2", "b1", "b2")]
IN_STOCK = {"name": "Auf Lager", "filter": {"in_stock": True}}


@pytest.fixture
async def open_shop(ruled: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    await ruled.sell(SHELF, [Price(product_id=each.product_id, amount_minor=1_000) for each in SHELF])

    async def audited(*_: object) -> None:
        """Nothing to note here."""

    monkeypatch.setattr(ruled.ports, "audit", audited)
    return ruled


async def save(shop: Shop, **draft: Any) -> Any:
    return await shop.call(operations.save, {"rule": {"name": "A rule", **draft}})


async def preview(shop: Shop, order: tuple[str, ...] = ("a1", "a2", "b1", "b2"), language: str = "en", **asked: Any) -> Any:
    candidates = [{"product_id": each, "score": 1 / place} for place, each in enumerate(order, 1)]
    return await shop.call(operations.preview, {"placement": "home", "candidates": candidates, **asked}, language)


def happened(products: list[Any]) -> dict[str, list[tuple[str, str]]]:
    return {each.product_id: [(one.what, one.rule_name) for one in each.happened] for each in products}


async def test_rules_are_saved_listed_ordered_deleted_and_taken_back(open_shop: Shop) -> None:
    first = await save(open_shop, **IN_STOCK)
    second = await save(open_shop, name="Not here", filter={"without_brands": ["a"]}, placements=["cart"])
    ids = [str(each.rule.rule_id) for each in (second, first)]
    await open_shop.call(operations.order, {"rule_ids": ids})
    found = await open_shop.call(operations.list, {})
    assert [each.name for each in found.rules] == ["Not here", "Auf Lager"]
    assert [each.name for each in (await open_shop.call(operations.list, {"placement": "home"})).rules] == ["Auf Lager"]
    assert [each.action for each in found.changes] == ["ordered", "made", "made"]
    deleted = await open_shop.call(operations.delete, {"rule_id": ids[0]})
    back = await open_shop.call(operations.undo, {"change_id": str(deleted.change_id)})
    assert back.rule.name == "Not here"
    assert [each.name for each in (await open_shop.call(operations.list, {})).rules] == ["Not here", "Auf Lager"]


async def test_a_contradiction_is_saved_and_told(open_shop: Shop) -> None:
    await save(open_shop, name="Show", pin={"product_ids": ["a1"]})
    found = await save(open_shop, name="Hide", exclude={"product_ids": ["a1"]})
    assert [each.code for each in found.findings] == ["pin_and_exclude"]
    assert found.findings[0].text.startswith("„Show“ setzt a1 auf einen festen Platz, und „Hide“ schließt es aus.")


async def test_a_preview_says_what_happened_to_each_product_by_which_rule(open_shop: Shop) -> None:
    await save(open_shop, name="Out", exclude={"product_ids": ["a1"]})
    await save(open_shop, name="Up", boost={"products": {"product_ids": ["b2"]}, "factor": 9})
    await save(open_shop, name="Elsewhere", filter={"brands": ["x"]}, placements=["cart"])
    found = await preview(open_shop)
    assert [(each.product_id, each.place_before, each.place_after) for each in found.before] == [
        ("a1", 1, None),
        ("a2", 2, 2),
        ("b1", 3, 3),
        ("b2", 4, 1),
    ]
    assert [each.product_id for each in found.after] == ["b2", "a2", "b1"]
    assert happened(found.before) == {"a1": [("excluded", "Out")], "a2": [], "b1": [], "b2": [("raised", "Up")]}
    assert [each.name for each in found.rules] == ["Out", "Up"]
    assert (found.source, found.reason, found.findings) == ("recommend.popular", "", [])
    assert found.after[0].title == "B2"


async def test_a_rule_is_tried_before_it_is_saved_alone_or_in_the_place_of_another(open_shop: Shop) -> None:
    saved = await save(open_shop, name="Only b", filter={"brands": ["b"]})
    tried = {"name": "Only a", "filter": {"brands": ["a"]}}
    assert [each.product_id for each in (await preview(open_shop, rule=tried, rule_id=str(saved.rule.rule_id))).after] == ["a1", "a2"]
    both = await preview(open_shop, rule=tried)
    assert both.after == []
    assert [each.code for each in both.findings] == ["nothing_in_both", "nothing_left"]
    assert [each.name for each in (await open_shop.call(operations.list, {})).rules] == ["Only b"]


async def test_facts_that_the_catalog_lacks_are_told_and_empty_nothing(open_shop: Shop) -> None:
    found = await preview(open_shop, rule=IN_STOCK | {"filter": {"in_stock": True, "margin_score": 0.2}}, language="de")
    assert len(found.after) == 4
    assert [each.text for each in found.findings] == [
        "Der Katalog kennt den Bestand von 4 von 4 Produkten nicht. „Auf Lager“ lässt sie stehen.",
        "Der Katalog kennt die Marge von 4 von 4 Produkten nicht. „Auf Lager“ lässt sie stehen.",
    ]
    strict = await preview(open_shop, rule=IN_STOCK | {"filter": {"in_stock": True, "keep_unknown": False}})
    assert strict.after == []
    assert strict.reason == "The rules left nothing of recommend.popular"
    assert [each.code for each in strict.findings] == ["not_known", "nothing_left"]


async def test_a_pin_that_beats_a_filter_or_cannot_be_kept_is_told(open_shop: Shop) -> None:
    await save(open_shop, name="Campaign", pin={"product_ids": ["nobody knows", "a2"]})
    await save(open_shop, name="Only b", filter={"brands": ["b"]})
    found = await preview(open_shop)
    assert [each.product_id for each in found.after] == ["a2", "b1", "b2"]
    assert [each.code for each in found.findings] == ["not_sold", "pin_beats_filter"]


async def test_products_come_from_what_was_learned(open_shop: Shop) -> None:
    with pytest.raises(NotTrained):
        await open_shop.call(operations.preview, {"placement": "home"})
    await open_shop.learn(trained.POPULAR, {"": [("b1", 1.0, 9, 10), ("a1", 0.5, 5, 10)], "haus > flur": [("a2", 1.0, 3, 10)]})
    await open_shop.learn(trained.ALSO_BOUGHT, {"a1": [("b2", 1.0, 4, 9)]})
    await save(open_shop, name="Order", fallback={"names": ["recommend.popular_in_category", "recommend.popular"]})
    sources = {}
    for product_id in (None, "a1", "a2", "b1"):
        found = await open_shop.call(operations.preview, {"placement": "home", "product_id": product_id})
        sources[product_id] = (found.source, [each.product_id for each in found.after])
    assert sources == {
        None: ("recommend.popular", ["b1", "a1"]),
        "a1": ("recommend.also_bought", ["b2"]),
        "a2": ("recommend.popular", ["b1", "a1"]),  # what is popular in its category is only itself
        "b1": ("recommend.popular_in_category", ["a2"]),
    }


async def test_a_preview_treats_a_person_as_an_answer_would(open_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await save(open_shop, name="Bought", exclude={"bought_days": 30})
    wanted: list[Purpose] = []

    async def refused(request: Personal, purpose: Purpose, context: Context) -> Subject:
        del request, context
        wanted.append(purpose)
        return Subject(None, Basis.NONE)

    monkeypatch.setattr(open_shop.ports, "subject", refused)
    found = await preview(open_shop, profile_id=str(UUID(int=5)))
    assert wanted == [Purpose.PERSONALISATION]
    assert [(each.code, each.rule_ids) for each in found.findings] == [("no_consent", (found.rules[0].rule_id,))]


@pytest.mark.parametrize("operation", [operations.list, operations.preview, operations.save, operations.delete, operations.order, operations.undo])
def test_agents_and_touchpoints_do_not_change_rules_by_the_scope_of_recommendations(operation: Operation[Any, Any]) -> None:
    assert operation.capability == "rules"
    assert not operation.tool


async def test_times_need_a_zone(open_shop: Shop) -> None:
    with pytest.raises(InvalidRequest, match=r"rule\.ends_at"):
        await save(open_shop, **IN_STOCK, ends_at=NOW.replace(tzinfo=None).isoformat())


async def test_what_contradicts_itself_in_one_rule_is_refused(open_shop: Shop) -> None:
    both: Mapping[str, Any] = {**IN_STOCK, "boost": {"factor": 2}}
    with pytest.raises(UnclearRule, match="this one does 2: filter, boost"):
        await save(open_shop, **both)
