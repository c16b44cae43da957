"""`hanse import documents` makes documents of a folder and tells what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.serve.cli.conftest import Hanse
from tests.sources.documents.pdfs import locked, pdf
from tests.sources.feeds.snippets import bmecat, price, product


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "manuals"
    found.mkdir()
    (found / "Anleitung_de.pdf").write_bytes(pdf(["Bedienungsanleitung X-900"], ["Seite zwei"]))
    (found / "locked.pdf").write_bytes(locked())
    return found


def test_a_folder_is_imported_and_told(hanse: Hanse, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "catalog.xml").write_text(bmecat(product("X-900", price=price("100.00"))), encoding="utf-8")
    hanse("import", "catalog", tmp_path / "catalog.xml", "--apply")
    done = hanse("import", "documents", folder)
    assert done.code == 0
    for words in (
        "manuals: 2 documents of documents",
        "1 new, 0 changed, 0 same, 1 left out",
        "2 pages read, 1 links to products",
        "1 encrypted",
        "locked.pdf The PDF is locked with a password; it was left out. Save it without a password.",
    ):
        assert words in done.out
    (document,) = hanse("call", "catalog.product", '{"product_id": "X-900"}', "--json").answer["documents"]
    assert (document["title"], document["kind"], document["language"]) == ("Anleitung", "manual", "de")


def test_again_it_is_left_alone_and_mirrored_where_asked_for(hanse: Hanse, folder: Path) -> None:
    hanse("import", "documents", folder, "--source", "press")
    (folder / "Anleitung_de.pdf").rename(folder / "Manual_en.pdf")
    done = hanse("import", "documents", folder, "--source", "press", "--mirror", "--json").answer
    assert (done["tally"]["new"], done["tally"]["gone"], done["source"]) == (1, 1, "press")
    again = hanse("import", "documents", folder, "--source", "press").out
    assert "0 new, 0 changed, 1 same, 1 left out" in again


def test_what_cannot_be_imported_ends_with_its_exit_code(hanse: Hanse, tmp_path: Path) -> None:
    done = hanse("import", "documents", tmp_path / "nothing")
    assert (done.code, "There is no folder" in done.err) == (2, True)
    assert hanse("import", "documents", tmp_path, "--language", "deutsch").code == 2
