"""A BMEcat of any version becomes entries: texts, numbers, categories, technical data, media and relations."""

from __future__ import annotations

import pytest

from hanse.data.catalog.schemas import RelationKind
from hanse.data.revisions.schemas import Mode, Scope
from tests.sources.feeds.conftest import Read
from tests.sources.feeds.snippets import HEADER, bmecat, group, placed, product, reference

OLD = """<ARTICLE mode="new"><SUPPLIER_AID>D1</SUPPLIER_AID>
<ARTICLE_DETAILS><DESCRIPTION_SHORT>Bohrer</DESCRIPTION_SHORT><EAN>4006381333931</EAN><MANUFACTURER_AID>M-1</MANUFACTURER_AID>
<MANUFACTURER_NAME>Flut</MANUFACTURER_NAME></ARTICLE_DETAILS>
<ARTICLE_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>ETIM-8.0</REFERENCE_FEATURE_SYSTEM_NAME><REFERENCE_FEATURE_GROUP_ID>EC001234</REFERENCE_FEATURE_GROUP_ID>
<FEATURE><FNAME>EF000008</FNAME><FVALUE>18</FVALUE><FUNIT>EU570448</FUNIT><FDESCR>Spannung</FDESCR></FEATURE></ARTICLE_FEATURES>
<ARTICLE_ORDER_DETAILS><ORDER_UNIT>C62</ORDER_UNIT></ARTICLE_ORDER_DETAILS>
<ARTICLE_PRICE_DETAILS><ARTICLE_PRICE price_type="net_list"><PRICE_AMOUNT>12.50</PRICE_AMOUNT></ARTICLE_PRICE></ARTICLE_PRICE_DETAILS>
<ARTICLE_REFERENCE type="accessories"><ART_ID_TO>Z1</ART_ID_TO></ARTICLE_REFERENCE></ARTICLE>"""
OLD_MAP = "<ARTICLE_TO_CATALOGGROUP_MAP><ART_ID>D1</ART_ID><CATALOG_GROUP_ID>2</CATALOG_GROUP_ID></ARTICLE_TO_CATALOGGROUP_MAP>"


def feature(name: str, *values: str, unit: str = "", more: str = "") -> str:
    inside = "".join(f"<FVALUE>{each}</FVALUE>" for each in values)
    return f"<FEATURE><FNAME>{name}</FNAME>{inside}{unit and f'<FUNIT>{unit}</FUNIT>'}{more}</FEATURE>"


def features(system: str, code: str, *inside: str) -> str:
    return (
        f"<PRODUCT_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>{system}</REFERENCE_FEATURE_SYSTEM_NAME>"
        f"<REFERENCE_FEATURE_GROUP_ID>{code}</REFERENCE_FEATURE_GROUP_ID>{''.join(inside)}</PRODUCT_FEATURES>"
    )


@pytest.mark.parametrize(
    "root",
    [
        "",
        ' xmlns="http://www.bmecat.org/bmecat/1.2/bmecat_new_catalog"',
        ' xmlns="http://www.bmecat.org/XMLSchema/1.2/bmecat_new_catalog"',
        ' xmlns="http://www.bmecat.org/bmecat/2005fd"',
        ' xmlns="https://www.etim-international.com/bmecat/31"',
    ],
)
@pytest.mark.parametrize("version", ["1.2", "2005", "2005.1", "2005.2"])
def test_every_version_and_namespace_is_read(read: Read, version: str, root: str) -> None:
    old = version == "1.2"
    tree = (group("1", "Alles", "0", "root"), group("2", "Maschinen", "1"))
    parts = (*tree, OLD, OLD_MAP) if old else (*tree, product("D1"), placed("D1", "2"))
    found = read(bmecat(*parts, version=version, root=root))
    assert (found.header.version, found.entry.product.product_id, found.entry.product.title) == (version, "D1", {"de": "Bohrer"})
    assert [each.category for each in found.placements] == [{"de": "Maschinen"}]
    assert found.codes == []


