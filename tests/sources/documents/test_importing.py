"""A folder becomes documents of the catalog; what cannot be read is told, and the rest goes on."""

from __future__ import annotations

import os
import re
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data import catalog, imports
from hanse.data.catalog import Product, pages
from hanse.sources import documents
from hanse.sources.documents import DocumentsImport, DocumentsRequest, folder, jobs
from hanse.sources.documents.errors import NoDocuments, NoSuchFolder, UnknownDocumentOption
from hanse.sources.documents.findings import KINDS, MOST_KEPT
from hanse.sources.documents.reading.worker import Reader
from tests.conftest import NOW
from tests.sources.conftest import Fetch
from tests.sources.documents.conftest import Take
from tests.sources.documents.pdfs import locked, pdf

MANUAL = pdf(["Bedienungsanleitung NW-BS 18-120"], ["Wechseln Sie die Kohlebürste KB.77/3."], language="de")
EVERYTHING = "SELECT document_id, kind, language, title, product_ids, page_count FROM documents ORDER BY document_id"


def tally(done: DocumentsImport) -> tuple[int, int, int, int, int]:
    each = done.tally
    return each.new, each.changed, each.same, each.left_out, each.gone


async def test_a_folder_becomes_documents(take: Take, manuals: Path, shop: Connection, fetch: Fetch) -> None:
    (manuals / "D1").mkdir()
    (manuals / "Anleitung_de.pdf").write_bytes(MANUAL)
    (manuals / "D1" / "Datenblatt.md").write_text("# Bohrer\n\n8 mm", encoding="utf-8")
    (manuals / "tips.html").write_text('<html lang="en"><body><h1>Drilling</h1><p>104711</p></body></html>', encoding="utf-8")
    done = await take()
    assert tally(done) == (3, 0, 0, 0, 0)
    assert (done.files, done.source, done.tally.pages, done.tally.links) == (3, "documents", 2, 4)
    assert [tuple(each.values()) for each in await fetch(EVERYTHING)] == [
        ("documents/Anleitung_de.pdf", "manual", "de", "Anleitung", ["NW-BS 18-120", "104711"], 2),
        ("documents/D1/Datenblatt.md", "data_sheet", "en", "Bohrer", ["D1"], None),
        ("documents/tips.html", "advice", "en", "Drilling", ["104711"], None),
    ]
    assert done.findings == {"language_guessed": 1}
    found = [page async for some in pages.read(shop) for page in some]
    assert [(each.document_id, each.page, each.text) for each in found[:2]] == [
        ("documents/Anleitung_de.pdf", 1, "Bedienungsanleitung NW-BS 18-120"),
        ("documents/Anleitung_de.pdf", 2, "Wechseln Sie die Kohlebürste KB.77/3."),
    ]
    assert found[2].text == "# Bohrer\n\n8 mm"


async def test_links_say_how_sure_they_are(take: Take, manuals: Path, shop: Connection, fetch: Fetch) -> None:
    (manuals / "manual_de_104711.pdf").write_bytes(MANUAL)
    await take()
    (found,) = await fetch("SELECT product_ids, attributes -> 'linked_by' AS linked_by FROM documents")
    assert found == {"product_ids": ["104711", "NW-BS 18-120"], "linked_by": {"104711": "name", "NW-BS 18-120": "title_page"}}


async def test_what_is_the_same_is_left_alone(take: Take, manuals: Path, shop: Connection, fetch: Fetch) -> None:
    (manuals / "a_de.pdf").write_bytes(MANUAL)
    (manuals / "b_de.md").write_text("Zu 104711", encoding="utf-8")
    await take()
    await fetch("UPDATE documents SET title = 'kept' RETURNING 1")
    (manuals / "b_de.md").write_text("Zu 104711 und mehr", encoding="utf-8")
    assert tally(await take()) == (0, 1, 1, 0, 0)
    assert [each["title"] for each in await fetch("SELECT title FROM documents ORDER BY document_id")] == ["kept", "b"]


async def test_a_new_catalog_links_what_is_there(take: Take, manuals: Path, shop: Connection, fetch: Fetch) -> None:
    (manuals / "a_de.pdf").write_bytes(pdf(["Zu X-900"], ["und 104711"]))
    (manuals / "b_de.md").write_text("---\nproducts: [Y1]\n---\nNichts", encoding="utf-8")
    assert (await take()).findings == {"no_links": 1, "unknown_product": 1}
    await catalog.put_products(shop, [Product(product_id="X-900"), Product(product_id="Y1")], source="pim", now=NOW)
    again = await take()
    assert (tally(again), again.tally.pages, again.findings) == ((0, 2, 0, 0, 0), 0, {})
    assert [each["product_ids"] for each in await fetch(EVERYTHING)] == [["X-900", "104711"], ["Y1"]]
    await catalog.put_products(shop, [Product(product_id="Z-900")], source="pim", now=NOW)
    assert tally(await take()) == (0, 0, 2, 0, 0)


