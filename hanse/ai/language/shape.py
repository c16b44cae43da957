"""Shapes of answers: JSON schemas as chat endpoints take them, and the JSON in what a model wrote."""

from __future__ import annotations

import re
from typing import Any

import msgspec

KEPT = frozenset({"type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const", "description", "$ref", "$defs"})
"""What every endpoint with structured output understands; the rest is checked here when the answer comes."""
FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)
THOUGHT = re.compile(r"\A\s*<think>.*?(</think>|\Z)", re.DOTALL)
"""What some models think aloud before they answer."""
LONGEST_PROBLEM = 300


class NotJSON(ValueError):
    """A text has no whole JSON in it."""


def schema(kind: type[Any]) -> dict[str, Any]:
    """Return the schema of a struct, with an object at its root and no unknown words in it."""
    made = msgspec.json.schema(kind)
    definitions = made.pop("$defs", {})
    root = definitions[made["$ref"].rpartition("/")[2]] if "$ref" in made else made
    found: dict[str, Any] = _plain(root)
    if "#/$defs/" in str(found):
        found["$defs"] = {name: _plain(each) for name, each in definitions.items()}
    return found


def is_strict(found: dict[str, Any]) -> bool:
    """Return whether an endpoint can promise a schema: no object in it has fields of any name."""
    return '"additionalProperties":true' not in msgspec.json.encode(found).decode() and "additionalProperties" in str(found)


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {name: _each(name, value) for name, value in node.items() if name in KEPT}
    if "properties" in kept:
        kept |= {"required": sorted(kept["properties"]), "additionalProperties": False}
    elif kept.get("type") == "object":
        kept["additionalProperties"] = True
    return kept


def _each(name: str, value: Any) -> Any:
    if name in {"properties", "$defs"}:
        return {key: _plain(each) for key, each in value.items()}
    return value if name in {"enum", "const", "required"} else _plain(value)


def instruction(kind: type[Any]) -> str:
    """Return what a model is told that may not know schemas otherwise."""
    text = msgspec.json.encode(schema(kind)).decode()
    return f"Answer with one JSON object and nothing else. It has to match this JSON schema:\n{text}"


def spoken(text: str) -> str:
    """Return what a model said, without what it thought."""
    return THOUGHT.sub("", text, count=1).strip()


def read(text: str) -> Any:
    """Return the JSON in a text, with or without words around it; raises `NotJSON`."""
    fenced = FENCED.search(text)
    first, last = text.find("{"), text.rfind("}")
    for part in filter(None, (text.strip(), fenced and fenced[1], text[first : last + 1] if 0 <= first < last else "")):
        try:
            return msgspec.json.decode(part.encode("utf-8", "replace"))
        except (msgspec.DecodeError, RecursionError):
            continue
    raise NotJSON


def convert(value: Any, kind: type[Any]) -> Any:
    """Return plain data as a struct; raises `msgspec.ValidationError`."""
    return msgspec.convert(value, kind, strict=False)


def problem(error: Exception) -> str:
    """Return what a model is told to mend."""
    return "it is not one whole JSON object" if isinstance(error, NotJSON) else str(error)[:LONGEST_PROBLEM]
