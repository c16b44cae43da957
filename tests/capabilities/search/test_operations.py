"""What is found, in which order, and what is said of it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanse.base import context as contexts
from hanse.base.decision import Basis
from hanse.base.operation import Purpose
from hanse.capabilities.search import operations, reasons
from hanse.capabilities.search.schemas import Suggested
from hanse.data import catalog, consent
from hanse.data.catalog import CustomerPriceList, Price, Stock
from hanse.data.consent.schemas import Consent
from hanse.serve.runtime import Runtime
from tests.capabilities.search.conftest import Shop, tool
from tests.conftest import NOW

in_one_loop = pytest.mark.asyncio(loop_scope="module")
"""Of tests that share a shop, as they only ask."""


@in_one_loop
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Akku-Bohrschrauber", "NW-100"),
        ("akkuschrauber", "NW-100"),
        ("schrauber mit akku", "NW-100"),
        ("akuschrauber", "NW-100"),
        ("Kreissaege", "NW-200"),
        ("kreissage", "NW-200"),
        ("handkreissägen", "NW-200"),
        ("säge", "NW-200"),
        ("circular saws", "NW-200"),
        ("8mm bohrer sds", "FK-300"),
        ("sds bohrer 8,0 mm", "FK-300"),
        ("bohrer 0.8 cm", "FK-300"),
        ("hammerbohrer 10 mm", "FK-301"),
        ("18 volt", "NW-100"),
        ("nw100", "NW-100"),
        ("NW 100", "NW-100"),
        ("4006381333931", "NW-100"),
        ("KS68A", "NW-200"),
        ("nordwerk rot", "NW-100"),
        ("tase mit möve", "TS-400"),
        ("ersatzakku", "NW-101"),
        ("grösse tasse", "TS-400"),
        ("etwas zum trinken", "TS-400"),
        ("something for wood", "NW-200"),
    ],
)
async def test_what_people_type_finds_what_they_mean(shop_of_all: Shop, query: str, first: str) -> None:
    assert (await shop_of_all.ids(query))[0] == first


@in_one_loop
async def test_everything_is_said_of_what_was_found(shop_of_all: Shop) -> None:
    found = await shop_of_all.search("bohrschrauber 18 V", limit=1)
    hit = found.items[0]
    assert (hit.product_id, hit.title, hit.category, hit.brand) == ("NW-100", "Akku-Bohrschrauber Brise 18", "Maschinen > Bohren", "Nordwerk")
    assert hit.price is not None
    assert (hit.price.amount_minor, hit.price.currency, hit.in_stock, hit.score) == (15_900, "EUR", True, 1.0)
    assert found.basis is Basis.ANONYMOUS
    assert found.reason == reasons.say(reasons.WORDS_AND_MEANING, "de")


@in_one_loop
async def test_what_is_not_sold_is_not_found(shop_of_all: Shop) -> None:
    assert "OLD-1" not in await shop_of_all.ids("bohrmaschine von früher")


@in_one_loop
async def test_an_accessory_stands_behind_what_it_is_for(shop_of_all: Shop) -> None:
    assert (await shop_of_all.ids("bohrschrauber brise 18"))[:2] == ["NW-100", "NW-101"]


@in_one_loop
async def test_a_typing_error_is_mended_and_said(shop_of_all: Shop) -> None:
    found = await shop_of_all.search("hamerbohrer")
    assert found.correction is not None
    assert (found.correction.query, found.correction.is_applied) == ("hammerbohrer", True)
    as_typed = await shop_of_all.search("hamerbohrer", as_typed=True)
    assert as_typed.correction is None


@in_one_loop
async def test_facets_count_and_narrow_down(shop_of_all: Shop) -> None:
    found = await shop_of_all.search("nordwerk")
    by_name = {each.name: each for each in found.facets}
    assert {(each.value, each.title, each.count) for each in by_name["category"].values} >= {("maschinen", "Maschinen", 2)}
    assert [(each.title, each.count) for each in by_name["stock"].values] == [("Auf Lager", 1)]
    narrowed = await shop_of_all.search("nordwerk", chosen=[{"facet": "category", "values": ["maschinen > sägen"]}])
    assert [each.product_id for each in narrowed.items] == ["NW-200"]
    instead = next(each for each in narrowed.facets if each.name == "category")
    assert {(each.value, each.chosen) for each in instead.values} >= {("maschinen > sägen", True), ("maschinen > bohren", False)}


@in_one_loop
async def test_of_what_is_chosen_everything_must_hold(shop_of_all: Shop) -> None:
    in_stock = [{"facet": "stock", "values": ["true"]}]
    assert await shop_of_all.ids("nordwerk", chosen=in_stock) == ["NW-100"]
    assert await shop_of_all.ids("nordwerk", chosen=[*in_stock, {"facet": "category", "values": ["maschinen > sägen"]}]) == []
    assert await shop_of_all.ids("nordwerk", chosen=[{"facet": "brand", "values": ["there is none"]}]) == []
    assert await shop_of_all.ids("hammerbohrer", from_minor=850, to_minor=1_000) == ["FK-301"]


async def test_a_measure_is_one_value_of_a_facet_in_whatever_unit(shop: Shop) -> None:
    await shop.sell(tool("FK-308", "Steinbohrer", attributes={"diameter": {"value": "0,8", "unit": "cm"}}))
    await shop.index()
    found = await shop.search("bohrer", chosen=[{"facet": "attribute:diameter", "values": ["0.8 cm"]}])
    assert {each.product_id for each in found.items} == {"FK-300", "FK-308"}
    [diameters] = [each for each in found.facets if each.name == "attribute:diameter"]
    assert [(each.value, each.count, each.chosen) for each in diameters.values] == [("8 mm", 2, True), ("10 mm", 1, False)]


@in_one_loop
async def test_titles_of_facets_speak_the_language_of_the_call(shop_of_all: Shop) -> None:
    found = await shop_of_all.search("nordwerk", language="en")
    by_title = await shop_of_all.search("nordwerk", language="en", chosen=[{"facet": "category", "values": ["Machines > Sawing"]}])
    assert [each.product_id for each in by_title.items] == ["NW-200"]
    titles = {each.title for facet in found.facets if facet.name == "category" for each in facet.values}
    assert "Machines > Sawing" in titles
    assert {each.title for each in found.facets} >= {"Category", "Availability"}


@in_one_loop
@pytest.mark.parametrize(
    ("sort", "order"), [("price_up", ["FK-300", "FK-301"]), ("price_down", ["FK-301", "FK-300"]), ("newest", ["FK-300", "FK-301"])]
)
async def test_another_order_may_be_asked_for(shop_of_all: Shop, sort: str, order: list[str]) -> None:
    assert await shop_of_all.ids("hammerbohrer", sort=sort) == order


@in_one_loop
async def test_pages_follow_each_other_without_gaps(shop_of_all: Shop) -> None:
    whole = await shop_of_all.ids("drill", limit=6)
    assert whole == [each for offset in range(0, 6, 2) for each in await shop_of_all.ids("drill", limit=2, offset=offset)]
    assert len(set(whole)) == len(whole) > 3


@in_one_loop
async def test_without_a_query_everything_is_listed(shop_of_all: Shop) -> None:
    found = await shop_of_all.search("", limit=100)
    assert (found.total, len(found.items)) == (6, 6)
    only = await shop_of_all.search("", chosen=[{"facet": "category", "values": ["geschenke"]}])
    assert [each.product_id for each in only.items] == ["TS-400"]


@in_one_loop
async def test_nothing_found_says_so_and_offers_what_there_is(shop_of_all: Shop) -> None:
    found = await shop_of_all.search("xqzwv", as_typed=True, passages=0)
    assert (found.items, found.total) == ([], 0)
    assert found.reason == reasons.say(reasons.NOTHING, "de")
    assert "Bohren" in found.instead


@in_one_loop
async def test_documents_answer_with_the_passage(shop_of_all: Shop) -> None:
    found = await shop_of_all.search("motor ruckelt")
    passage = found.passages[0]
    assert (passage.document_id, passage.kind, passage.product_ids) == ("guide-1", "repair_guide", ["NW-200"])
    assert "Der Motor ruckelt" in passage.text
    assert "|" not in passage.text
    assert "**" not in passage.text


async def test_own_prices_are_shown_to_whom_they_belong(shop: Shop) -> None:
    profile_id = uuid4()
    async with shop.hanse.resources.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO profiles (profile_id, kind, created_at, updated_at) VALUES (%s, 'person', %s, %s)", (profile_id, NOW, NOW)
        )
        await catalog.put_prices(connection, [Price(product_id="NW-200", price_list="gold", amount_minor=14_000)], now=NOW - timedelta(days=1))
        await catalog.put_customer_price_lists(connection, [CustomerPriceList(profile_id=profile_id, price_list="gold")])
    plain = await shop.search("kreissäge")
    unasked = await shop.search("kreissäge", profile_id=str(profile_id))
    await _agree(shop, profile_id)
    own = await shop.search("kreissäge", profile_id=str(profile_id))
    assert [each.items[0].price and each.items[0].price.amount_minor for each in (plain, unasked, own)] == [21_900, 21_900, 14_000]
    found = partial(shop.ids, "", profile_id=str(profile_id))
    assert "NW-200" in await shop.ids("", from_minor=21_900, to_minor=21_900)
    assert "NW-200" in await found(from_minor=14_000, to_minor=14_000)
    assert "NW-200" not in await found(from_minor=21_900, to_minor=21_900)
    assert (await shop.ids("", sort="price_down"))[0] == "NW-200"
    assert (await found(sort="price_down"))[:2] == ["NW-100", "NW-200"]
    assert await found(own_range=True) == await shop.ids("kreissäge", own_range=True, profile_id=str(profile_id)) == ["NW-200"]
    assert await shop.ids("", own_range=True) == await shop.ids(""), "who has no range of their own sees everything"
    agreed = [Price(product_id="LH-M", price_list=each, amount_minor=amount) for each, amount in (("list", 5_990), ("gold", 5_000))]
    await shop.sell(tool("LH", "Latzhose"), tool("LH-M", "Latzhose M", parent_id="LH"), prices=agreed)
    await shop.index()
    [overall] = (await shop.search("latzhose", profile_id=str(profile_id))).items
    assert (overall.product_id, overall.price and overall.price.amount_minor) == ("LH", 5_000), "of what has no price itself, that of its variants"


async def test_what_somebody_cares_for_comes_first_where_they_agreed(shop: Shop) -> None:
    profile_id = uuid4()
    async with shop.hanse.resources.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO profiles (profile_id, kind, created_at, updated_at) VALUES (%s, 'person', %s, %s)", (profile_id, NOW, NOW)
        )
        for place in range(3):
            await connection.execute(
                "INSERT INTO events (event_id, message_id, name, type, profile_id, properties, source, occurred_at, received_at) "
                "VALUES (%s, %s, 'Product Viewed', 'track', %s, %s, 'shop', %s, %s)",
                (uuid4(), str(place), profile_id, '{"product_id": "NW-200"}', NOW, NOW),
            )
    await shop.sell(stock=[Stock(product_id="NW-200", quantity=4)])
    await shop.index()
    plain = await shop.search("maschinen", profile_id=str(profile_id))
    await _agree(shop, profile_id)
    own = await shop.search("maschinen", profile_id=str(profile_id))
    assert [[each.product_id for each in found.items] for found in (plain, own)] == [["NW-100", "NW-200"], ["NW-200", "NW-100"]]
    assert own.reason == reasons.say(reasons.PERSONAL, "de")


async def _agree(shop: Shop, profile_id: UUID) -> None:
    agreed = Consent(
        consent_id=uuid4(), profile_id=profile_id, purpose=Purpose.PERSONALISATION, granted=True, channel="cookie banner", decided_at=NOW
    )
    async with shop.hanse.resources.pool.connection() as connection:
        await consent.put(connection, [agreed], now=NOW)


@in_one_loop
async def test_suggestions_come_while_somebody_types(shop_of_all: Shop) -> None:
    async def suggest(query: str) -> Suggested:
        async with shop_of_all.context() as context:
            found = await contexts.run(operations.suggest, contexts.parse(operations.suggest, {"query": query}), context)
        assert isinstance(found, Suggested)
        return found

    found = await suggest("säg")
    assert [(each.title, each.value, each.count) for each in found.categories] == [("Sägen", "Maschinen > Sägen", 1)]
    assert [each.product_id for each in found.products] == ["NW-200"]
    assert [each.query for each in (await suggest("nordw")).searches] == ["Nordwerk"]
    assert {each.product_id for each in (await suggest("brise bohr")).products} == {"NW-100", "NW-101"}
    assert [each.product_id for each in (await suggest("nw-20")).products] == ["NW-200"]
    popular = await suggest("")
    assert {each.title for each in popular.categories} >= {"Maschinen", "Geschenke"}
    assert len(popular.products) == 6
    odd = await suggest("%_\\'")
    assert (odd.searches, odd.categories) == ([], [])


async def test_what_is_suggested_follows_the_index(shop: Shop) -> None:
    async def suggested() -> set[str]:
        async with shop.context() as context:
            found = await contexts.run(operations.suggest, contexts.parse(operations.suggest, {"query": "hammerb"}), context)
        assert isinstance(found, Suggested)
        return {each.product_id for each in found.products}

    assert await suggested() == {"FK-300", "FK-301"}
    await shop.sell(tool("FK-302", "Hammerbohrer SDS 12 mm"))
    await shop.index()
    assert await suggested() == {"FK-300", "FK-301", "FK-302"}


@in_one_loop
@pytest.mark.parametrize(
    "query", ["'", "\\", "a' | 'b", "' OR 1=1; --", "🙂🙂", "\x00", "(", "!&|<->:*", "%%", "ß" * 300, "wort " * 2_000, "\ud800", "８ｍｍ"]
)
async def test_no_query_breaks_anything(shop_of_all: Shop, query: str) -> None:
    found = await shop_of_all.search(query.encode("utf-8", "replace").decode())
    assert found.total >= 0


@in_one_loop
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
async def test_any_text_may_be_typed(shop_of_all: Shop, query: str) -> None:
    text = query.encode("utf-8", "replace").decode()
    await shop_of_all.search(text, facets=False)
    async with shop_of_all.context() as context:
        await contexts.run(operations.suggest, contexts.parse(operations.suggest, {"query": text}), context)


async def test_before_the_index_is_made_the_answer_says_so(hanse: Runtime) -> None:
    shop = Shop(hanse)
    await shop.sell(tool("A", "Bohrer"))
    found = await shop.search("bohrer")
    assert (found.items, found.reason) == ([], reasons.say(reasons.NO_INDEX, "de"))
