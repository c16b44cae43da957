"""Names and shapes of the first version of the e-commerce specification, brought to those of the second."""

from __future__ import annotations

from typing import Any

NAMES = {
    "Viewed Product Category": "Product List Viewed",
    "Viewed Product": "Product Viewed",
    "Clicked Product": "Product Clicked",
    "Added Product": "Product Added",
    "Removed Product": "Product Removed",
    "Viewed Cart": "Cart Viewed",
    "Started Order": "Checkout Started",
    "Viewed Checkout Step": "Checkout Step Viewed",
    "Completed Checkout Step": "Checkout Step Completed",
    "Completed Order": "Order Completed",
    "Updated Order": "Order Updated",
    "Cancelled Order": "Order Cancelled",
    "Refunded Order": "Order Refunded",
    "Viewed Promotion": "Promotion Viewed",
    "Clicked Promotion": "Promotion Clicked",
    "Searched Products": "Products Searched",
    "Reviewed Product": "Product Reviewed",
    "Shared Product": "Product Shared",
}
"""Name in the second version by name in the first."""

FIELDS = {"id": "product_id", "productId": "product_id", "orderId": "order_id", "listId": "list_id", "promotionId": "promotion_id"}
"""Field in the second version by field in the first; `id` is the product's only where the event is about one product."""

ABOUT_A_PRODUCT = frozenset({"Product Viewed", "Product Clicked", "Product Added", "Product Removed", "Product Reviewed", "Product Shared"})
ABOUT_AN_ORDER = frozenset({"Order Completed", "Order Updated", "Order Cancelled", "Order Refunded", "Checkout Started"})
ABOUT_A_PROMOTION = frozenset({"Promotion Viewed", "Promotion Clicked"})


def reshape(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of an event of the first version, with the fields of the second beside those that came.

    `name` is the new one. Nothing is taken away, and a field that is there already stays.
    """
    found = dict(properties)
    for old, new in FIELDS.items():
        if old in properties and old != "id":
            found.setdefault(new, properties[old])
    if "id" in properties and (meaning := _meaning_of_id(name)):
        found.setdefault(meaning, properties["id"])
    if isinstance(products := properties.get("products"), list):
        found["products"] = [_product(each) for each in products]
    return found


def _meaning_of_id(name: str) -> str | None:
    if name in ABOUT_A_PRODUCT:
        return "product_id"
    if name in ABOUT_AN_ORDER:
        return "order_id"
    return "promotion_id" if name in ABOUT_A_PROMOTION else None


def _product(product: Any) -> Any:
    if not isinstance(product, dict) or "product_id" in product:
        return product
    product_id = product.get("id", product.get("productId"))
    return product if product_id is None else {"product_id": product_id, **product}
