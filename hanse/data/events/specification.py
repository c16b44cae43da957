"""Which events the e-commerce specification knows, and which properties it expects of each; `names.py` brings the old names to these."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What a property has to be."""

    TEXT = "text"
    """A text or a number."""
    NUMBER = "number"
    CURRENCY = "currency"
    """Three letters as in ISO 4217."""
    LIST = "list"
    EACH_TEXT = "each text"
    """A property of each entry of a list, a text or a number."""
    EACH_NUMBER = "each number"


class Expected(msgspec.Struct, frozen=True):
    """What an event should carry: without the needed, answers and figures have gaps; the others may be left out, but not be wrong."""

    needed: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("price", "quantity", "position", "value", "revenue", "total", "subtotal", "shipping", "tax"), Kind.NUMBER),
    **dict.fromkeys(("discount", "rating", "step"), Kind.NUMBER),
    **dict.fromkeys(("products", "filters", "sorts"), Kind.LIST),
    **dict.fromkeys(("products[].price", "products[].quantity", "products[].position"), Kind.EACH_NUMBER),
    "products[].product_id": Kind.EACH_TEXT,
    "currency": Kind.CURRENCY,
}
"""What each property has to be; a text, where it does not stand here."""

LINES = ("products[].price", "products[].quantity")
AMOUNTS = ("revenue", "subtotal", "shipping", "tax", "discount", "value")
PRODUCT = ("sku", "category", "name", "brand", "variant", "coupon", "position", "url", "image_url")

EVENTS: Mapping[str, Expected] = {
    "Products Searched": Expected(("query",)),
    "Product List Viewed": Expected(("products", "products[].product_id"), ("list_id", "category", "products[].price", "products[].position")),
    "Product List Filtered": Expected(("filters",), ("list_id", "category", "sorts", "products", "products[].product_id")),
    "Promotion Viewed": Expected(("promotion_id",), ("creative", "name", "position")),
    "Promotion Clicked": Expected(("promotion_id",), ("creative", "name", "position")),
    "Product Clicked": Expected(("product_id",), ("price", "quantity", *PRODUCT)),
    "Product Viewed": Expected(("product_id",), ("price", "currency", "quantity", "value", *PRODUCT)),
    "Product Added": Expected(("product_id", "quantity"), ("cart_id", "price", *PRODUCT)),
    "Product Removed": Expected(("product_id",), ("cart_id", "price", "quantity", *PRODUCT)),
    "Cart Viewed": Expected(("products", "products[].product_id"), ("cart_id", *LINES)),
    "Checkout Started": Expected(("products", "products[].product_id"), ("order_id", "currency", "total", *AMOUNTS, *LINES)),
    "Checkout Step Viewed": Expected(("step",), ("checkout_id", "shipping_method", "payment_method")),
    "Checkout Step Completed": Expected(("step",), ("checkout_id", "shipping_method", "payment_method")),
    "Payment Info Entered": Expected((), ("checkout_id", "order_id", "step", "shipping_method", "payment_method")),
    "Order Completed": Expected(("order_id", "currency", "products", "products[].product_id"), ("checkout_id", "total", *AMOUNTS, *LINES)),
    "Order Updated": Expected(("order_id",), ("currency", "total", *AMOUNTS, "products", "products[].product_id", *LINES)),
    "Order Cancelled": Expected(("order_id",), ("currency", "total", *AMOUNTS, "products", "products[].product_id", *LINES)),
    "Order Refunded": Expected(("order_id",), ("currency", "total", "products", "products[].product_id", *LINES)),
    "Coupon Entered": Expected(("coupon_id",), ("order_id", "cart_id")),
    "Coupon Applied": Expected(("coupon_id",), ("order_id", "cart_id", "coupon_name", "discount")),
    "Coupon Denied": Expected(("coupon_id",), ("order_id", "cart_id", "coupon_name", "reason")),
    "Coupon Removed": Expected(("coupon_id",), ("order_id", "cart_id", "coupon_name", "discount")),
    "Product Added to Wishlist": Expected(("product_id",), ("wishlist_id", "wishlist_name", "price", "quantity")),
    "Product Removed from Wishlist": Expected(("product_id",), ("wishlist_id", "wishlist_name", "price", "quantity")),
    "Wishlist Product Added to Cart": Expected(("product_id",), ("wishlist_id", "wishlist_name", "cart_id", "price", "quantity")),
    "Product Shared": Expected(("product_id",), ("share_via", "recipient", "price")),
    "Cart Shared": Expected(("products", "products[].product_id"), ("cart_id", "share_via", "recipient")),
    "Product Reviewed": Expected(("product_id", "rating"), ("review_id", "review_body")),
}
"""What each event of the second version of the specification should carry."""

BESIDES = frozenset(
    {
        *("Email Bounced", "Email Delivered", "Email Link Clicked", "Email Marked as Spam", "Email Opened", "Email Sent", "Unsubscribed"),
        *("Impression", "Recommendation Clicked", "Landing", "Segment Consent Preference Updated"),
        *("Signed Up", "Signed In", "Signed Out", "Sign In Failed", "Account Created", "Account Deleted"),
        *("Payment Authorized", "Payment Failed", "Chargeback Received"),
        *("Ticket Opened", "Ticket Created", "Ticket Replied", "Ticket Solved", "Ticket Closed"),
        *("Application Installed", "Application Opened", "Application Updated", "Application Backgrounded", "Application Crashed"),
        *("Application Uninstalled", "Install Attributed", "Deep Link Opened", "Deep Link Clicked", "Push Notification Received"),
        *("Push Notification Tapped", "Push Notification Bounced", "Trial Started", "Trial Ended", "Invite Sent"),
    }
)
"""Names of other specifications, and our own, whose properties nobody prescribes."""

KNOWN = frozenset(EVENTS) | BESIDES
"""Every name that is known."""
