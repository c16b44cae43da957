"""What an export says to people, in English and German; the German stands in `de.po`."""

from __future__ import annotations

from functools import cache
from importlib import resources


def say(text: str, language: str) -> str:
    """Return a text in a language."""
    return _german().get(text, text) if language == "de" else text


@cache
def _german() -> dict[str, str]:
    from babel.messages.pofile import read_po

    with resources.files(__package__).joinpath("de.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="de") if message.id and message.string}
