"""Short ways to read feeds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hanse.data.revisions.schemas import Entry, Found, Header, Item, Placement
from hanse.sources.feeds import Options, feed_of
from tests.sources.conftest import Write


class Reading:
    """What a feed gave, by kind."""

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self.header = next(each for each in items if isinstance(each, Header))
        self.entries = [each for each in items if isinstance(each, Entry)]
        self.placements = [each for each in items if isinstance(each, Placement)]
        self.findings = [each for each in items if isinstance(each, Found)]

    @property
    def entry(self) -> Entry:
        """The first entry."""
        return self.entries[0]

    @property
    def codes(self) -> list[str]:
        """The kinds of findings."""
        return [each.code for each in self.findings]

    def finding(self, code: str) -> Found:
        """The only finding of a kind."""
        (found,) = [each for each in self.findings if each.code == code]
        return found


Read = Callable[..., Reading]


@pytest.fixture
def read(write: Write) -> Read:
    """Write a text as a file and read it as the feed it is."""

    def reading(content: str | bytes, name: str = "catalog.xml", **options: Any) -> Reading:
        path: Path = write(name, content)
        return Reading(list(feed_of(path).read(path, Options(**options))))

    return reading
