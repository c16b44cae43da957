"""One product as a BMEcat has it, its elements in the order of the format."""

from __future__ import annotations

from collections.abc import Iterator
from mimetypes import guess_type

from hanse.data.catalog import channel as channels
from hanse.data.catalog.gtin import has_check_digit
from hanse.data.catalog.records import Record, RecordRelation
from hanse.data.catalog.schemas import Medium, RelationKind
from hanse.sources.feeds.bmecat import names
from hanse.sources.feeds.bmecat.output import features, languages, prices
from hanse.sources.feeds.bmecat.output.languages import spoken
from hanse.sources.feeds.bmecat.structure import MIME_PURPOSES
from hanse.sources.feeds.shortfalls import Shortfalls
from hanse.sources.feeds.writing import Book, element, nested

LONGEST_ID, LONGEST_TITLE = 32, 150
BEFORE_BRAND = ("supplier_alternative_number", "buyer_number", "manufacturer_number")
AFTER_BRAND = (
    *("manufacturer_type", "buyer_group", "supplier_group", "delivery_days", "special_treatment", "keywords", "remarks", "segment", "status"),
    *("product_type", "product_category"),
)
TYPES = {(ours, kind): theirs for group in (names.FORWARD, names.BACKWARD) for theirs, (ours, kind) in group.items()}
FORWARD = frozenset(ours for ours, _ in names.FORWARD.values())
OTHERS = "others"


def product(record: Record, book: Book, found: Shortfalls) -> str | None:
    """Return a product; null where it has no title or no price."""
    priced, titled = prices.prices(record, book, found), spoken("DESCRIPTION_SHORT", record.title, book)
    for code, lacks in (("no_title", not titled), ("no_price", not priced)):
        if lacks:
            found.add(code, record.product_id, language=book.channel.language, currency=book.channel.currency, price_list=book.channel.price_list)
    if not (titled and priced):
        return None
    _warn(record, found)
    parts = (
        element("SUPPLIER_PID", record.product_id),
        _details(record, titled, book, found),
        features.features(record, book),
        features.order_details(record),
        priced,
        nested("MIME_INFO", _media(record, book, found)),
        *_references(record, book, found),
        features.logistics(record),
    )
    return nested("PRODUCT", parts, {"mode": "new"}) + "\n"


def _warn(record: Record, found: Shortfalls) -> None:
    if len(record.product_id) > LONGEST_ID:
        found.add("long", record.product_id, field="product_id", most=LONGEST_ID)
    if max(map(len, record.title.values()), default=0) > LONGEST_TITLE:
        found.add("long", record.product_id, field="title", most=LONGEST_TITLE)


def _details(record: Record, titled: str, book: Book, found: Shortfalls) -> str:
    gtin = record.gtin or ""
    if gtin and not has_check_digit(gtin):
        found.add("wrong_gtin", record.product_id, gtin=gtin)
        gtin = ""
    parts = (
        titled,
        spoken("DESCRIPTION_LONG", record.description, book),
        element("INTERNATIONAL_PID", gtin, {"type": "gtin"}),
        *(features.detail(record, key) for key in BEFORE_BRAND),
        element("MANUFACTURER_NAME", record.brand),
        *(features.detail(record, key) for key in AFTER_BRAND),
    )
    return nested("PRODUCT_DETAILS", parts)


def _media(record: Record, book: Book, found: Shortfalls) -> Iterator[str]:
    known = {each.reference for each in record.media}
    media = list(record.media)
    if record.image_url and record.image_url not in known:
        media.insert(0, Medium(kind="image", reference=record.image_url, purpose="normal"))
    for text in record.documents:
        if text.url not in known:
            purpose = text.kind if text.kind in MIME_PURPOSES else OTHERS
            language = "" if text.language == channels.UNKNOWN else text.language
            media.append(Medium(kind="document", reference=text.url, purpose=purpose, title={text.language: text.title}, language=language))
            known.add(text.url)
    for each in media:
        if not _is_safe(each.reference):
            found.add("unsafe_address", record.product_id, address=each.reference[:80])
        else:
            yield _mime(each, book)


def _mime(medium: Medium, book: Book) -> str:
    reference = book.channel.address(medium.reference) or medium.reference
    kind = medium.type or guess_type(reference.partition("?")[0])[0] or {"image": "image", "video": "video"}.get(medium.kind, "")
    purpose = medium.purpose if medium.purpose in MIME_PURPOSES else OTHERS if medium.purpose else ""
    parts = (
        element("MIME_TYPE", kind),
        element("MIME_SOURCE", reference, {"lang": languages.code(medium.language)} if medium.language else None),
        spoken("MIME_DESCR", medium.title, book),
        element("MIME_PURPOSE", purpose),
    )
    return nested("MIME", parts)


def _is_safe(reference: str) -> bool:
    """Return whether something is an address, or a path, which names no scheme."""
    return channels.is_address(reference) or ":" not in reference.partition("/")[0]


def _references(record: Record, book: Book, found: Shortfalls) -> Iterator[str]:
    if record.parent_id and record.has_parent and record.parent_id not in book.unsold:
        yield _reference("base_product", record.parent_id, None)
    elif record.parent_id:
        found.add("no_group", record.product_id, group=record.parent_id)
    for each in record.relations:
        is_forward = each.kind in FORWARD
        if record.product_id == (each.product_id if is_forward else each.related_id):
            other = each.related_id if is_forward else each.product_id
            if other not in book.unsold:
                yield _reference(_type(each, record, other, found), other, each.quantity)


def _type(relation: RecordRelation, record: Record, other: str, found: Shortfalls) -> str:
    if relation.kind is RelationKind.CONSUMABLE_OF:
        found.add("consumable", record.product_id, related=other)
        return "accessories"
    return TYPES.get((relation.kind, relation.type or "")) or TYPES[relation.kind, ""]


def _reference(kind: str, other: str, quantity: int | None) -> str:
    attributes = {"type": kind} | ({"quantity": str(quantity)} if quantity else {})
    return nested("PRODUCT_REFERENCE", (element("PROD_ID_TO", other),), attributes)
