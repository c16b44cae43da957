"""Where something happened, as coarsely as the lake may know it: the channel, the kind of device and the language. Copying calls this."""

from __future__ import annotations

import re
from functools import lru_cache

from hanse.data.lake import pseudonymisation

LONGEST = 50
_MACHINE = re.compile(r"bot|crawl|spider|headless|monitor|curl|python|java/|http", re.IGNORECASE)
_TABLET = re.compile(r"iPad|Tablet|Kindle|Silk/|Android(?!.*Mobile)")
_MOBILE = re.compile(r"Mobi|iPhone|iPod|Android")
_LOCALE = re.compile(r"([A-Za-z]{2})(?:[-_.].*)?")
APPS = frozenset({"ios", "android", "watchos", "tvos", "visionos"})
"""What clients in apps send as the type of the device (Segment's specification, `context.device.type`)."""


@lru_cache(maxsize=10_000)
def channel(sent: str | None) -> str | None:
    """Return the name of a channel as the sender calls it, in small letters; null for what is no name."""
    name = pseudonymisation.text(sent).strip().lower() if sent and len(sent) <= LONGEST else ""
    return name or None


@lru_cache(maxsize=10_000)
def device(kind: str | None, user_agent: str | None) -> str | None:
    """Return `desktop`, `mobile`, `tablet` or `app`; null where it cannot be told, and for machines."""
    kind = (kind or "").lower()
    if kind in APPS:
        return "app"
    if kind in {"desktop", "mobile", "tablet"}:
        return kind
    if not user_agent or not user_agent.startswith("Mozilla/") or _MACHINE.search(user_agent.partition(" ")[2]):
        return None
    return "tablet" if _TABLET.search(user_agent) else "mobile" if _MOBILE.search(user_agent) else "desktop"


@lru_cache(maxsize=10_000)
def language(locale: str | None) -> str | None:
    """Return the two letters of a language (ISO 639-1), from a locale such as `de-DE`."""
    found = _LOCALE.fullmatch(locale.strip()) if locale else None
    return found[1].lower() if found else None
