"""`hanse import catalog` shows what a feed would change, and changes it only where that is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.serve.cli.conftest import Hanse
from tests.sources.feeds.snippets import bmecat, price, product


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.xml"
    path.write_text(bmecat(product("D1", price=price("100.00")), product("X", details="<EAN>4006381333932</EAN>")), encoding="utf-8")
    return path


def test_a_catalog_shows_what_it_would_change(hanse: Hanse, file: Path) -> None:
    done = hanse("import", "catalog", file)
    assert done.code == 0
    for words in (
        "2 products of Ebbe",
        "2 new, 0 changed, 0 gone, 0 unchanged",
        "wrong_gtin",
        "4006381333932 is no GTIN",
        "nothing is changed so far",
    ):
        assert words in done.out
    assert hanse("call", "catalog.products", "{}", "--json").answer["products"] == []


def test_what_is_asked_for_is_applied_and_can_be_undone(hanse: Hanse, file: Path) -> None:
    done = hanse("import", "catalog", file, "--apply", "--source", "pim")
    assert "applied" in done.out
    assert [each["product_id"] for each in hanse("call", "catalog.products", "{}", "--json").answer["products"]] == ["X", "D1"]
    revision_id = done.out.partition('"revision_id": "')[2][:36]
    undone = hanse("call", "revisions.undo", f'{{"revision_id": "{revision_id}"}}', "--json")
    assert (undone.answer["kept"], hanse("call", "catalog.products", "{}", "--json").answer["products"]) == (0, [])


def test_changes_are_listed_with_their_jumps(hanse: Hanse, file: Path) -> None:
    hanse("import", "catalog", file, "--apply")
    file.write_text(bmecat(product("D1", price=price("200.00"))), encoding="utf-8")
    shown = hanse("import", "catalog", file).out
    for words in ("0 new, 1 changed, 1 gone, 0 unchanged", "1 products whose price jumps", "prices (price jumps by 100%)"):
        assert words in shown


def test_strictness_applies_nothing(hanse: Hanse, file: Path) -> None:
    file.write_text(bmecat(product("D1", price=price("auf Anfrage"))), encoding="utf-8")
    done = hanse("import", "catalog", file, "--strict", "--apply")
    assert "refused" in done.out
    assert hanse("call", "catalog.products", "{}", "--json").answer["products"] == []


def test_an_answer_for_programs_is_json(hanse: Hanse, file: Path) -> None:
    answer = hanse("import", "catalog", file, "--json").answer
    assert (answer["applied"], answer["proposed"]["counts"]["new"], answer["findings"][0]["code"]) == (False, 2, "wrong_gtin")


def test_what_cannot_be_read_ends_with_its_exit_code(hanse: Hanse, tmp_path: Path) -> None:
    done = hanse("import", "catalog", tmp_path / "nothing.xml")
    assert (done.code, "There is no file" in done.err) == (2, True)
