"""The formats there are, and which one a file is in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hanse.sources.feeds.bmecat.reading import BMEcat
from hanse.sources.feeds.errors import NoSuchFeed, UnknownFeed
from hanse.sources.feeds.merchant.reading import Merchant
from hanse.sources.feeds.protocol import HEAD_BYTES, Feed

FEEDS: Mapping[str, Feed] = {feed.name: feed for feed in (BMEcat(), Merchant())}


def feed_of(path: Path) -> Feed:
    """Return the format a file is in, told by its begin; raises `NoSuchFeed` and `UnknownFeed`."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise NoSuchFeed(path=path) from error
    if not head.strip():
        raise UnknownFeed(file=path.name, reason="it is empty")
    for feed in FEEDS.values():
        if feed.knows(head):
            return feed
    raise UnknownFeed(file=path.name, reason="it begins like none of them")
