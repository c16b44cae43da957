"""Events of the first version of the e-commerce specification become those of the second."""

from __future__ import annotations

from hanse.data.events import names


def test_an_order_of_the_first_version_has_the_fields_of_the_second() -> None:
    sent = {"orderId": "o-1", "total": 12.5, "products": [{"id": "p-1", "quantity": 2}, {"product_id": "p-2"}, "nonsense"]}
    assert names.reshape("Order Completed", sent) == {
        "orderId": "o-1",
        "order_id": "o-1",
        "total": 12.5,
        "products": [{"product_id": "p-1", "id": "p-1", "quantity": 2}, {"product_id": "p-2"}, "nonsense"],
    }
    assert "order_id" not in sent, "what came stays as it was"


def test_the_id_of_an_event_about_one_product_is_that_product() -> None:
    assert names.reshape("Product Viewed", {"id": "p-1"})["product_id"] == "p-1"
    assert names.reshape("Order Completed", {"id": "o-1"})["order_id"] == "o-1"
    assert names.reshape("Promotion Viewed", {"id": "x-1"})["promotion_id"] == "x-1"
    assert names.reshape("Product List Viewed", {"id": "l-1"}) == {"id": "l-1"}


def test_a_field_that_is_there_already_stays() -> None:
    assert names.reshape("Product Viewed", {"id": "old", "product_id": "new"})["product_id"] == "new"
