"""Texts to vectors by multilingual-e5-small: pieces, their vectors, the layers, the mean.

Each text is read alone, so that its vector does not depend on what is read with it; many texts are shared out to threads.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from hanse.ai.text import encoder
from hanse.ai.text.e5 import packed
from hanse.ai.text.e5.packed import Floats
from hanse.ai.text.encoder import Vectors
from hanse.ai.text.errors import EncoderMissing

MODEL = "multilingual-e5-small-q4"
DIMENSIONS = 384
MOST_THREADS = 2
QUERY, PASSAGE = "query: ", "passage: "
"""What the model was taught to tell what is looked for from what is to be found by."""


class E5:
    """multilingual-e5-small; reads about a hundred languages, 512 tokens at a time; longer texts are the mean of their parts."""

    model = MODEL
    dimensions = DIMENSIONS
    is_outside = False

    def __init__(self, threads: int | None = None) -> None:
        """Load the model, which takes about two seconds and 200 MB, of which 115 stay. Raises `EncoderMissing`."""
        try:
            from hanse.ai.text.e5.network import Network
            from hanse.ai.text.e5.tokens import Tokenizer

            file = packed.installed()
            self._network, self._tokenizer = Network(file), Tokenizer(file.vocabulary)
        except (ImportError, OSError, ValueError, KeyError) as error:
            raise EncoderMissing(reason=error) from error
        self._edges, self._tokens = (file.vocabulary.begin, file.vocabulary.end), file.sizes.tokens
        self._words = file.blocks("emb.word", DIMENSIONS)
        self._places = file.numbers("emb.pos").reshape(-1, DIMENSIONS) + file.numbers("emb.type")[:DIMENSIONS]
        self._threads = ThreadPoolExecutor(threads or max(1, min(MOST_THREADS, os.cpu_count() or 1)), thread_name_prefix="e5")

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of what somebody looks for."""
        return self._encode([QUERY + encoder.readable(text) for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of what is to be found."""
        return self._encode([PASSAGE + encoder.readable(text) for text in texts])

    def _encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, DIMENSIONS), np.float32)
        found = [self._one(texts[0])] if len(texts) == 1 else self._threads.map(self._one, texts)
        return encoder.unit(np.stack(list(found)))

    def _one(self, text: str) -> Floats:
        """Return the vector of a text: the mean of its parts, by their lengths."""
        ids = self._tokenizer.ids(text)
        parts = list(encoder.batches(ids, self._tokens - len(self._edges)))
        vectors = np.stack([self._network.run(self._read(part)) for part in parts])
        return np.asarray(np.average(vectors, axis=0, weights=[len(part) for part in parts]), np.float32)

    def _read(self, ids: Sequence[int]) -> Floats:
        """Return what goes into the first layer: a row for each token, by what it is and where it stands."""
        begin, end = self._edges
        rows = packed.weights(self._words[[begin, *ids, end]])
        return np.asarray(rows + self._places[: len(rows)], np.float32)
