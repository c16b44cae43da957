"""Messages as tracking clients send them, and how each becomes an event: the shapes of Segment's specification and RudderStack's variants.

The fast way decodes whole batches into `Message`; what does not fit goes the careful way (`careful`), one message at a time, and ends
here as well. So there is one set of rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec

from hanse.data.events import names, times
from hanse.data.events.errors import Unfit
from hanse.data.events.schemas import Event, EventType
from hanse.data.profiles import keys
from hanse.data.profiles.keys import Key

LONGEST = 200
"""Characters of an id or a name at most: they stand in indexes."""
LARGEST = 1_000_000
"""Bytes of properties, and of context, at most."""
MOST_EXTERNAL_IDS = 10
DEEPEST = 100
"""Levels that properties or context may be nested; whoever reads them recurses."""

KINDS = {each.value: each for each in EventType}
NOTHING: dict[str, Any] = {}
EVERYWHERE = {"All": True}
"""What RudderStack's clients send as `integrations` where nobody chose any."""


class Message(msgspec.Struct, rename="camel", kw_only=True):
    """One message of a client."""

    type: str | None = None
    message_id: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    group_id: str | None = None
    previous_id: str | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    channel: str | None = None
    timestamp: datetime | None = None
    original_timestamp: datetime | None = None
    sent_at: datetime | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    integrations: dict[str, Any] | None = None
    write_key: str | None = None


class Batch(msgspec.Struct, rename="camel", kw_only=True):
    """Many messages, with what they have in common."""

    batch: list[Message]
    sent_at: datetime | None = None
    context: dict[str, Any] | None = None
    integrations: dict[str, Any] | None = None
    write_key: str | None = None


@dataclass(frozen=True)
class Envelope:
    """What the messages of one request have in common."""

    source: str
    received_at: datetime
    sent_at: datetime | None = None
    kind: str | None = None
    """The type that the address names; null where each message names its own."""
    context: dict[str, Any] = field(default_factory=dict)
    integrations: dict[str, Any] = field(default_factory=dict)


def event(message: Message, envelope: Envelope, *, notes: dict[str, Any] = NOTHING) -> Event:
    """Return a message as an event of the log; `notes` is what was changed on the way in. Raises `Unfit` naming the field."""
    kind = _kind(envelope.kind or message.type)
    user_id, anonymous_id = _id("userId", message.user_id), _id("anonymousId", message.anonymous_id)
    original_at = times.aware(message.original_timestamp or message.timestamp)
    sent_at = times.aware(message.sent_at or envelope.sent_at)
    occurred_at, fault = times.corrected(original_at, sent_at, envelope.received_at)
    if fault:
        notes = {**notes, "clock": fault.value}
    name, properties, notes = _content(kind, message, notes)
    context = _context(kind, message, envelope, notes)
    if user_id is None and anonymous_id is None and "groupId" not in context and "previousId" not in context:
        raise Unfit(field="userId", reason="Neither userId nor anonymousId is there.", remedy="Send at least one of them.")
    return Event(
        message_id=_id("messageId", message.message_id) or str(uuid4()),
        type=kind,
        name=name,
        user_id=user_id,
        anonymous_id=anonymous_id,
        identities=_identities(kind, properties, context),
        source=envelope.source,
        occurred_at=occurred_at,
        original_at=original_at,
        sent_at=sent_at,
        received_at=envelope.received_at,
        properties=_json("properties", properties),
        context=_json("context", context),
    )


def _kind(sent: str | None) -> EventType:
    kind = KINDS.get(sent or "")
    if kind is None:
        raise Unfit(field="type", reason="This type is not known.", remedy="Send track, identify, page, screen, group or alias.")
    return kind


def _content(kind: EventType, message: Message, notes: dict[str, Any]) -> tuple[str | None, dict[str, Any], dict[str, Any]]:
    """Return name and properties of an event, and what was changed of them."""
    if kind is EventType.TRACK:
        return _track(_id("event", message.event), message.properties or NOTHING, notes)
    if kind in {EventType.PAGE, EventType.SCREEN}:
        return _visit(message), _visited(message), notes
    traits = message.traits
    if not traits and kind is EventType.IDENTIFY:  # RudderStack's clients send them in the context only
        traits = (message.context or NOTHING).get("traits")
    return None, traits if isinstance(traits, dict) else NOTHING, notes


