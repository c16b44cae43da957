"""How texts of products came to be: who merges texts asks here what becomes of their marks, and who writes them out which of them to mark."""

from __future__ import annotations

from collections.abc import Mapping

from hanse.data.catalog.schemas import Origin, Product, TextOrigins, Texts

FIELDS = ("title", "description")
"""The texts that have an origin."""
BY_A_MODEL = frozenset({Origin.GENERATED.value, Origin.TRANSLATED.value})


def by_a_model(marks: TextOrigins, field: str, language: str) -> bool:
    """Return whether a model wrote or translated a text.

    >>> by_a_model({"title": {"en": "translated"}}, "title", "en"), by_a_model({"title": {"en": "translated"}}, "title", "de")
    (True, False)
    """
    return marks.get(field, {}).get(language) in BY_A_MODEL


def merged(before: Product, said: Mapping[str, Texts], marks: TextOrigins | None = None) -> TextOrigins:
    """Return the marks of a product that gets texts, which come with `marks` of their own: a text that stays the same keeps its mark.

    Sources send back what was written into them, and a text is no less generated for that. `revisions` does the same in SQL.
    """
    told = marks or {}
    known: dict[str, Texts] = {"title": before.title, "description": before.description}
    found = {each: _marks(known[each], said.get(each, {}), before.text_origins.get(each, {}), told.get(each, {})) for each in FIELDS}
    return {field: each for field, each in found.items() if each}


def _marks(known: Texts, said: Texts, before: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in {**known, **said}:
        stays = language not in said or said[language] == known.get(language)
        mark = (before.get(language) if stays else None) or told.get(language)
        if mark in BY_A_MODEL:
            found[language] = str(mark)
    return found
