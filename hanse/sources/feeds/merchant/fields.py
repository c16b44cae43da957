"""One product as the fields of a Google Merchant item, in the order in which they are written; RSS and TSV are made of the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hanse.data.catalog import channel as channels
from hanse.data.catalog import jsonld, media, origins
from hanse.data.catalog.channel import GROSS, LIST, NET_CURRENCIES, Channel, Offer
from hanse.data.catalog.facts import bare
from hanse.data.catalog.gtin import has_check_digit
from hanse.data.catalog.records import Record
from hanse.data.catalog.summaries import title
from hanse.sources.feeds.merchant import structured
from hanse.sources.feeds.merchant.items import ATTRIBUTES, MANY, MOST, MOST_PICTURES
from hanse.sources.feeds.shortfalls import Shortfalls
from hanse.sources.feeds.writing import Book

SECTION = {"de": "Technische Daten"}
OTHER_SECTION = "Technical data"
FIELDS = (
    *("id", "title", "structured_title", "description", "structured_description", "link", "image_link", "additional_image_link"),
    *("virtual_model_link", "availability", "price", "sale_price"),
    *("sale_price_effective_date", "brand", "gtin", "mpn", "identifier_exists", "product_type", "item_group_id"),
    *(name for name in ATTRIBUTES if name != "availability"),
    "product_detail",
)
"""All fields there are, in their order: the columns of a table."""
CODES = frozenset(ATTRIBUTES) - {"color", "size", "material", "pattern", "product_highlight"}
"""Attributes whose values are English words of the format, or labels, and never translated."""
NOT_DETAILS = frozenset({*ATTRIBUTES, *jsonld.NUMBERS, "item_group_id"})
MEASURES = {
    "LTR": ("l", 1),
    "MLT": ("ml", 100),
    "CLT": ("cl", 100),
    "KGM": ("kg", 1),
    "GRM": ("g", 100),
    "MTR": ("m", 1),
    "CMT": ("cm", 10),
    "MTK": ("sqm", 1),
    "MTQ": ("cbm", 1),
}
"""Units of UN/ECE that a basic price can be in, as the format calls them, each with the base (§ 4 PAngV: per kilogram, litre, metre)."""
MODELS = (".glb", ".gltf")
"""The 3D files that the format takes."""
LONGEST_NAME, LONGEST_VALUE, MOST_DETAILS = 140, 1_000, 500


@dataclass(frozen=True)
class Detail:
    """One line of technical data."""

    section: str
    name: str
    value: str


@dataclass(frozen=True)
class Generated:
    """A text that a model wrote."""

    content: str


Value = str | Detail | Generated
Fields = dict[str, list[Value]]


def read(record: Record, book: Book, found: Shortfalls) -> Fields | None:
    """Return the fields of a product; null where it lacks one that has to be there."""
    channel = book.channel
    offers = [each for each in channel.offers(record, book.now) if each.min_quantity == 1]
    link, pictures, name = channel.link(record), channel.pictures(record), channel.said(record.title)
    if not _is_whole(record, book, found, name=name, offers=offers, link=link, pictures=pictures):
        return None
    made: Fields = {
        "id": [record.product_id],
        **_text("title", _cut("title", name, record, found), record, channel),
        **_described(record, channel, name, found),
        "link": [link or ""],
        "image_link": [*pictures[:1]],
        "additional_image_link": [*pictures[1 : MOST_PICTURES + 1]],
        "virtual_model_link": [*_models(record, channel)][:1],
        "availability": [jsonld.availability(record)],
        **_prices(offers[0], channel),
        **_identifiers(record, found),
        "product_type": [_spoken(record.category, channel)],
        "item_group_id": [(record.group_id or "")[: MOST["id"]]],
        **{each: _attribute(record, each, channel) for each in ATTRIBUTES if each in record.attributes and each != "availability"},
        **_unit_price(record),
        "product_detail": [*_details(record, channel)],
    }
    return {each: values for each in FIELDS if (values := [value for value in made.get(each, ()) if value])}


def price_lists(channel: Channel) -> tuple[str, ...]:
    """Return the lists that what is shown comes from."""
    return channel.price_lists


def are_net(channel: Channel) -> bool:
    """Return whether prices go out without a tax that belongs to them."""
    return channel.tax_rate is None and channel.currency not in NET_CURRENCIES and channel.price_list != GROSS


def _is_whole(record: Record, book: Book, found: Shortfalls, *, name: str, offers: list[Offer], link: str | None, pictures: list[str]) -> bool:
    lacking = {
        "long_id": len(record.product_id) > MOST["id"],
        "no_title": not name,
        "no_price": not offers,
        "no_link": not link,
        "no_picture": not pictures,
    }
    facts = {
        "language": book.channel.language,
        "currency": book.channel.currency,
        "price_list": book.channel.price_list or LIST,
        "most": MOST["id"],
    }
    for code in (code for code, lacks in lacking.items() if lacks):
        found.add(code, record.product_id, **facts)
    return not any(lacking.values())


def _described(record: Record, channel: Channel, name: str, found: Shortfalls) -> Fields:
    if said := channel.said(record.description):
        return _text("description", _cut("description", said, record, found), record, channel)
    found.add("no_description", record.product_id, language=channel.language)
    made = _text("title", name, record, channel)
    return {each.replace("title", "description"): values for each, values in made.items()}


def _text(field: str, text: str, record: Record, channel: Channel) -> Fields:
    """Return a text in its field; where a model wrote or translated it, in the one that says so. The format reads the plain one first."""
    texts = {"title": record.title, "description": record.description}[field]
    language = channel.language if texts.get(channel.language) else channels.UNKNOWN
    if origins.by_a_model(record.text_origins, field, language):
        return {f"{structured.PREFIX}{field}": [Generated(text)]}
    return {field: [text]}


def _models(record: Record, channel: Channel) -> Iterator[Value]:
    for each in record.media:
        if each.kind == media.MODEL and media.ends(each.reference, MODELS) and (address := channel.address(each.reference)):
            yield address


def _cut(field: str, text: str, record: Record, found: Shortfalls) -> str:
    most = MOST[field]
    if len(text) <= most:
        return text
    found.add("cut", record.product_id, field=field, most=most)
    words = text[: most - 1].rpartition(" ")[0] or text[: most - 1]
    return f"{words}…"


def _prices(offer: Offer, channel: Channel) -> Fields:
    made: Fields = {"price": [_price(offer.amount_minor, offer.currency)]}
    if offer.sale is not None:
        made["sale_price"] = [_price(offer.sale.amount_minor, offer.currency)]
        if offer.sale.start is not None and offer.sale.end is not None:
            zone = ZoneInfo(channel.time_zone)
            made["sale_price_effective_date"] = ["/".join(_moment(each, zone) for each in (offer.sale.start, offer.sale.end))]
    return made


def _price(amount_minor: int, currency: str) -> str:
    return f"{channels.amount_text(amount_minor, currency)} {currency}"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M%z")


def _identifiers(record: Record, found: Shortfalls) -> Fields:
    gtin = record.gtin or ""
    if gtin and not has_check_digit(gtin):
        found.add("wrong_gtin", record.product_id, gtin=gtin)
        gtin = ""
    number = next((text for name in jsonld.NUMBERS if (text := channels.plain(bare(record.attributes.get(name)), "en"))), "")
    if gtin or (record.brand and number):
        return {"brand": [record.brand or ""], "gtin": [gtin], "mpn": [number]}
    found.add("no_identifier", record.product_id)
    return {"brand": [record.brand or ""], "mpn": [number], "identifier_exists": ["no"]}


def _attribute(record: Record, name: str, channel: Channel) -> list[Value]:
    value = bare(record.attributes.get(name))
    if name in MANY and isinstance(value, list):
        return [channels.plain(each, channel.language) for each in value]
    language = "en" if name in CODES else channel.language
    return [channels.shown(record.attributes.get(name), language)]


def _unit_price(record: Record) -> Fields:
    """Return the measure for a price per kilogram or litre, from what one order unit contains, where nobody says it outright."""
    contents, unit = (bare(record.attributes.get(name)) for name in ("contents_per_order_unit", "content_unit"))
    if "unit_pricing_measure" in record.attributes or not isinstance(contents, int | float) or contents <= 0 or str(unit) not in MEASURES:
        return {}
    name, base = MEASURES[str(unit)]
    return {"unit_pricing_measure": [f"{channels.number_text(contents)} {name}"], "unit_pricing_base_measure": [f"{base} {name}"]}


def _details(record: Record, channel: Channel) -> Iterator[Detail]:
    section = SECTION.get(channel.language, OTHER_SECTION)
    for key, fact in sorted(record.attributes.items())[:MOST_DETAILS]:
        name = jsonld.named(key, fact, channel.language)
        if key in NOT_DETAILS or not (text := channels.shown(fact, channel.language)):
            continue
        yield Detail(section, name.replace(":", " ")[:LONGEST_NAME].strip(), text[:LONGEST_VALUE])


def _spoken(said: dict[str, str], channel: Channel) -> str:
    return channel.said(said) or title(said, channel.language)
