"""The careful way in, one message at a time: for what the fast way cannot decode, with a reason that names the field.

Text that no database can hold (NUL, lone surrogates, bytes that are no UTF-8) is repaired in what describes an event and refused in
what identifies it: two broken ids could become the same one. Numbers that are none, and what is nested without end, are refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from hanse.base import context as contract
from hanse.data.events import messages
from hanse.data.events.errors import Unfit, UnreadableBody
from hanse.data.events.messages import Envelope, Message
from hanse.data.events.schemas import Event

IDS = frozenset({"messageId", "userId", "anonymousId", "groupId", "previousId", "event"})
"""What identifies an event, or its kind, and is never repaired."""
WORDS = IDS | {"type", "name", "category", "channel"}
OBJECTS = frozenset({"properties", "traits", "context", "integrations"})
TIMES = frozenset({"timestamp", "originalTimestamp", "sentAt"})
REPLACEMENT = "\ufffd"
LONGEST_NUMBER = 400
"""Digits of a number at most; more is no number of a shop."""
SALVAGE_LIMIT = 4_000_000
"""Characters of a request at most that is taken apart although it is nested too deeply."""
SALVAGE_LEVELS = 4
"""Request, batch, message and properties are taken apart; what lies in a property is not."""
MOST_NOTES = 20
TOO_DEEP = "It is nested too deeply."

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]', re.DOTALL)


@dataclass(frozen=True)
class Unreadable:
    """A value that stands in a message but cannot be used, with what is wrong with it."""

    text: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Decoded:
    """A request as plain data, with `Unreadable` in the place of what cannot be used."""

    data: Any
    damaged: bool
    """Whether its bytes were no proper text."""


def decode(body: bytes) -> Decoded:
    """Decode a request as far as that goes; raises `UnreadableBody` where it is not JSON."""
    text, damaged = _text(body)
    try:
        return Decoded(_salvage(text, SALVAGE_LEVELS), damaged)
    except ValueError as error:
        raise UnreadableBody(reason=f"it is not JSON ({_where(error)})") from error


def event(value: Any, envelope: Envelope, *, damaged: bool = False) -> Event:
    """Return a decoded message as an event of the log; raises `Unfit` naming the field."""
    if isinstance(value, Unreadable):
        raise Unfit(field="message", reason=value.reason, remedy=value.remedy)
    if not isinstance(value, dict):
        raise Unfit(field="message", reason="It is not an object.", remedy='Send an object, such as {"type": "track"}.')
    cleaning = Cleaning(damaged=damaged)
    cleaned = {name: cleaning.clean(name, each) for name, each in value.items() if name in WORDS | OBJECTS | TIMES}
    for name in cleaning.repaired:
        if name in IDS:
            raise Unfit(field=name, reason="It holds characters that cannot be read.", remedy="Send UTF-8 without NUL characters.")
    notes: dict[str, Any] = {"repaired": cleaning.repaired[:MOST_NOTES]} if cleaning.repaired else {}
    fields = {name: _field(name, each, notes) for name, each in cleaned.items()}
    return messages.event(_message(fields), envelope, notes=notes)


def head(data: dict[str, Any]) -> dict[str, Any]:
    """Return what the messages of a batch have in common, without what is unfit for it."""
    cleaning = Cleaning(damaged=False)
    found = {}
    for name in ("sentAt", "context", "integrations", "writeKey"):
        try:
            found[name] = cleaning.clean(name, data.get(name))
        except Unfit:
            continue
    found["sentAt"] = _time("sentAt", found.get("sentAt"), {})
    for name in ("context", "integrations"):
        found[name] = found[name] if isinstance(found.get(name), dict) else {}
    return found


class Cleaning:
    """Goes through one message, repairs its texts and finds what cannot be used."""

    def __init__(self, *, damaged: bool) -> None:
        """Know whether the bytes were broken, so that a replacement character stands for one of them."""
        self.repaired: list[str] = []
        self._damaged = damaged

    def clean(self, path: str, value: Any, depth: int = 0) -> Any:
        """Return a value that can be kept; raises `Unfit` naming where one cannot."""
        if isinstance(value, str):
            return self._text(path, value)
        if isinstance(value, dict | list) and depth > messages.DEEPEST:
            value = _too_deep("")
        if isinstance(value, Unreadable):
            field = _outer(path) if value.reason == TOO_DEEP else path
            raise Unfit(field=field, reason=value.reason, remedy=value.remedy)
        if isinstance(value, dict):
            return {self._text(path, name): self.clean(f"{path}.{name}", each, depth + 1) for name, each in value.items()}
        if isinstance(value, list):
            return [self.clean(f"{path}[{index}]", each, depth + 1) for index, each in enumerate(value)]
        return value

    def _text(self, path: str, value: str) -> str:
        cleaned = proper(value)
        if cleaned is not value or (self._damaged and REPLACEMENT in value):
            self.repaired.append(proper(path))
        return cleaned


def proper(text: str) -> str:
    """Return a text without NUL and lone surrogates; the same one where it has none."""
    if "\0" in text:
        text = text.replace("\0", REPLACEMENT)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _text(body: bytes) -> tuple[str, bool]:
    encoding = json.detect_encoding(body)
    try:
        return body.decode(encoding), False
    except UnicodeDecodeError:
        return body.decode(encoding, "replace"), True


def _where(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.lower()} at line {error.lineno}, column {error.colno}"
    return "it cannot be decoded"


def _salvage(text: str, levels: int) -> Any:
    """Decode a text; where it is nested too deeply, take it apart by its brackets and decode what is inside."""
    try:
        return _decoder.decode(text)
    except RecursionError:
        if levels == 0 or len(text) > SALVAGE_LIMIT:
            return _too_deep(text)
    parts = list(_parts(text.strip()))
    if text.lstrip().startswith("["):
        return [_salvage(part.strip(), levels - 1) for part in parts]
    return dict(_member(part.strip(), levels - 1) for part in parts)


def _member(text: str, levels: int) -> tuple[str, Any]:
    if not text.startswith('"'):
        raise ValueError
    name, end = _decoder.raw_decode(text)
    return name, _salvage(text[end:].lstrip().removeprefix(":"), levels)


def _parts(text: str) -> Iterator[str]:
    """Cut an array or object at its commas."""
    depth, begin = 0, 1
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        elif mark == "," and depth == 1:
            yield text[begin : token.start()]
            begin = token.end()
    if depth != 0:
        raise ValueError
    yield text[begin:-1]


def _too_deep(text: str) -> Unreadable:
    return Unreadable(text[:1000], TOO_DEEP, f"Send at most {messages.DEEPEST} levels.")


def _outer(path: str) -> str:
    """Return the property that a place deep inside belongs to."""
    return ".".join(path.split(".")[:2]).partition("[")[0]


def _no_number(text: str) -> Unreadable:
    return Unreadable(text, f"{text} is not a number.", "Send null where there is none.")


def _integer(text: str) -> int | Unreadable:
    return int(text) if len(text) <= LONGEST_NUMBER else _too_large(text)


def _float(text: str) -> float | Unreadable:
    number = float(text)
    return number if math.isfinite(number) else _too_large(text)


def _too_large(text: str) -> Unreadable:
    return Unreadable(text[:LONGEST_NUMBER], "The number is too large.", "Send it as text.")


_decoder = json.JSONDecoder(parse_constant=_no_number, parse_int=_integer, parse_float=_float, strict=False)


def _field(name: str, value: Any, notes: dict[str, Any]) -> Any:
    if value is None:
        return None
    if name in WORDS:
        return _word(name, value)
    return _object(name, value) if name in OBJECTS else _time(name, value, notes)


def _word(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(field=name, reason="It is not text.", remedy="Send it as text.")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _object(name: str, value: Any) -> dict[str, Any]:
    """Return an object; clients in PHP send an empty one as an empty list."""
    if value == []:
        return {}
    if not isinstance(value, dict):
        raise Unfit(field=name, reason="It is not an object.", remedy='Send an object, such as {"product_id": "85123A"}.')
    return value


def _time(name: str, value: Any, notes: dict[str, Any]) -> datetime | None:
    """Return a time; without a readable `sentAt` the sender's clock is taken as right, and that is noted."""
    if value is None or value == "":
        return None
    try:
        return datetime.fromisoformat(value.strip())
    except (ValueError, AttributeError) as error:
        if name == "sentAt":
            notes["sentAt"] = "unreadable"
            return None
        raise Unfit(field=name, reason="It is not a time.", remedy="Send ISO 8601, such as 2026-11-21T17:49:17.460Z.") from error


def _message(fields: dict[str, Any]) -> Message:
    try:
        return msgspec.convert(fields, Message)
    except msgspec.ValidationError as error:
        found = contract.invalid(error).fields[0]
        raise Unfit(field=found.field, reason=f"{found.message}.", remedy="Send what is expected.") from error
