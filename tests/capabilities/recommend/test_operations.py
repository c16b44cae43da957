"""Recommendations answer from what was learned, leave out what is not sold, and say why."""

from __future__ import annotations

from uuid import UUID

import msgspec
import pytest

from hanse.base import context as contract
from hanse.base import errors
from hanse.base.context import Caller
from hanse.base.decision import Arm, Basis
from hanse.capabilities.recommend import operations, patience, trained
from hanse.capabilities.recommend.rules import store as rules
from hanse.capabilities.recommend.rules.schemas import Draft, Pin
from hanse.capabilities.recommend.rules.store import Author
from hanse.capabilities.recommend.schemas import AlsoBought, Popular
from hanse.data.catalog import Price, Product
from hanse.data.catalog.summaries import UnitPrice
from tests.capabilities.recommend.conftest import HELD_OUT, Shop
from tests.conftest import NOW

CATEGORY = {"de": "Maschinen > Bohren", "en": "Machines > Drilling"}
NEIGHBOURS = {"drill": [("bit", 0.5, 128, 2000), ("old", 0.4, 90, 2000), ("case", 0.25, 12, 2000)], "bit": [("drill", 0.5, 128, 900)]}
BEST_SELLERS = {
    "": [("saw", 1.0, 1500, 24000), ("bit", 0.5, 900, 24000), ("new", 0.25, 3, 24000)],
    "machines": [("new", 1.0, 3, 24000)],
    "machines > drilling": [("new", 1.0, 3, 24000)],
    "maschinen": [("new", 1.0, 3, 24000), ("saw", 0.1, 1, 24000)],
    "maschinen > bohren": [("new", 1.0, 3, 24000)],
}


@pytest.fixture
async def filled(shop: Shop) -> Shop:
    """A shop of six products that has learned nothing yet."""
    await shop.sell(
        [
            Product(product_id="drill", title={"de": "Bohrmaschine", "en": "Drill"}, category=CATEGORY),
            Product(product_id="bit", title={"de": "Bohrer"}, image_url="https://shop.example/bit.jpg"),
            Product(product_id="old", title={"en": "Old drill"}, state="discontinued"),
            Product(product_id="case", title={}),
            Product(product_id="saw", title={"de": "Säge", "en": "Saw"}),
            Product(product_id="new", title={"de": "Neuheit", "en": "Novelty"}, category=CATEGORY),
        ],
        [Price(product_id="bit", amount_minor=1290)],
    )
    return shop


@pytest.fixture
async def versions(filled: Shop) -> dict[str, str]:
    """What the shop has learned."""
    names = {trained.ALSO_BOUGHT: NEIGHBOURS, trained.POPULAR: BEST_SELLERS}
    return {name: await filled.learn(name, rankings) for name, rankings in names.items()}


async def test_what_was_bought_together_comes_with_scores_titles_and_reasons(shop: Shop, versions: dict[str, str]) -> None:
    answer = await shop.call(operations.also_bought, {"product_id": "drill"}, "de")
    assert [(item.product_id, item.score, item.title, item.reason) for item in answer.items] == [
        ("bit", 0.5, "Bohrer", "In 128 von 2.000 Bestellungen zusammen gekauft"),
        ("case", 0.25, "case", "In 12 von 2.000 Bestellungen zusammen gekauft"),
    ]
    assert answer.reason == "Diese Produkte wurden zusammen mit Bohrmaschine gekauft"
    assert answer.model_version == versions[trained.ALSO_BOUGHT]
    assert (answer.arm, answer.arm_probability, answer.basis) == (Arm.TREATED, 1.0, Basis.ANONYMOUS)


async def test_pictures_and_prices_come_where_there_are_any(shop: Shop, versions: dict[str, str]) -> None:
    bit, case = (await shop.call(operations.also_bought, {"product_id": "drill"})).items
    assert (bit.image_url, bit.price) == ("https://shop.example/bit.jpg", UnitPrice(amount_minor=1290, currency="EUR"))
    assert (case.image_url, case.price) == (None, None)


@pytest.mark.parametrize(
    ("language", "wanted", "reason"), [("en", None, "Bought"), ("de", "en", "Bought"), ("fr", None, "In 128"), ("", None, "In 128")]
)
async def test_reasons_are_in_the_language_asked_for(shop: Shop, versions: dict[str, str], language: str, wanted: str | None, reason: str) -> None:
    answer = await shop.call(operations.also_bought, {"product_id": "drill", "language": wanted}, language)
    assert answer.items[0].reason.startswith(reason)