def _track(name: str | None, properties: dict[str, Any], notes: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    if name is None:
        raise Unfit(field="event", reason="The name of the event is missing.", remedy="Send it, such as Product Viewed.")
    new = names.NAMES.get(name)
    if new is None:
        return name, properties, notes
    return new, names.reshape(new, properties), {**notes, "event": name}


def _visit(message: Message) -> str | None:
    """Return the name of a page or screen, shortened: the whole stands in the properties."""
    name = message.name.replace("\0", "\ufffd").strip() if message.name else ""
    return name[:LONGEST] or None


def _visited(message: Message) -> dict[str, Any]:
    """Return the properties of a page or screen with its name and category, as Segment's own clients send them."""
    properties = message.properties or NOTHING
    named = {key: value for key, value in (("name", message.name), ("category", message.category)) if value and key not in properties}
    return {**named, **properties} if named else properties


def _context(kind: EventType, message: Message, envelope: Envelope, notes: dict[str, Any]) -> dict[str, Any]:
    """Return where it happened, and beside it what has no column of its own."""
    context = dict(envelope.context)
    context.update(message.context or NOTHING)
    if kind is EventType.GROUP:
        context["groupId"] = _required("groupId", message.group_id)
    elif group_id := _id("groupId", message.group_id):
        context["groupId"] = group_id
    if kind is EventType.ALIAS:
        context["previousId"] = _required("previousId", message.previous_id)
    if message.channel:
        context["channel"] = message.channel
    integrations = {**envelope.integrations, **(message.integrations or NOTHING)}
    if integrations and integrations != EVERYWHERE:
        context["integrations"] = integrations
    if notes:
        context["intake"] = notes
    return context


def _identities(kind: EventType, properties: dict[str, Any], context: dict[str, Any]) -> tuple[Key, ...]:
    """Return what names the person besides the two ids: in the traits, among the external ids, and what an alias was called before."""
    found: list[Key | None] = []
    for traits in (properties if kind is EventType.IDENTIFY else NOTHING, context.get("traits")):
        if isinstance(traits, dict):
            found += [_key(name, traits[name]) for name in ("email", "phone") if name in traits]
    if kind is EventType.ALIAS:
        found.append(_key("anonymous_id", context["previousId"]))
    others = context.get("externalIds")
    found += [_external(each) for each in others[:MOST_EXTERNAL_IDS]] if isinstance(others, list) else []
    return tuple(sorted({each for each in found if each})) if found else ()


def _external(told: Any) -> Key | None:
    """Return an external id of a person, as Segment's clients send them: `{"id", "type", "collection", "encoding"}`."""
    if not isinstance(told, dict) or told.get("collection", "users") != "users" or not isinstance(told.get("type"), str):
        return None
    kind = keys.kind(told["type"])
    return _key(kind, told.get("id")) if kind else None


def _key(kind: str, value: Any) -> Key | None:
    return keys.key(kind, value) if isinstance(value, str) and "\0" not in value else None


def _required(name: str, value: str | None) -> str:
    found = _id(name, value)
    if found is None:
        raise Unfit(field=name, reason="It is missing.", remedy="Send it.")
    return found


def _id(name: str, value: str | None) -> str | None:
    """Return an id or a name as it is kept; null for an empty one."""
    if value is None or not (value := value.strip()):
        return None
    if len(value) > LONGEST:
        raise Unfit(field=name, reason="It is too long.", remedy=f"Send at most {LONGEST} characters.")
    if "\0" in value:
        raise Unfit(field=name, reason="It holds a NUL character.", remedy="Leave the character out.")
    return value


def _json(name: str, value: dict[str, Any]) -> msgspec.Raw:
    data = msgspec.json.encode(value)
    if len(data) > LARGEST:
        raise Unfit(field=name, reason="It is too large.", remedy=f"Send at most {LARGEST:,} bytes.")
    if data.count(b"{") + data.count(b"[") > DEEPEST and _depth(value) > DEEPEST:
        raise Unfit(field=name, reason="It is nested too deeply.", remedy=f"Send at most {DEEPEST} levels.")
    return msgspec.Raw(data)


def _depth(value: Any) -> int:
    """Return how deep a value is nested, counting level by level, with no recursion."""
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        depth += 1
        level = [inner for each in level if isinstance(each, dict | list) for inner in (each.values() if isinstance(each, dict) else each)]
        level = [each for each in level if isinstance(each, dict | list)]
    return depth
