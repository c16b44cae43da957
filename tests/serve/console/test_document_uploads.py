"""Documents are uploaded: as files, as a folder or as an archive; the import that the command line has takes them in, and tells of each."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import msgspec
import pytest

from hanse.base import database, ids
from hanse.base.context import Context
from hanse.data import catalog
from hanse.data.access.accounts import Role
from hanse.data.catalog import Product
from hanse.data.imports import ImportRecord
from hanse.serve import jobs
from hanse.serve.console import document_imports, document_uploads, receiving, session
from hanse.serve.console.document_uploads import JOB, PATH
from hanse.serve.console.texts import Catalog, Words
from hanse.serve.runtime import Runtime
from hanse.sources.documents.jobs import load_upload
from tests.conftest import NOW
from tests.serve.console.conftest import Browser
from tests.sources.documents.pdfs import locked, pdf

SignIn = Callable[..., Browser]
GERMAN = {"Accept-Language": "de"}
FRAGMENT = {"HX-Request": "true"}


def send(signed_in: Browser, files: Mapping[str, bytes], *, token: str | None = None, headers: dict[str, str] | None = None, **fields: str) -> Any:
    """Send a form as a browser does: its fields first, and each file under its path."""
    given = {session.TOKEN_FIELD: signed_in.token if token is None else token, "source": "documents", **fields}
    parts: list[Any] = [(name, (None, value)) for name, value in given.items()]
    parts += [("files", (name, content, "application/octet-stream")) for name, content in files.items()]
    return signed_in.client.post(PATH, files=parts, headers={**GERMAN, **(headers or {})})


def zipped(*names: str) -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "Zum Bohrer")
    return packed.getvalue()


def waiting(runtime: Runtime) -> list[Path]:
    return sorted(each for each in (runtime.settings.home / "uploads").glob("**/*") if each.is_file())


def imported(runtime: Runtime, answer: Any) -> dict[str, Any]:
    """Do what the worker would with the job that an upload leads to; return its result."""
    assert answer.status_code == 303, answer.text
    return asyncio.run(_done(runtime, int(answer.headers["location"].rpartition("/")[2])))


async def _done(runtime: Runtime, job_id: int) -> dict[str, Any]:
    async with await database.connect(runtime.conninfo) as connection:
        await catalog.put_products(connection, [Product(product_id="NW-BS 18-120", title={"de": "Bohrschrauber"})], source="pim", now=NOW)
        job = await jobs.find(connection, job_id)
        assert job is not None
        assert job.name == JOB
        result = await load_upload(Context(runtime.resources, fixed_connection=connection), **job.arguments)
    assert result is not None
    return result


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_files_are_uploaded_read_and_each_is_told_of(browser: SignIn, runtime: Runtime) -> None:
    signed_in = browser()
    asked = signed_in.get(PATH, headers=GERMAN).text
    assert "Oder einen ganzen Ordner" in asked
    assert "PDF bis 300 MB" in asked
    manual = pdf(["Anleitung NW-BS 18-120"], ["Seite zwei"])
    files = {
        "D1/Anleitung_de.pdf": manual,
        "gesperrt_de.pdf": locked(),
        "pflege_de.md": b"Ohne Nummer",
        "bild.png": b"x",
        "alt.zip": b"x",
        ".DS_Store": b"x",
    }
    answer = send(signed_in, files, folder_name="Anleitungen", kind="manual")
    result = imported(runtime, answer)
    assert (result["name"], result["files"], result["tally"]["new"], result["tally"]["left_out"]) == ("Anleitungen", 3, 2, 1)
    assert waiting(runtime) == []
    told = text(signed_in.get(f"/data/imports/{result['import_id']}", headers=GERMAN).text)
    assert "1 Datei wurde weggelassen." in told
    assert "gesperrt_de.pdf Das PDF ist mit einem Passwort gesperrt und wurde weggelassen. Speichern Sie es ohne Passwort. weggelassen" in told
    assert "D1/Anleitung_de.pdf aufgenommen 2 1" in told
    assert "pflege_de.md Kein Produkt wurde darin gefunden" in told
    assert "alt.zip Sie ist ein Archiv neben oder in anderen Dateien und wurde weggelassen." in told
    assert "bild.png Die Datei ist weder PDF noch Markdown noch HTML" in told
    again = imported(runtime, send(signed_in, {"D1/Anleitung_de.pdf": manual, "pflege_de.md": b"Zu NW-BS 18-120"}, kind="manual"))
    assert (again["name"], again["tally"]["changed"], again["tally"]["same"]) == ("Anleitung_de.pdf und 1 weitere", 1, 1)
    audit = text(signed_in.get("/audit").text).replace(" ", "")
    assert "documents.upload" in audit


def test_an_archive_is_uploaded_alone_and_looked_at_before_it_is_kept(browser: SignIn, runtime: Runtime) -> None:
    signed_in = browser()
    result = imported(runtime, send(signed_in, {"manuals.zip": zipped("a_de.md", "innen.zip")}))
    assert (result["name"], result["tally"]["new"], result["findings"]) == ("manuals.zip", 1, {"nested_archive": 1, "no_links": 1})
    for files, told in (
        ({"manuals.zip": b"PK no archive"}, "kein ZIP-Archiv oder beschädigt"),
        ({"manuals.zip": zipped("a_de.md"), "zwei.zip": zipped("b_de.md")}, "manuals.zip ist ein Archiv unter anderen Dateien"),
        ({"bild.png": b"x", "film.mp4": b""}, "Unter diesen Dateien ist kein Dokument"),
        ({}, "Unter diesen Dateien ist kein Dokument"),
        ({"a.md": b"x", "./a.md": b"y"}, "Zwei Dateien heißen a.md"),
        ({"a.pdf": b"x", "a.pdf/b.md": b"y"}, "Zwei Dateien heißen a.pdf/b.md"),
    ):
        answer = send(signed_in, files)
        assert (answer.status_code, told in text(answer.text)) == (422, True), told
    part = send(signed_in, {"a.md": b"x"}, source="a/b", headers=FRAGMENT)
    assert (part.status_code, "<html" in part.text, "ohne Schrägstrich" in part.text) == (422, False, True)
    assert 'aria-invalid="true"' in send(signed_in, {"a.md": b"x"}, source="a/b").text
    assert waiting(runtime) == []


def test_what_is_too_much_is_refused_where_it_gets_too_much(browser: SignIn, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in = browser()
    monkeypatch.setattr(runtime, "settings", msgspec.structs.replace(runtime.settings, upload_limit_bytes=2_000_000))
    answer = send(signed_in, {"a_de.md": b"x" * 900_000, "b_de.md": b"x" * 1_200_000})
    assert (answer.status_code, "Es sind mehr als 2 MB; das Hochladen brach bei b_de.md ab" in answer.text) == (413, True)
    monkeypatch.setattr(document_uploads, "MOST_FILES", 2)
    answer = send(signed_in, {f"{number}.md": b"x" for number in range(3)})
    assert (answer.status_code, "mehr als 2 Dateien" in answer.text) == (413, True)
    table = {"file": ("orders.csv", b"x" * 2_100_000, "text/csv")}
    answer = signed_in.post("/data/imports/new", {"kind": "orders", "source": "shop"}, files=table)
    assert (answer.status_code, "brach bei orders.csv ab" in answer.text) == (413, True)
    assert waiting(runtime) == []


def test_nothing_is_kept_without_the_token_or_the_permission(browser: SignIn, runtime: Runtime) -> None:
    signed_in = browser()
    for token in ("", "guessed"):
        assert send(signed_in, {"a.md": b"x"}, token=token).status_code == 403
    late: Any = [("files", ("a.md", b"x", "text/plain")), (session.TOKEN_FIELD, (None, signed_in.token))]
    assert signed_in.client.post(PATH, files=late).status_code == 403
    header = {session.TOKEN_HEADER: signed_in.token, **FRAGMENT}
    assert send(signed_in, {"a.md": b"x"}, token="", headers=header).headers["hx-redirect"].startswith("/jobs/")
    assert len(waiting(runtime)) == 1
    cut = signed_in.client.post(PATH, content=b"--x\r\nContent-Dispo", headers={"Content-Type": "multipart/form-data; boundary=x", **header})
    assert cut.status_code == 400
    viewer = browser(Role.VIEWER)
    assert (viewer.get(PATH).status_code, send(viewer, {"a.md": b"x"}).status_code) == (403, 403)
    assert len(waiting(runtime)) == 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\Texte\\Anleitung.pdf", "C:/Texte/Anleitung.pdf"),
        ("a\0b\n.pdf", "a_b_.pdf"),
        (" Prüfung (DE) & mehr.pdf", "Prüfung (DE) & mehr.pdf"),
        ("ü" * 200 + ".pdf", "ü" * 98 + ".pdf"),
        ("/..//.", ""),
    ],
)
def test_names_lead_nowhere_else(sent: str, kept: str) -> None:
    assert receiving.path_of(sent) == kept


def test_files_that_need_a_look_stand_first() -> None:
    record = ImportRecord(
        import_id=ids.new(),
        kind="documents",
        file_name="x",
        source="documents",
        columns={"files": [{"file": "b.md", "state": "same"}, {"file": "a.md", "state": "new"}]},
        findings=[{"code": "no_links", "severity": "warning", "file": "b.md", "finding": "No product."}],
        started_by="Anna",
        started_at=NOW,
    )
    words = Words("en", Catalog(), ZoneInfo("UTC"))
    assert [(each.file, document_imports.state(words, each)[0]) for each in document_imports.rows(words, record)] == [
        ("b.md", "known already"),
        ("a.md", "taken in"),
    ]
