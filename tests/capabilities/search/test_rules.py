"""Rules of the search: what each kind does, for which queries it holds, what contradicts, and what a preview says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hanse.base import context as contexts
from hanse.base.errors import InvalidRequest
from hanse.capabilities.search import operations as search
from hanse.capabilities.search import query, reasons
from hanse.capabilities.search.lexicon import Lexicon
from hanse.capabilities.search.search_rules import operations, rulebook
from hanse.capabilities.search.search_rules.errors import SearchRuleWithoutQuery, UnclearSearchRule
from hanse.capabilities.search.search_rules.schemas import RedirectSearch, SearchRule
from hanse.capabilities.search.search_rules.store import TOPIC
from tests.capabilities.search.conftest import Shop, tool
from tests.conftest import NOW

HAMMERS = {"queries": ["SDS"]}


def rule(match: Any, *queries: str) -> SearchRule:
    redirect = RedirectSearch(url="/x")
    return SearchRule(name="R", match=match, queries=queries, redirect=redirect, rule_id=UUID(int=1), version=1, changed_by="eva", changed_at=NOW)


async def call(shop: Shop, operation: Any, language: str = "de", **request: Any) -> Any:
    async with shop.context(language) as context:
        found = await contexts.run(operation, contexts.parse(operation, request), context)
    await shop.hanse.changes.tell(TOPIC, "")
    return found


async def save(shop: Shop, **draft: Any) -> Any:
    return await call(shop, operations.save, rule={"name": "Regel", **draft})


def pin(*places: tuple[str, int]) -> dict[str, Any]:
    return {"places": [{"product_id": product_id, "place": place} for product_id, place in places]}


async def test_a_product_is_pinned_also_where_the_query_does_not_find_it(shop: Shop) -> None:
    assert await shop.ids("sds") == ["FK-300", "FK-301"]
    await save(shop, **HAMMERS, pin=pin(("NW-100", 1), ("FK-301", 2)))
    found = await shop.search("sds")
    assert [each.product_id for each in found.items] == ["NW-100", "FK-301", "FK-300"]
    assert [each.reason for each in found.items[:2]] == [reasons.say(reasons.CHOSEN, "de")] * 2
    assert found.total == 3
    [brands] = [each for each in found.facets if each.name == "brand"]
    assert [(each.title, each.count) for each in brands.values] == [("Fleetkant", 2), ("Nordwerk", 1)]
    assert await shop.ids("sds", limit=2, offset=1) == ["FK-301", "FK-300"]
    assert await shop.ids("sds", chosen=[{"facet": "brand", "values": ["fleetkant"]}]) == ["FK-300", "FK-301"]
    assert await shop.ids("tasse") == ["TS-400"]


async def test_where_nothing_is_found_what_is_pinned_stands_alone(shop: Shop) -> None:
    assert not (await shop.search("xyzzy")).total
    await save(shop, queries=["xyzzy"], pin=pin(("NW-100", 3)))
    found = await shop.search("xyzzy")
    assert ([each.product_id for each in found.items], found.total) == (["NW-100"], 1)


async def test_products_are_moved_up_by_what_they_are(shop: Shop) -> None:
    ten = {"attribute": "diameter", "values": ["10 MM"]}
    for which in ({"product_ids": ["FK-301"]}, ten, {**ten, "brands": ["Fleetkant"]}, {"attribute": "diameter", "product_ids": ["FK-301"]}):
        made = await save(shop, **HAMMERS, boost={"products": which, "strength": "strongly"})
        assert await shop.ids("sds") == ["FK-301", "FK-300"]
        await call(shop, operations.delete, rule_id=str(made.rule.rule_id))
    for nobody in ({**ten, "brands": ["Nordwerk"]}, {"brands": ["nobody"]}, {}):
        await save(shop, **HAMMERS, boost={"products": nobody, "strength": "strongly"})
        assert await shop.ids("sds") == ["FK-300", "FK-301"]


async def test_products_are_moved_down_by_category_and_stock(shop: Shop) -> None:
    assert (await shop.ids("nordwerk brise"))[0] == "NW-100"
    await save(shop, match="any", bury={"products": {"categories": ["Machines > Drilling"]}, "strength": "wholly"})
    assert (await shop.ids("nordwerk brise"))[-1] == "NW-100"
    await save(shop, match="any", bury={"products": {"stock": "out"}, "strength": "wholly"})
    assert set((await shop.ids("nordwerk"))[-2:]) == {"NW-100", "NW-200"}


async def test_what_is_hidden_is_not_counted_either(shop: Shop) -> None:
    await shop.sell(tool("FK-302", "Hammerbohrer SDS 12 mm", parent_id="FK-301", brand="Fleetkant"))
    await shop.index()
    assert len(await shop.ids("sds", collapse=False)) == 3
    await save(shop, **HAMMERS, hide={"products": {"product_ids": ["FK-301"]}})
    found = await shop.search("sds")
    assert ([each.product_id for each in found.items], found.total) == (["FK-300"], 1)
    assert await shop.ids("sds", sort="price_up") == ["FK-300"]
    await save(shop, **HAMMERS, hide={"products": {"brands": ["Fleetkant"]}})
    assert "FK-300" not in await shop.ids("sds")


async def test_a_search_is_sent_elsewhere(shop: Shop) -> None:
    await save(shop, match="contains", queries=["rückgabe"], redirect={"url": "/hilfe/rueckgabe"})
    assert (await shop.search("Rueckgabe Bohrer")).redirect_url == "/hilfe/rueckgabe"
    assert (await shop.search("bohrer")).redirect_url is None


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//elsewhere.example", "/\\elsewhere.example", "ftp://shop.example", "sale", "", "https://a b"]
)
def test_only_addresses_of_the_web_and_paths_are_taken(url: str) -> None:
    with pytest.raises(InvalidRequest):
        contexts.parse(operations.save, {"rule": {"name": "x", "redirect": {"url": url}}})


async def test_words_that_mean_the_same_find_the_same(shop: Shop) -> None:
    assert "NW-200" not in await shop.ids("flexi")
    await save(shop, synonyms={"words": ["flexi"], "means": ["kreissäge"]})
    await save(shop, synonyms={"words": ["roter akku"], "means": ["bohrschrauber"], "both_ways": False})
    assert await shop.ids("flexi") == ["NW-200"]
    assert await shop.ids("flexi nordwerk") == ["NW-200"]
    assert (await shop.search("flexi")).correction is None
    assert (await shop.ids("roter akku"))[:1] == ["NW-100"]
    assert (await shop.search("flexi", language="en")).items[0].product_id == "NW-200"


@pytest.mark.parametrize(
    ("match", "text", "holds"),
    [
        ("exact", "Häuser-Bohrer", False),
        ("exact", "BOHRER haus", True),
        ("exact", "bohrern für häuser", True),
        ("exact", "haeuser bohrer", True),
        ("exact", "bohrer haus 8mm", False),
        ("contains", "ein bohrer 8 mm im haus", True),
        ("contains", "bohrer", False),
        ("any", "tasse", True),
        ("any", "", False),
    ],
)
def test_queries_are_compared_as_the_search_reads_them(match: Any, text: str, *, holds: bool) -> None:
    lexicon = Lexicon({"bohrer": 40, "haus": 2}, {"bohrer": 40, "haus": 2}, 100)
    edition = rulebook.indexed([rule(match, "Bohrer Haus")])
    assert bool(edition.holding(query.read(text, "de", lexicon), "de", NOW)) is holds


def test_numbers_measures_and_words_that_the_shop_writes_as_one_are_the_same_query() -> None:
    words = {"stichsäge": 9, "säge": 20, "tasse": 3}
    lexicon = Lexicon(words, words, 100)
    for written, typed in (("NW-100", "nw100"), ("nw 100", "NW100"), ("Stichsäge", "stich säge"), ("säge 0,8 cm", "8mm säge"), ("tasse", "tase")):
        edition = rulebook.indexed([rule("exact", written)])
        assert edition.holding(query.read(typed, "de", lexicon), "de", NOW) == [0], typed


async def test_a_rule_holds_for_its_time_its_language_and_while_it_is_on(shop: Shop) -> None:
    await save(shop, match="any", redirect={"url": "/over"}, ends_at=NOW.isoformat())
    await save(shop, match="any", redirect={"url": "/soon"}, starts_at=(NOW + timedelta(days=1)).isoformat())
    await save(shop, match="any", redirect={"url": "/english"}, language="en")
    await save(shop, match="any", redirect={"url": "/off"}, on=False)
    assert (await shop.search("bohrer")).redirect_url is None
    assert (await shop.search("drill", language="en")).redirect_url == "/english"
    await save(shop, queries=["tasse"], redirect={"url": "/mended"})
    assert (await shop.search("tasse")).redirect_url == "/mended"
    assert (await shop.search("tase")).redirect_url == "/mended"


async def test_rules_are_listed_changed_deleted_and_taken_back(shop: Shop) -> None:
    wide = await save(shop, name="Weit", match="any", hide={"products": {"product_ids": ["TS-400"]}})
    exact = await save(shop, name="Genau", **HAMMERS, redirect={"url": "/a"})
    found = await call(shop, operations.list)
    assert [each.name for each in found.rules] == ["Genau", "Weit"]
    assert [each.name for each in (await call(shop, operations.list, query="tasse")).rules] == ["Weit"]
    deleted = await call(shop, operations.delete, rule_id=str(exact.rule.rule_id))
    assert (await shop.search("sds")).redirect_url is None
    await call(shop, operations.undo, change_id=str(deleted.change_id))
    assert (await shop.search("sds")).redirect_url == "/a"
    await call(shop, operations.undo, change_id=str(wide.change_id))
    assert await shop.ids("tasse") == ["TS-400"]
    with pytest.raises(UnclearSearchRule):
        await save(shop, queries=["x"])
    with pytest.raises(SearchRuleWithoutQuery):
        await save(shop, queries=["  "], redirect={"url": "/a"})


async def test_what_contradicts_or_is_not_there_is_told(shop: Shop) -> None:
    await save(shop, name="A", **HAMMERS, pin=pin(("FK-300", 1), ("NO-1", 2)))
    await save(shop, name="B", match="contains", queries=["sds"], pin=pin(("FK-300", 1)))
    await save(shop, name="C", match="any", hide={"products": {"product_ids": ["FK-300"]}})
    await save(shop, name="D", queries=["tasse"], pin=pin(("FK-300", 1)))
    await save(shop, name="E", match="any", boost={"products": {"brands": ["Nobody"]}})
    found = await call(shop, operations.list)
    assert sorted(each.code for each in found.findings) == [
        *("not_sold", "nothing_is_so"),
        *("pin_and_hide", "pin_and_hide", "pin_and_hide", "pinned_twice", "pins_on_one_place"),
    ]
    assert "„A“ setzt FK-300 auf einen festen Platz" in " ".join(each.text for each in found.findings)
    assert "FK-300" not in await shop.ids("sds")


async def test_a_preview_says_what_happened_to_each_product(shop: Shop) -> None:
    await save(shop, name="Weg", **HAMMERS, hide={"products": {"product_ids": ["FK-300"]}})
    tried = {"name": "Vorn", **HAMMERS, "pin": pin(("TS-400", 1)), "on": False}
    found = await call(shop, operations.preview, query="sds", rule=tried)
    assert [(each.product_id, each.place_after) for each in found.before] == [("FK-300", None), ("FK-301", 2)]
    assert [(each.product_id, each.place_before) for each in found.after] == [("TS-400", None), ("FK-301", 2)]
    assert [[(one.text, one.rule_name) for one in each.happened] for each in (*found.before, *found.after)] == [
        [("ausgeblendet", "Weg")],
        [],
        [("fester Platz", "Vorn")],
        [],
    ]
    assert [each.name for each in found.rules] == ["Weg", "Vorn"]
    assert (found.total_before, found.total_after) == (2, 2)
    assert "TS-400" not in await shop.ids("sds")
    synonym = {"name": "Flexi", "synonyms": {"words": ["flexi"], "means": ["kreissäge"]}}
    told = await call(shop, operations.preview, query="flexi", rule=synonym)
    assert (told.before, told.understood, [each.name for each in told.rules]) == ([], "kreissäge", ["Flexi"])
    assert [each.happened[0].what for each in told.after] == ["synonyms"]


@pytest.mark.parametrize(
    ("rule_for", "typed"), [({"match": "any"}, ""), ({"match": "any"}, "hamm"), ({"match": "contains", "queries": ["sds"]}, "hammer sds")]
)
async def test_what_is_never_shown_is_not_suggested(shop: Shop, rule_for: dict[str, Any], typed: str) -> None:
    async def suggested() -> set[str]:
        found = await call(shop, search.suggest, query=typed)
        return {each.product_id for each in found.products}

    assert "FK-301" in await suggested()
    await save(shop, **rule_for, hide={"products": {"product_ids": ["FK-301"]}})
    assert {"FK-300"} <= await suggested()
    assert "FK-301" not in await suggested()
