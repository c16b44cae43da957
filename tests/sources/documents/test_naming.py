"""The name of a file says what it is and in which language, without taking words for languages."""

from __future__ import annotations

import pytest

from hanse.sources.documents import naming


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Bedienungsanleitung.pdf", "manual"),
        ("Betriebsanleitung_NW-1.pdf", "manual"),
        ("user-guide.pdf", "manual"),
        ("Reparaturanleitung.pdf", "repair_guide"),
        ("repair_manual.pdf", "repair_guide"),
        ("Datenblätter/x.pdf", "data_sheet"),
        ("technical-data.html", "data_sheet"),
        ("manuals/Datenblatt.pdf", "data_sheet"),
        ("manuals/x.pdf", "manual"),
        ("repair_guide/x.pdf", "repair_guide"),
        ("Pflegetipps.md", "advice"),
    ],
)
def test_kinds(name: str, kind: str) -> None:
    assert naming.kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("manual_de.pdf", "de"),
        ("manual-en.pdf", "en"),
        ("manual.fr.pdf", "fr"),
        ("manual_en_v2.pdf", "en"),
        ("manual_en-US.pdf", "en"),
        ("manual-en-GB.pdf", "en"),
        ("DE/manual.pdf", "de"),
        ("x/de/y/manual.pdf", "de"),
        ("de/manual_en.pdf", "en"),
        ("Manual English.pdf", "en"),
        ("anleitung deutsch v3.pdf", "de"),
        ("how-to-fix-it.md", None),
        ("Was-es-da-gibt.md", None),
        ("say no.md", None),
        ("manual_it.pdf", "it"),
        ("de.md", "de"),
        ("manual.pdf", None),
        ("XX/manual.pdf", None),
    ],
)
def test_languages(name: str, language: str | None) -> None:
    assert naming.language_of(name) == language


@pytest.mark.parametrize(
    ("name", "title"),
    [("a/Reparatur_NW-1_de.pdf", "Reparatur NW-1"), ("Tipps und Tricks.md", "Tipps und Tricks"), ("de.md", "de"), ("_.md", "_")],
)
def test_titles(name: str, title: str) -> None:
    assert naming.title_of(name) == title


@pytest.mark.parametrize(("text", "code"), [("de-AT", "de"), ("English", "en"), ("deu", "de"), ("", None), ("x-klingon", None), ("Deutsch", "de")])
def test_codes(text: str, code: str | None) -> None:
    assert naming.code(text) == code
