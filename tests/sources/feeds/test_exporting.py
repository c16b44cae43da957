"""What is written is read back by our own readers, strictly and without findings, and is the same catalog."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from hanse.base import database
from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data import catalog
from hanse.data.catalog import Document, Price, Product, Relation, RelationKind, Stock
from hanse.data.revisions.schemas import Entry, Found, Header, Item, Placement
from hanse.sources import feeds
from hanse.sources.feeds import ExportOptions, ExportReport, ExportRequest, Options, feed_of, jobs, nightly, operations
from hanse.sources.feeds.errors import UnknownExport, UnknownFeedOption, UnknownFormat, Unwritable
from tests.conftest import NOW

SHOP = "https://shop.example"
MEDIA = (
    {"kind": "image", "reference": f"{SHOP}/d1.jpg", "purpose": "normal", "type": "image/jpeg"},
    {"kind": "model_3d", "reference": f"{SHOP}/d1.stp", "purpose": "others", "type": "application/octet-stream"},
    {"kind": "model_3d", "reference": f"{SHOP}/d1.glb?v=2", "type": "model/gltf-binary", "title": {"de": "Modell"}, "language": "de"},
)
PRODUCTS = (
    Product(
        product_id="D1",
        title={"de": "Akkuschrauber <18 V> & Koffer", "en": "Cordless drill"},
        description={"de": "Für Holz, Stahl\nund Stein.", "en": "For wood, steel and stone."},
        category={"de": "Maschinen > Bohren", "en": "Machines > Drilling"},
        brand="Ebbe",
        gtin="4006381333931",
        url=f"{SHOP}/d1",
        image_url=f"{SHOP}/d1.jpg",
        attributes={
            "voltage": {"value": 18, "unit": "V", "name": {"de": "Spannung", "en": "Voltage"}},
            "color": {"value": {"de": "rot", "en": "red"}},
            "max_drehmoment": {
                "value": 45.5,
                "unit": "Nm",
                "system": "ETIM-8.0",
                "group": "EC000792",
                "code": "EF000100",
                "name": {"de": "Max Drehmoment"},
            },
            "etim_class": {"value": "EC000792", "system": "ETIM-8.0"},
            "cordless": {"value": True},
            "fits": {"value": ["SDS, plus", "Hex"]},
            "manufacturer_number": {"value": "BS-18"},
            "keywords": {"value": ["Bohren", "Akku"]},
            "status": {"value": ["core_product"]},
            "delivery_days": {"value": 3},
            "weight": {"value": 1.2, "unit": "kg"},
            "customs_tariff_number": {"value": "84672120"},
            "order_unit": {"value": "PK"},
            "content_unit": {"value": "LTR"},
            "contents_per_order_unit": {"value": 5},
            "price_quantity": {"value": 100},
            "margin": {"value": 35, "unit": "%"},
            "cost": {"value": 61.0},
        },
        text_origins={"title": {"en": "translated"}, "description": {"de": "generated"}},
    ),
    Product(product_id="D1-B", parent_id="D1", title={"de": "Akkuschrauber blau"}, description={"de": "Blau."}, image_url="/b.jpg", brand="Ebbe"),
    Product(product_id="P7", title={"de": "Kohlebürste"}, category={"de": "Ersatzteile"}, description={"de": "Paar."}, image_url="/p.jpg"),
    Product(product_id="K3", title={"de": "Öl"}, description={"de": "Fein."}, gtin="123", image_url="/o.jpg"),
    Product(product_id="E0", title={"en": "English only"}, category={"de": "Ersatzteile > Filter"}),
    Product(product_id="G9", title={"de": "Alt"}, state="discontinued"),
    Product(product_id="T5", state="draft"),
)


@pytest.fixture
async def shop(connection: Connection) -> Connection:
    """A catalog that has something of everything."""
    await catalog.put_products(connection, PRODUCTS, source="pim", now=NOW)
    await connection.execute("UPDATE products SET media = %s WHERE product_id = 'D1'", (database.jsonb(MEDIA),))
    prices = [
        Price(product_id="D1", amount_minor=17_900),
        Price(product_id="D1", amount_minor=16_900, min_quantity=10),
        Price(product_id="D1", amount_minor=15_000, price_list="dealers"),
        Price(product_id="D1", amount_minor=24_900, price_list="rrp"),
        Price(product_id="D1-B", amount_minor=17_900),
        Price(product_id="P7", amount_minor=451),
        Price(product_id="K3", amount_minor=1_299),
    ]
    await catalog.put_prices(connection, prices, now=NOW)
    sale = "INSERT INTO prices (product_id, amount_minor, currency, valid_from, valid_until) VALUES ('P7', 399, 'EUR', %s, %s)"
    await connection.execute(sale, (NOW - timedelta(days=2), NOW + timedelta(days=5)))
    await catalog.put_stock(connection, [Stock(product_id="D1", quantity=4), Stock(product_id="P7", quantity=0)], now=NOW)
    await catalog.put_relations(
        connection,
        [
            Relation(product_id="P7", kind=RelationKind.SPARE_PART_OF, related_id="D1", quantity=2),
            Relation(product_id="D1", kind=RelationKind.SUCCESSOR_OF, related_id="G9"),
            Relation(product_id="D1", kind=RelationKind.SIMILAR_TO, related_id="D1-B"),
            Relation(product_id="E0", kind=RelationKind.ACCESSORY_OF, related_id="D1"),
            Relation(product_id="K3", kind=RelationKind.CONSUMABLE_OF, related_id="D1"),
        ],
    )
    manual = Document(document_id="M1", kind="manual", language="de", title="Anleitung", body="x", product_ids=("D1",), url=f"{SHOP}/m.pdf")
    await catalog.put_documents(connection, [manual], source="pim", now=NOW)
    return connection


class Written:
    """A file that was written, and what our reader says of it."""

    def __init__(self, report: ExportReport, **options: Any) -> None:
        self.report = report
        self.text = Path(report.path).read_text(encoding="utf-8")
        items: list[Item] = list(feed_of(Path(report.path)).read(Path(report.path), Options(strict=True, **options)))
        self.header = next(each for each in items if isinstance(each, Header))
        self.entries = {each.product.product_id: each for each in items if isinstance(each, Entry)}
        self.categories = {each.product_id: each.category for each in items if isinstance(each, Placement)}
        self.findings = [each for each in items if isinstance(each, Found)]


async def write(context: Context, form: str, folder: Path, **options: Any) -> ExportReport:
    path = folder / f"out.{feeds.FORMATS[form].ending}"
    usual = {"language": "de", "tax_rate": 0.19, "base_url": SHOP, "product_url": f"{SHOP}/p/{{id}}", "supplier": "Nordwerk"}
    return await feeds.export(context, ExportRequest(format=form, path=str(path), options=ExportOptions(**{**usual, **options})))


async def test_a_bmecat_is_read_back_as_the_same_catalog(shop: Connection, context: Context, tmp_path: Path) -> None:
    written = Written(await write(context, "bmecat", tmp_path, country="DE"))
    assert (written.report.products, written.report.left_out) == (4, 1)
    assert written.findings == []
    assert (written.header.supplier, written.header.languages, written.header.currency) == ("Nordwerk", ("de", "en"), "EUR")
    drill, known = written.entries["D1"], PRODUCTS[0]
    assert (drill.product.title, drill.product.description, drill.product.brand) == (known.title, known.description, "Ebbe")
    assert (drill.product.gtin, drill.product.image_url, written.categories["D1"]) == (known.gtin, known.image_url, known.category)
    assert drill.product.attributes == {key: fact for key, fact in known.attributes.items() if key not in {"margin", "cost"}}
    assert [(each.kind, each.reference, each.purpose, each.title, each.language) for each in drill.media] == [
        ("image", f"{SHOP}/d1.jpg", "normal", {}, ""),
        ("model_3d", f"{SHOP}/d1.stp", "others", {}, ""),
        ("model_3d", f"{SHOP}/d1.glb?v=2", "", {"de": "Modell"}, "de"),
        ("document", f"{SHOP}/m.pdf", "others", {"de": "Anleitung"}, "de"),
    ]
    prices = {(each.price_list, each.min_quantity): each.amount_minor for each in drill.prices}
    assert prices == {("list", 1): 17_900, ("list", 10): 16_900, ("rrp", 1): 24_900}
    relations = {(each.product_id, each.kind.value, each.related_id, each.quantity) for each in drill.relations}
    assert relations == {("P7", "spare_part_of", "D1", 2), ("D1", "similar_to", "D1-B", None), ("K3", "accessory_of", "D1", None)}
    assert written.entries["D1-B"].product.parent_id == "D1"
    assert set(written.entries) == {"D1", "D1-B", "K3", "P7"}


async def test_a_sale_keeps_its_days_in_a_bmecat(shop: Connection, context: Context, tmp_path: Path) -> None:
    written = Written(await write(context, "bmecat", tmp_path))
    steps = [(each.amount_minor, each.valid_from, each.valid_until) for each in written.entries["P7"].prices]
    start, end = NOW - timedelta(days=2), NOW + timedelta(days=5)
    assert steps == [(399, start, end), (451, end, None)]


async def test_what_is_written_can_be_imported_and_changes_nothing(shop: Connection, context: Context, tmp_path: Path) -> None:
    """Where the file is read as the source that the products came from, the catalog is as the file says."""
    await shop.execute("DELETE FROM products WHERE product_id IN ('E0', 'T5')")
    await shop.execute("DELETE FROM product_relations")
    await shop.execute("DELETE FROM documents")
    await shop.execute("UPDATE products SET attributes = attributes - 'cost' - 'margin', gtin = CASE WHEN product_id = 'D1' THEN gtin END")
    added = """UPDATE products SET attributes = attributes || '{"order_unit": {"value": "C62"}}' WHERE product_id <> 'D1'"""
    await shop.execute(added)
    kinds = {"D1-B": "image/jpeg", "P7": "image/jpeg", "K3": "image/jpeg"}
    for product_id, kind in kinds.items():
        address = f"{SHOP}{next(each.image_url for each in PRODUCTS if each.product_id == product_id)}"
        media = database.jsonb([{"kind": "image", "reference": address, "purpose": "normal", "type": kind}])
        await shop.execute("UPDATE products SET media = %s, image_url = %s WHERE product_id = %s", (media, address, product_id))
    report = await write(context, "bmecat", tmp_path)
    found = await feeds.propose(context, feeds.FeedRequest(path=report.path, source="pim", strict=True))
    assert (found.counts["unchanged"], found.counts["new"], found.counts["changed"], found.counts["gone"]) == (4, 0, 0, 0)
    assert found.findings == {}


ORDER = {
    "PRODUCT": "SUPPLIER_PID PRODUCT_DETAILS PRODUCT_FEATURES* PRODUCT_ORDER_DETAILS PRODUCT_PRICE_DETAILS+ MIME_INFO? PRODUCT_REFERENCE* "
    "PRODUCT_LOGISTIC_DETAILS?",
    "PRODUCT_DETAILS": "DESCRIPTION_SHORT+ DESCRIPTION_LONG* INTERNATIONAL_PID* SUPPLIER_ALT_PID? BUYER_PID* MANUFACTURER_PID? MANUFACTURER_NAME? "
    "MANUFACTURER_TYPE_DESCR* ERP_GROUP_BUYER? ERP_GROUP_SUPPLIER? DELIVERY_TIME? SPECIAL_TREATMENT_CLASS* KEYWORD* REMARKS* SEGMENT* "
    "PRODUCT_STATUS* PRODUCT_TYPE? PRODUCT_CATEGORY*",
    "PRODUCT_FEATURES": "REFERENCE_FEATURE_SYSTEM_NAME? REFERENCE_FEATURE_GROUP_ID? FEATURE*",
    "FEATURE": "FNAME FVALUE+ FUNIT? FDESCR*",
    "PRODUCT_ORDER_DETAILS": "ORDER_UNIT CONTENT_UNIT? NO_CU_PER_OU? PRICE_QUANTITY? QUANTITY_MIN? QUANTITY_INTERVAL? QUANTITY_MAX?",
    "PRODUCT_PRICE_DETAILS": "DATETIME* PRODUCT_PRICE+",
    "PRODUCT_PRICE": "PRICE_AMOUNT PRICE_CURRENCY? TAX? PRICE_FACTOR? LOWER_BOUND? TERRITORY*",
    "MIME": "MIME_TYPE? MIME_SOURCE MIME_DESCR* MIME_PURPOSE?",
    "CATALOG": "LANGUAGE+ CATALOG_ID CATALOG_VERSION CATALOG_NAME* GENERATION_DATE? TERRITORY* CURRENCY?",
    "HEADER": "CATALOG BUYER_IDREF? AGREEMENT* SUPPLIER_IDREF PARTIES?",
    "T_NEW_CATALOG": "CATALOG_GROUP_SYSTEM? PRODUCT* PRODUCT_TO_CATALOGGROUP_MAP*",
    "CATALOG_STRUCTURE": "GROUP_ID GROUP_NAME+ PARENT_ID",
    "PRODUCT_LOGISTIC_DETAILS": "CUSTOMS_TARIFF_NUMBER* COUNTRY_OF_ORIGIN* PRODUCT_DIMENSIONS?",
}
"""The order of elements in BMEcat 2005, and how often each may come, as far as they are written."""


def misplaced(root: ET.Element) -> Iterator[str]:
    """Return the elements whose children are not in the order of the format."""
    for node in root.iter():
        name = node.tag.rpartition("}")[2]
        if rule := ORDER.get(name):
            pattern = "".join(re.sub(r"(\w+)([*+?]?)", r"(?:\1 )\2", each) for each in rule.split())
            children = "".join(f"{child.tag.rpartition('}')[2]} " for child in node)
            if not re.fullmatch(pattern, children):
                yield f"{name}: {children}"


@pytest.mark.parametrize("price_list", ["list", "dealers", "agreement-7"])
async def test_elements_stand_in_the_order_of_the_format(shop: Connection, context: Context, tmp_path: Path, price_list: str) -> None:
    report = await write(context, "bmecat", tmp_path, price_list=price_list)
    assert list(misplaced(ET.parse(report.path).getroot())) == []  # our own file


async def test_the_prices_of_a_customer_go_out_where_asked_for_and_nowhere_else(shop: Connection, context: Context, tmp_path: Path) -> None:
    theirs = Written(await write(context, "bmecat", tmp_path, price_list="dealers"))
    assert ("buyer-dealers", 15_000) in {(each.price_list, each.amount_minor) for each in theirs.entries["D1"].prices}
    assert theirs.findings == []
    for form in feeds.FORMATS:
        text = Path((await write(context, form, tmp_path)).path).read_text(encoding="utf-8")
        assert "150.00" not in text
        assert "15000" not in text
        for secret in ("margin", "61.0", ">61<"):
            assert secret not in text


@pytest.mark.parametrize("form", ["merchant", "merchant-tsv"])
async def test_a_merchant_feed_is_read_back_as_the_same_products(shop: Connection, context: Context, tmp_path: Path, form: str) -> None:
    written = Written(await write(context, form, tmp_path), language="de", **TAXED)
    assert (written.report.products, written.report.left_out) == (4, 1)
    assert written.findings == []
    drill, known = written.entries["D1"].product, PRODUCTS[0]
    said = known.description["de"] if form == "merchant" else known.description["de"].replace("\n", " ")
    assert (drill.title, drill.description, drill.brand, drill.gtin) == ({"de": known.title["de"]}, {"de": said}, known.brand, known.gtin)
    assert drill.text_origins == {"description": {"de": "generated"}}
    assert [(each.kind, each.reference) for each in written.entries["D1"].media] == [("image", known.image_url), ("model_3d", f"{SHOP}/d1.glb?v=2")]
    assert (drill.url, drill.image_url, written.categories["D1"]) == (known.url, known.image_url, {"de": known.category["de"]})
    facts = {key: fact["value"] for key, fact in drill.attributes.items()}
    assert (facts["spannung"], facts["max_drehmoment"]) == ("18 V", "45.5 Nm")
    assert (facts["color"], facts["availability"], facts["manufacturer_number"], facts["fits"]) == ("rot", "in_stock", "BS-18", "SDS, plus, Hex")
    assert (facts["unit_pricing_measure"], facts["unit_pricing_base_measure"]) == ("5 l", "1 l")
    assert [(each.price_list, each.amount_minor) for each in written.entries["D1"].prices] == [("list", 17_900)]
    assert written.entries["D1-B"].product.parent_id == "D1"
    assert written.entries["P7"].product.url == f"{SHOP}/p/P7"
    assert written.entries["P7"].product.attributes["availability"] == {"value": "out_of_stock"}


TAXED: dict[str, Any] = {"tax_rate": Decimal("0.19")}


@pytest.mark.parametrize("form", ["merchant", "merchant-tsv"])
async def test_a_sale_keeps_its_days_in_a_merchant_feed(shop: Connection, context: Context, tmp_path: Path, form: str) -> None:
    written = Written(await write(context, form, tmp_path), language="de", **TAXED)
    regular, sale = written.entries["P7"].prices
    assert (regular.amount_minor, regular.valid_from, sale.amount_minor) == (451, None, 399)
    assert (sale.valid_from, sale.valid_until) == (NOW - timedelta(days=2), NOW + timedelta(days=5))


async def test_linked_data_has_what_search_engines_ask_for(shop: Connection, context: Context, tmp_path: Path) -> None:
    report = await write(context, "jsonld", tmp_path)
    document = msgspec.json.decode(Path(report.path).read_bytes())
    nodes = {each["sku"]: each for each in document["@graph"]}
    assert (document["@context"], set(nodes)) == ("https://schema.org", {"D1", "D1-B", "K3", "P7"})
    blue = nodes["D1-B"]
    assert {"@type", "name", "image", "description", "sku", "brand", "offers"} <= set(blue)
    assert {"price", "priceCurrency", "availability", "url", "itemCondition"} <= set(blue["offers"])
    assert (blue["isVariantOf"]["@type"], blue["isVariantOf"]["productGroupID"], blue["isVariantOf"]["@id"]) == (
        "ProductGroup",
        "D1",
        nodes["D1"]["@id"],
    )
    group = nodes["D1"]
    assert (group["@type"], group["hasVariant"], group["gtin"], group["mpn"]) == ("ProductGroup", [{"@id": blue["@id"]}], "4006381333931", "BS-18")
    assert {"@type": "PropertyValue", "name": "Spannung", "value": 18, "unitText": "V"} in group["additionalProperty"]
    written = {"@type": "TextObject", "name": "description", "text": PRODUCTS[0].description["de"], "inLanguage": "de"}
    model = {"@type": "3DModel", "name": "Modell", "inLanguage": "de"}
    encoding = {"@type": "MediaObject", "contentUrl": f"{SHOP}/d1.glb?v=2", "encodingFormat": "model/gltf-binary"}
    assert written | {"digitalSourceType": "https://schema.org/TrainedAlgorithmicMediaDigitalSource"} in group["subjectOf"]
    assert model | {"encoding": encoding} in group["subjectOf"]
    assert group["offers"]["priceSpecification"][1]["eligibleQuantity"] == {"@type": "QuantitativeValue", "minValue": 10}
    sale = nodes["P7"]["offers"]
    assert (sale["price"], sale["priceValidUntil"][:10], sale["priceSpecification"][1]["priceType"]) == (
        "4.75",
        "2026-06-20",
        "https://schema.org/StrikethroughPrice",
    )


async def test_what_products_lack_is_told_with_what_to_do(shop: Connection, context: Context, tmp_path: Path) -> None:
    await shop.execute("UPDATE products SET image_url = NULL WHERE product_id = 'P7'")
    report = await write(context, "merchant", tmp_path, product_url="")
    told = {(each.product_id, each.code, each.field) for each in report.shortfalls if each.severity == "error"}
    assert told == {
        *(("E0", "no_title", "title"), ("E0", "no_price", "prices"), ("E0", "no_link", "url"), ("E0", "no_picture", "image_url")),
        *(("P7", "no_link", "url"), ("P7", "no_picture", "image_url"), ("D1-B", "no_link", "url"), ("K3", "no_link", "url")),
    }
    assert (report.products, report.left_out) == (1, 4)
    assert all(each.remedy for each in report.shortfalls)


async def test_the_same_catalog_gives_the_same_file(shop: Connection, context: Context, tmp_path: Path) -> None:
    for form in feeds.FORMATS:
        first = Path((await write(context, form, tmp_path)).path).read_bytes()
        assert Path((await write(context, form, tmp_path)).path).read_bytes() == first
    assert [each for each in tmp_path.iterdir() if each.name.endswith(".part")] == []


async def test_a_file_that_fails_leaves_the_one_before(shop: Connection, context: Context, tmp_path: Path) -> None:
    report = await write(context, "jsonld", tmp_path)

    async def stop(score: float, note: str) -> None:
        raise KeyboardInterrupt

    context.progress = stop
    before = Path(report.path).read_bytes()
    with pytest.raises(KeyboardInterrupt):
        await write(context, "jsonld", tmp_path, language="en")
    assert ([each.name for each in tmp_path.iterdir()], Path(report.path).read_bytes()) == (["out.jsonld"], before)


@pytest.mark.parametrize(
    ("form", "options", "error"),
    [
        ("pdf", {}, UnknownFormat),
        ("jsonld", {"currency": "EURO"}, UnknownFeedOption),
        ("jsonld", {"tax_rate": 19.0}, UnknownFeedOption),
        ("jsonld", {"base_url": "javascript:x"}, UnknownFeedOption),
        ("jsonld", {"product_url": "https://shop.example/"}, UnknownFeedOption),
    ],
)
async def test_wrong_wishes_are_told(context: Context, tmp_path: Path, form: str, options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        await feeds.export(context, ExportRequest(format=form, path=str(tmp_path / "x"), options=ExportOptions(**options)))


async def test_a_place_that_cannot_be_written_is_told(context: Context, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unwritable):
        await feeds.export(context, ExportRequest(format="jsonld", path=str(tmp_path / "file" / "x.jsonld")))


async def test_a_file_of_every_night_is_written_and_removed(shop: Connection, context: Context) -> None:
    options = ExportOptions(language="de", base_url=SHOP, product_url=f"{SHOP}/p/{{id}}")
    saved = await operations.save_export.function(operations.SaveExport(name="google", format="merchant", options=options), context)
    assert (saved.name, Path(saved.path).exists()) == ("google", False)
    assert await jobs.export_all(context) == {"problems": {}}
    (told,) = (await operations.exports.function(operations.AskExports(), context)).exports
    assert (told.products, told.left_out, told.findings["no_price"], told.written_at) == (4, 1, 1, NOW)
    path = Path(told.path)
    assert (path.name, path.stat().st_mode & 0o777, path.stat().st_size) == ("google.xml", 0o600, told.bytes)
    await operations.remove_export.function(operations.RemoveExport(name="google"), context)
    with pytest.raises(UnknownExport):
        await operations.remove_export.function(operations.RemoveExport(name="google"), context)


async def test_a_file_that_cannot_be_written_is_noted_and_keeps_no_other(shop: Connection, context: Context) -> None:
    for name in ("a", "b"):
        await nightly.save(context, name, "jsonld", ExportOptions(base_url=SHOP))
    nightly.place(context.settings, "a", "jsonld").mkdir(parents=True)
    assert list((await jobs.export_all(context) or {})["problems"]) == ["a"]
    broken, written = await nightly.listed(context)
    assert ("cannot be written" in broken.problem, written.products) == (True, 4)
