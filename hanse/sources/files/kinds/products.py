"""Product rows become the catalog; what a file does not say of a product stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

from hanse.base import money
from hanse.base.database import Queries
from hanse.data import catalog
from hanse.data.catalog import Price, Product, Stock, origins
from hanse.sources.files.kinds import attributes, last_rows
from hanse.sources.files.kinds.attributes import Attribute
from hanse.sources.files.kinds.last_rows import Row
from hanse.sources.files.kinds.loading import InputFile, Load
from hanse.sources.source import gtin

queries = Queries("hanse.sources.files")
TEXTS = ("title", "description", "category")
PLAIN = ("parent_id", "brand", "gtin", "url", "image_url")
STATES = {
    "active": ("active", "aktiv", "1", "true", "yes", "ja", "publish", "published", "online", "enabled", "instock", "in stock", "lieferbar"),
    "discontinued": (
        *("discontinued", "inactive", "inaktiv", "ausgelaufen", "auslauf", "archived", "eingestellt", "offline", "disabled"),
        *("0", "false", "no", "nein"),
    ),
    "draft": ("draft", "entwurf", "private", "pending"),
}
"""What systems call the states of a product."""
STATE_BY_WORD = {word: state for state, words in STATES.items() for word in words}


@dataclass(frozen=True)
class Known:
    """A product as the catalog has it."""

    product: Product
    prices: Mapping[str, int]
    stock: Decimal | None


@dataclass
class _Entry:
    """A product as a row of the file has it, merged with what was known."""

    product: Product
    known: Known | None
    copies: int
    price: Price | None = None
    stock: Stock | None = None

    @property
    def unchanged(self) -> bool:
        if self.known is None or self.known.product != self.product:
            return False
        same_price = self.price is None or self.known.prices.get(self.price.currency) == self.price.amount_minor
        return same_price and (self.stock is None or self.known.stock == self.stock.quantity)


@dataclass
class _Remarks:
    """What is odd but no reason to refuse a product."""

    gtins: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)


async def load(load: Load) -> None:
    """Write the checked rows as products."""
    await last_rows.make(
        load, "product_id", "{rows} rows have a product number that comes again later, such as {example}; the last row counts.", example="product_id"
    )
    others = {file.number: attributes.found(load.workspace, file) for file in load.files}
    remarks = _Remarks()
    names = {number: {each.name: each.header for each in found} for number, found in others.items()}
    async for file, rows in last_rows.pages(load, names):
        await _write(load, await _entries(load, file, rows, others[file.number], remarks))
    _tell(load, remarks)


async def _entries(load: Load, file: InputFile, rows: list[Row], others: list[Attribute], remarks: _Remarks) -> list[_Entry]:
    known = await _known(load, [row["product_id"] for row in rows])
    entries = []
    for row in rows:
        before = known.get(row["product_id"])
        product = _product(load, row, before.product if before else Product(product_id=row["product_id"]), others, remarks)
        entries.append(_Entry(product, before, row["copies"], _price(row), _stock(row)))
    return entries


async def _known(load: Load, product_ids: list[str]) -> dict[str, Known]:
    cursor = await load.connection.execute(queries["products"], {"product_ids": product_ids})
    return {
        row["product_id"]: Known(msgspec.convert({name: row[name] for name in Product.__struct_fields__}, Product), row["prices"], row["stock"])
        async for row in cursor
    }


def _product(load: Load, row: Row, before: Product, others: list[Attribute], remarks: _Remarks) -> Product:
    said: dict[str, Any] = {name: row[name] for name in PLAIN if row[name] is not None}
    if "image_url" in said:
        said["image_url"] = _first_address(said["image_url"])
    if "gtin" in said and not gtin.has_check_digit(said["gtin"]):
        remarks.gtins.append(said["gtin"])
    if row["state"] is not None:
        said["state"] = _state(row["state"], before.state, remarks)
    for name in TEXTS:
        texts = _texts(row, name, load.language)
        if texts:
            said[name] = {**getattr(before, name), **texts}
    values = {each.key: value for each in others if (value := each.value(row[each.name])) is not None}
    if values:
        said["attributes"] = {**before.attributes, **values}
    return msgspec.structs.replace(before, **said, text_origins=origins.merged(before, said))


def _texts(row: Row, name: str, language: str) -> dict[str, str]:
    texts = {column.rpartition("_")[2]: text for column, text in row.items() if text and column.rpartition("_")[0] == name}
    return ({language: row[name]} if row[name] else {}) | texts


def _state(word: str, before: str, remarks: _Remarks) -> str:
    state = STATE_BY_WORD.get(word.casefold())
    if state is None:
        remarks.states.append(word)
    return state or before


def _first_address(text: str) -> str:
    """Return the first of several addresses in a cell."""
    return text.replace("|", ", ").replace("\n", ", ").partition(", ")[0].strip()


def _price(row: Row) -> Price | None:
    if row["price"] is None:
        return None
    currency = row["currency"] or row["default_currency"]
    return Price(product_id=row["product_id"], amount_minor=money.minor(row["price"], currency), currency=currency)


def _stock(row: Row) -> Stock | None:
    return None if row["stock"] is None else Stock(product_id=row["product_id"], quantity=row["stock"])


async def _write(load: Load, entries: list[_Entry]) -> None:
    changed = [entry for entry in entries if not entry.unchanged]
    load.known += sum(entry.copies for entry in entries if entry.unchanged)
    load.loaded += sum(entry.copies for entry in changed)
    load.count("products", sum(entry.known is None for entry in changed))
    load.count("changed_products", sum(entry.known is not None for entry in changed))
    await catalog.put_products(load.connection, (entry.product for entry in changed), source=load.source, now=load.now)
    await catalog.put_prices(load.connection, (entry.price for entry in changed if entry.price), now=load.now)
    await catalog.put_stock(load.connection, (entry.stock for entry in changed if entry.stock), now=load.now)


def _tell(load: Load, remarks: _Remarks) -> None:
    text = "{rows} GTINs have a wrong check digit or length, such as {example}; they were kept."
    load.note(text, rows=len(remarks.gtins), example=", ".join(remarks.gtins[:3]))
    text = "{rows} products have an unknown state, such as {example}; their state was left as it is, or active where they are new."
    load.note(text, rows=len(remarks.states), example=", ".join(dict.fromkeys(remarks.states[:3])))
