"""What was found lately, as one process remembers it until the index changes: popular searches come again within minutes.

Only what is the same for everybody: the order that goes by somebody's own interests, and their prices, are worked out each time.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import ClassVar, TypeVar

FoundT = TypeVar("FoundT")


class Recent:
    """Remembers searches by what was asked; what was not asked for longest is forgotten first."""

    most: ClassVar[int] = 300
    """How much is remembered: some 50 KB each."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._found: OrderedDict[bytes, object] = OrderedDict()
        self._forgotten = 0

    async def forget(self, detail: str = "") -> None:
        """Forget everything, at news of the index."""
        del detail
        self._found.clear()
        self._forgotten += 1

    async def get(self, key: bytes, find: Callable[[], Awaitable[FoundT]], *, keep: Callable[[FoundT], bool]) -> FoundT:
        """Return what is remembered for a key, or else find it, and remember it where it is worth that."""
        if key in self._found:
            self._found.move_to_end(key)
            return self._found[key]  # type: ignore[return-value]  # each key is asked with one kind of find
        began = self._forgotten
        found = await find()
        if began == self._forgotten and keep(found):  # else the news came while we looked, and what we found may be old
            self._found[key] = found
            while len(self._found) > self.most:
                self._found.popitem(last=False)
        return found


class RecentSuggestions(Recent):
    """Remembers what was suggested: everybody begins with the same few letters."""

    most: ClassVar[int] = 2_000
    """Some 3 KB each."""


def key(*parts: object) -> bytes:
    """Return what stands for a question, as what somebody typed is not to be kept."""
    return hashlib.blake2b(repr(parts).encode(errors="surrogatepass"), digest_size=16).digest()
