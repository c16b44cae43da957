"""What the sample shop sells."""

from __future__ import annotations

from collections import Counter

from hanse.data.catalog.schemas import RelationKind
from hanse.testing.sample import SampleShop


def test_there_are_a_few_hundred_products_with_ids_of_their_own(shop: SampleShop) -> None:
    assert 400 <= len(shop.products) <= 600
    assert len({product.product_id for product in shop.products}) == len(shop.products)
    assert len({product.gtin for product in shop.products}) == len(shop.products)


def test_every_product_speaks_german_and_english_and_not_the_same(shop: SampleShop) -> None:
    for product in shop.products:
        for texts in (product.title, product.description, product.category):
            assert set(texts) == {"de", "en"}
            assert all(texts.values())
        assert product.title["de"] != product.title["en"]
        assert product.description["de"] != product.description["en"]


def test_titles_are_unique_in_both_languages(shop: SampleShop) -> None:
    for language in ("de", "en"):
        titles = Counter(product.title[language] for product in shop.products)
        assert titles.most_common(1)[0][1] == 1


def test_gtins_are_in_store_numbers_with_the_right_check_digit(shop: SampleShop) -> None:
    for product in shop.products:
        digits = [int(digit) for digit in product.gtin or ""]
        assert len(digits) == 13
        assert digits[0] == 2
        assert sum(digits[0::2]) % 10 == -3 * sum(digits[1::2]) % 10


def test_relations_join_products_and_machines_have_generations(shop: SampleShop) -> None:
    known = {product.product_id: product for product in shop.products}
    kinds = Counter(relation.kind for relation in shop.relations)
    assert set(kinds) == set(RelationKind)
    for relation in shop.relations:
        assert {relation.product_id, relation.related_id} <= known.keys()
        assert relation.product_id != relation.related_id
        if relation.kind is RelationKind.SUCCESSOR_OF:
            assert known[relation.related_id].state == "discontinued"
    assert len({(each.product_id, each.kind, each.related_id) for each in shop.relations}) == len(shop.relations)


def test_work_wear_comes_in_sizes_of_a_parent(shop: SampleShop) -> None:
    known = {product.product_id for product in shop.products}
    variants = [product for product in shop.products if product.parent_id]
    assert len(variants) > 40
    assert all(product.parent_id in known and "size" in product.attributes for product in variants)
    assert {price.product_id for price in shop.prices}.isdisjoint(product.parent_id for product in variants)


def test_everything_that_can_be_bought_has_a_list_price_and_stock(shop: SampleShop) -> None:
    parents = {product.parent_id for product in shop.products}
    sold = {product.product_id for product in shop.products} - parents
    assert {price.product_id for price in shop.prices if price.price_list == "list" and price.min_quantity == 1} == sold
    assert {stock.product_id for stock in shop.stock} == sold
    assert all(price.amount_minor > 0 and price.currency == "EUR" for price in shop.prices)
    assert len({(price.product_id, price.price_list, price.min_quantity) for price in shop.prices}) == len(shop.prices)


def test_companies_own_prices_are_5_to_25_percent_below_the_list(shop: SampleShop) -> None:
    everybody = {price.product_id: price.amount_minor for price in shop.prices if price.price_list == "list" and price.min_quantity == 1}
    own = [price for price in shop.prices if price.price_list != "list"]
    assert {price.price_list for price in own} == {each.price_list for each in shop.customer_price_lists}
    assert all(0.745 < price.amount_minor / everybody[price.product_id] < 0.955 for price in own)


def test_documents_are_there_in_both_languages_and_name_parts(shop: SampleShop) -> None:
    known = {product.product_id for product in shop.products}
    pairs = Counter(document.document_id.rpartition("-")[0] for document in shop.documents)
    assert set(pairs.values()) == {2}
    assert {document.kind for document in shop.documents} == {"manual", "repair_guide", "advice"}
    assert all(set(document.product_ids) <= known for document in shop.documents)
    for document in shop.documents:
        assert document.document_id.endswith(document.language)
        assert "{" not in document.body
        assert document.kind != "repair_guide" or document.product_ids[-1] in document.body
