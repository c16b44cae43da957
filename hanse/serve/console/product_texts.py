"""Texts of a product in its drawer: in every language with how they came to be, as a form, and what somebody changed in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

import msgspec
from babel import Locale

from hanse.base import context as contract
from hanse.data.catalog.channel import UNKNOWN
from hanse.data.catalog.listing import ProductDetail
from hanse.data.catalog.origins import FIELDS
from hanse.data.revisions import operations
from hanse.data.revisions.answers import EditTexts, TextOrigin
from hanse.serve.console import labels
from hanse.serve.console.session import Visit
from hanse.serve.console.texts import Words
from hanse.serve.languages import LANGUAGES

SCOPES = frozenset({"revisions"})


class Line(NamedTuple):
    """Title and description in one language."""

    code: str
    language: str
    title: str
    description: str
    title_origin: str
    """How it came to be; empty where it is given."""
    description_origin: str


def facts(visit: Visit, product: ProductDetail, typed: Mapping[str, str] | None = None, wrong: str = "") -> dict[str, Any]:
    """Return what the drawer shows of the texts; where a form could not be taken, what was typed into it, and why."""
    lines = _lines(visit.words, product)
    entered = {name: value for name, value in (typed or {}).items() if name.partition("_")[0] in FIELDS}
    filled = {f"{name}_{each.code}": getattr(each, name) for each in lines for name in FIELDS} | entered
    return {
        "texts": [each for each in lines if each.title or each.description],
        "text_lines": lines,
        "text_values": filled,
        "text_origins": [(each, labels.origin(visit.words, each)) for each in get_args(TextOrigin)],
        "text_origin": (typed or {}).get("origin", "given"),
        "text_seen": _fingerprint(product),
        "text_wrong": wrong,
    }


def changed(product: ProductDetail, form: Mapping[str, str], words: Words) -> tuple[EditTexts | None, str]:
    """Return the edit that a form asks for; null, with what is wrong, where it cannot be taken. Raises `InvalidRequest`."""
    if form.get("seen") != _fingerprint(product):
        return None, words.gettext("Somebody has changed these texts in the meantime. Below is what you typed; compare it, and save again.")
    known: dict[str, dict[str, str]] = {"title": product.title, "description": product.description}
    asked: dict[str, dict[str, str]] = {name: {} for name in FIELDS}
    for name, value in form.items():
        field, _, code = name.partition("_")
        if field not in FIELDS or not code:
            continue
        text = value.replace("\r\n", "\n").strip()
        before = known[field].get(code, "")
        if before and not text:
            return None, words.gettext("A text cannot be emptied. To get back what was there before, undo the change that brought it.")
        if text != before.strip():
            asked[field][code] = text
    if not any(asked.values()):
        return None, words.gettext("Nothing is different from before.")
    request = {"product_id": product.product_id, "origin": form.get("origin", "given"), **asked}
    found: EditTexts = contract.parse(operations.edit, request)
    return found, ""


def _lines(words: Words, product: ProductDetail) -> list[Line]:
    """Return a line for each language of the product and of the console, that of the visitor first."""
    wanted = dict.fromkeys((words.language, *LANGUAGES, *sorted(product.title), *sorted(product.description)))
    names = Locale.parse(words.language).languages
    return [
        Line(
            code,
            words.gettext("Language unknown") if code == UNKNOWN else str(names.get(code, code)),
            product.title.get(code, ""),
            product.description.get(code, ""),
            *(str(product.text_origins.get(name, {}).get(code, "")) for name in FIELDS),
        )
        for code in wanted
    ]


def _fingerprint(product: ProductDetail) -> str:
    """Return by what a form tells whether the texts are still those that it was filled with."""
    said = msgspec.json.encode([product.title, product.description, product.text_origins], order="sorted")
    return hashlib.sha256(said).hexdigest()[:32]