def test_the_old_naming_says_all_that_the_new_one_does(read: Read) -> None:
    entry = read(bmecat(OLD, version="1.2")).entry
    assert (entry.product.gtin, entry.product.brand, entry.product.attributes["manufacturer_number"]) == ("4006381333931", "Flut", {"value": "M-1"})
    assert entry.product.attributes["spannung"] == {
        "value": 18,
        "unit": "EU570448",
        "name": {"de": "Spannung"},
        "system": "ETIM-8.0",
        "group": "EC001234",
        "code": "EF000008",
    }
    assert (entry.prices[0].amount_minor, entry.relations[0].kind) == (1_250, RelationKind.ACCESSORY_OF)


def test_the_header_says_who_and_what(read: Read) -> None:
    generated = '<DATETIME type="generation_date"><DATE>2026-01-02</DATE><TIME>03:04:05</TIME><TIMEZONE>+01:00</TIMEZONE></DATETIME>'
    header = read(bmecat(product("A"), header=HEADER.replace("<CURRENCY>", f"{generated}<CURRENCY>"))).header
    assert (header.supplier, header.catalog_id, header.catalog_version, header.currency, header.languages) == (
        "Ebbe",
        "C1",
        "001.000",
        "EUR",
        ("de",),
    )
    assert str(header.generated_at) == "2026-01-02 02:04:05+00:00"


def test_parties_name_the_supplier_in_newer_files(read: Read) -> None:
    party = "<PARTIES><PARTY><PARTY_ID>7</PARTY_ID><ADDRESS><NAME>Flut GmbH</NAME></ADDRESS></PARTY></PARTIES>"
    header = f"<HEADER><CATALOG><CURRENCY>EUR</CURRENCY></CATALOG>{party}<SUPPLIER_IDREF>7</SUPPLIER_IDREF></HEADER>"
    assert read(bmecat(product("A"), header=header)).header.supplier == "Flut GmbH"


@pytest.mark.parametrize(
    ("transaction", "scope"),
    [
        ("T_NEW_CATALOG", Scope.FULL),
        ("T_NEW_PRODUCTDATA", Scope.FULL),
        ('T_UPDATE_PRODUCTS prev_version="1"', Scope.PRODUCTS),
        ('T_UPDATE_PRICES prev_version="1"', Scope.PRICES),
    ],
)
def test_the_transaction_says_what_the_file_speaks_of(read: Read, transaction: str, scope: Scope) -> None:
    found = read(bmecat(product("A"), transaction=transaction))
    assert (found.header.scope, found.entry.mode) == (scope, Mode.PRICES if scope is Scope.PRICES else Mode.PUT)


def test_a_product_may_be_deleted(read: Read) -> None:
    found = read(bmecat(product("A", mode="delete"), product("B", mode="upsert"), transaction="T_UPDATE_PRODUCTS"))
    assert [each.mode for each in found.entries] == [Mode.DELETE, Mode.PUT]
    assert found.finding("unknown_mode").facts == {"mode": "upsert"}


def test_texts_come_by_language(read: Read) -> None:
    details = '<DESCRIPTION_SHORT lang="eng">Drill</DESCRIPTION_SHORT><DESCRIPTION_LONG lang="deu">Lang</DESCRIPTION_LONG>'
    entry = read(bmecat(product("A", details=details))).entry
    assert (entry.product.title, entry.product.description) == ({"de": "Bohrer", "en": "Drill"}, {"de": "Lang"})


