"""What the fake model says where it is not told what: simple and the same each time, made of the question and of the schema it is given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]*_\d+>")
FORMATS = {"date-time": "2026-01-15T12:00:00Z", "date": "2026-01-15", "uuid": "019ecb27-2200-707f-8163-043bedd2707d", "email": "kim@example.org"}
SCHEMA = re.compile(r"JSON schema:\n(\{.*\})", re.DOTALL)


def answer(body: Mapping[str, Any]) -> str:
    """Return what the model says: JSON of the schema that was asked for, else the last message again."""
    wanted, last = schema(body), question(body)
    if wanted is not None:
        return msgspec.json.encode(value(wanted, wanted, last)).decode()
    return f"You said: {last}"


def tool_call(body: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return the tool that the last message of a person names, with arguments of its schema; null where it names none."""
    last = body["messages"][-1]
    if last["role"] != "user":
        return None
    for each in body.get("tools", ()):
        if each["function"]["name"] in question(body):
            parameters = each["function"]["parameters"]
            return each["function"]["name"], value(parameters, parameters, question(body))
    return None


def question(body: Mapping[str, Any]) -> str:
    """Return the text of the last message."""
    content = body["messages"][-1].get("content") or ""
    return content if isinstance(content, str) else " ".join(each.get("text", "") for each in content)


def schema(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the schema that was asked for, by the field or in words; null where there is none."""
    wanted = body.get("response_format", {})
    given = wanted.get("schema") or wanted.get("json_schema", {}).get("schema")
    if given:
        found: dict[str, Any] = given
        return found
    for message in body["messages"]:
        if isinstance(message.get("content"), str) and (match := SCHEMA.search(message["content"])):
            decoded: dict[str, Any] = msgspec.json.decode(match[1])
            return decoded
    return None


def value(node: Mapping[str, Any], root: Mapping[str, Any], text: str) -> Any:
    """Return a value of a schema; texts in it are the placeholders of the question, or its words."""
    if "$ref" in node:
        return value(root["$defs"][node["$ref"].rpartition("/")[2]], root, text)
    if "enum" in node or "const" in node:
        return node["const"] if "const" in node else node["enum"][0]
    if "anyOf" in node:
        return value(node["anyOf"][0], root, text)
    kind = node.get("type")
    if kind == "object":
        return {name: value(each, root, text) for name, each in node.get("properties", {}).items()}
    if kind == "array":
        return [value(node.get("items", {"type": "string"}), root, text)]
    return {"integer": 1, "number": 0.5, "boolean": True, "null": None}.get(kind or "", _words(node, text))


def _words(node: Mapping[str, Any], text: str) -> str:
    if node.get("format") in FORMATS:
        return FORMATS[node["format"]]
    found: Sequence[str] = PLACEHOLDER.findall(text)
    return " ".join(found) or " ".join(text.split()[:8])