async def test_english_numbers_and_titles(shop: Shop, versions: dict[str, str]) -> None:
    answer = await shop.call(operations.also_bought, {"product_id": "drill", "limit": 1}, "en")
    assert (answer.items[0].title, answer.items[0].reason) == ("Bohrer", "Bought together in 128 of 2,000 orders")
    assert answer.reason == "These products were bought together with Drill"


async def test_no_more_come_than_were_asked_for(shop: Shop, versions: dict[str, str]) -> None:
    assert [item.product_id for item in (await shop.call(operations.also_bought, {"product_id": "drill", "limit": 1})).items] == ["bit"]
    assert [item.product_id for item in (await shop.call(operations.popular, {"limit": 2})).items] == ["saw", "bit"]


async def test_products_after_many_discontinued_ones_are_found(shop: Shop) -> None:
    await shop.sell([Product(product_id=f"p{each:02}", state="discontinued" if each < 90 else "active") for each in range(100)])
    await shop.learn(trained.POPULAR, {"": [(f"p{each:02}", 1 - each / 100, 5, 9) for each in range(100)]})
    answer = await shop.call(operations.popular, {"limit": 4})
    assert [item.product_id for item in answer.items] == ["p90", "p91", "p92", "p93"]


async def test_without_anything_bought_together_the_narrowest_category_answers(shop: Shop, versions: dict[str, str]) -> None:
    answer = await shop.call(operations.also_bought, {"product_id": "new"}, "de")
    assert [item.product_id for item in answer.items] == ["saw"]
    assert answer.reason == (
        "Mit Neuheit wurde noch nichts zusammen gekauft, deshalb sind dies Produkte, die in der Kategorie Maschinen beliebt sind"
    )
    assert answer.model_version == versions[trained.POPULAR]


async def test_without_anything_in_the_category_the_whole_shop_answers(shop: Shop, versions: dict[str, str]) -> None:
    for product_id, title in (("saw", "Saw"), ("new", "Novelty")):
        answer = await shop.call(operations.also_bought, {"product_id": product_id}, "en")
        assert [item.product_id for item in answer.items] == [each for each in ("saw", "bit", "new") if each != product_id]
        assert answer.reason.startswith(f"Nothing was bought together with {title} yet")
        assert answer.reason.endswith("in the whole shop")


async def test_who_is_held_out_gets_what_is_popular(shop: Shop, versions: dict[str, str]) -> None:
    answer = await shop.call(operations.also_bought, {"product_id": "bit", "profile_id": str(HELD_OUT)}, "en")
    assert [item.product_id for item in answer.items] == ["saw", "new"]
    assert (answer.arm, answer.arm_probability, answer.basis) == (Arm.HELD_OUT, 0.05, Basis.CONSENT)
    assert "held out" in answer.reason
    assert answer.model_version == versions[trained.POPULAR]


async def test_who_is_known_and_treated_gets_what_was_bought_together(shop: Shop, versions: dict[str, str]) -> None:
    answer = await shop.call(operations.also_bought, {"product_id": "bit", "profile_id": str(UUID(int=2))})
    assert [item.product_id for item in answer.items] == ["drill"]
    assert (answer.arm, answer.arm_probability) == (Arm.TREATED, 0.95)


async def test_popular_products_come_with_the_period_they_were_counted_in(shop: Shop, versions: dict[str, str]) -> None:
    german, english = [await shop.call(operations.popular, {"limit": 1}, language) for language in ("de", "en")]
    assert german.items[0].reason == "In 1.500 von 24.000 Bestellungen vom 14.06.2025 bis 14.06.2026 gekauft"
    assert english.items[0].reason == "Bought in 1,500 of 24,000 orders from Jun 14, 2025 to Jun 14, 2026"
    assert (german.reason, english.model_version) == ("Diese Produkte sind im ganzen Shop beliebt", versions[trained.POPULAR])


@pytest.mark.parametrize("category", ["Maschinen", "maschinen ", " MASCHINEN"])
async def test_a_category_is_found_however_it_is_spelled(shop: Shop, versions: dict[str, str], category: str) -> None:
    answer = await shop.call(operations.popular, {"category": category}, "de")
    assert [item.product_id for item in answer.items] == ["new", "saw"]
    assert answer.reason == f"Diese Produkte sind in der Kategorie {category.strip()} beliebt"


