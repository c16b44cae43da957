"""The truth file: complete, consistent with the log, and for its owner only."""

from __future__ import annotations

import gzip
from pathlib import Path

import msgspec

from hanse.testing import sample
from hanse.testing.sample import SampleShop
from tests.testing.sample.log import by_name, said


def test_truth_covers_every_profile_and_every_product_on_sale(shop: SampleShop) -> None:
    parents = {product.parent_id for product in shop.products}
    assert shop.truth["profiles"].keys() == {str(profile.profile_id) for profile in shop.profiles}
    assert shop.truth["products"].keys() == {product.product_id for product in shop.products} - parents


def test_complements_are_products_other_than_itself(shop: SampleShop) -> None:
    products = shop.truth["products"]
    for product_id, product in products.items():
        assert product["complements"]
        assert product_id not in product["complements"]
        assert product["complements"].keys() <= products.keys()
        assert all(0 < probability < 1 for probability in product["complements"].values())


def test_orders_and_revenue_of_the_truth_are_those_of_the_log(shop: SampleShop) -> None:
    parties = {profile["party"]: profile for profile in shop.truth["profiles"].values()}
    orders = by_name(shop)["Order Completed"]
    assert sum(party["orders"] for party in parties.values()) == len(orders)
    assert sum(party["revenue_minor"] for party in parties.values()) == sum(round(said(order)["revenue"] * 100) for order in orders)


def test_second_accounts_name_the_first(large_shop: SampleShop) -> None:
    profiles = large_shop.truth["profiles"]
    second = {key: profile["same_person_as"] for key, profile in profiles.items() if profile.get("same_person_as")}
    assert second
    assert all(first in profiles and first != key and profiles[first]["party"] == profiles[key]["party"] for key, first in second.items())


def test_every_query_of_the_log_has_its_products(large_shop: SampleShop) -> None:
    queries = {said(event)["query"] for event in by_name(large_shop)["Products Searched"]}
    searches = large_shop.truth["searches"]
    assert len(queries) > 100
    assert queries <= searches.keys()
    assert any(not searches[query] for query in queries)


def test_questions_are_answered_by_a_document_that_names_the_part(shop: SampleShop) -> None:
    documents = {document.document_id: document for document in shop.documents}
    assert len(shop.truth["questions"]) > 200
    for question in shop.truth["questions"]:
        document = documents[question["document_id"]]
        assert document.language == question["language"]
        assert question["part_id"] in document.body
        assert question["product_id"] in document.product_ids


def test_truth_is_written_for_its_owner_only(shop: SampleShop, tmp_path: Path) -> None:
    path = tmp_path / "truth.json.gz"
    path.write_text("older")
    path.chmod(0o644)
    sample.write_truth(shop, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert msgspec.json.decode(gzip.decompress(path.read_bytes())) == msgspec.to_builtins(shop.truth)
