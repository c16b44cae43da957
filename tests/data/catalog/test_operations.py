"""The operations of the catalog answer in the language of the request, and refuse what they do not know."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hanse.base import errors
from hanse.base.context import Context, parse, run
from hanse.base.database import Connection
from hanse.base.operation import Operation
from hanse.data.catalog import operations
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.catalog.operations import DescribeProduct, ListProducts, ShowProduct, product_jsonld


async def test_products_come_in_the_language_of_the_request(shop: Connection, context: Context) -> None:
    context.language = "en"
    page = await run(operations.products, ListProducts(search="drill"), context)
    assert [each.title for each in page.products] == ["Cordless drill"]


async def test_a_list_goes_on_where_it_ended(shop: Connection, context: Context) -> None:
    first = await run(operations.products, ListProducts(sort="title", descending=False, limit=3), context)
    second = await run(operations.products, ListProducts(sort="title", descending=False, limit=3, cursor=first.next_cursor), context)
    assert [each.product_id for each in (*first.products, *second.products)] == ["D1", "D1-B", "P7", "O2", "Z9"]


async def test_a_product_is_shown_whole(shop: Connection, context: Context) -> None:
    shown = await run(operations.product, ShowProduct(product_id="D1"), context)
    assert (shown.product_id, len(shown.prices)) == ("D1", 3)
    assert msgspec.json.decode(msgspec.json.encode(shown))["inverse_relations"][0]["kind"] == "spare_part_of"


async def test_the_examples_run_on_an_empty_catalog(connection: Connection, context: Context) -> None:
    assert (await run(operations.products, operations.products.example, context)).products == ()
    with pytest.raises(UnknownProduct):
        await run(operations.product, operations.product.example, context)
    assert operations.product.errors == (UnknownProduct,)


@pytest.mark.parametrize(
    ("operation", "arguments", "field"),
    [
        (operations.products, {"colour": "red"}, "colour"),
        (operations.products, {"limit": 0}, "limit"),
        (operations.products, {"limit": 201}, "limit"),
        (operations.products, {"sort": "price"}, "sort"),
        (operations.products, {"state": "sold"}, "state"),
        (operations.product, {}, "product_id"),
        (operations.product, {"product_id": "D1", "language": "de"}, "language"),
    ],
)
def test_a_wrong_request_is_refused_by_field(operation: Operation[Any, Any], arguments: dict[str, object], field: str) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        parse(operation, arguments)
    assert caught.value.fields[0].field == field


def test_they_are_named_by_their_place() -> None:
    assert [each.name for each in (operations.products, operations.product)] == ["catalog.products", "catalog.product"]


async def test_a_product_is_described_as_linked_data_with_its_variants(shop: Connection, context: Context) -> None:
    await shop.execute("UPDATE products SET gtin = '4006381333931', attributes = attributes || '{\"cost\": {\"value\": 61}}' WHERE product_id = 'D1'")
    asked = DescribeProduct(product_id="D1", language="en", tax_rate=0.19, product_url="https://shop.example/p/{id}")
    document = (await product_jsonld.function(asked, context)).document
    assert (document["@type"], document["name"], document["gtin"], document["url"]) == (
        "ProductGroup",
        "Cordless drill",
        "4006381333931",
        "https://shop.example/p/D1",
    )
    offers = document["offers"]
    assert (offers["price"], offers["priceSpecification"][0]["valueAddedTaxIncluded"], offers["availability"]) == (
        "213.01",
        True,
        "https://schema.org/InStock",
    )
    assert [(each["@type"], each["sku"]) for each in document["hasVariant"]] == [("Product", "D1-B")]
    assert "61" not in str(document["additionalProperty"])
    assert "150" not in str(offers)


@pytest.mark.parametrize("product_id", ["O2", "Z9", "nobody", "\x00"])
async def test_products_that_are_not_sold_are_described_to_nobody(shop: Connection, context: Context, product_id: str) -> None:
    with pytest.raises(UnknownProduct):
        await product_jsonld.function(DescribeProduct(product_id=product_id), context)
