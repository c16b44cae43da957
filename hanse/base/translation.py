"""Texts in German: English stands in the code, German in `de.po` beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources


def say(package: str, text: str, language: str) -> str:
    """Return a text of a package in a language, `de` or `en`; the English one where there is no other."""
    return german(package).get(text, text) if language == "de" else text


@cache
def german(package: str) -> Mapping[str, str]:
    """Return the German texts of a package by their English ones."""
    from babel.messages.pofile import read_po

    with resources.files(package).joinpath("de.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="de") if message.id and message.string}
