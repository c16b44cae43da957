"""Uploading documents in a real browser: what was chosen, the upload, the import that goes on by itself, and what became of each file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, expect

from tests.sources.documents.pdfs import locked, pdf
from tests.web.conftest import PATIENCE_MS, Console
from tests.web.looking import axe, look, whole

__all__ = ["axe"]

PATH = "/data/imports/documents"


@pytest.fixture(autouse=True)
def without_documents(console: Console) -> Iterator[None]:
    """Leave no documents behind, as all tests share one console."""
    yield
    with psycopg.connect(console.database_url) as connection:
        connection.execute("DELETE FROM documents WHERE document_id LIKE 'documents/%'")
        connection.execute("DELETE FROM imports WHERE kind = 'documents'")


def test_a_folder_is_uploaded_and_each_file_is_told_of(
    console: Console, chromium: Browser, signed_in: dict[str, Any], axe: str, tmp_path: Path
) -> None:
    folder = tmp_path / "Anleitungen"
    (folder / "Bohrer").mkdir(parents=True)
    (folder / "Bohrer" / "Anleitung_de.pdf").write_bytes(pdf([f"Bedienung von {console.product_id}"]))
    (folder / "gesperrt_de.pdf").write_bytes(locked())
    (folder / "bild.png").write_bytes(b"x")
    page, faults = look(chromium, signed_in, "de", "light", 1440)
    page.goto(console.address + PATH)
    page.wait_for_selector("#folder-choice:not([hidden])")
    page.get_by_role("button", name="Hochladen und einlesen").click()
    expect(page.get_by_role("alert")).to_contain_text("Wählen Sie zuerst Dateien")
    page.set_input_files("#folder", folder)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("#chosen")).to_contain_text("3 Dateien")
    expect(page.locator("#chosen li").first).to_contain_text("bild.png – weder PDF noch Markdown noch HTML")
    expect(page.locator("#chosen")).to_contain_text("Bohrer/Anleitung_de.pdf")
    page.get_by_role("button", name="Hochladen und einlesen").click()
    page.wait_for_url(re.compile(r"/jobs/\d+"), timeout=PATIENCE_MS)
    page.get_by_role("link", name="Bericht öffnen").click(timeout=PATIENCE_MS)
    expect(page.get_by_role("heading", level=1)).to_have_text("Anleitungen")
    rows = page.locator("tbody tr")
    expect(rows.filter(has_text="gesperrt_de.pdf")).to_contain_text("mit einem Passwort gesperrt")
    expect(rows.filter(has_text="Bohrer/Anleitung_de.pdf")).to_contain_text("aufgenommen")
    faults += whole(page, axe)
    page.context.close()
    assert faults == []
