"""What reading a file gives, part by part: first what it says of itself, then its text, with what is wrong in between."""

from __future__ import annotations

from typing import Any

import msgspec


class About(msgspec.Struct, kw_only=True, frozen=True, tag=True):
    """What a file says of itself; comes before its text."""

    title: str = ""
    language: str | None = None
    is_stated: bool = False
    """Whether somebody put its language down for us; that counts more than the name of the file."""
    kind: str | None = None
    url: str | None = None
    products: tuple[str, ...] = ()
    """Numbers of products it says it is about."""
    page_count: int | None = None


class Text(msgspec.Struct, frozen=True, tag=True):
    """The text of a page, or of the whole file where it has none."""

    page: int | None
    text: str


class Problem(msgspec.Struct, frozen=True, tag=True):
    """Something wrong, by its code in `findings.KINDS`."""

    code: str
    page: int | None = None
    facts: dict[str, Any] = {}


class End(msgspec.Struct, frozen=True, tag=True):
    """That was all."""


Part = About | Text | Problem | End
