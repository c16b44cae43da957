"""Reads the log of a sample shop."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hanse.data.events.schemas import Event
from hanse.testing.sample import SampleShop


def by_name(shop: SampleShop) -> dict[str, list[Event]]:
    """Return the track and page events of a shop by their name."""
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for event in shop.events:
        found[event.name or event.type].append(event)
    return found


def said(event: Event) -> dict[str, Any]:
    """Return the properties of an event, which the sample shop writes as a dict."""
    assert isinstance(event.properties, dict)
    return event.properties
