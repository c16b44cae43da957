"""Products of Shopify become products of the catalog with variants, prices and stock; pure functions."""

from __future__ import annotations

from typing import Any

from hanse.base import money
from hanse.data import catalog
from hanse.data.catalog import Price, Stock
from hanse.sources.shopify.orders import product_id
from hanse.sources.shopify.payloads import Product, Variant
from hanse.sources.source import Change, Shop, amounts
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.texts import key, plain, present, unescaped, utc

STATES = {"active": "active", "archived": "discontinued", "draft": "draft", "unlisted": "active"}
DEFAULT_TITLE = "Default Title"
"""What Shopify calls the only variant of a product that has none."""


def change(product: Product, shop: Shop) -> Change:
    """Return what a product says: itself and its variants, or one product where it has none."""
    if not product.variants:
        raise Unmappable(field="variants", reason="there is none")
    alone = len(product.variants) == 1 and product.variants[0].title in {DEFAULT_TITLE, None}
    made = [_variant(product, each, shop, parent_id=None if alone else product.handle) for each in product.variants]
    return Change(
        kind="product",
        resource_id=str(product.id),
        changed_at=utc(product.updated_at),
        products=tuple(made if alone else [_parent(product, shop), *made]),
        prices=tuple(_price(each, number, shop) for number, each in enumerate(product.variants) if each.price is not None),
        stock=tuple(stock for each in product.variants if (stock := _stock(each))),
    )


def _parent(product: Product, shop: Shop) -> catalog.Product:
    return catalog.Product(product_id=product.handle, **_shared(product, shop), **_picture(product, None))


def _variant(product: Product, variant: Variant, shop: Shop, *, parent_id: str | None) -> catalog.Product:
    chosen = zip(product.options, (variant.option1, variant.option2, variant.option3), strict=False)
    attributes = {key(option.name): {"value": value} for option, value in chosen if value and key(option.name) and value != DEFAULT_TITLE}
    shared = _shared(product, shop)
    if parent_id and variant.title:
        shared["title"] = {shop.language: f"{unescaped(product.title)}, {variant.title}"}
    return catalog.Product(
        product_id=_id(variant), parent_id=parent_id, gtin=variant.barcode or None, attributes=attributes, **shared, **_picture(product, variant)
    )


def _shared(product: Product, shop: Shop) -> dict[str, Any]:
    """Return what a product and its variants have in common."""
    return {
        "state": STATES.get(product.status, "active"),
        "title": {shop.language: unescaped(product.title)},
        "description": present({shop.language: plain(product.body_html)}),
        "category": present({shop.language: product.product_type}),
        "brand": product.vendor or None,
        "url": f"{shop.storefront}/products/{product.handle}",
    }


def _picture(product: Product, variant: Variant | None) -> dict[str, Any]:
    own = next((each.src for each in product.images if variant and variant.image_id and each.id == variant.image_id), None)
    first = product.image or next(iter(product.images), None)
    return {"image_url": own or (first.src if first else None)}


def _id(variant: Variant) -> str:
    return product_id(variant.sku, variant.id) or str(variant.id)


def _price(variant: Variant, number: int, shop: Shop) -> Price:
    field = f"variants[{number}].price"
    net = shop.net(amounts.checked(variant.price or amounts.total(()), field), shop.currency)
    if net < 0:
        raise Unmappable(field=field, reason="this is negative")
    return Price(product_id=_id(variant), amount_minor=money.minor(net, shop.currency), currency=shop.currency)


def _stock(variant: Variant) -> Stock | None:
    """Return how many pieces there are over all locations; null for what is not counted. Oversold ones are none."""
    if variant.inventory_management is None or variant.inventory_quantity is None:
        return None
    return Stock(product_id=_id(variant), quantity=max(0, variant.inventory_quantity))
