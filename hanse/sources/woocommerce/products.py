"""Products of WooCommerce and their variations become products of the catalog with prices and stock; pure functions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from hanse.base import money
from hanse.data import catalog
from hanse.data.catalog import Price, Stock
from hanse.sources.source import Change, Shop, amounts
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.texts import key, language, plain, present, unescaped
from hanse.sources.woocommerce import moments
from hanse.sources.woocommerce.orders import product_id
from hanse.sources.woocommerce.payloads import Product

STATES = {"publish": "active", "trash": "discontinued"}
"""All other states are those of something that is not for sale yet or not for everybody."""


def change(product: Product, shop: Shop, *, at: datetime | None = None) -> Change:
    """Return what a product says, by itself; `at` is given where its own time would be too old."""
    return _change(product, _product(product, shop), shop, at)


def variation(product: Product, parent: Product, shop: Shop) -> Change:
    """Return what a variation says, with what it has from its product."""
    chosen = ", ".join(each.option for each in product.attributes if each.option)
    own = _product(product, shop)
    title = f"{unescaped(parent.name)}, {chosen}" if chosen else unescaped(parent.name)
    whole = catalog.Product(
        product_id=own.product_id,
        parent_id=product_id(parent.sku, parent.id),
        state=own.state if own.state != "active" else _state(parent),
        title={_language(parent, shop): title},
        description=own.description or _description(parent, shop),
        category=_category(parent, shop),
        brand=_brand(parent),
        gtin=own.gtin,
        url=own.url or parent.permalink or None,
        image_url=own.image_url or _picture(parent),
        attributes={**_attributes(parent, fixed=True), **own.attributes},
    )
    return _change(product, whole, shop, None)


def _change(product: Product, made: catalog.Product, shop: Shop, at: datetime | None) -> Change:
    return Change(
        kind="product",
        resource_id=str(product.id),
        changed_at=at or moments.needed(product.date_modified_gmt or product.date_created_gmt, "date_modified_gmt"),
        products=(made,),
        prices=_price(product, made.product_id, shop),
        stock=_stock(product, made.product_id),
    )


def _product(product: Product, shop: Shop) -> catalog.Product:
    return catalog.Product(
        product_id=product_id(product.sku, product.id) or str(product.id),
        state=_state(product),
        title=present({_language(product, shop): unescaped(product.name)}),
        description=_description(product, shop),
        category=_category(product, shop),
        brand=_brand(product),
        gtin=product.global_unique_id or None,
        url=product.permalink or None,
        image_url=_picture(product),
        attributes=_attributes(product, fixed=bool(product.variations)),
    )


def _state(product: Product) -> str:
    return STATES.get(product.status, "draft")


def _language(product: Product, shop: Shop) -> str:
    """Return the language of its texts; plug-ins for several languages say it."""
    return language(product.lang, shop.language)


def _description(product: Product, shop: Shop) -> dict[str, str]:
    return present({_language(product, shop): plain(product.description) or plain(product.short_description)})


def _category(product: Product, shop: Shop) -> dict[str, str]:
    return {_language(product, shop): unescaped(product.categories[0].name)} if product.categories else {}


def _brand(product: Product) -> str | None:
    return unescaped(product.brands[0].name) if product.brands else None


def _picture(product: Product) -> str | None:
    return (product.image.src if product.image else None) or next((each.src for each in product.images if each.src), None)


def _attributes(product: Product, *, fixed: bool) -> dict[str, Any]:
    """Return what a product is like; of a product with variations only what all of them have."""
    found: dict[str, Any] = {}
    for each in product.attributes:
        value = each.option or ", ".join(each.options)
        if value and key(each.name) and not (fixed and each.variation):
            found[key(each.name)] = {"value": value}
    return found


def _price(product: Product, number: str, shop: Shop) -> tuple[Price, ...]:
    """Return the price; that of a product with variations is only the lowest of theirs and no price of its own."""
    if product.price in {None, ""} or product.type in {"variable", "grouped"}:
        return ()
    try:
        price = amounts.checked(Decimal(str(product.price).strip()), "price")
    except InvalidOperation:
        raise Unmappable(field="price", reason="this is not an amount of money") from None
    if price < 0:
        raise Unmappable(field="price", reason="this is negative")
    return (Price(product_id=number, amount_minor=money.minor(shop.net(price, shop.currency), shop.currency), currency=shop.currency),)


def _stock(product: Product, number: str) -> tuple[Stock, ...]:
    """Return how many pieces there are, where they are counted for this very thing and not for its parent."""
    if product.manage_stock is not True or product.stock_quantity is None:
        return ()
    return (Stock(product_id=number, quantity=max(0, int(amounts.checked(product.stock_quantity, "stock_quantity")))),)
