"""Files become safe text: pages of a PDF, Markdown with what it says of itself, HTML without what is no text."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.sources.documents.errors import NoDocumentReader
from hanse.sources.documents.reading import hypertext, pdf, process, safe
from hanse.sources.documents.reading.parts import Problem, Text
from hanse.sources.documents.reading.worker import Reader
from tests.sources.conftest import Write
from tests.sources.documents import pdfs
from tests.sources.documents.conftest import Read, file_of

# PDF


def test_a_pdf_is_read_by_page_with_what_it_says_of_itself(read: Read) -> None:
    found = read("a.pdf", pdfs.pdf(["Erste (Seite)", "Ärger"], [], ["Dritte"], title="Der Bohrer", language="de-DE"))
    assert found.texts == [Text(1, "Erste (Seite)\nÄrger"), Text(3, "Dritte")]
    assert (found.about.title, found.about.language, found.about.page_count, found.codes) == ("Der Bohrer", "de", 3, [])


def test_points_that_lead_to_page_numbers_are_shortened(read: Read) -> None:
    assert read("a.pdf", pdfs.pdf(["Wartung . . . . . . . . 12", "Reinigung........14"])).body == "Wartung … 12\nReinigung …14"


def test_words_that_lines_part_are_put_together(read: Read) -> None:
    assert read("a.pdf", pdfs.pdf(["Die Bedie-", "nung"])).body == "Die Bedienung"


@pytest.mark.parametrize("title", ["Microsoft Word - x.doc", "handbuch.indd", "untitled", "Dokument1", "ab"])
def test_titles_that_programs_write_are_none(read: Read, title: str) -> None:
    assert read("a.pdf", pdfs.pdf(["x"], title=title)).about.title == ""


def test_what_stands_in_a_pdf_is_no_markup(read: Read) -> None:
    found = read("a.pdf", pdfs.pdf(["<script>alert(1)</script> bei < 5 bar", "[x](javascript:alert(1))"], title="<b>Titel</b>"))
    assert found.body == "< script>alert(1)< /script> bei < 5 bar\n[x]((1))"
    assert found.about.title == "< b>Titel< /b>"


def test_pages_without_text_are_told(read: Read) -> None:
    found = read("a.pdf", pdfs.pdf(["x"], [], []))
    assert found.problems == [Problem("mostly_scanned", 2, {"without": 2, "pages": 3})]


def test_a_pdf_without_its_end_is_read_and_told(read: Read) -> None:
    whole = pdfs.pdf(["x"])
    assert read("a.pdf", whole.removesuffix(b"%%EOF\n")).codes == ["cut_short"]


def test_a_page_that_is_not_there_is_told(read: Read) -> None:
    broken = pdfs.pdf(["one"], ["two"], ["three"]).replace(b"/Kids [5 0 R 7 0 R 9 0 R]", b"/Kids [5 0 R 99 0 R 9 0 R]")
    found = read("a.pdf", broken)
    assert [each.text for each in found.texts] == ["one", "three"]
    assert found.problems == [Problem("broken_page", 2)]


def test_many_pages_that_are_not_there_end_the_reading(read: Read) -> None:
    found = read("a.pdf", pdfs.pdf(["one"]).replace(b"/Count 1", b"/Count 9999999"))
    assert len(found.codes) <= pdf.MOST_BROKEN + 2
    assert found.body in {"one", ""}


def test_no_more_pages_and_letters_are_read_than_is_good(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_PAGES", 2)
    monkeypatch.setattr(pdf, "LONGEST_PAGE", 5)
    found = read("a.pdf", pdfs.pdf(["one"], ["two and more"], ["three"]))
    assert found.texts == [Text(1, "one"), Text(2, "two a")]
    assert found.codes == ["too_many_pages", "page_cut"]


@pytest.mark.parametrize(
    ("content", "code"),
    [(pdfs.locked(), "encrypted"), (b"%PDF-1.4", "damaged"), (pdfs.pdf(["x"])[:200], "damaged"), (b"<html>", "not_pdf"), (pdfs.pdf([]), "scanned")],
)
def test_what_is_no_readable_pdf_is_told(read: Read, content: bytes, code: str) -> None:
    assert read("a.pdf", content).codes == [code]


def test_letters_without_meaning_are_no_text() -> None:
    assert pdf._is_garbled("\ue001\ue002 \ue003ab")
    assert not pdf._is_garbled("Öl für 18 V – ≤ 5 °C \ue001")


# Markdown


def test_front_matter_says_what_a_document_is(read: Read) -> None:
    front = (
        '---\n# ours\ntitle: "Pflege: so geht es"\nlanguage: de-AT\nkind: advice\nurl: https://example.org/a\nproducts:\n  - D1\n  - "X 2" # old\n'
    )
    about = read("a.md", f"{front}other:\n  deep: 1\n---\n# Head\n\nText").about
    assert (about.title, about.language, about.is_stated) == ("Pflege: so geht es", "de", True)
    assert (about.kind, about.url, about.products) == ("advice", "https://example.org/a", ("D1", "X 2"))


@pytest.mark.parametrize("listed", ["products: [D1, 'X2']", "product_ids: D1, X2", "Produkte:\n- D1\n- X2"])
def test_products_are_listed_in_any_usual_way(read: Read, listed: str) -> None:
    assert read("a.md", f"---\n{listed}\n---\nx").about.products == ("D1", "X2")


def test_without_front_matter_the_heading_is_the_title(read: Read) -> None:
    assert read("a.md", "Intro\n\n# Bohren #\n\ntext").about.title == "Bohren"
    assert read("b.md", "Bohren\n======\n\ntext").about.title == "Bohren"
    assert read("c.md", "text").about.title == ""


@pytest.mark.parametrize("content", ["---\ntitle: x\n\nno end", "---\n{not yaml}\n---\nx", "---\n\n" + "a: b\n" * 10_000 + "---\nx"])
def test_front_matter_that_is_none_is_text(read: Read, content: str) -> None:
    found = read("a.md", content)
    assert (found.codes, found.body[:3]) == (["front_matter"], "---")


def test_wrong_values_are_told_and_left_out(read: Read) -> None:
    found = read("a.md", "---\nlanguage: klingon\nkind: novel\nurl: javascript:x()\ntitle: T\n---\nx")
    assert [each.facts["field"] for each in found.problems] == ["language", "kind", "url"]
    assert (found.about.title, found.about.language, found.about.kind, found.about.url) == ("T", None, None, None)


def test_markdown_stays_and_its_html_goes(read: Read) -> None:
    content = "# A\r\n\r\n- x <b>y</b>\r\n    - z<!-- no -->\r\n\r\n<script>x()</script>```\na   b\n```\n<https://x.de/a> a < b <SCRIPT\n>alert(1)"
    assert read("a.md", content).body == "# A\n\n- x y\n    - z\n\n```\na   b\n```\nhttps://x.de/a a < b"


@pytest.mark.parametrize(
    ("content", "body", "codes"),
    [
        ("Öl".encode("utf-8-sig"), "Öl", []),
        ("Öl".encode("utf-16"), "Öl", []),
        ("Öl".encode("cp1252"), "Öl", ["wrong_encoding"]),
        (b"\x00\x01" * 50, "", ["not_text"]),
        (b"%PDF-1.7", "", ["not_text"]),
    ],
)
def test_encodings(read: Read, content: bytes, body: str, codes: list[str]) -> None:
    found = read("a.md", content)
    assert (found.body, found.codes) == (body, codes)


# HTML


def test_html_becomes_markdown(read: Read) -> None:
    page = """<!doctype html><html lang="en-GB"><head><title>T &amp; T</title><style>x{}</style></head><body>
      <nav>menu <ul><li>x</nav><header><h1>Big <b>drill</b></h1></header>
      <p>One\n two<br>three<ul><li>a<li>b &lt; 5</ul>
      <table><tr><th>Voltage</th><td>18 V</td></tr><tr><td>1<td>2</table><pre>x   y\n z</pre>
      <script>document.write("<p>no</p>")</script><aside>ads</aside><div hidden>secret</div><div role="navigation">links</div>
      <footer>imprint</footer></body></html>"""
    found = read("a.html", page)
    assert found.body == "# Big drill\n\nOne two\nthree\n\n- a\n- b < 5\n\nVoltage | 18 V\n1 | 2\n\nx   y\n z"
    assert (found.about.title, found.about.language, found.codes) == ("Big drill", "en", [])


def test_scripts_do_not_survive_however_they_are_written(read: Read) -> None:
    page = (
        "<p>&lt;script&gt;a()&lt;/script&gt; <scr<script>ipt>b()</script> <img src=x onerror=c()> <svg><script>d()</script></svg> [x](javascript:e())"
    )
    body = read("a.html", page).body
    assert "<s" not in body.lower()
    assert "onerror" not in body
    assert "javascript" not in body


def test_navigation_that_is_not_closed_ends_where_the_text_begins(read: Read) -> None:
    assert read("a.html", "<nav><ul><li>menu<main><p>Text</main>").body == "Text"


def test_nesting_that_is_too_deep_is_refused(read: Read) -> None:
    assert read("a.html", "<div>" * (hypertext.DEEPEST + 1)).codes == ["too_deep"]
    assert read("b.html", "<p>x<li>y" * 2_000).codes == []


def test_the_encoding_a_page_states_counts(read: Read) -> None:
    found = read("a.html", '<meta charset="iso-8859-1"><p>Öl – 5 €'.encode("cp1252"))
    assert (found.body, found.codes) == ("Öl – 5 €", [])
    assert read("b.html", b'<meta charset="zip"><p>\xd6l').codes == ["wrong_encoding"]


# what is safe


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://example.org/a:b", True),
        ("../a.html#x:y", True),
        ("mailto:a@example.org", True),
        ("javascript:x()", False),
        ("JaVa\tScript:x()", False),
        ("javascript&#58;x()", False),
        ("&#x6A;avascript&colon;x()", False),
        ("data:text/html,x", False),
        ("vbscript:x", False),
    ],
)
def test_links_lead_to_no_script(address: str, is_safe: bool) -> None:  # noqa: FBT001  # a parameter of the test
    assert safe.is_safe_address(address) is is_safe


@given(st.text(st.sampled_from("<>/!?-scriptSCRIPT &;[]():x\n\x00\x02\u202e\ud800\U000e0041"), max_size=60))
def test_nothing_is_left_that_a_browser_takes_for_markup(text: str) -> None:
    for made in (safe.text(text), safe.text(safe.without_markup(text), is_laid_out=True)):
        assert not any(f"<{letter}" in made for letter in "/!?scriptSCRIPTx")
        assert not {"\x00", "\x02", "\u202e", "\ud800", "\U000e0041"} & set(made)
        assert safe.text(made, is_laid_out=True) == made


# the process


async def test_a_process_that_dies_is_told_and_another_takes_the_next_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.md", "Text")
    async with Reader() as reader:
        assert [part async for part in reader.read(file_of(path))][-1] == Text(None, "Text")
        assert reader._process is not None
        reader._process.kill()
        await reader._process.wait()
        assert [part async for part in reader.read(file_of(path))] == [Problem("crashed")]
        assert [part async for part in reader.read(file_of(path))][-1] == Text(None, "Text")


async def test_a_process_that_does_not_start_is_an_error(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    async with Reader() as reader:
        with pytest.raises(NoDocumentReader):
            _ = [part async for part in reader.read(file_of(write("a.md", "Text")))]


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    found = list(process.parts(process.Wanted(str(tmp_path / "gone.md"), "markdown")))
    assert found == [Problem("unreadable", None, {"reason": "No such file or directory"})]
