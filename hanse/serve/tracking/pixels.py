"""Events as the address of an image, for mails and pages without scripts.

RudderStack: `/pixel/v1/track?writeKey=KEY&anonymousId=b-1&event=Email+Opened&properties.email_id=7`.
Segment: `/v1/pixel/track?data=BASE64`, with the key in the JSON.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from hanse.data.events import careful
from hanse.data.events.errors import UnreadableBody

DEEPEST = 8


def message(query: Mapping[str, str]) -> tuple[dict[str, Any], str | None]:
    """Return the message in an address and its write key; raises `UnreadableBody`."""
    if "data" in query:
        found = careful.decode(_bytes(query["data"])).data
        if not isinstance(found, dict):
            raise UnreadableBody(reason="its data is no object")
        key = found.get("writeKey") or query.get("writeKey")
        return found, key if isinstance(key, str) else None
    found = {}
    for name, value in query.items():
        if name != "writeKey":
            _put(found, name.split(".", DEEPEST), value)
    return found, query.get("writeKey")


def _put(target: dict[str, Any], path: list[str], value: str) -> None:
    """Set a value at a path such as `properties.email_id`; where something else stands in the way, it stays."""
    for name in path[:-1]:
        inner = target.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        target = inner
    target.setdefault(path[-1], value)


def _bytes(text: str) -> bytes:
    padded = text.strip().replace(" ", "+") + "=" * (-len(text.strip()) % 4)
    try:
        return urlsafe_b64decode(padded) if {"-", "_"} & set(padded) else b64decode(padded)
    except ValueError as error:
        raise UnreadableBody(reason="its data is not base64") from error