@pytest.mark.parametrize(
    ("text", "plain", "code"),
    [
        ("Druck &lt; 5 bar &amp; mehr", "Druck < 5 bar & mehr", None),
        ("&lt;p&gt;Zwei&lt;/p&gt;&lt;p&gt;Zeilen&lt;/p&gt;", "Zwei\nZeilen", "html"),
        ("<![CDATA[<b>fett</b>]]>", "fett", "html"),
        ("<b>fett</b> und <i>schräg</i>", None, "html"),
        ("gut&lt;script&gt;alert(1)&lt;/script&gt;", "gut", "script"),
        ("&lt;img src=x onerror=alert(1)&gt;gut", "gut", "script"),
        ("&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;gut", "gut", "html"),
        ("&lt;a href='javascript:x()'&gt;gut&lt;/a&gt;", "gut", "script"),
        ("&lt;scr&lt;script&gt;ipt&gt;x", None, "script"),
    ],
)
def test_markup_and_scripts_in_texts_are_told_and_taken_out(read: Read, text: str, plain: str | None, code: str | None) -> None:
    found = read(bmecat(product("A", title=text)))
    title = found.entry.product.title.get("de", "")
    assert plain is None or title == plain
    assert "<script" not in title.lower()
    assert "<b" not in title
    assert found.codes == ([code] if code else [])
    assert all((each.line, each.facts) == (7, {"field": "DESCRIPTION_SHORT"}) for each in found.findings)


@pytest.mark.parametrize(
    ("kind", "relation", "detail"),
    [
        ("sparepart", ("B", RelationKind.SPARE_PART_OF, "A"), ""),
        ("accessories", ("B", RelationKind.ACCESSORY_OF, "A"), ""),
        ("followup", ("B", RelationKind.SUCCESSOR_OF, "A"), ""),
        ("mandatory", ("B", RelationKind.ACCESSORY_OF, "A"), "mandatory"),
        ("select", ("B", RelationKind.ACCESSORY_OF, "A"), "select"),
        ("consists_of", ("A", RelationKind.CONSISTS_OF, "B"), ""),
        ("similar", ("A", RelationKind.SIMILAR_TO, "B"), ""),
        ("diff_orderunit", ("A", RelationKind.SIMILAR_TO, "B"), "diff_orderunit"),
    ],
)
def test_references_become_relations_in_our_direction(read: Read, kind: str, relation: tuple[str, RelationKind, str], detail: str) -> None:
    (found,) = read(bmecat(product("A", reference(kind, "B", ' quantity="3"')))).entry.relations
    assert ((found.product_id, found.kind, found.related_id), found.type, found.quantity) == (relation, detail, 3)


@pytest.mark.parametrize(
    ("kind", "code", "kept"),
    [
        ("accessory", "stray_relation", 1),
        ("SPAREPART", "stray_relation", 1),
        ("", "unknown_relation", 0),
        ("SUPPLIER_SPECIFIC", "unknown_relation", 0),
        ("others", "relation_not_kept", 0),
    ],
)
def test_references_that_stray_are_told(read: Read, kind: str, code: str, kept: int) -> None:
    found = read(bmecat(product("A", reference(kind, "B"))))
    assert (found.codes, len(found.entry.relations)) == ([code], kept)


def test_odd_references_are_told(read: Read) -> None:
    found = read(bmecat(product("A", reference("similar", "A"), reference("similar", "B", ' quantity="zwei"'))))
    assert found.codes == ["related_to_itself", "wrong_relation_quantity"]
    assert found.entry.relations[0].quantity is None


def test_a_base_product_makes_a_variant(read: Read) -> None:
    entry = read(bmecat(product("A", "\n", reference("base_product", "B")))).entry
    assert (entry.product.parent_id, entry.parent_line, entry.relations) == ("B", 11, ())


@pytest.mark.parametrize(
    ("said", "kept", "reason"),
    [
        ("4006381333931", "4006381333931", None),
        ("40063813 33931", "4006381333931", None),
        ("", None, None),
        ("0000000000000", None, None),
        ("4006381333932", None, "its check digit is wrong"),
        ("12345", None, "it has not 8, 12, 13 or 14 digits"),
    ],
)
@pytest.mark.parametrize("element", ["<EAN>{}</EAN>", '<INTERNATIONAL_PID type="gtin">{}</INTERNATIONAL_PID>'])
def test_gtins_are_checked(read: Read, element: str, said: str, kept: str | None, reason: str | None) -> None:
    found = read(bmecat(product("A", details=element.format(said))))
    assert found.entry.product.gtin == kept
    assert [each.facts.get("reason") for each in found.findings] == ([reason] if reason else [])


