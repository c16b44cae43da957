"""One item of a Google Merchant feed becomes an entry of the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hanse.data.catalog import Origin, media
from hanse.data.catalog.schemas import Medium, Product
from hanse.data.revisions.schemas import Entry, EntryPrice, Item, Placement
from hanse.sources.feeds import pricing, values
from hanse.sources.feeds.merchant import structured
from hanse.sources.feeds.protocol import Options
from hanse.sources.feeds.values import Notes
from hanse.sources.source import texts

MOST = {"id": 50, "title": 150, "description": 5_000}
MOST_PICTURES = 10
LONGEST_ID = 200
ALLOWED = {
    "availability": frozenset({"in_stock", "out_of_stock", "preorder", "backorder"}),
    "condition": frozenset({"new", "refurbished", "used"}),
}
NET_CURRENCIES = frozenset({"USD", "CAD"})
"""Where prices come without tax: in the United States and in Canada."""
GROSS_LIST = "gross"
ATTRIBUTES = (
    *("availability", "availability_date", "condition", "color", "size", "material", "pattern", "gender", "age_group", "multipack", "is_bundle"),
    *("adult", "unit_pricing_measure", "unit_pricing_base_measure", "energy_efficiency_class", "certification", "shipping_weight", "shipping_label"),
    *("min_handling_time", "max_handling_time", "google_product_category", "product_highlight", "expiration_date", "excluded_destination"),
    *("custom_label_0", "custom_label_1", "custom_label_2", "custom_label_3", "custom_label_4"),
)
MANY = frozenset({"product_highlight", "certification", "excluded_destination"})
LISTED = MANY | {"product_detail"}
"""Fields of which one cell of a table may have several values."""


@dataclass(frozen=True)
class Row:
    """The cells of one item by name, each with its line."""

    cells: Mapping[str, list[tuple[str, int]]]
    line: int

    def said(self, name: str) -> str:
        """Return the first value of a field; empty where there is none."""
        return self.cells[name][0][0] if name in self.cells else ""

    def place(self, name: str) -> int:
        """Return the line of a field."""
        return self.cells[name][0][1] if name in self.cells else self.line


def read(row: Row, options: Options) -> Iterator[Item]:
    """Give what an item says, and what is wrong with it."""
    product_id = row.said("id")
    notes = Notes(product_id[:LONGEST_ID] or None)
    if not product_id or len(product_id) > LONGEST_ID:
        notes.add("long_product_id" if product_id else "no_product_id", row.place("id"))
        yield from notes.found
        return
    if options.strict:
        _check(row, notes)
    _check_values(row, notes)
    found, picture = _media(row, notes)
    product = Product(
        product_id=product_id,
        parent_id=_group(row, product_id),
        title=_spoken(row, "title", options, notes),
        description=_spoken(row, "description", options, notes),
        text_origins={name: {options.language: Origin.GENERATED.value} for name in structured.FIELDS if _said(row, name)[1]},
        brand=row.said("brand")[:LONGEST_ID] or None,
        gtin=values.checked_gtin(row.said("gtin"), row.place("gtin"), notes),
        url=_address(row, "link", notes),
        image_url=picture,
        attributes=_attributes(row, notes),
    )
    if not product.title:
        notes.add("no_title", row.line)
    entry = Entry(line=row.line, product=product, media=found, prices=tuple(_prices(row, options, notes)))
    yield from notes.found
    yield entry
    if category := row.said("product_type") or _named(row.said("google_product_category")):
        yield Placement(product_id=product_id, category={options.language: _path(category)}, line=row.line)


def _group(row: Row, product_id: str) -> str | None:
    """Return what an item is a variant of; a group may be called like one of its items, which then stands for it."""
    group = row.said("item_group_id")[:LONGEST_ID]
    return group if group and group != product_id else None


def _check(row: Row, notes: Notes) -> None:
    for name in ("title", "description", "link", "image_link", "availability", "price"):
        if name not in row.cells and f"{structured.PREFIX}{name}" not in row.cells:
            notes.add("structure_missing", row.line, element="item", child=name)


def _check_values(row: Row, notes: Notes) -> None:
    for name, most in MOST.items():
        text, _, line = _said(row, name)
        if len(text) > most:
            notes.add("too_long", line, field=name, most=most)
    for name, allowed in ALLOWED.items():
        if (said := row.said(name)) and said.lower().replace(" ", "_") not in allowed:
            notes.add("unknown_value", row.place(name), field=name, value=said[:40])


def _spoken(row: Row, name: str, options: Options, notes: Notes) -> dict[str, str]:
    text, _, line = _said(row, name)
    said = values.text(text, name, line, notes)
    return {options.language: said} if said else {}


def _said(row: Row, name: str) -> tuple[str, bool, int]:
    """Return a text, whether a model wrote it, and its line; the plain field counts before the structured one, as the format says."""
    place = f"{structured.PREFIX}{name}"
    if name in row.cells or place not in row.cells:
        return row.said(name), False, row.place(name)
    return *structured.read(row.said(place)), row.place(place)


def _address(row: Row, name: str, notes: Notes) -> str | None:
    if name not in row.cells:
        return None
    found = values.address(row.said(name), "", row.place(name), notes)
    return found[0] if found and found[1] else None


def _media(row: Row, notes: Notes) -> tuple[tuple[Medium, ...], str | None]:
    main = _address(row, "image_link", notes)
    found = [Medium(kind="image", reference=main, purpose="normal")] if main else []
    more = [each for cell, line in row.cells.get("additional_image_link", ()) for each in _split(cell, line)]
    for address, line in more[:MOST_PICTURES]:
        place = values.address(address, "", line, notes)
        if place and place[1]:
            found.append(Medium(kind="image", reference=place[0], purpose="detail"))
    model = _address(row, "virtual_model_link", notes)
    return (*found, Medium(kind=media.MODEL, reference=model)) if model else tuple(found), main


def _split(cell: str, line: int) -> list[tuple[str, int]]:
    parted = cell.replace(",http", "\nhttp").replace(',"http', '\n"http').split("\n")
    return [(found, line) for each in parted if (found := each.strip().strip('"'))]


def _attributes(row: Row, notes: Notes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if number := row.said("mpn"):
        found["manufacturer_number"] = {"value": number[:LONGEST_ID]}
    for name in ATTRIBUTES:
        cells = row.cells.get(name, [])
        said = [values.text(text, name, line, notes)[:1_000] for text, line in cells]
        if said:
            found[name] = {"value": said if name in MANY else said[0]}
    for cell, line in row.cells.get("product_detail", ()):
        *_, name, value = ("", *cell.split(":", 2))
        if name.strip() and value.strip() and (key := texts.key(name)[:100]):
            found[key] = {"value": values.text(value.strip(), name, line, notes)}
    return found


def _prices(row: Row, options: Options, notes: Notes) -> Iterator[EntryPrice]:
    regular, sale = _price(row, "price", options, notes), _price(row, "sale_price", options, notes)
    start, end = _span(row, notes)
    if regular is None:
        return
    price_list, amount, currency, line = regular
    if sale is None or sale[2] != currency:
        yield EntryPrice(price_list=price_list, amount_minor=amount, currency=currency, line=line)
    elif start is None and end is None:
        yield EntryPrice(price_list=price_list, amount_minor=sale[1], currency=currency, line=sale[3])
        yield EntryPrice(price_list=f"{price_list}-regular", amount_minor=amount, currency=currency, line=line)
    else:
        yield EntryPrice(price_list=price_list, amount_minor=amount, currency=currency, line=line)
        yield EntryPrice(price_list=price_list, amount_minor=sale[1], currency=currency, valid_from=start, valid_until=end, line=sale[3])


def _price(row: Row, name: str, options: Options, notes: Notes) -> tuple[str, int, str, int] | None:
    if name not in row.cells:
        return None
    said, line = row.cells[name][0]
    number, _, code = said.replace("\xa0", " ").rpartition(" ") if " " in said else (said, "", options.currency)
    if values.is_currency(number.strip().upper()):  # EUR 12.50 and not 12.50 EUR
        number, code = code, number
    if not values.is_currency(code.strip().upper()):
        notes.add("wrong_currency", line, currency=code[:20])
        return None
    currency = code.strip().upper()
    amount = pricing.amount_of(number.strip(), line, notes)
    if amount is None:
        return None
    net = amount if currency in NET_CURRENCIES else amount / (1 + (options.tax_rate or Decimal(0)))
    minor = pricing.minor(net, currency, line, notes)
    price_list = "list" if options.tax_rate is not None or currency in NET_CURRENCIES else GROSS_LIST
    return None if minor is None else (price_list, minor, currency, line)


def _span(row: Row, notes: Notes) -> tuple[datetime | None, datetime | None]:
    said = row.said("sale_price_effective_date")
    if not said:
        return None, None
    try:
        start, end = (_moment(each) for each in said.split("/"))
    except ValueError:
        notes.add("wrong_date", row.place("sale_price_effective_date"), date=said[:80])
        return None, None
    if end <= start:
        notes.add("wrong_validity", row.place("sale_price_effective_date"))
        return None, None
    return start, end


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text.strip())
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _path(category: str) -> str:
    return " > ".join(each.strip() for each in category.split(">") if each.strip())[:1_000]


def _named(category: str) -> str:
    """Return a category that is a path of names and not a number."""
    return "" if category.strip().isdigit() else category
