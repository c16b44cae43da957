"""Numbers of the catalog are found in texts however they are parted, as whole words; what only looks like one is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.base.database import Connection
from hanse.sources.documents import numbers
from hanse.sources.documents.linking import Links
from hanse.sources.documents.numbers import Numbers

GTIN = "4006381333931"


@pytest.fixture(scope="module")
def known() -> Numbers:
    found = Numbers()
    for product_id in ("NW-BS 18-120", "NW-BS 18-120-K", "85123A", "D1", "A1000", "22423", "104711", "1123 020 1200", "hammer", "2024", "W|18V"):
        found.add(product_id, [], [])
    found.add("drill", [GTIN, "4006381333932"], ["KB.77/3"])
    return found


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("Der NW-BS 18-120.", ["NW-BS 18-120"]),
        ("(nw-bs18120)", ["NW-BS 18-120"]),
        ("NW BS 18 120", ["NW-BS 18-120"]),
        ("nw bs 18 120", []),  # over spaces only in the same case
        ("NW-BS 18-120-K und NW-BS 18-120", ["NW-BS 18-120-K", "NW-BS 18-120"]),
        ("NW-BS 18-120-X", []),
        ("NW-BS 18-1200", []),
        ("NW-BS\n18-120", []),
        ("Art. 85123a/A1000, 85123A", ["85123A", "A1000", "85123A"]),
        ("A-1000 oder A 1000", ["A1000", "A1000"]),
        ("a 1000 mm", []),
        ("X85123A 85123AB", []),
        ("D1", []),
        ("22423 Hamburg", []),
        ("104711", ["104711"]),
        ("10 47 11 und 104-711", []),
        ("1123 020 1200", ["1123 020 1200"]),
        ("1123 0201 200", []),
        ("2024 hammer", []),
        ("W 18V", []),
        ("kb 77/3", []),
        ("KB77/3", ["drill"]),
        (f"EAN {GTIN}", ["drill"]),
        ("EAN 4 006381 333931", ["drill"]),
        ("EAN 04006381333931", ["drill"]),
        ("EAN 4006381333932", []),
        ("", []),
    ],
)
def test_numbers_are_found_as_whole_words(known: Numbers, text: str, products: list[str]) -> None:
    assert [product_id for hit in known.find(text) for product_id in hit.product_ids] == products


@pytest.mark.parametrize(
    ("name", "products"),
    [
        ("85123A-manual_de", ["85123A"]),
        ("manual-NW-BS18-120-de", ["NW-BS 18-120"]),
        ("manual-NW-BS18-120-K-de", ["NW-BS 18-120-K"]),
        ("22423_v2", ["22423"]),
        ("Katalog 2024", []),
        ("hammer", []),
    ],
)
def test_in_names_hyphens_part_words(known: Numbers, name: str, products: list[str]) -> None:
    assert [product_id for hit in known.find(name, is_name=True) for product_id in hit.product_ids] == products


@pytest.mark.parametrize(
    ("path", "stated", "products", "unknown"),
    [
        ("D1/Anleitung.pdf", [], ["D1"], []),
        ("2024/hammer/x.pdf", [], ["hammer"], []),
        ("x.pdf", ["D1", "2024", "85123a", "nothing"], ["D1", "2024", "85123A"], ["nothing"]),
    ],
)
def test_what_a_name_or_front_matter_states_is_linked(known: Numbers, path: str, stated: list[str], products: list[str], unknown: list[str]) -> None:
    links = Links(known)
    links.name(path, "", stated)
    assert (links.chosen(), links.unknown) == ((dict.fromkeys(products, "name"), len(products)), unknown)


def test_the_surest_place_counts_and_comes_first(known: Numbers) -> None:
    links = Links(known)
    links.page("A1000 85123A", 7)
    links.page("85123A", 1)
    links.page("104711", None)
    assert links.chosen() == ({"85123A": "title_page", "104711": "title_page", "A1000": "text"}, 3)


def test_far_down_in_a_text_without_pages_is_less_sure(known: Numbers) -> None:
    links = Links(known)
    links.page("Wort " * 1_000 + "85123A", None)
    assert links.chosen()[0] == {"85123A": "text"}


def test_a_number_that_many_products_share_says_nothing() -> None:
    found = Numbers()
    for number in range(numbers.MOST_PRODUCTS + 1):
        found.add(f"P{number}", [GTIN], ["SERIE-77"])
    assert list(found.find(f"SERIE-77 {GTIN}")) == []


def test_the_digest_says_whether_numbers_changed() -> None:
    first, second, third = Numbers(), Numbers(), Numbers()
    for each in ("A1000", "B2000"):
        first.add(each, [], ["X-1"])
    for each in ("B2000", "A1000"):
        second.add(each, [], ["X-1"])
        third.add(each, [], ["X-2"])
    assert first.digest == second.digest != third.digest


async def test_ids_gtins_and_article_numbers_are_read_from_the_catalog(shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "PAGE", 2)
    found = await numbers.load(shop)
    hits = [hit.product_ids for hit in found.find(f"NW-BS 18-120, kb.77/3, {GTIN}, 123456")]
    assert hits == [("NW-BS 18-120",), ("104711",), ("NW-BS 18-120",)]
    assert len(found.products) == 6


@given(st.text(st.sampled_from("NW-BS 18120/._4006381333931A\n"), max_size=80))
def test_no_text_breaks_it_and_every_hit_is_where_it_says(text: str) -> None:
    found = Numbers()
    for product_id in ("NW-BS 18-120", "85123A", "1123 020 1200", "B181"):
        found.add(product_id, [GTIN], [])
    places = [hit.place for hit in found.find(text)]
    assert places == sorted(set(places))
    assert all(text[place].isalnum() for place in places)
