"""Recorded answers of Akeneo become products, with texts by language, relations and media, through the real reading and mapping."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hanse.data.catalog import Relation, RelationKind
from tests.sources.akeneo import exchanges
from tests.sources.akeneo.exchanges import Recorded


@pytest.fixture
def akeneo() -> Iterator[Recorded]:
    with Recorded() as running:
        yield running


async def test_a_variant_holds_what_its_models_say_and_tells_in_what_it_differs(akeneo: Recorded) -> None:
    told = await exchanges.read(akeneo)

    assert list(told) == ["BS", "BS-18V", "BS18-ROT", "BS18-ANT", "BITS-32", "SET-BS18"]
    red = told["BS18-ROT"].products[0]
    assert (red.parent_id, red.state, red.brand, red.gtin) == ("BS-18V", "active", "Nordwerk", "4006381333931")
    assert red.title == {
        "de": "Akku-Bohrschrauber BS 18, 18 V, Rot",
        "en": "Cordless drill driver BS 18, 18 V, Red",
        "fr": "Perceuse-visseuse BS 18, 18 V, Rot",
    }
    assert red.description == {"de": "Bohrt und schraubt in Holz & Metall.\n2 Gänge", "en": "Drills and drives in wood & metal."}
    assert red.category == {"de": "Maschinen > Akkuschrauber", "en": "Machines > Cordless drills"}
    level_one, root = told["BS-18V"].products[0], told["BS"].products[0]
    assert (level_one.parent_id, level_one.title["de"]) == ("BS", "Akku-Bohrschrauber BS 18, 18 V")
    assert (root.parent_id, root.title["de"]) == (None, "Akku-Bohrschrauber BS 18")


async def test_technical_data_has_units_labels_and_names(akeneo: Recorded) -> None:
    facts = (await exchanges.read(akeneo))["BS18-ROT"].products[0].attributes

    assert facts["voltage"] == {"value": 18, "unit": "V", "name": {"de": "Spannung", "en": "Voltage"}}
    assert facts["weight"] == {"value": 1.45, "unit": "kg", "name": {"de": "Gewicht", "en": "Weight"}}
    assert facts["color"]["value"] == {"de": "Rot", "en": "Red"}
    assert facts["suitable_for"]["value"] == {"de": "Holz, Metall", "en": "Wood, metal"}
    assert facts["brushless"]["value"] is True
    assert (facts["speeds"]["value"], facts["on_sale_from"]["value"], facts["designer"]) == (2, "2026-03-01", {"value": "studio_sued"})
    assert set(facts) == {"voltage", "weight", "color", "suitable_for", "brushless", "speeds", "on_sale_from", "designer"}


async def test_prices_are_read_where_their_attribute_is_named_and_purchase_prices_never(akeneo: Recorded) -> None:
    assert (await exchanges.read(akeneo))["BS18-ROT"].prices == ()
    priced = await exchanges.read(akeneo, attributes={"price": "list_price"}, included_tax_percent="19")
    assert [(each.amount_minor, each.currency) for each in priced["BS18-ROT"].prices] == [(10840, "EUR")]
    assert (priced["BS"].prices, priced["BITS-32"].prices) == ((), ())
    assert "61.40" not in repr(priced)


async def test_associations_become_relations_by_their_kind(akeneo: Recorded) -> None:
    told = await exchanges.read(akeneo)

    assert told["BS18-ROT"].relations["BS18-ROT"] == (
        Relation(product_id="BS18-ROT", kind=RelationKind.SIMILAR_TO, related_id="BS12"),
        Relation(product_id="KOHLE-18", kind=RelationKind.SPARE_PART_OF, related_id="BS18-ROT"),
        Relation(product_id="BITS-32", kind=RelationKind.ACCESSORY_OF, related_id="BS18-ROT"),
        Relation(product_id="BITBOX", kind=RelationKind.ACCESSORY_OF, related_id="BS18-ROT"),
    )
    assert told["BS18-ROT"].remarks == ("Associations of the type X_SELL are not kept.",)
    assert told["SET-BS18"].relations["SET-BS18"] == (
        Relation(product_id="SET-BS18", kind=RelationKind.CONSISTS_OF, related_id="BS18-ROT", quantity=1),
        Relation(product_id="SET-BS18", kind=RelationKind.CONSISTS_OF, related_id="BITS-32", quantity=2),
        Relation(product_id="SET-BS18", kind=RelationKind.CONSISTS_OF, related_id="BITBOX", quantity=1),
    )
    assert told["BITS-32"].relations == {"BITS-32": ()}  # which takes away what it said before


async def test_media_are_paths_unless_the_connection_says_where_they_lie(akeneo: Recorded) -> None:
    plain = (await exchanges.read(akeneo))["BS18-ROT"]
    assert [(each.kind, each.reference, each.language) for each in plain.media["BS18-ROT"]] == [
        ("image", "6/c/3/d/6c3d4fe4_bs18_front.jpg", ""),
        ("document", "a/1/b/2/a1b2c3d4_bs18_anleitung.pdf", "de"),
        ("document", "a/1/b/2/a1b2c3d5_bs18_manual.pdf", "en"),
    ]
    assert plain.products[0].image_url is None
    public = (await exchanges.read(akeneo, media_url="https://cdn.example/pim/"))["BS18-ROT"]
    assert public.products[0].image_url == "https://cdn.example/pim/6/c/3/d/6c3d4fe4_bs18_front.jpg"


async def test_what_is_not_enabled_is_a_draft_and_a_wrong_gtin_is_left_out(akeneo: Recorded) -> None:
    bits = (await exchanges.read(akeneo))["BITS-32"].products[0]
    assert (bits.state, bits.gtin, bits.title, bits.category) == ("draft", None, {"de": "Bitsatz 32-teilig"}, {"de": "Zubehör", "en": "Accessories"})


async def test_a_channel_decides_which_values_count(akeneo: Recorded) -> None:
    printed = (await exchanges.read(akeneo, channel="print"))["BS18-ROT"].products[0]
    assert printed.description == {"de": "Kurz für den Katalog."}


async def test_a_poll_asks_for_what_occurs_once_and_never_leaves_the_host(akeneo: Recorded) -> None:
    pages = await exchanges.poll(akeneo)

    cursors = [page.position.cursor.split(" ") for page in pages]
    assert [(each[0], each[-1]) for each in cursors] == [("products-uuid", ""), ("products-uuid", "3f4d2a9c-11f2-4d86-b8d3-93a4d17f7c03"), ("", "")]
    assert pages[-1].position.newest_at is not None
    assert pages[-1].position.newest_at.isoformat() == "2026-06-01T10:30:00+00:00"
    asked = [(each.path, each.query.get("search", ""), each.query.get("search_after", "")) for each in akeneo.asked]
    assert len(asked) == len(set(asked))
    assert akeneo.asked[0].headers["authorization"].startswith("Basic ")
    assert {each.headers["authorization"].split()[0] for each in akeneo.asked[1:]} == {"Bearer"}
    assert len(await exchanges.poll(akeneo, pages[1].position)) == 1  # a round that was interrupted goes on where it was
