"""A Google Merchant feed as RSS, Atom or TSV becomes the same entries."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hanse.base import delimited
from hanse.sources.feeds.errors import HostileFeed, UnknownFeed
from tests.sources.feeds.conftest import Read

FIELDS = {
    "id": "D1",
    "title": "Drill",
    "description": "For walls &amp; wood",
    "link": "https://ebbe.example/d1",
    "image_link": "https://ebbe.example/d1.jpg",
    "availability": "in_stock",
    "price": "119.00 EUR",
    "brand": "Ebbe",
    "gtin": "4006381333931",
    "mpn": "M-1",
    "product_type": "Machines &gt; Drilling",
    "item_group_id": "G1",
    "color": "red",
    "product_detail": "General:Voltage:18 V",
}


def rss(*items: dict[str, str]) -> str:
    body = "\n".join("<item>\n" + "\n".join(f"<g:{name}>{value}</g:{name}>" for name, value in each.items()) + "\n</item>" for each in items)
    return f'<?xml version="1.0"?>\n<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>\n{body}\n</channel></rss>'


def atom(*items: dict[str, str]) -> str:
    body = "".join("<entry>" + "".join(f"<g:{name}>{value}</g:{name}>" for name, value in each.items()) + "</entry>" for each in items)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title>{body}</feed>'


def tsv(*items: dict[str, str]) -> str:
    names = list(items[0])
    rows = ("\t".join(each[name].replace("&amp;", "&").replace("&gt;", ">") for name in names) for each in items)
    return "\n".join(("\t".join(name.replace("_", " ") for name in names), *rows))


@pytest.mark.parametrize("form", [rss, atom, tsv])
def test_all_forms_say_the_same(read: Read, form: type) -> None:
    found = read(form(FIELDS), language="en", tax_rate=Decimal("0.19"))
    product = found.entry.product
    assert (product.product_id, product.parent_id, product.title) == ("D1", "G1", {"en": "Drill"})
    assert (product.description, product.brand, product.gtin) == ({"en": "For walls & wood"}, "Ebbe", "4006381333931")
    assert (product.url, product.image_url) == ("https://ebbe.example/d1", "https://ebbe.example/d1.jpg")
    assert {key: each["value"] for key, each in product.attributes.items()} == {
        "manufacturer_number": "M-1",
        "availability": "in_stock",
        "color": "red",
        "voltage": "18 V",
    }
    assert [(each.price_list, each.amount_minor, each.currency) for each in found.entry.prices] == [("list", 10_000, "EUR")]
    assert [each.category for each in found.placements] == [{"en": "Machines > Drilling"}]
    assert found.codes == []


def test_prices_with_unknown_tax_stand_apart(read: Read) -> None:
    found = read(rss(FIELDS))
    assert [(each.price_list, each.amount_minor) for each in found.entry.prices] == [("gross", 11_900)]
    assert found.codes == ["gross_prices"]


def test_american_prices_are_net(read: Read) -> None:
    assert [each.price_list for each in read(rss({**FIELDS, "price": "119.00 USD"})).entry.prices] == ["list"]


def test_a_sale_price_holds_for_its_time(read: Read) -> None:
    sale = {"sale_price": "59.50 EUR", "sale_price_effective_date": "2026-07-01T00:00+0200/2026-07-31T23:59+0200"}
    found = read(rss({**FIELDS, **sale}), tax_rate=Decimal("0.19")).entry.prices
    assert [(each.amount_minor, each.valid_from) for each in found] == [(10_000, None), (5_000, datetime(2026, 6, 30, 22, tzinfo=UTC))]
    found = read(rss({**FIELDS, "sale_price": "59.50 EUR"}), tax_rate=Decimal("0.19")).entry.prices
    assert [(each.price_list, each.amount_minor) for each in found] == [("list", 5_000), ("list-regular", 10_000)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"gtin": "4006381333932"}, "wrong_gtin"),
        ({"price": "cheap EUR"}, "wrong_amount"),
        ({"price": "1.00 EURO"}, "wrong_currency"),
        ({"title": "x" * 151}, "too_long"),
        ({"availability": "maybe"}, "unknown_value"),
        ({"description": "&lt;script&gt;x()&lt;/script&gt;"}, "script"),
        ({"link": "javascript:x()"}, "unsafe_address"),
        ({"sale_price": "1.00 EUR", "sale_price_effective_date": "soon"}, "wrong_date"),
        ({"sale_price": "1.00 EUR", "sale_price_effective_date": "2026-07-02T00:00Z/2026-07-01T00:00Z"}, "wrong_validity"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(read: Read, change: dict[str, str], code: str) -> None:
    content = rss({**FIELDS, **change})
    found = read(content, tax_rate=Decimal("0.19")).finding(code)
    line = content[: content.index(f"<g:{list(change)[-1]}>")].count("\n") + 1
    assert (found.line, found.product_id) == (line, "D1")


def test_rows_of_a_table_have_their_lines(read: Read) -> None:
    text = 'id\ttitle\tgtin\nA\t"two\nlines"\t1\nB\tb\t2\nC\tc\t3\t4\t5\n'
    found = read(text, "feed.txt", tax_rate=Decimal(0))
    assert [(each.line, each.product.product_id) for each in found.entries] == [(2, "A"), (4, "B")]
    assert [(each.code, each.line) for each in found.findings] == [("wrong_gtin", 2), ("wrong_gtin", 4), ("wrong_row", 5)]


def test_a_group_called_like_its_item_is_no_parent(read: Read) -> None:
    assert read(rss({**FIELDS, "item_group_id": "D1"})).entry.product.parent_id is None


GENERATED = "trained_algorithmic_media"


@pytest.mark.parametrize(
    ("title", "said", "marks"),
    [
        (f'{GENERATED}:"Drill: 3/8"" chuck"', 'Drill: 3/8" chuck', {"title": {"en": "generated"}}),
        (f"{GENERATED}:Drill", "Drill", {"title": {"en": "generated"}}),
        (":Drill: 18 V", "Drill: 18 V", {}),
        ('default:"Drill"', "Drill", {}),
        ("Drill: 18 V", "Drill: 18 V", {}),
    ],
)
def test_a_structured_title_says_whether_a_model_wrote_it(read: Read, title: str, said: str, marks: dict[str, dict[str, str]]) -> None:
    product = read(f"id\tstructured title\nA\t{title}\n", "feed.tsv", language="en").entry.product
    assert (product.title, product.text_origins) == ({"en": said}, marks)


def test_parts_of_a_structured_text_come_in_any_order_and_the_plain_one_counts_first(read: Read) -> None:
    parts = f"<g:content>For: wood</g:content><g:digital_source_type> {GENERATED} </g:digital_source_type>"
    item = {"id": "A", "title": "Drill", "structured_title": "x", "structured_description": parts, "virtual_model_link": "https://ebbe.example/a.glb"}
    entry = read(rss(item), language="en", strict=True).entry
    assert (entry.product.title, entry.product.description) == ({"en": "Drill"}, {"en": "For: wood"})
    assert entry.product.text_origins == {"description": {"en": "generated"}}
    assert [(each.kind, each.reference) for each in entry.media] == [("model_3d", "https://ebbe.example/a.glb")]
    long = read(rss({**item, "structured_description": f"<g:content>{'x' * 5_001}</g:content>"}), language="en")
    assert "too_long" in long.codes


def test_strictness_tells_what_is_missing(read: Read) -> None:
    found = read(rss({"id": "A", "title": "a"}), strict=True).findings
    assert {each.facts["child"] for each in found if each.code == "structure_missing"} == {
        "description",
        "link",
        "image_link",
        "availability",
        "price",
    }


def test_a_page_of_something_else_is_no_feed(read: Read) -> None:
    with pytest.raises(UnknownFeed, match="it has no item"):
        read("<rss><channel><title>News</title></channel></rss>")


def test_a_line_without_end_is_refused(read: Read) -> None:
    with pytest.raises(HostileFeed):
        read("id\ttitle\nA\t" + "x" * 2_000_000, "feed.tsv")


def test_a_quotation_mark_that_never_closes_is_refused(read: Read) -> None:
    with pytest.raises(HostileFeed, match="quotation mark") as raised:
        read('id\ttitle\nA\tDrill\nB\t"Saw\n' + ("x" * 999_999 + "\n") * 17, "feed.tsv")
    assert raised.value.facts["line"] == 3


def test_reading_a_feed_leaves_the_limits_of_others_alone(read: Read) -> None:
    before = csv.field_size_limit()
    read("id\ttitle\nA\tDrill\n", "feed.tsv")
    assert csv.field_size_limit() == before == delimited.LONGEST_CELL
