"""Markdown, with front matter where there is any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hanse.sources.documents import naming
from hanse.sources.documents.reading import decoding, safe
from hanse.sources.documents.reading.parts import About, Part, Problem, Text

LONGEST_FRONT = 20_000
MOST_PRODUCTS = 200
NAMES = {
    **dict.fromkeys(("title", "titel"), "title"),
    **dict.fromkeys(("language", "lang", "sprache"), "language"),
    **dict.fromkeys(("products", "product", "product_ids", "product_id", "produkte", "produkt", "artikel"), "products"),
    **dict.fromkeys(("kind", "type", "art"), "kind"),
    "url": "url",
}
FORMS = {"language": "de, en, …", "kind": "manual, repair_guide, data_sheet, advice", "url": "https://…"}

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s\"<>\\]{1,2000}")
_HEADING = re.compile(r"^ {0,3}#[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_UNDERLINED = re.compile(r"\A\s*([^\n]{1,300})\n=+[ \t]*$", re.MULTILINE)


def read(path: Path) -> Iterator[Part]:
    """Return what is in a file of Markdown."""
    raw, is_guessed = decoding.decoded(path.read_bytes())
    if raw is None:
        yield Problem("not_text")
        return
    if is_guessed:
        yield Problem("wrong_encoding")
    facts, raw = _parted(raw.replace("\r\n", "\n").replace("\r", "\n"))
    if facts is None:
        yield Problem("front_matter")
    wrong = list(_wrong(facts or {}))
    yield from wrong
    body = safe.text(safe.without_markup(raw), is_laid_out=True)
    bad = {each.facts["field"] for each in wrong}
    yield _about({name: value for name, value in (facts or {}).items() if name not in bad}, body)
    yield Text(None, body)


def _parted(raw: str) -> tuple[dict[str, Any] | None, str]:
    """Return what front matter says, null where it cannot be read, and the text behind it."""
    if not raw.startswith("---\n"):
        return {}, raw
    front = _FRONT.match(raw[:LONGEST_FRONT])
    facts = _facts(front[1]) if front else None
    return facts, raw[front.end() :] if front and facts is not None else raw


def _about(facts: dict[str, Any], body: str) -> About:
    heading = _HEADING.search(body[:5_000]) or _UNDERLINED.search(body[:5_000])
    language = naming.code(facts.get("language", ""))
    return About(
        title=safe.line(facts.get("title") or (heading[1] if heading else "")),
        language=language,
        is_stated=language is not None,
        kind=facts.get("kind"),
        url=facts.get("url"),
        products=tuple(facts.get("products", ()))[:MOST_PRODUCTS],
    )


def _facts(front: str) -> dict[str, Any] | None:
    """Return what front matter says of what we know: a subset of YAML, which lets nothing be made or called. Null where it is not of this form."""
    found: dict[str, Any] = {}
    name = ""
    for line in front.split("\n"):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if item := re.fullmatch(r"\s*-\s+(.*)", line):
            if name == "products":
                found.setdefault(name, []).extend(_values(item[1]))
        elif pair := re.fullmatch(r"([\w-]+)\s*:(?:\s+(.*))?", line):
            name = NAMES.get(pair[1].lower(), "")
            values = _values(pair[2] or "") if name == "products" else [_plain(pair[2] or "")]
            if name and any(values):
                found[name] = values if name == "products" else safe.line(values[0])
        elif not line[0].isspace():
            return None
    return found


def _values(text: str) -> list[str]:
    text = text.strip()
    parts = text[1:-1].split(",") if text.startswith("[") and text.endswith("]") else [text] if text[:1] in "\"'" else text.split(",")
    return [plain for each in parts if (plain := safe.line(_plain(each)))]


def _plain(text: str) -> str:
    quoted = re.fullmatch(r"""\s*("[^"]*"|'[^']*')\s*(?:#.*)?""", text)
    return quoted[1][1:-1] if quoted else re.split(r"\s#", text)[0].strip()


def _wrong(facts: dict[str, Any]) -> Iterator[Problem]:
    """Return what front matter says and cannot be."""
    kinds = {*naming.KINDS, naming.OTHER}
    is_good = {
        "language": naming.code(facts.get("language", "")) is not None,
        "kind": facts.get("kind") in kinds,
        "url": bool(_ADDRESS.fullmatch(facts.get("url", ""))),
    }
    for name, form in FORMS.items():
        if name in facts and not is_good[name]:
            yield Problem("unknown_value", None, {"field": name, "value": facts[name][:80], "allowed": form})
