"""A text keeps its mark as long as it stays the same; another has the one that it comes with."""

from __future__ import annotations

from hanse.data.catalog import Product, origins

KNOWN = Product(
    product_id="A",
    title={"de": "Bohrer", "en": "Drill"},
    description={"en": "For wood."},
    text_origins={"title": {"en": "translated"}, "description": {"en": "generated"}},
)


def test_what_is_not_given_keeps_its_mark() -> None:
    assert origins.merged(KNOWN, {"title": {"de": "Bohrer neu", "en": "Drill"}}) == KNOWN.text_origins


def test_another_text_has_the_mark_it_comes_with() -> None:
    assert origins.merged(KNOWN, {"title": {"en": "Power drill"}, "description": {"en": "For steel."}}) == {}
    told = {"title": {"fr": "generated", "de": "given"}, "description": {"en": "generated"}}
    said = {"title": {"fr": "Foret", "de": "Bohrer"}, "description": {"en": "For steel."}}
    assert origins.merged(KNOWN, said, told) == {"title": {"en": "translated", "fr": "generated"}, "description": {"en": "generated"}}