def test_categories_are_paths_without_the_root(read: Read) -> None:
    tree = (group("1", "Katalog", "0", "root"), group("2", "Maschinen", "1"), group("3", "Bohren &gt; Schrauben", "2", "leaf"))
    found = read(bmecat(*tree, product("A"), placed("A", "3"), placed("A", "9"), placed("A", "1")))
    assert [each.category for each in found.placements] == [{"de": "Maschinen > Bohren › Schrauben"}]
    assert (found.finding("unknown_category").product_id, found.finding("unknown_category").facts) == ("A", {"group": "9"})


def test_circles_of_categories_are_cut_and_told_once(read: Read) -> None:
    tree = (group("1", "Eins", "3"), group("2", "Zwei", "1"), group("3", "Drei", "2"), group("4", "Vier", "3"), group("5", "Fünf", "77"))
    found = read(bmecat(*tree, product("A"), placed("A", "4")))
    assert [(each.code, each.line, each.facts) for each in found.findings] == [
        ("cyclic_categories", 6, {"group": "1"}),
        ("unknown_category", 10, {"group": "77"}),
    ]
    assert [each.category for each in found.placements] == [{"de": "Eins > Zwei > Drei > Vier"}]


def test_a_category_in_itself_is_told_where_nobody_uses_it(read: Read) -> None:
    found = read(bmecat(group("1", "Eins", "1"), group("1", "Eins", "1"), product("A")))
    assert found.codes == ["category_twice", "cyclic_categories"]


def test_features_of_etim_and_eclass_keep_system_group_and_code(read: Read) -> None:
    etim = features(
        "ETIM-8.0",
        "EC000123",
        feature("EF000001", "230", unit="VLT"),
        feature("EF000002", "10", "20"),
        feature("EF000003", "true"),
        feature("EF000004", "-"),
        feature("EF000005", "EV000001"),
        feature("EF000006", "1,5"),
    )
    eclass = features("ECLASS-5.1", "27140301", feature("Farbe", "rot"), feature("0173-1#02-AAB123#001", "7", more="<FDESCR>Masse</FDESCR>"))
    template = """<CLASSIFICATION_SYSTEM><CLASSIFICATION_SYSTEM_FEATURE_TEMPLATES><CLASSIFICATION_SYSTEM_FEATURE_TEMPLATE>
    <FT_ID>EF000001</FT_ID><FT_NAME lang="deu">Nennspannung</FT_NAME><FT_NAME lang="eng">Rated voltage</FT_NAME>
    </CLASSIFICATION_SYSTEM_FEATURE_TEMPLATE></CLASSIFICATION_SYSTEM_FEATURE_TEMPLATES></CLASSIFICATION_SYSTEM>"""
    found = read(bmecat(template, product("A", etim, eclass))).entry.product.attributes
    assert found["etim_class"] == {"value": "EC000123", "system": "ETIM-8.0"}
    assert found["rated_voltage"] == {
        "value": 230,
        "unit": "VLT",
        "name": {"de": "Nennspannung", "en": "Rated voltage"},
        "system": "ETIM-8.0",
        "group": "EC000123",
        "code": "EF000001",
    }
    assert [found[f"ef00000{each}"]["value"] for each in (2, 3, 5, 6)] == [[10, 20], True, "EV000001", 1.5]
    assert "ef000004" not in found
    assert found["farbe"] == {"value": "rot", "system": "ECLASS-5.1", "group": "27140301"}
    assert (found["masse"]["value"], found["masse"]["code"]) == (7, "0173-1#02-AAB123#001")


def test_the_same_name_in_two_systems_is_two_features(read: Read) -> None:
    found = read(bmecat(product("A", features("ETIM-8.0", "", feature("Farbe", "rot")), features("ECLASS-5.1", "", feature("Farbe", "red")))))
    assert {key: each["value"] for key, each in found.entry.product.attributes.items() if "farbe" in key} == {
        "farbe": "rot",
        "farbe_eclass_5_1": "red",
    }