@pytest.mark.parametrize("category", ["Gärten", "Bohren"])
async def test_a_category_there_is_not_is_answered_by_the_whole_shop_and_said_so(shop: Shop, versions: dict[str, str], category: str) -> None:
    answer = await shop.call(operations.popular, {"category": category}, "de")
    assert answer.items == (await shop.call(operations.popular, {}, "de")).items != []
    assert answer.reason == f"Zur Kategorie {category} ist noch nichts gelernt, darum sind dies Produkte, die im ganzen Shop beliebt sind"


@pytest.mark.parametrize("category", ["", " > "])
async def test_no_category_is_the_whole_shop(shop: Shop, versions: dict[str, str], category: str) -> None:
    answer = await shop.call(operations.popular, {"category": category}, "en")
    assert answer.reason == "These products are popular in the whole shop"


async def test_for_an_empty_cart_the_answer_is_what_is_popular(shop: Shop, versions: dict[str, str]) -> None:
    answer = await shop.call(operations.complete_cart, {"cart": []}, "en")
    assert (answer.source, answer.reason) == ("recommend.popular", "These products are popular in the whole shop")


async def test_for_a_product_there_is_not_everybody_s_answer_says_so(shop: Shop, versions: dict[str, str]) -> None:
    answer = await shop.call(operations.also_bought, {"product_id": "wrench", "limit": 1}, "de")
    assert (answer.source, len(answer.items)) == ("recommend.popular", 1)
    assert answer.reason == "Im Katalog gibt es kein Produkt wrench, darum sind dies Produkte, die im ganzen Shop beliebt sind"


async def test_nothing_belongs_to_a_product_there_is_not(shop: Shop, versions: dict[str, str]) -> None:
    answer = await shop.call(operations.belonging, {"product_id": "wrench"}, "en")
    assert (answer.items, answer.reason) == ([], "The catalog has no product wrench, so nothing belongs to it")


async def test_before_training_the_newest_products_are_shown(filled: Shop) -> None:
    for operation, arguments in ((operations.popular, {}), (operations.for_you, {"viewed": ["drill"]}), (operations.after_search, {"query": "x"})):
        answer = await filled.call(operation, {**arguments, "limit": 2}, "de")
        assert (answer.source, len(answer.items), answer.model_version) == ("recommend.newest", 2, None)
        assert answer.reason == "Dafür ist noch nichts gelernt, darum sind dies die neuesten Produkte des Shops"
        assert {item.reason for item in answer.items} == {"Neu im Shop"}


async def test_before_training_the_newest_of_the_same_category_come_first(filled: Shop) -> None:
    answer = await filled.call(operations.similar, {"product_id": "drill", "limit": 1})
    assert [item.product_id for item in answer.items] == ["new"]


async def test_a_category_is_no_error_before_training(filled: Shop) -> None:
    assert (await filled.call(operations.popular, {"category": "Gärten"})).source == "recommend.newest"


async def test_an_empty_shop_has_nothing_to_recommend_and_says_so(shop: Shop) -> None:
    for operation, arguments in ((operations.popular, {}), (operations.for_you, {}), (operations.also_bought, {"product_id": "drill"})):
        answer = await shop.call(operation, arguments, "en")
        assert (answer.items, answer.reason) == ([], "There is nothing to recommend here yet")


async def test_a_pin_alone_leaves_room_for_what_comes_next_in_order(shop: Shop, versions: dict[str, str]) -> None:
    rule = Draft(name="Campaign", placements=("home",), pin=Pin(product_ids=("case",)))
    async with shop.context() as context:
        await rules.save(await context.connection(), Author("Ann", NOW), rule)
    answer = await shop.call(operations.for_you, {"limit": 3})
    assert [item.product_id for item in answer.items] == ["case", "saw", "bit"]
    assert answer.source == "recommend.popular"


