"""How what could not be taken in is repaired, by its kind: rows of files cell by cell, events and messages of shops as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

import msgspec

from hanse.base.context import Context
from hanse.data.events import dead_letters
from hanse.data.events.dead_letters import Replayed
from hanse.data.imports.schemas import DeadLetter
from hanse.serve.console.texts import Words
from hanse.sources import connections, files
from hanse.sources.files.kinds import KINDS
from hanse.sources.files.schemas import ReplayResult

Outcome = Replayed | ReplayResult
Draft = str | dict[str, str]
"""What somebody edits: JSON as text, or the cells of a row."""

CELL = "field:"
"""What the name of a cell begins with in a form."""
TEXT = "payload"
"""The name of the JSON in a form."""
ESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)\\u([0-9a-fA-F]{4})")
"""A letter that is written as its number, as PHP does with umlauts."""


@dataclass(frozen=True)
class Repair:
    """How the dead letters of one kind are edited and taken in again."""

    draft: Callable[[DeadLetter], Draft]
    """What is there to be edited."""
    replay: Callable[[Context, UUID, Any], Awaitable[Outcome]]
    """Takes in what was edited; raises `JSONDecodeError` where it is no JSON."""
    change: Callable[[DeadLetter, Mapping[str, Any]], Draft]
    """What is there to be edited, with some fields set; null takes a field out."""


def of(kind: str) -> Repair | None:
    """Return how dead letters of a kind are repaired; null where they cannot be."""
    return REPAIRS.get(kind)


def typed(form: Mapping[str, str]) -> Draft:
    """Return what somebody has edited in the drawer."""
    if TEXT in form:
        return form[TEXT]
    return {name.removeprefix(CELL): value for name, value in form.items() if name.startswith(CELL)}


def parse(text: str) -> Any:
    """Return what a JSON text says; raises `JSONDecodeError` with the place where it does not."""

    def refuse(word: str) -> NoReturn:
        raise json.JSONDecodeError(word, text, text.find(word))

    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError:
        raise json.JSONDecodeError("Nested too deeply", text, 0) from None


def said(words: Words, error: json.JSONDecodeError) -> str:
    """Return in words where a JSON text breaks off, and over what."""
    gettext = words.gettext
    reasons = {
        "Expecting value": gettext("a value is missing; texts stand in double quotes"),
        "Expecting ',' delimiter": gettext("a comma or a closing bracket is missing"),
        "Expecting ':' delimiter": gettext("a colon is missing after the name"),
        "Expecting property name enclosed in double quotes": gettext("a name in double quotes is missing, or a comma is too many"),
        "Unterminated string starting at": gettext("the text that begins here is not closed"),
        "Invalid control character at": gettext("a text may not go over several lines; write \\n"),
        "Extra data": gettext("something follows after the end"),
        "Nested too deeply": gettext("it is nested too deeply"),
    }
    reason = reasons.get(error.msg) or gettext("this is not JSON")
    return gettext("Line %(line)s, column %(column)s: %(reason)s.", line=words.number(error.lineno), column=words.number(error.colno), reason=reason)


def pretty(data: bytes) -> str:
    """Return JSON with a line for each field, its numbers as they came and its letters as people write them; what is no JSON stays as it is."""
    try:
        return ESCAPED.sub(_letter, msgspec.json.format(data, indent=2).decode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return data.decode("utf-8", "replace")


def _letter(escaped: re.Match[str]) -> str:
    letter = chr(int(escaped[2], 16))
    return escaped[1] + letter if letter.isalpha() or letter in "€–„“”’" else escaped[0]


def _cells(letter: DeadLetter) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in letter.payload.items()}


def _changed_cells(letter: DeadLetter, changes: Mapping[str, Any]) -> dict[str, str]:
    return {**_cells(letter), **{name: "" if value is None else str(value) for name, value in changes.items()}}


def _event(letter: DeadLetter) -> str:
    return pretty(msgspec.json.encode(letter.payload))


async def _replay_event(context: Context, dead_letter_id: UUID, text: str) -> Replayed:
    return await dead_letters.replay(context, dead_letter_id, parse(text))


def _changed_event(letter: DeadLetter, changes: Mapping[str, Any]) -> str:
    return msgspec.json.encode(dead_letters.changed(letter.payload, changes)).decode()


def _body(letter: DeadLetter) -> str:
    return pretty(str(letter.payload.get("body", "")).encode())


async def _replay_body(context: Context, dead_letter_id: UUID, text: str) -> ReplayResult:
    parse(text)
    return await connections.replay(context, dead_letter_id, text)


def _changed_body(letter: DeadLetter, changes: Mapping[str, Any]) -> str:
    body = str(letter.payload.get("body", ""))
    if not changes:
        return body
    found = parse(body)
    return json.dumps(dead_letters.changed(found, changes) if isinstance(found, dict) else found, ensure_ascii=False)


ROW = Repair(draft=_cells, replay=files.replay, change=_changed_cells)
REPAIRS: Mapping[str, Repair] = {
    **dict.fromkeys(KINDS, ROW),
    "event": Repair(draft=_event, replay=_replay_event, change=_changed_event),
    "delivery": Repair(draft=_body, replay=_replay_body, change=_changed_body),
}
"""How each kind is repaired."""