async def test_what_is_gone_is_withdrawn_only_where_that_is_asked_for(take: Take, manuals: Path, shop: Connection, fetch: Fetch) -> None:
    for name in ("a_de.pdf", "b_de.pdf"):
        (manuals / name).write_bytes(MANUAL)
    (manuals / "other_de.md").write_text("104711", encoding="utf-8")
    await take()
    await take(manuals / "other_de.md", source="elsewhere")
    (manuals / "b_de.pdf").unlink()
    assert (await take()).tally.gone == 0
    (manuals / "a_de.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    assert tally(await take(mirror=True)) == (0, 0, 1, 1, 1)
    names = [each["document_id"] for each in await fetch(EVERYTHING)]
    assert names == ["documents/a_de.pdf", "documents/other_de.md", "elsewhere/other_de.md"]
    assert {each["document_id"] for each in await fetch("SELECT document_id FROM document_pages")} == {"documents/a_de.pdf"}


async def test_a_folder_that_cannot_be_looked_into_withdraws_nothing(
    take: Take, manuals: Path, shop: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a_de.md", "b_de.md"):
        (manuals / name).write_text("104711", encoding="utf-8")
    await take()
    (manuals / "b_de.md").unlink()
    real = os.walk

    def walk(top: Path, onerror: object) -> object:
        if callable(onerror):
            onerror(PermissionError(13, "Permission denied", str(top / "locked")))
        return real(top)

    monkeypatch.setattr("hanse.sources.documents.folder.os.walk", walk)
    done = await take(mirror=True)
    assert (tally(done), done.findings["unreadable_folder"]) == ((0, 0, 1, 0, 0), 1)


BAD: dict[str, tuple[bytes, str]] = {
    "locked.pdf": (locked(), "encrypted"),
    "scanned.pdf": (pdf([], []), "scanned"),
    "short.pdf": (MANUAL[:-300], "damaged"),
    "word.pdf": (b"PK\x03\x04 a document of a word processor", "not_pdf"),
    "empty.pdf": (b"", "empty"),
    "picture.html": (b"\x89PNG\r\n\x1a\n", "not_text"),
    "numbers.md": (b"\x00\x01\x02" * 100, "not_text"),
    "deep.html": (b"<div>" * 2_000, "too_deep"),
    "silent.html": (b"<nav>Menu</nav><script>x()</script>", "no_text"),
    "nothing.md": (b"---\ntitle: x\n---\n", "no_text"),
}


async def test_each_broken_file_is_told_and_the_rest_goes_on(take: Take, manuals: Path, shop: Connection, fetch: Fetch) -> None:
    for name, (content, _) in BAD.items():
        (manuals / name).write_bytes(content)
    (manuals / "zuletzt_de.pdf").write_bytes(MANUAL)
    done = await take()
    assert tally(done) == (1, 0, 0, len(BAD), 0)
    assert {each.file: each.code for each in done.examples} == {name: code for name, (_, code) in BAD.items()}
    assert all(each.severity == "error" and each.finding.endswith(".") for each in done.examples)
    assert [each["document_id"] for each in await fetch(EVERYTHING)] == ["documents/zuletzt_de.pdf"]


async def test_an_old_encoding_is_read_and_told(take: Take, manuals: Path, shop: Connection, fetch: Fetch) -> None:
    (manuals / "a_de.md").write_bytes("Öl für 104711".encode("cp1252"))
    assert (await take()).findings == {"wrong_encoding": 1}
    assert await fetch("SELECT body FROM documents") == [{"body": "Öl für 104711"}]


async def test_files_that_are_too_large_are_left_out(take: Take, manuals: Path, shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(folder.MOST_BYTES, "pdf", 500)
    (manuals / "a_de.pdf").write_bytes(MANUAL)
    assert (await take()).findings == {"too_large": 1}


async def test_a_file_that_takes_too_long_is_left_out_and_the_next_one_is_read(context: Context, manuals: Path, shop: Connection) -> None:
    (manuals / "a.html").write_bytes(b"<p>x" * 4_000_000)
    (manuals / "b_de.md").write_text("104711", encoding="utf-8")
    done = await documents.load(context, DocumentsRequest(path=str(manuals)), Reader(file_seconds=1.0))
    assert (tally(done), done.findings) == ((1, 0, 0, 1, 0), {"too_slow": 1})


async def test_of_too_many_products_only_the_sure_ones_are_linked(take: Take, manuals: Path, shop: Connection, fetch: Fetch) -> None:
    await catalog.put_products(shop, [Product(product_id=f"T-{number}") for number in range(1000, 1300)], source="pim", now=NOW)
    listed = [f"T-{number}" for number in range(1000, 1300)]
    (manuals / "Teile_D1_de.pdf").write_bytes(pdf(["Teile zu 104711"], *(listed[start : start + 40] for start in range(0, 300, 40))))
    done = await take()
    assert done.findings == {"many_links": 1}
    assert done.examples[0].facts["count"] == "301"
    assert [each["product_ids"] for each in await fetch(EVERYTHING)] == [["104711"]]


async def test_other_files_and_hidden_ones_are_no_documents(take: Take, manuals: Path, shop: Connection) -> None:
    (manuals / ".git").mkdir()
    for name in ("a_de.md", "b.docx", ".hidden.md", ".git/c.md"):
        (manuals / name).write_text("104711", encoding="utf-8")
    (manuals / "link.md").symlink_to("/etc/hostname")
    (manuals / "loop.md").symlink_to(manuals / "loop.md")
    os.mkfifo(manuals / "pipe.md")
    done = await take()
    assert (done.files, tally(done)) == (1, (1, 0, 0, 0, 0))
    assert done.findings == {"other_format": 1, "outside": 1, "unreadable": 1}


async def test_the_same_file_twice_is_told(take: Take, manuals: Path, shop: Connection) -> None:
    for name in ("a_de.pdf", "b_de.pdf"):
        (manuals / name).write_bytes(MANUAL)
    done = await take()
    assert (tally(done), [each.facts for each in done.examples]) == ((2, 0, 0, 0, 0), [{"other": "a_de.pdf"}])


async def test_names_as_other_systems_write_them(take: Take, manuals: Path, shop: Connection, fetch: Fetch) -> None:
    Path(os.fsdecode(bytes(manuals) + b"/\xff.md")).write_text("104711", encoding="utf-8")
    (manuals / "Gera\u0308t_de.md").write_text("104711", encoding="utf-8")
    assert (await take()).findings == {"odd_name": 1}
    assert [each["document_id"] for each in await fetch(EVERYTHING)] == ["documents/Gerät_de.md"]


async def test_the_import_is_kept_with_its_findings(take: Take, manuals: Path, shop: Connection, context: Context) -> None:
    (manuals / "a_de.pdf").write_bytes(MANUAL)
    for number in range(MOST_KEPT + 5):
        (manuals / f"{number}.docx").write_bytes(b"")
    (manuals / "broken.pdf").write_bytes(b"nothing")
    done = await take()
    record = await imports.find(await context.connection(), done.import_id)
    assert record is not None
    assert (record.kind, record.state, record.file_name, record.source) == ("documents", "done", "manuals", "documents")
    assert record.counts == {"rows": 2, "loaded": 1, "known": 0, "left_out": 1, "gone": 0, "documents": 1, "pages": 2, "links": 2}
    assert (done.findings["other_format"], len(record.findings)) == (MOST_KEPT + 5, MOST_KEPT + 1)
    (broken,) = [each for each in record.findings if each["code"] == "not_pdf"]
    assert (broken["example"], broken["template"].format_map(broken["facts"])) == ("broken.pdf", broken["finding"])


async def test_what_goes_wrong_is_kept_with_the_import(context: Context, manuals: Path, shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("hanse.data.catalog.store.put_documents", fail)
    (manuals / "a_de.pdf").write_bytes(MANUAL)
    with pytest.raises(RuntimeError):
        await documents.load(context, DocumentsRequest(path=str(manuals)))
    (record,) = await imports.list_imports(await context.connection())
    assert (record.state, record.error) == ("failed", "It stopped: RuntimeError. The log of the server says more.")


async def test_what_cannot_be_imported_at_all_is_an_error(take: Take, manuals: Path) -> None:
    with pytest.raises(NoDocuments, match="manuals holds no documents"):
        await take(mirror=True)
    with pytest.raises(NoSuchFolder):
        await take(manuals / "nowhere")


@pytest.mark.parametrize("options", [{"language": "deutsch"}, {"source": " "}, {"source": "a/b"}, {"mirror": True}])
async def test_options_that_cannot_be_are_refused(take: Take, manuals: Path, options: dict[str, object]) -> None:
    (manuals / "a.md").write_text("x", encoding="utf-8")
    with pytest.raises(UnknownDocumentOption, match=next(iter(options))):
        await take(manuals / "a.md", **options)


async def test_a_job_imports_and_removes_nothing(context: Context, manuals: Path, shop: Connection) -> None:
    path = manuals / "a.pdf"
    path.write_bytes(MANUAL)
    told = await jobs.load.function(context, path=str(path), language="de", source="manuals")
    assert told is not None
    done = msgspec.convert(told, DocumentsImport)
    assert (done.tally.new, path.exists()) == (1, True)
    record = await imports.find(await context.connection(), UUID(told["import_id"]))
    assert record is not None
    assert record.source == "manuals"


def test_every_finding_has_german_words() -> None:
    from babel.messages.pofile import read_po

    with Path(documents.__file__).with_name("de.po").open("rb") as file:
        german = {each.id: each.string for each in read_po(file) if each.id}
    for kind in KINDS.values():
        assert german.get(kind.template), kind.template
        assert _names(str(german[kind.template])) == _names(kind.template)


def _names(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))
