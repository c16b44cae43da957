"""What an export says to people, in English and German; the German stands in `de.po`."""

from __future__ import annotations

from hanse.base import translation


def say(text: str, language: str) -> str:
    """Return a text in a language."""
    return translation.say(__package__, text, language)
