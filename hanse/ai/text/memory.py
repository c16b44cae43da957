"""Vectors of what people type, for a while and in this process alone: popular searches come again within minutes."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from hanse.ai.text import store
from hanse.ai.text.encoder import Encoder, Vectors
from hanse.ai.text.store import Form
from hanse.base.clock import Clock

MOST = 4_096
"""How many are remembered; with 384 numbers each 6 MB."""
KEPT = timedelta(hours=1)


class Remembered:
    """An encoder's queries, remembered by digest without the text; the one that was not asked for longest is forgotten first."""

    def __init__(self, encoder: Encoder, clock: Clock, *, most: int = MOST, kept: timedelta = KEPT) -> None:
        """Begin with none."""
        self.encoder = encoder
        self._clock = clock
        self._most = most
        self._kept = kept
        self._found: OrderedDict[bytes, tuple[datetime, Vectors]] = OrderedDict()
        self._lock = threading.Lock()

    async def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of queries; those that are not remembered are encoded in a thread. Raises as the encoder does."""
        keys = [store.digest(Form.QUERY, text) for text in texts]
        found = self._remembered(keys)
        lacking = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if lacking:
            made = await asyncio.to_thread(store.encode, self.encoder, Form.QUERY, list(lacking.values()))
            found |= dict(zip(lacking, made, strict=True))
            self._remember(dict(zip(lacking, made, strict=True)))
        return np.stack([found[key] for key in keys]) if keys else np.empty((0, self.encoder.dimensions), np.float32)

    def _remembered(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        oldest = self._clock.now() - self._kept
        with self._lock:
            found = {key: self._found[key] for key in keys if key in self._found}
            for key, (at, _) in found.items():
                if at < oldest:
                    del self._found[key]
                else:
                    self._found.move_to_end(key)
        return {key: vector for key, (at, vector) in found.items() if at >= oldest}

    def _remember(self, made: dict[bytes, Vectors]) -> None:
        now = self._clock.now()
        with self._lock:
            self._found |= {key: (now, vector.copy()) for key, vector in made.items()}
            while len(self._found) > self._most:
                self._found.popitem(last=False)

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._found)
