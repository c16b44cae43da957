"""An encoder outside: any endpoint that speaks OpenAI's embeddings interface, such as Ollama, vLLM, Azure or Mistral. For public texts only."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

import httpx2
import msgspec
import numpy as np

from hanse.ai.text import encoder
from hanse.ai.text.encoder import Public, Vectors
from hanse.ai.text.errors import EncoderUnavailable, TextMayNamePeople
from hanse.base import tracing
from hanse.base.config import Settings

ATTEMPTS = 5
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
BATCH = 64
LARGEST_ANSWER_BYTES = 50_000_000
TIMEOUT = httpx2.Timeout(60.0, connect=10.0)
WORTH_WAITING = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
PREFIXES: Mapping[str, tuple[str, str]] = {
    "e5": ("query: ", "passage: "),
    "nomic-embed": ("search_query: ", "search_document: "),
}
"""What families of models want before queries and passages, by a part of their names, as their model cards say."""


class _Embedding(msgspec.Struct):
    index: int
    embedding: list[float]


class _Answer(msgspec.Struct):
    data: list[_Embedding]


class Endpoint:
    """One model behind one address; tries again, later and later, where waiting may help."""

    is_outside = True

    def __init__(
        self,
        url: str,
        model: str,
        key: str = "",
        *,
        sleep: Callable[[float], None] = time.sleep,
        chance: random.Random | None = None,
    ) -> None:
        """Reach the address that ends before `/embeddings`, such as `http://localhost:11434/v1`."""
        self.model = model
        self._url = f"{url.rstrip('/')}/embeddings"
        self._host = urlsplit(url).hostname or ""
        self._headers = {"User-Agent": "Hanse", **({"Authorization": f"Bearer {key}"} if key else {})}
        self._sleep = sleep
        self._chance = chance or random.Random()  # noqa: S311  # it spreads waiting, no secret comes of it
        self._query, self._passage = next((both for part, both in PREFIXES.items() if part in model.lower()), ("", ""))

    @cached_property
    def dimensions(self) -> int:
        """Return how many numbers a vector has, which the first answer says."""
        return len(self._embed([f"{self._query}tea"], None)[0])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of public texts as what somebody looks for.

        Raises `TextMayNamePeople` and `EncoderUnavailable`.
        """
        return self._encode(texts, self._query)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of public texts as what is to be found; raises as `encode_queries` does."""
        return self._encode(texts, self._passage)

    def _encode(self, texts: Sequence[str], prefix: str) -> Vectors:
        if not all(isinstance(text, Public) for text in texts):
            raise TextMayNamePeople(host=self._host)
        # Some endpoints refuse an empty text.
        sent = [prefix + (encoder.readable(text).strip() or "-") for text in texts]
        parts = [self._embed(part, self.dimensions) for part in encoder.batches(sent, BATCH)]
        return encoder.unit(np.concatenate(parts)) if parts else np.empty((0, self.dimensions), np.float32)

    def _embed(self, texts: Sequence[str], dimensions: int | None) -> Vectors:
        body = self._ask(msgspec.json.encode({"model": self.model, "input": texts, "encoding_format": "float"}))
        try:
            found = sorted(msgspec.json.decode(body, type=_Answer).data, key=lambda each: each.index)
            vectors = np.array([each.embedding for each in found], np.float32)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise self._unavailable("its answer is not that of an embeddings interface") from error
        self._check(vectors, [each.index for each in found], len(texts), dimensions)
        return vectors

    def _check(self, vectors: Vectors, indexes: list[int], count: int, dimensions: int | None) -> None:
        if indexes != list(range(count)) or vectors.ndim != 2:
            raise self._unavailable(f"it was asked for {count} vectors and gave others")
        if dimensions is not None and vectors.shape[1] != dimensions:
            raise self._unavailable(f"its vectors have {vectors.shape[1]} numbers now, and had {dimensions} before")
        if not vectors.shape[1] or not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
            raise self._unavailable("a vector is empty, or not of numbers")

    def _ask(self, body: bytes) -> bytes:
        reason = ""
        with self._client() as client:
            for attempt in range(ATTEMPTS):
                if attempt:
                    self._wait(attempt)
                try:
                    status, answer = _post(client, self._url, body)
                except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                    reason = type(error).__name__
                    continue
                if status < 300:
                    return answer
                reason = f"status {status}"
                if status not in WORTH_WAITING:
                    break
        raise self._unavailable(reason)

    @contextmanager
    def _client(self) -> Iterator[httpx2.Client]:
        with httpx2.Client(headers=self._headers | tracing.headers(), timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
            yield client

    def _wait(self, attempt: int) -> None:
        # Full jitter (Brooker 2015, Exponential Backoff and Jitter): those who failed together do not come back together.
        self._sleep(self._chance.uniform(0, min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempt)))

    def _unavailable(self, reason: str) -> EncoderUnavailable:
        return EncoderUnavailable(host=self._host, reason=reason)


@lru_cache(maxsize=4)
def _held(url: str, model: str, key: str) -> Endpoint:
    return Endpoint(url, model, key)


def of(settings: Settings) -> Endpoint:
    """Return the endpoint that the settings name, the same one for the life of the process."""
    return _held(settings.embeddings_url, settings.embeddings_model, settings.embeddings_key)


def _post(client: httpx2.Client, url: str, body: bytes) -> tuple[int, bytes]:
    answer = bytearray()
    with client.stream("POST", url, content=body, headers={"Content-Type": "application/json"}) as response:
        for part in response.iter_bytes():
            answer += part
            if len(answer) > LARGEST_ANSWER_BYTES:
                raise httpx2.DecodingError("the answer is too large")
    return response.status_code, bytes(answer)
