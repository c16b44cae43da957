"""People are answered in German or English, as their program asks."""

from __future__ import annotations

import pytest

from hanse.serve.languages import preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "de"),
        ("", "de"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("de-AT, en;q=0.5", "de"),
        ("de;q=0.3, en;q=0.8", "en"),
        ("de; q=0.3, en; q=0.8", "en"),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "en"),
        ("fr", "de"),
        ("en;q=0", "de"),
        ("EN", "en"),
        ("*", "de"),
        (";;q=,,en;q=x", "de"),
        ("x" * 10_000, "de"),
    ],
)
def test_the_language_asked_for_most_is_taken(header: str | None, language: str) -> None:
    assert preferred(header, "de") == language
