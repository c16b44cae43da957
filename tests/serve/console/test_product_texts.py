"""Texts of a product in its drawer: every language with how it came to be, changed as a revision, and files and measures beside them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from hanse.base import database
from hanse.data import catalog
from hanse.data.access.accounts import Role
from hanse.data.catalog import Product
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.console.conftest import Browser

SignIn = Callable[..., Browser]
GERMAN = {"Accept-Language": "de"}
MEDIA = (
    {"kind": "model_3d", "reference": "https://ebbe.example/d.glb", "language": "de"},
    {"kind": "document", "reference": "https://ebbe.example/d.pdf", "purpose": "data_sheet", "language": "en"},
)
DRILL = Product(
    product_id="D/1",
    title={"de": "Bohrer", "en": "Drill <b>"},
    description={"fr": "Pour le bois."},
    text_origins={"title": {"en": "translated"}, "description": {"fr": "generated"}},
    attributes={"length": {"value": 0.8, "unit": "CMT"}, "voltage": {"value": 18, "unit": "V"}, "weight": {"value": 1.25, "unit": "pcs"}},
)


@pytest.fixture(autouse=True)
def _drill(runtime: Runtime, client: object) -> None:
    async def put() -> None:
        async with await database.connect(runtime.conninfo) as connection:
            await catalog.put_products(connection, [DRILL], source="pim", now=NOW)
            await connection.execute("UPDATE products SET media = %s", (database.jsonb(MEDIA),))

    asyncio.run(put())


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found[1]


def write(signed_in: Browser, **typed: str) -> Any:
    """Send the form as it is shown, with what somebody typed."""
    fields = {"seen": seen(signed_in.get("/products/D/1").text), "title_de": "Bohrer", "title_en": "Drill <b>", "description_fr": "Pour le bois."}
    return signed_in.post("/products/D/1", {**fields, "description_de": "", "origin": "given", **typed}, headers=GERMAN)


def test_texts_stand_in_every_language_with_how_they_came_to_be(browser: SignIn) -> None:
    shown = browser(Role.VIEWER).get("/products/D/1", headers=GERMAN).text
    for text in ("Französisch", "Pour le bois.", "KI-übersetzt</span>", "KI-erzeugt</span>", '<strong lang="en">Drill &lt;b&gt;</strong>'):
        assert text in shown, text
    assert "Texte bearbeiten" not in shown


def test_measures_and_files_are_told(browser: SignIn) -> None:
    shown = browser().get("/products/D/1", headers=GERMAN).text
    assert '8 mm <span class="muted small">angegeben als 0,8 CMT</span>' in shown
    assert "<dd>18 V</dd>" in shown
    assert "<dd>1,25 pcs</dd>" in shown
    assert '<span class="muted">3D-Datei, de</span>' in shown
    assert '<span class="muted">Dokument, en, data sheet</span>' in shown


def test_texts_are_changed_and_put_back(browser: SignIn) -> None:
    signed_in = browser()
    sent = write(signed_in, description_de="Für Holz.\r\nUnd Stahl.", title_en="Power drill")
    assert (sent.status_code, sent.headers["location"]) == (303, "/products/D/1")
    shown = signed_in.get("/products/D/1", headers=GERMAN).text
    assert ("Power drill" in shown, "KI-übersetzt</span>" in shown, "Die Texte sind gespeichert." in shown) == (True, False, True)
    address = re.search(r'href="(/data/imports/[\w-]+)"', shown)
    assert address
    change = signed_in.get(address[1], headers=GERMAN).text
    for text in ("Bearbeitete Texte", "Titel (en)", "Drill &lt;b&gt;", "Power drill", "Titel (en), Herkunft", "KI-übersetzt"):
        assert text in change, text
    assert signed_in.post(f"{address[1]}/undo").status_code == 303
    assert "Power drill" not in signed_in.get("/products/D/1").text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"title_de": "  "}, "Ein Text lässt sich nicht leeren."),
        ({}, "Nichts ist anders als vorher."),
        ({"seen": "0", "title_de": "Bohrer neu"}, "Jemand hat diese Texte inzwischen geändert."),
        ({"title_de": "x" * 1_001}, "title"),
        ({"origin": "dreamt", "title_de": "Bohrer neu"}, "origin"),
    ],
)
def test_what_cannot_be_taken_is_told_and_what_was_typed_stays(browser: SignIn, typed: dict[str, str], told: str) -> None:
    sent = write(browser(), **({"description_de": "Ganz neu."} if "title_de" in typed else {}), **typed)
    assert sent.status_code == 422
    assert re.search(f'role="alert">[^<]*{told}', sent.text)
    assert ("Ganz neu." in sent.text) == ("title_de" in typed)


def test_only_who_may_import_changes_texts(browser: SignIn) -> None:
    viewer = browser(Role.VIEWER)
    assert viewer.post("/products/D/1", {"title_de": "x"}).status_code == 403