def test_values_come_by_language(read: Read) -> None:
    values = '<FVALUE lang="deu">rot</FVALUE><FVALUE lang="eng">red</FVALUE>'
    entry = read(bmecat(product("A", features("X", "", feature("Farbe", more=values))))).entry
    assert entry.product.attributes["farbe"]["value"] == {"de": "rot", "en": "red"}


def test_units_logistics_and_extensions_are_kept(read: Read) -> None:
    order = "<ORDER_UNIT>PCE</ORDER_UNIT><CONTENT_UNIT>MTR</CONTENT_UNIT><NO_CU_PER_OU>50</NO_CU_PER_OU><QUANTITY_MIN>5</QUANTITY_MIN>"
    logistics = "<PRODUCT_LOGISTIC_DETAILS><COUNTRY_OF_ORIGIN>DE</COUNTRY_OF_ORIGIN><PRODUCT_DIMENSIONS><WEIGHT>1.5</WEIGHT></PRODUCT_DIMENSIONS></PRODUCT_LOGISTIC_DETAILS>"
    packing = "<UDX.EDXF.PACKING_UNITS><PACKING_UNIT><QUANTITY_MIN>10</QUANTITY_MIN><PACKING_UNIT_CODE>BX</PACKING_UNIT_CODE></PACKING_UNIT></UDX.EDXF.PACKING_UNITS>"
    own = (
        f"<USER_DEFINED_EXTENSIONS>{packing}<UDX.EDXF.REACH><REACH.INFO>false</REACH.INFO></UDX.EDXF.REACH><UDX.X>1</UDX.X></USER_DEFINED_EXTENSIONS>"
    )
    found = read(bmecat(product("A", logistics, own, order=order))).entry.product.attributes
    assert {key: each["value"] for key, each in found.items()} == {
        "order_unit": "PCE",
        "content_unit": "MTR",
        "contents_per_order_unit": 50,
        "quantity_min": 5,
        "country_of_origin": "DE",
        "weight": 1.5,
        "packing_units": ["BX 10"],
        "reach_reach_info": False,
        "x": 1,
    }
    assert found["weight"]["unit"] == "kg"


def mime(source: str, kind: str = "image/jpeg", purpose: str = "normal") -> str:
    return f"<MIME><MIME_TYPE>{kind}</MIME_TYPE><MIME_SOURCE>{source}</MIME_SOURCE><MIME_PURPOSE>{purpose}</MIME_PURPOSE></MIME>"


def test_media_are_addresses_below_the_root(read: Read) -> None:
    header = HEADER.replace("<CURRENCY>", "<MIME_ROOT>https://ebbe.example/media/</MIME_ROOT><CURRENCY>")
    inside = f"<MIME_INFO>{mime('klein.jpg', purpose='thumbnail')}{mime('a b.jpg')}{mime('blatt.pdf', 'application/pdf', 'data_sheet')}</MIME_INFO>"
    entry = read(bmecat(product("A", inside), header=header)).entry
    assert entry.product.image_url == "https://ebbe.example/media/a%20b.jpg"
    assert [(each.kind, each.purpose) for each in entry.media] == [("image", "thumbnail"), ("image", "normal"), ("document", "data_sheet")]


@pytest.mark.parametrize(
    ("source", "media_type", "kind"),
    [
        ("drill.GLB?v=2", "application/octet-stream", "model_3d"),
        ("drill.step", "", "model_3d"),
        ("drill.dxf", "image/vnd.dxf", "model_3d"),
        ("drill", "model/gltf+json", "model_3d"),
        ("drill.jpg", "", "image"),
        ("drill.mp4", "video/mp4", "video"),
        ("drill.xyz", "", "other"),
    ],
)
def test_files_have_a_kind(read: Read, source: str, media_type: str, kind: str) -> None:
    (medium,) = read(bmecat(product("A", f"<MIME_INFO>{mime(source, media_type)}</MIME_INFO>"))).entry.media
    assert (medium.kind, medium.type, medium.language) == (kind, media_type, "")


