"""A ZIP archive becomes documents as its folder would; what could harm stays in it and is told."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest

from hanse.base import ids
from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data import imports
from hanse.sources.documents import archive, jobs
from hanse.sources.documents.errors import ArchiveTooLarge, LockedArchive, NoDocuments, NotAnArchive, NoUpload, UnknownDocumentOption
from tests.sources.conftest import Fetch
from tests.sources.documents.conftest import Take
from tests.sources.documents.pdfs import locked, pdf

Pack = Callable[..., Path]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Write an archive of these files."""

    def packed(files: Mapping[str | ZipInfo, bytes | str], name: str = "manuals.zip", compression: int = zipfile.ZIP_DEFLATED) -> Path:
        with ZipFile(tmp_path / name, "w", compression) as written:
            for each, content in files.items():
                written.writestr(each, content, None if isinstance(each, str) else each.compress_type)
        return tmp_path / name

    return packed


def link(name: str) -> ZipInfo:
    found = ZipInfo(name)
    found.external_attr = 0o120777 << 16
    return found


def left(context: Context) -> list[Path]:
    return list((context.settings.home / archive.UPLOADS).glob("*"))


async def test_an_archive_becomes_documents_and_what_could_harm_stays_in_it(
    take: Take, pack: Pack, context: Context, shop: Connection, fetch: Fetch
) -> None:
    path = pack(
        {
            "D1/Datenblatt_de.md": "# Bohrer",
            "D1\\Pflege_de.md": "# Pflege",
            "gesperrt_de.pdf": locked(),
            "../hinaus.md": "x",
            "/etc/weg.md": "x",
            "C:/weg.md": "x",
            link("verweis.md"): "/etc/passwd",
            "innen.zip": b"PK",
            "bild.png": b"x",
            "__MACOSX/._D1.md": "x",
            ".DS_Store": "x",
            "bombe_de.html": b"<p>" + b" " * 15_000_000,
            "leer/": b"",
        }
    )
    done = await take(path)
    assert [each["document_id"] for each in await fetch("SELECT document_id FROM documents ORDER BY 1")] == [
        "documents/D1/Datenblatt_de.md",
        "documents/D1/Pflege_de.md",
    ]
    told = {"encrypted": 1, "leads_out": 3, "link_in_archive": 1, "nested_archive": 1, "other_format": 1, "swollen": 1}
    assert (done.name, done.files, done.tally.new, done.tally.left_out, done.findings) == ("manuals.zip", 3, 2, 1, told)
    record = await imports.find(shop, done.import_id)
    assert record is not None
    assert [(each["file"], each["state"], each["links"]) for each in record.columns["files"]] == [
        ("D1/Datenblatt_de.md", "new", 1),
        ("D1/Pflege_de.md", "new", 1),
        ("gesperrt_de.pdf", "left_out", 0),
    ]
    assert left(context) == []


async def test_an_archive_that_cannot_be_used_is_refused_whole(
    take: Take, pack: Pack, context: Context, shop: Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    good = pack({"a_de.md": "Text" * 50, "b_de.md": "Text"})
    for name, content in (("none.zip", b"no archive"), ("cut.zip", good.read_bytes()[:-30]), ("empty.zip", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(NotAnArchive):
            await take(tmp_path / name)
    locked_entries = good.read_bytes().replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    (tmp_path / "locked.zip").write_bytes(locked_entries)
    with pytest.raises(LockedArchive):
        await take(tmp_path / "locked.zip")
    with pytest.raises(NoDocuments, match=r"pictures\.zip"):
        await take(pack({"a.png": b"x"}, "pictures.zip"))
    monkeypatch.setattr(archive, "MOST_UNPACKED_BYTES", 100)
    with pytest.raises(ArchiveTooLarge):
        await take(good)
    monkeypatch.setattr(archive, "MOST_FILES", 1)
    with pytest.raises(ArchiveTooLarge, match=r"manuals\.zip is too large: at most 1 files"):
        await take(good)
    assert left(context) == []


async def test_a_damaged_file_and_one_of_the_same_name_cost_only_themselves(take: Take, pack: Pack, shop: Connection) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = pack({"a_de.md": "first", ZipInfo("a_de.md"): "second", "b_de.md": "unhurt", "c_de.md": "damaged here"}, "x.zip", zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"damaged here", b"damaged HERE"))
    done = await take(path)
    assert (done.tally.new, done.findings) == (2, {"same_name": 1, "damaged_in_archive": 1, "no_links": 2})


async def test_names_in_utf_8_are_read_where_the_archive_does_not_say_so(take: Take, pack: Pack, shop: Connection, fetch: Fetch) -> None:
    path = pack({"Pruefung_de.md": "104711"}, compression=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"Pruefung", "Prüfung".encode()))
    await take(path)
    assert [each["document_id"] for each in await fetch("SELECT document_id FROM documents")] == ["documents/Prüfung_de.md"]


async def test_an_upload_is_imported_and_removed_and_its_kind_is_taken_where_nothing_says_it(
    context: Context, shop: Connection, fetch: Fetch
) -> None:
    async def upload(files: Mapping[str, bytes], **options: str) -> dict[str, object]:
        upload_id = ids.new()
        folder = context.settings.home / archive.UPLOADS / str(upload_id) / jobs.FOLDER
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        found = await jobs.load_upload(context, upload_id=str(upload_id), started_by="Anna", **options)
        assert found is not None
        return found

    await upload({"D1_de.md": b"Pflege", "Datenblatt_de.pdf": pdf(["104711"])}, kind="manual", name="zwei Dateien")
    again = await upload({"D1_de.md": b"Pflege"}, kind="repair_guide")
    kinds = await fetch("SELECT document_id, kind FROM documents ORDER BY 1")
    assert [tuple(each.values()) for each in kinds] == [("documents/D1_de.md", "repair_guide"), ("documents/Datenblatt_de.pdf", "data_sheet")]
    assert (again["name"], left(context)) == ("D1_de.md", [])
    names = await fetch("SELECT file_name, started_by FROM imports ORDER BY file_name DESC")
    assert [tuple(each.values()) for each in names] == [("zwei Dateien", "Anna"), ("D1_de.md", "Anna")]
    with pytest.raises(UnknownDocumentOption):
        await upload({"D1_de.md": b"Pflege"}, kind="novel")
    with pytest.raises(NoUpload):
        await jobs.load_upload(context, upload_id=str(ids.new()))
    with pytest.raises(ValueError, match="badly formed"):
        await jobs.load_upload(context, upload_id="../..")
