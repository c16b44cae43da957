"""Products of Tryton become the catalog; pure functions. A variant is a product here, with the price and the text of its own."""

from __future__ import annotations

from datetime import datetime

from hanse.base import money
from hanse.data import catalog
from hanse.data.catalog import Price
from hanse.sources.source import Change, Shop, amounts
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.texts import present
from hanse.sources.tryton.payloads import Product, changed_at

FIELDS = (
    *("code", "name", "description", "active", "salable", "list_price_used", "create_date", "write_date"),
    *("template.create_date", "template.write_date", "template.list_prices.create_date", "template.list_prices.write_date"),
    *("list_prices.create_date", "list_prices.write_date", "identifiers.type", "identifiers.code"),
)
PARTS = ("template.", "template.list_prices.", "list_prices.", "identifiers.")
GTIN = "ean"


def modified_at(product: Product) -> datetime | None:
    """Return when a product was changed, or its template or price."""
    template = product.template
    return changed_at(product, template, *(template.list_prices if template else ()), *product.list_prices)


def change(product: Product, shop: Shop) -> Change:
    """Return what a product says."""
    at = modified_at(product)
    if at is None:
        raise Unmappable(field="write_date", reason="this is missing")
    product_id = (product.code or "").strip() or str(product.id)
    made = catalog.Product(
        product_id=product_id,
        state="active" if product.active and product.salable else "discontinued",
        title=present({shop.language: (product.name or "").strip()}),
        description=present({shop.language: (product.description or "").strip()}),
        gtin=next((each.code for each in product.identifiers if each.type == GTIN and each.code), None),
    )
    return Change(kind="product", resource_id=str(product.id), changed_at=at, products=(made,), prices=_price(product, product_id, shop))


def _price(product: Product, product_id: str, shop: Shop) -> tuple[Price, ...]:
    if product.list_price_used is None:
        return ()
    price = amounts.checked(product.list_price_used, "list_price")
    if price < 0:
        raise Unmappable(field="list_price", reason="this is negative")
    return (Price(product_id=product_id, amount_minor=money.minor(shop.net(price, shop.currency), shop.currency), currency=shop.currency),)