def test_files_may_come_once_for_each_language(read: Read) -> None:
    sources = '<MIME_SOURCE lang="deu">de.pdf</MIME_SOURCE><MIME_SOURCE lang="eng">en.pdf</MIME_SOURCE><MIME_SOURCE/>'
    inside = f"<MIME_INFO><MIME><MIME_TYPE>application/pdf</MIME_TYPE>{sources}</MIME>"
    inside += '<MIME lang="fra"><MIME_TYPE>application/pdf</MIME_TYPE><MIME_SOURCE>fr.pdf</MIME_SOURCE></MIME></MIME_INFO>'
    media = read(bmecat(product("A", inside))).entry.media
    assert [(each.kind, each.reference, each.language) for each in media] == [
        ("document", "de.pdf", "de"),
        ("document", "en.pdf", "en"),
        ("document", "fr.pdf", "fr"),
    ]


def test_a_path_is_kept_but_is_no_address(read: Read) -> None:
    entry = read(bmecat(product("A", f"<MIME_INFO>{mime('bilder/a.jpg')}</MIME_INFO>"))).entry
    assert (entry.product.image_url, entry.media[0].reference) == (None, "bilder/a.jpg")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html;base64,xx", "file:///etc/passwd", "https://x/&lt;script&gt;", 'https://x/"']
)
def test_addresses_that_are_not_safe_are_left_out(read: Read, address: str) -> None:
    found = read(bmecat(product("A", f"<MIME_INFO>{mime(address)}</MIME_INFO>")))
    assert (found.codes, found.entry.media) == (["unsafe_address"], ())


def test_a_product_without_a_number_is_left_out(read: Read) -> None:
    found = read(bmecat(product(""), product("x" * 201), product("B")))
    assert ([each.product.product_id for each in found.entries], found.codes) == (["B"], ["no_product_id", "long_product_id"])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (bmecat(product("A"), header=""), {"BMECAT: HEADER"}),
        (bmecat("<PRODUCT><SUPPLIER_PID>A</SUPPLIER_PID></PRODUCT>"), {"PRODUCT: PRODUCT_DETAILS", "PRODUCT: PRODUCT_ORDER_DETAILS"}),
        (bmecat(product("A", title="")), {"PRODUCT_DETAILS: DESCRIPTION_SHORT"}),
        (bmecat(product("A", order="")), {"PRODUCT: PRODUCT_ORDER_DETAILS"}),
        (bmecat(product("A", reference("accessory", "B"))), {"PRODUCT_REFERENCE type"}),
        (bmecat(product("A", mode="maybe")), {"PRODUCT mode"}),
        (bmecat(group("1", "", "0", "trunk"), product("A")), {"CATALOG_STRUCTURE: GROUP_NAME", "CATALOG_STRUCTURE type"}),
        (bmecat(product("A"), transaction="T_UPDATE_PRODUCTS"), {"T_UPDATE_PRODUCTS: prev_version"}),
    ],
)
def test_strictness_tells_what_the_format_requires(read: Read, content: str, told: set[str]) -> None:
    found = read(content, strict=True).findings
    structure = {
        f"{each.facts['element']}{': ' + each.facts['child'] if 'child' in each.facts else ''}" for each in found if "structure" in each.code
    }
    assert told <= structure
    assert all(each.line for each in found)
    assert not any("structure" in code for code in read(content).codes)


def test_a_second_transaction_is_told(read: Read) -> None:
    found = read(bmecat(product("A")).replace("</BMECAT>", "<T_UPDATE_PRICES></T_UPDATE_PRICES></BMECAT>"))
    assert found.codes == ["structure_value"]


def test_an_unknown_version_is_read_all_the_same(read: Read) -> None:
    found = read(bmecat(product("A"), version="3000"))
    assert (found.codes, len(found.entries)) == (["unknown_version"], 1)
