"""The catalog can be read in any order, page by page, in the reader's language."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any
from zlib import crc32

import pytest

from hanse.base import database, errors
from hanse.base.database import Connection
from hanse.data import catalog
from hanse.data.catalog import Product, RelationKind, listing
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.catalog.listing import Sort
from tests.conftest import NOW


async def listed(connection: Connection, language: str = "de", **wanted: Any) -> list[str]:
    return [each.product_id for each in (await listing.page(connection, language=language, **wanted)).products]


async def test_an_empty_catalog_has_an_empty_page(connection: Connection) -> None:
    assert await listing.page(connection, language="de") == listing.ProductPage(products=(), next_cursor=None)
    assert await listing.categories(connection, "de") == []


async def test_a_line_has_text_price_stock_and_sales(shop: Connection) -> None:
    first = (await listing.page(shop, language="en")).products[0]
    assert (first.product_id, first.title, first.category, first.brand) == ("D1", "Cordless drill", "Machines > Drilling", "Ebbe")
    assert (first.amount_minor, first.currency, first.stock) == (17_900, "EUR", 7)
    assert (first.units, first.revenue_minor, first.revenue_currency) == (500, 90_000, "EUR")


async def test_what_is_not_known_is_null_and_what_did_not_sell_is_zero(shop: Connection) -> None:
    last = {each.product_id: each for each in (await listing.page(shop, language="en")).products}["Z9"]
    assert (last.category, last.brand, last.amount_minor, last.currency, last.stock) == (None, None, None, None, None)
    assert (last.units, last.revenue_minor, last.revenue_currency) == (0, 0, None)


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("en", {"D1": "Cordless drill", "D1-B": "Akkuschrauber blau", "P7": "Carbon brush 100%_x", "O2": "Ölfilter", "Z9": "Z9"}),
        ("fr", {"D1": "Akkuschrauber", "D1-B": "Akkuschrauber blau", "P7": "Carbon brush 100%_x", "O2": "Ölfilter", "Z9": "Z9"}),
    ],
)
async def test_titles_fall_back_from_language_to_language_to_the_id(shop: Connection, language: str, titles: dict[str, str]) -> None:
    assert {each.product_id: each.title for each in (await listing.page(shop, language=language)).products} == titles


@pytest.mark.parametrize(
    ("sort", "descending", "expected"),
    [
        ("revenue", True, ["D1", "P7", "O2", "Z9", "D1-B"]),
        ("revenue", False, ["D1-B", "Z9", "O2", "P7", "D1"]),
        ("units", True, ["P7", "D1", "O2", "Z9", "D1-B"]),
        ("title", False, ["D1", "D1-B", "P7", "O2", "Z9"]),
        ("updated", True, ["Z9", "P7", "O2", "D1-B", "D1"]),
    ],
)
async def test_orders(shop: Connection, sort: Sort, *, descending: bool, expected: list[str]) -> None:
    assert await listed(shop, sort=sort, descending=descending) == expected


async def test_titles_sort_as_in_a_german_dictionary(connection: Connection) -> None:
    titles = ["Zange", "Ölfilter", "Ofen", "äther", "Apfel", "Straße", "Strand", "Strasse 2"]
    await catalog.put_products(
        connection, [Product(product_id=str(index), title={"de": text}) for index, text in enumerate(titles)], source="pim", now=NOW
    )
    page = await listing.page(connection, language="de", sort="title", descending=False)
    assert [each.title for each in page.products] == ["Apfel", "äther", "Ofen", "Ölfilter", "Strand", "Straße", "Strasse 2", "Zange"]


@pytest.mark.parametrize("sort", ["revenue", "title", "units", "updated"])
@pytest.mark.parametrize("descending", [True, False])
async def test_pages_go_through_everything_once_in_order(shop: Connection, sort: Sort, *, descending: bool) -> None:
    more = [Product(product_id=f"T{index:02}", title={"de": f"Teil {index % 3}"}) for index in range(20)]
    await catalog.put_products(shop, more, source="pim", now=NOW + timedelta(seconds=0.000001))
    order: dict[str, Any] = {"sort": sort, "descending": descending, "language": "de"}
    seen: list[str] = []
    page = await listing.page(shop, **order, limit=4)
    while page.next_cursor:
        seen += [each.product_id for each in page.products]
        page = await listing.page(shop, **order, limit=4, cursor=page.next_cursor)
    seen += [each.product_id for each in page.products]
    assert seen == await listed(shop, sort=sort, descending=descending)
    assert len(seen) == 25


async def test_a_last_page_that_is_full_has_none_after_it(shop: Connection) -> None:
    assert (await listing.page(shop, language="de", limit=5)).next_cursor is None


def forged(body: bytes) -> str:
    return urlsafe_b64encode(crc32(body).to_bytes(4, "big") + body).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "ä",
        "====",
        "bm9uc2Vuc2U",
        forged(b"{}"),
        forged(b'["title",true,"a","b"]'),
        forged(b'["revenue",false,1,"b"]'),
        forged(b'["revenue",true,"1","b"]'),
        forged(b'["revenue",true,1e3,"b"]'),
        forged(b'["revenue",true,9223372036854775808,"b"]'),
        forged(b'["revenue",true,1,"\\u0000"]'),
        forged(b'["revenue",true,1,"\xff"]'),
    ],
)
async def test_a_cursor_that_is_not_ours_is_refused(shop: Connection, cursor: str) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        await listing.page(shop, language="de", cursor=cursor)
    assert caught.value.fields[0].field == "cursor"


async def test_a_cursor_for_another_kind_of_order_is_refused(shop: Connection) -> None:
    for sort, key in (("updated", b"1"), ("updated", b'"soon"'), ("title", b"1")):
        with pytest.raises(errors.InvalidRequest):
            await listing.page(shop, language="de", sort=sort, cursor=forged(b'["%s",true,%s,"b"]' % (sort.encode(), key)))  # type: ignore[arg-type]  # a loop


async def test_every_damage_to_a_cursor_is_noticed(shop: Connection) -> None:
    cursor = (await listing.page(shop, language="de", limit=2)).next_cursor
    assert cursor is not None
    for position in range(len(cursor)):
        damaged = cursor[:position] + ("A" if cursor[position] != "A" else "B") + cursor[position + 1 :]
        with pytest.raises(errors.InvalidRequest):
            await listing.page(shop, language="de", cursor=damaged)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("akku", {"D1", "D1-B"}),
        ("CORDLESS", {"D1"}),
        ("ebbe blau", {"D1-B"}),
        ("4012345678901", {"D1"}),
        ("d1-b", {"D1-B"}),
        ("ölfilter", {"O2"}),
        ("100%", {"P7"}),
        ("%_x", {"P7"}),
        ("_", {"P7"}),
        ("\\", set()),
        ("und", set()),
        ("  ", {"D1", "D1-B", "P7", "O2", "Z9"}),
        ("Z\x009", {"Z9"}),
    ],
)
async def test_search_finds_all_words_in_id_brand_gtin_and_titles(shop: Connection, search: str, found: set[str]) -> None:
    assert set(await listed(shop, search=search)) == found


@pytest.mark.parametrize(
    ("category", "found"),
    [
        ("Ersatzteile", {"P7", "O2"}),
        ("Ersatzteile > Filter", {"O2"}),
        ("Machines", {"D1"}),
        ("Ersatz", set()),
        ("%", set()),
        ("\x00", set()),
    ],
)
async def test_a_category_takes_in_what_lies_below_it(shop: Connection, category: str, found: set[str]) -> None:
    assert set(await listed(shop, category=category)) == found


async def test_only_products_of_a_state(shop: Connection) -> None:
    assert await listed(shop, state="draft") == ["Z9"]
    assert await listed(shop, state="active", search="blau") == ["D1-B"]


async def test_the_price_is_the_one_that_holds_then(shop: Connection) -> None:
    columns = ("product_id", "price_list", "min_quantity", "valid_from", "valid_until", "amount_minor", "currency")
    sale = ("D1", "list", 1, NOW, NOW + timedelta(days=7), 9_900, "EUR")
    await database.copy(shop, "prices", columns, [sale])
    moments = (NOW - timedelta(seconds=1), NOW, NOW + timedelta(days=7))
    pages = [await listing.page(shop, language="de", search="cordless", now=moment) for moment in moments]
    assert [page.products[0].amount_minor for page in pages] == [17_900, 9_900, 17_900]


async def test_a_product_comes_whole(shop: Connection) -> None:
    found = await listing.product(shop, "D1")
    assert (found.title, found.attributes) == ({"de": "Akkuschrauber", "en": "Cordless drill"}, {"voltage": {"value": 18, "unit": "V"}})
    assert [(each.price_list, each.min_quantity, each.amount_minor) for each in found.prices] == [
        ("list", 1, 17_900),
        ("list", 10, 16_900),
        ("dealers", 1, 15_000),
    ]
    assert (found.prices[0].valid_from, found.prices[0].valid_until) == (None, None)
    assert [(each.location, each.quantity) for each in found.stock] == [("Kiel", 3), ("main", 4)]
    assert [(each.product_id, each.title) for each in found.variants] == [("D1-B", {"de": "Akkuschrauber blau"})]
    assert [(each.document_id, each.title) for each in found.documents] == [("M1", "Anleitung")]
    assert found.statistics is not None
    assert (found.statistics.units, found.statistics.units_by_month) == (500, {"2026-05": 2})


async def test_relations_come_in_both_directions_with_titles(shop: Connection) -> None:
    found = await listing.product(shop, "D1")
    assert [(each.kind, each.product_id, each.title, each.state) for each in found.relations] == [
        (RelationKind.SUCCESSOR_OF, "O2", {"und": "Ölfilter"}, "discontinued")
    ]
    assert [(each.kind, each.product_id, each.quantity) for each in found.inverse_relations] == [(RelationKind.SPARE_PART_OF, "P7", 2)]


async def test_a_bare_product_comes_with_empty_parts(shop: Connection) -> None:
    found = await listing.product(shop, "Z9")
    assert (found.prices, found.stock, found.relations, found.documents, found.statistics) == ((), (), (), (), None)


@pytest.mark.parametrize("product_id", ["D2", "", "d1", "D\x001"])
async def test_an_unknown_product_is_said_so(shop: Connection, product_id: str) -> None:
    with pytest.raises(UnknownProduct, match="No product has the id"):
        await listing.product(shop, product_id)


async def test_categories_count_what_lies_below_them(shop: Connection) -> None:
    found = await listing.categories(shop, "de")
    assert [(each.path, each.name, each.depth, each.products) for each in found] == [
        ("Ersatzteile", "Ersatzteile", 0, 2),
        ("Ersatzteile > Filter", "Filter", 1, 1),
        ("Maschinen", "Maschinen", 0, 2),
        ("Maschinen > Bohren", "Bohren", 1, 2),
    ]
    for each in found:
        assert len(await listed(shop, category=each.path)) == each.products