async def test_where_the_database_is_slow_the_answer_comes_from_memory_and_says_so(
    shop: Shop, versions: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.call(operations.popular, {"limit": 2})
    monkeypatch.setattr(patience, "SECONDS", 0.05)
    async with shop.resources.pool.connection() as other, other.transaction():
        await other.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        answer = await shop.call(operations.due_again, {"profile_id": str(UUID(int=7)), "limit": 2}, "en")
    assert answer.source == "recommend.popular"
    assert answer.items
    assert answer.reason.startswith("What is known of this person was not found in time")
    assert shop.ports.recorded[-1] == answer


@pytest.mark.parametrize("arguments", [{}, {"product_id": ""}, {"product_id": "drill", "limit": 0}, {"product_id": "drill", "limit": 101}])
async def test_requests_out_of_bounds_are_refused(shop: Shop, arguments: dict[str, object]) -> None:
    with pytest.raises(errors.InvalidRequest):
        await shop.call(operations.also_bought, arguments)


async def test_an_unknown_field_is_refused(shop: Shop) -> None:
    with pytest.raises(errors.InvalidRequest, match="colour"):
        await shop.call(operations.popular, {"colour": "red"})


async def test_every_answer_is_recorded_as_it_was_given(shop: Shop, versions: dict[str, str]) -> None:
    answers = [await shop.call(operations.popular, {}), await shop.call(operations.also_bought, {"product_id": "drill"})]
    assert shop.ports.recorded == answers
    assert answers[0].decision_id != answers[1].decision_id


async def test_a_warm_process_answers_without_the_database(shop: Shop, versions: dict[str, str]) -> None:
    first = await shop.call(operations.also_bought, {"product_id": "drill"})
    await shop.resources.pool.close()
    again = await shop.call(operations.also_bought, {"product_id": "drill"})
    assert msgspec.to_builtins(again.items) == msgspec.to_builtins(first.items)


async def test_a_new_model_answers_without_a_restart(shop: Shop, versions: dict[str, str]) -> None:
    await shop.call(operations.also_bought, {"product_id": "drill"})
    newer = await shop.learn(trained.ALSO_BOUGHT, {"drill": [("saw", 0.5, 2, 3)]})
    answer = await shop.call(operations.also_bought, {"product_id": "drill"})
    assert (answer.model_version, [item.product_id for item in answer.items]) == (newer, ["saw"])


async def test_the_address_of_a_product_comes_where_it_is_asked_for(shop: Shop, versions: dict[str, str]) -> None:
    await shop.sell([Product(product_id="bit", title={"de": "Bohrer"}, url="https://shop.example/bit")])
    plain = await shop.call(operations.also_bought, {"product_id": "drill"})
    detailed = await shop.call(operations.also_bought, {"product_id": "drill", "details": True})
    assert [each.url for each in plain.items] == [None, None]
    assert [each.url for each in detailed.items] == ["https://shop.example/bit", None]


async def test_an_open_page_is_not_told_how_much_the_shop_sells_or_what_its_rules_are(shop: Shop, versions: dict[str, str]) -> None:
    async with shop.context("de") as context:
        context.caller = Caller("key", "pages", frozenset({"recommend"}), public=True)
        together = await contract.run(operations.also_bought, AlsoBought(product_id="drill"), context)
        popular = await contract.run(operations.popular, Popular(), context)
        held_out = await contract.run(operations.also_bought, AlsoBought(product_id="drill", profile_id=HELD_OUT), context)
    assert {each.reason for each in together.items} == {"Oft zusammen gekauft"}
    assert {each.reason for each in popular.items} == {"Bei anderen Kunden beliebt"}
    assert held_out.reason == "Diese Produkte sind im ganzen Shop beliebt"


async def test_the_answer_says_what_it_is_from(shop: Shop, versions: dict[str, str]) -> None:
    assert (await shop.call(operations.also_bought, {"product_id": "drill"})).source == trained.ALSO_BOUGHT
    assert (await shop.call(operations.also_bought, {"product_id": "saw"})).source == trained.POPULAR


async def test_a_request_can_say_what_is_answered_from_first(shop: Shop, versions: dict[str, str]) -> None:
    wanted = {"product_id": "drill", "answer_from": ["recommend.nothing_like_it", "recommend.popular"], "limit": 2}
    answer = await shop.call(operations.also_bought, wanted, "en")
    assert (answer.source, answer.reason) == ("recommend.popular", "These products are popular in the whole shop")
    usual = await shop.call(operations.for_you, {"answer_from": ["recommend.forgotten"]}, "en")
    assert usual.source == "recommend.popular"
