"""What an import of a catalog changes, in words: fields, prices, relations and technical data, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hanse.data.revisions.answers import Change, FieldChange
from hanse.serve.console import labels, phrases
from hanse.serve.console.texts import NOTHING, Words

LONGEST = 160
A_MOMENT = timedelta(microseconds=1)
"""A price that ends at midnight holds until the day before."""
MOST_LINES = 6
MOST_FIELDS = 14
LANGUAGES = frozenset({"title", "description", "category"})
NEW_FIELDS = ("category", "brand", "gtin", "prices")
"""What is shown of a new product."""


@dataclass(frozen=True)
class Line:
    """One field of a change."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def lines(words: Words, change: Change) -> list[Line]:
    """Return what a change says, field by field, at most so many."""
    wanted = [each for each in change.fields if change.action != "new" or each.field in NEW_FIELDS]
    found = [line for each in wanted for line in _field(words, each)]
    return found[:MOST_FIELDS]


def state(words: Words, name: str) -> tuple[str, str, str]:
    """Return the name of a revision's state, how good it is, and its icon."""
    gettext = words.gettext
    return {
        "proposed": (gettext("proposed"), "warn", "clock"),
        "refused": (gettext("refused"), "bad", "circle-alert"),
        "applied": (gettext("applied"), "good", "check"),
        "discarded": (gettext("discarded"), "", "ban"),
        "undone": (gettext("undone"), "", "rotate-ccw"),
    }[name]


def action(words: Words, name: str) -> tuple[str, str, str]:
    """Return the name of what happens to a product, how good it is, and its icon."""
    gettext = words.gettext
    return {
        "new": (gettext("new"), "good", "plus"),
        "changed": (gettext("changed"), "", "pencil"),
        "gone": (gettext("gone"), "warn", "archive"),
    }[name]


def severity(words: Words, name: str) -> tuple[str, str, str]:
    """Return the name of how bad a finding is, how good that is, and its icon."""
    gettext = words.gettext
    return {
        "error": (gettext("error"), "bad", "circle-alert"),
        "warning": (gettext("warning"), "warn", "circle-alert"),
        "note": (gettext("hint"), "", "info"),
    }[name]


def _field(words: Words, change: FieldChange) -> Iterator[Line]:
    name = _name(words, change.field)
    before, after = change.before, change.after
    if change.field == "attributes":
        yield from _attributes(words, before or {}, after or {})
    elif change.field == "prices":
        yield Line(name, _prices(words, before), _prices(words, after))
    elif change.field == "relations":
        yield Line(name, _relations(words, before, after), _relations(words, after, before))
    elif change.field == "media":
        yield Line(name, _media(before, after), _media(after, before))
    elif change.field in LANGUAGES:
        for code in sorted({*(before or {}), *(after or {})}):
            old, new = (before or {}).get(code), (after or {}).get(code)
            if old != new:
                yield Line(f"{name} ({code})" if code != "und" else name, _text(old), _text(new))
    elif change.field == "text_origins":
        yield from _origins(words, before or {}, after or {})
    elif change.field == "state":
        yield Line(name, (labels.product_state(words, before)[0],) if before else (), (labels.product_state(words, after)[0],))
    else:
        yield Line(name, _text(before), _text(after))


def _name(words: Words, field: str) -> str:
    gettext = words.gettext
    return {
        "title": gettext("Title"),
        "description": gettext("Description"),
        "text_origins": gettext("Origin of the text"),
        "category": gettext("Category"),
        "brand": gettext("Brand"),
        "gtin": gettext("GTIN"),
        "parent_id": gettext("Variant of"),
        "url": gettext("In the shop"),
        "image_url": gettext("Picture"),
        "state": gettext("State"),
        "prices": gettext("Net prices"),
        "relations": gettext("Relations"),
        "media": gettext("Pictures and documents"),
    }.get(field, field)


def _origins(words: Words, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Line]:
    """Go through the texts that came to be in another way than before."""
    for field in ("title", "description"):
        old, new = before.get(field, {}), after.get(field, {})
        for code in sorted({*old, *new}):
            if old.get(code) != new.get(code):
                name = words.gettext("%(text)s (%(language)s), how it came to be", text=_name(words, field), language=code)
                yield Line(name, *((labels.origin(words, each.get(code, "given")),) for each in (old, new)))


def _text(value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    text = str(value)
    return (text if len(text) <= LONGEST else text[: LONGEST - 1] + "…",)


def _attributes(words: Words, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Line]:
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield Line(key, _attribute(words, before.get(key)), _attribute(words, after.get(key)))


def _attribute(words: Words, value: Any) -> tuple[str, ...]:
    text = phrases.attribute(words, value) if value is not None else NOTHING
    return () if text == NOTHING else _text(text)


def _prices(words: Words, steps: Iterable[Mapping[str, Any]] | None) -> tuple[str, ...]:
    return _few([_price(words, each) for each in steps or ()])


def _price(words: Words, step: Mapping[str, Any]) -> str:
    gettext = words.gettext
    parts = [words.money(step["amount_minor"], step["currency"])]
    if step["min_quantity"] != 1:
        parts.append(gettext("from %(number)s pieces", number=words.number(step["min_quantity"])))
    if step["price_list"] != "list":
        parts.append(step["price_list"])
    if step.get("valid_from"):
        parts.append(gettext("from %(day)s", day=words.day(datetime.fromisoformat(step["valid_from"]))))
    if step.get("valid_until"):
        parts.append(gettext("until %(day)s", day=words.day(datetime.fromisoformat(step["valid_until"]) - A_MOMENT)))
    return ", ".join(parts)


def _relations(words: Words, these: Iterable[Mapping[str, Any]] | None, others: Iterable[Mapping[str, Any]] | None) -> tuple[str, ...]:
    known = list(others or ())
    return _few([_relation(words, each) for each in these or () if each not in known])


def _relation(words: Words, relation: Mapping[str, Any]) -> str:
    quantity = f" × {words.number(relation['quantity'])}" if relation.get("quantity") else ""
    return f"{relation['product_id']}: {labels.relation(words, relation['kind'], inverse=False)} {relation['related_id']}{quantity}"


def _media(these: Iterable[Mapping[str, Any]] | None, others: Iterable[Mapping[str, Any]] | None) -> tuple[str, ...]:
    known = list(others or ())
    return _few([str(each["reference"]) for each in these or () if each not in known])


def _few(texts: list[str]) -> tuple[str, ...]:
    return (*texts[:MOST_LINES], f"+ {len(texts) - MOST_LINES}") if len(texts) > MOST_LINES else tuple(texts)
