"""What is wrong with a field, in words of people; programs get what msgspec says."""

from __future__ import annotations

import re
from collections.abc import Callable

_SAID = re.compile(r"(?P<what>Expected `(?P<kind>\w+)`(?P<length> of length)?(?: (?P<sign>[<>]=?) (?P<limit>[\d.]+))?)(?P<got>, got .*)?")
_KINDS = {"str": "length", "array": "entries"}


def plain(message: str, gettext: Callable[..., str]) -> str:
    """Return a message of msgspec in words of people; one of another form stays as it is."""
    found = _SAID.fullmatch(message)
    if found is None:
        return message
    if not found["limit"]:
        return _wanted(gettext).get(found["kind"], message)
    measured = _KINDS.get(found["kind"], "") if found["length"] else "size"
    texts = _limits(gettext)
    return texts[measured, found["sign"]] % {"limit": found["limit"]} if (measured, found["sign"]) in texts else message


def _limits(gettext: Callable[..., str]) -> dict[tuple[str, str], str]:
    return {
        ("length", ">="): gettext("it has to have at least %(limit)s characters"),
        ("length", "<="): gettext("it may have %(limit)s characters at most"),
        ("entries", ">="): gettext("it has to have at least %(limit)s entries"),
        ("entries", "<="): gettext("it may have %(limit)s entries at most"),
        ("size", ">="): gettext("it has to be %(limit)s or more"),
        ("size", "<="): gettext("it may be %(limit)s at most"),
        ("size", ">"): gettext("it has to be more than %(limit)s"),
        ("size", "<"): gettext("it has to be less than %(limit)s"),
    }


def _wanted(gettext: Callable[..., str]) -> dict[str, str]:
    return {"int": gettext("it has to be a whole number"), "float": gettext("it has to be a number"), "str": gettext("it has to be a text")}
