"""The index follows the catalog: what is new, changed, gone; and it is made anew without a gap."""

from __future__ import annotations

from pathlib import Path

from hanse.base.config import Settings
from hanse.capabilities.search import jobs, reasons
from hanse.data import catalog
from hanse.data.catalog import Document, Price, Product, Stock
from hanse.serve import runtime
from hanse.serve.runtime import Runtime
from tests.capabilities.search.conftest import GUIDE, TOOLS, Shop, tool
from tests.conftest import NOW


async def test_only_what_changed_is_read(shop: Shop) -> None:
    assert (await shop.index())["read"] == 0
    await shop.sell(tool("NW-900", "Schlagschrauber"))
    assert (await shop.index())["read"] == 1
    assert (await shop.ids("schlagschrauber"))[0] == "NW-900"


async def test_a_changed_product_is_found_as_it_is_now(shop: Shop) -> None:
    async with shop.hanse.resources.pool.connection() as connection:
        later = NOW.replace(hour=13)
        await catalog.put_products(connection, [tool("TS-400", "Becher mit Leuchtturm")], source="test", now=later)
    await shop.index()
    assert (await shop.ids("leuchtturm"))[0] == "TS-400"
    assert "TS-400" not in await shop.ids("seagull", as_typed=True)


async def test_what_is_not_sold_any_more_leaves(shop: Shop) -> None:
    async with shop.hanse.resources.pool.connection() as connection:
        gone = Product(product_id="NW-200", title={"de": "Handkreissäge"}, state="discontinued")
        await catalog.put_products(connection, [gone], source="test", now=NOW.replace(hour=13))
    assert (await shop.index())["gone"] == 1
    assert "NW-200" not in await shop.ids("handkreissäge")


async def test_prices_and_stock_are_those_of_now(shop: Shop) -> None:
    await shop.sell(prices=[Price(product_id="FK-300", amount_minor=999_00)], stock=[Stock(product_id="NW-200", quantity=4)])
    assert (await shop.index())["read"] == 0
    assert await shop.ids("hammerbohrer", from_minor=50_000) == ["FK-300"]
    assert "NW-200" in await shop.ids("nordwerk", chosen=[{"facet": "stock", "values": ["true"]}])


async def test_everything_can_be_read_anew(shop: Shop) -> None:
    async with shop.context() as context:
        told = await jobs.rebuild(context)
    await shop.refresh()
    assert told is not None
    assert (told["read"], told["documents"]) == (len(TOOLS) - 1, 1)
    assert (await shop.ids("akuschrauber"))[0] == "NW-100"


async def test_a_second_run_encodes_nothing_twice(shop: Shop) -> None:
    assert await shop.encode() == {"products": 0, "passages": 0}


async def test_without_vectors_words_are_enough(hanse: Runtime) -> None:
    shop = Shop(hanse)
    await shop.sell(*TOOLS)
    await shop.index()
    assert (await shop.ids("8mm bohrer"))[0] == "FK-300"


async def test_a_changed_document_is_found_as_it_is_now(shop: Shop) -> None:
    async with shop.hanse.resources.pool.connection() as connection:
        changed = Document(document_id=GUIDE.document_id, kind=GUIDE.kind, language="de", title="Riemen spannen", body="Der Riemen quietscht.")
        await catalog.put_documents(connection, [changed], source="test", now=NOW.replace(hour=13))
    assert (await shop.index())["documents"] == 1
    assert [each.title for each in (await shop.search("riemen quietscht")).passages] == ["Riemen spannen"]
    assert not [each for each in (await shop.search("motor ruckelt")).passages if "ruckelt" in each.text]


async def test_a_document_without_text_is_read_once(shop: Shop) -> None:
    await shop.tell(Document(document_id="empty", kind="manual", language="de", title="Leeres Heft", body=""))
    assert (await shop.index())["documents"] == 1
    assert (await shop.index())["documents"] == 0


async def test_the_name_of_another_product_is_no_facet(shop: Shop) -> None:
    await shop.sell(*[tool(f"SP-{each}", f"Dichtung {each}", attributes={"fits": {"value": ["NW-100", "NW-200"]}}) for each in range(3)])
    await shop.index()
    assert "attribute:fits" not in {each.name for each in (await shop.search("dichtung")).facets}


async def test_without_encoding_words_are_all_there_is(database_url: str, home: Path) -> None:
    settings = Settings(home=home, database_url=database_url, encode=False)
    async with runtime.started(settings, database_url) as started:
        shop = Shop(started)
        await shop.sell(*TOOLS)
        await shop.index()
        assert await shop.encode() == {"products": 0, "passages": 0}
        found = await shop.search("hammerbohrer 8 mm")
        assert found.items[0].product_id == "FK-300"
        assert found.reason == reasons.say(reasons.WORDS, "de")
