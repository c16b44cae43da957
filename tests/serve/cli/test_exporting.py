"""`hanse export catalog` writes the catalog to a file and says what products lack."""

from __future__ import annotations

from pathlib import Path

from tests.serve.cli.conftest import Hanse
from tests.sources.feeds.snippets import bmecat, price, product


def test_what_was_imported_is_exported_and_what_lacks_is_told(hanse: Hanse, tmp_path: Path) -> None:
    source, out = tmp_path / "catalog.xml", tmp_path / "out.xml"
    source.write_text(bmecat(product("D1", price=price("100.00")), product("X")), encoding="utf-8")
    hanse("import", "catalog", source, "--apply")
    done = hanse("export", "catalog", "--format", "bmecat", "--out", out, "--supplier", "Ebbe")
    assert done.code == 0
    for words in ("1 products", "1 products were left out", "no_price", "X prices: The product has no price in EUR"):
        assert words in done.out
    again = hanse("import", "catalog", out, "--strict", "--json").answer["proposed"]
    assert (again["state"], again["counts"]["unchanged"], again["counts"]["gone"], again["findings"]) == ("proposed", 1, 1, {})
    assert hanse("export", "catalog", "--format", "jsonld", "--out", out, "--json").answer["products"] == 0
    wrong = hanse("export", "catalog", "--format", "pdf", "--out", out)
    assert (wrong.code, "Formats are bmecat, merchant, merchant-tsv, jsonld" in wrong.err) == (2, True)
