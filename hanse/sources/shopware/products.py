"""Products of Shopware become products of the catalog with texts in all languages, prices and stock; pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hanse.base import money
from hanse.data import catalog
from hanse.data.catalog import Price, Stock
from hanse.sources.shopware.payloads import Choice, Product, text
from hanse.sources.source import Change, Shop, amounts
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.texts import key, plain, present, unescaped, utc


@dataclass(frozen=True)
class Names:
    """What the ids in products stand for in one shop."""

    languages: Mapping[str, str]
    """Language (`de`) by its id."""
    currencies: Mapping[str, str]
    """Currency (ISO 4217) by its id."""
    numbers: Mapping[str, str]
    """Product number by id, of the parents of variants."""


def change(product: Product, shop: Shop, names: Names, *, at: datetime) -> Change:
    """Return what a product or a variant says."""
    return Change(
        kind="product",
        resource_id=product.id,
        changed_at=changed_at(product) or at,
        products=(_product(product, shop, names),),
        prices=tuple(_prices(product, names)),
        stock=_stock(product),
    )


def changed_at(product: Product) -> datetime | None:
    """Return when a product last changed."""
    moment = product.updated_at or product.created_at
    return utc(moment) if moment else None


def _product(product: Product, shop: Shop, names: Names) -> catalog.Product:
    if not product.product_number.strip():
        raise Unmappable(field="productNumber", reason="this is empty")
    return catalog.Product(
        product_id=product.product_number.strip(),
        parent_id=names.numbers.get(product.parent_id or ""),
        state="discontinued" if product.active is False else "active",
        title=_title(product, shop, names),
        description=_texts(product, "description", shop, names),
        category=_category(product, shop),
        brand=text(product.manufacturer, "name") if product.manufacturer else None,
        gtin=product.ean or None,
        image_url=product.cover.media.url if product.cover and product.cover.media else None,
        attributes=_attributes(product),
    )


def _texts(product: Product, name: str, shop: Shop, names: Names) -> dict[str, str]:
    """Return a text by language; the language of the shop also where it is inherited from the parent."""
    found = {shop.language: plain(text(product, name))}
    for each in product.translations or []:
        if each.language_id in names.languages and (value := plain(getattr(each, name))):
            found[names.languages[each.language_id]] = value
    return present(found)


def _title(product: Product, shop: Shop, names: Names) -> dict[str, str]:
    titles = {language: unescaped(title) for language, title in _texts(product, "name", shop, names).items()}
    chosen = ", ".join(filter(None, (text(each, "name") for each in product.options or [])))
    return {language: f"{title}, {chosen}" for language, title in titles.items()} if product.parent_id and chosen else titles


def _category(product: Product, shop: Shop) -> dict[str, str]:
    """Return the longest path of categories, without the root that every shop has."""
    paths = [
        _path(each.translated.get("breadcrumb") if isinstance(each.translated, dict) else None, each.breadcrumb) for each in product.categories or []
    ]
    longest = max(paths, key=len, default=[])
    return present({shop.language: " > ".join(longest[1:] or longest)})


def _path(*told: object) -> list[str]:
    """Return the parts of a path, which may come as a list or as a map by id."""
    for each in told:
        parts = list(each.values()) if isinstance(each, dict) else each
        if isinstance(parts, list) and parts:
            return [str(part) for part in parts]
    return []


def _attributes(product: Product) -> dict[str, Any]:
    values: dict[str, list[str]] = {}
    for each in (*(product.properties or []), *(product.options or [])):
        name, value = _group(each), text(each, "name")
        if name and value and value not in values.setdefault(name, []):
            values[name].append(value)
    return {name: {"value": ", ".join(found)} for name, found in values.items()}


def _group(choice: Choice) -> str:
    return key(text(choice.group, "name") or "") if choice.group else ""


def _prices(product: Product, names: Names) -> list[Price]:
    prices = []
    for number, each in enumerate(product.price or []):
        currency = names.currencies.get(each.currency_id)
        if currency is None:
            continue
        net = amounts.checked(each.net, f"price[{number}].net")
        if net < 0:
            raise Unmappable(field=f"price[{number}].net", reason="this is negative")
        prices.append(Price(product_id=product.product_number.strip(), amount_minor=money.minor(net, currency), currency=currency))
    return prices


def _stock(product: Product) -> tuple[Stock, ...]:
    count = product.available_stock if product.available_stock is not None else product.stock
    return () if count is None else (Stock(product_id=product.product_number.strip(), quantity=max(0, count)),)
