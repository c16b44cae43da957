"""Applying a declared mapping: checked when it is saved, with errors that name the field; values go in by name, nothing is executed.

A text that is one name in braces, such as "{facts.amount}", becomes the value itself with its type; names within a longer text become
words. Everything else is a constant. Two braces stand for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Facts
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hanse.sources.crm.errors import wrong
from hanse.sources.crm.schemas import EntryRule, Mapping

PLAIN = ("entry_id", "kind", "subject", "text", "occurred_at", "language", "purpose", "operation", "decision_id")
GROUPS = ("facts", "traits", "person")
SENSITIVE = frozenset({"text", "traits", "facts"})
LONGEST_TEMPLATE = 5000

_NAMED = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def check(mapping: Mapping) -> None:
    """Raise `InvalidMapping` for the first thing in a mapping that cannot work."""
    if not mapping.entries and not mapping.traits:
        raise wrong("entries", "there has to be a rule for entries or for traits")
    for number, rule in enumerate(mapping.entries):
        if not rule.fields:
            raise wrong(f"entries[{number}].fields", "there has to be at least one field")
        for name, value in rule.fields.items():
            _check_value(f"entries[{number}].fields.{name}", value)
    _check_traits(mapping)


def rule_for(mapping: Mapping, kind: str) -> EntryRule | None:
    """Return the rule that counts for a kind of entry; null where none names it."""
    return next((rule for rule in mapping.entries if kind in rule.kinds or "*" in rule.kinds), None)


def kinds(mapping: Mapping) -> list[str]:
    """Return the kinds of entries that a mapping names."""
    return sorted({kind for rule in mapping.entries for kind in rule.kinds})


def traits(mapping: Mapping) -> list[str]:
    """Return the traits that are pushed when they change."""
    return sorted({rule.trait for rule in mapping.traits})


def read_traits(mapping: Mapping) -> set[str]:
    """Return all traits that a mapping may send."""
    named = {name for rule in mapping.entries for value in rule.fields.values() for name in _names(value)}
    return {rule.trait for rule in mapping.traits} | {name.partition(".")[2] for name in named if name.startswith("traits.")}


def apply(fields: Facts[str, Any], facts: Facts[str, Any]) -> dict[str, Any]:
    """Return fields with everything that is named in them put in."""
    return {name: _filled(value, facts) for name, value in fields.items()}


def _check_traits(mapping: Mapping) -> None:
    seen: set[str] = set()
    for number, rule in enumerate(mapping.traits):
        if rule.field in seen:
            raise wrong(f"traits[{number}].field", f"two traits would go to {rule.field}")
        seen.add(rule.field)


def _check_value(place: str, value: Any) -> None:
    if isinstance(value, dict):
        for name, each in value.items():
            _check_value(f"{place}.{name}", each)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            _check_value(f"{place}[{number}]", each)
    elif isinstance(value, str):
        _check_text(place, value)


def _check_text(place: str, text: str) -> None:
    if len(text) > LONGEST_TEMPLATE:
        raise wrong(place, f"it has more than {LONGEST_TEMPLATE} characters")
    for found in _NAMED.finditer(text):
        if found[0] in {"{", "}"}:
            raise wrong(place, f"a brace stands alone; write {found[0] * 2} for the sign itself")
        if found[0] not in {"{{", "}}"} and not _known(found[1]):
            known = ", ".join((*PLAIN, *(f"{group}.NAME" for group in GROUPS)))
            raise wrong(place, f"there is no {{{found[1]}}}; there are {known}")


def _known(name: str) -> bool:
    group, dot, rest = name.partition(".")
    return name in PLAIN or bool(group in GROUPS and dot and rest)


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _names(each)
    elif isinstance(value, list):
        for each in value:
            yield from _names(each)
    elif isinstance(value, str):
        yield from (found[1] for found in _NAMED.finditer(value) if found[1])


def _filled(value: Any, facts: Facts[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each, facts) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, facts) for each in value]
    if not isinstance(value, str):
        return value
    whole = _NAMED.fullmatch(value)
    if whole and whole[1]:
        return msgspec.to_builtins(_value(whole[1], facts))
    return _NAMED.sub(lambda found: _text(_value(found[1], facts)) if found[1] else found[0][0], value)


def _value(name: str, facts: Facts[str, Any]) -> Any:
    found: Any = facts
    group, _, rest = name.partition(".")
    if group in GROUPS:
        found = facts.get(group, {})
        return found.get(rest) if rest in found else _deep(found, rest)
    return facts.get(name)


def _deep(found: Any, path: str) -> Any:
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, str | int | float | UUID) else msgspec.json.encode(value).decode()
