"""Asking a shop: one host, no redirects, bounded times and sizes; patient with limits (429) and with a shop that is away for a moment."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx2
import msgspec

from hanse.base import tracing
from hanse.sources.source.addresses import OneHost
from hanse.sources.source.errors import NotThere, ShopRefused, ShopUnavailable, Unmappable

ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 120.0
FIRST_WAIT_SECONDS = 1.0
TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
LARGEST_ANSWER_BYTES = 50_000_000
AGENT = "Hanse"

AnswerT = TypeVar("AnswerT")
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Answer:
    """What a shop answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self, kind: type[AnswerT]) -> AnswerT:
        """Return the body as a type; raises `Unmappable` naming the field."""
        try:
            return msgspec.json.decode(clean(self.body), type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise not_as_expected(error) from error


def clean(body: bytes | msgspec.Raw) -> bytes:
    """Return a body in JSON without NUL characters, which the database takes in no text: they become U+FFFD."""
    found = bytes(body)
    return found.replace(b"\\u0000", b"\\ufffd") if b"\\u0000" in found else found


def not_as_expected(error: Exception) -> Unmappable:
    """Return what msgspec says of a body that does not fit, without any of its values."""
    reason, _, path = str(error).partition(" - at `")
    if not isinstance(error, msgspec.ValidationError):
        return Unmappable(field="body", reason="this is not JSON")
    return Unmappable(field=path.rstrip("`").removeprefix("$").lstrip(".") or "body", reason=reason)


class Api:
    """A way to one shop, open while the block runs."""

    def __init__(self, url: str, *, transport: OneHost, headers: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None) -> None:
        """Reach the shop at an address, with the headers or the password it wants."""
        self.url = url.rstrip("/")
        self.host = urlsplit(url).hostname or ""
        self.sleep: Sleep = asyncio.sleep
        self.first_answer_at: datetime | None = None
        """When the shop first answered, by its own clock (RFC 9110, 6.6.1); null where it does not say."""
        self._client = httpx2.AsyncClient(
            transport=transport,
            headers={"User-Agent": AGENT, "Accept": "application/json", **(headers or {})},
            auth=auth,
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def get(self, path: str, params: Mapping[str, Any] | None = None, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for something.

        Raises `NotThere`, `ShopRefused` for what will not be given, and `ShopUnavailable` after some attempts.
        """
        return await self._send("GET", path, params=params, headers=headers)

    async def post(self, path: str, content: object, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask with a question in JSON; raises as `get` does."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        return await self._send("POST", path, content=msgspec.json.encode(content), headers=sent)

    async def _send(self, method: str, path: str, **sent: Any) -> Answer:
        wait = FIRST_WAIT_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = await self._once(method, path, sent)
            except httpx2.TransportError as error:
                reason, asked = type(error).__name__, None
            else:
                if answer.status < 300:
                    return answer
                reason, asked = self._patience(path, answer)
            if attempt < ATTEMPTS:
                await self.sleep(min(asked if asked is not None else wait, LONGEST_WAIT_SECONDS))
                wait *= 2
        raise ShopUnavailable(host=self.host, reason=reason)

    async def _once(self, method: str, path: str, sent: Mapping[str, Any]) -> Answer:
        carried = {**tracing.headers(), **(sent.get("headers") or {})}
        async with self._client.stream(method, f"{self.url}{path}", **{**sent, "headers": carried}) as response:
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > LARGEST_ANSWER_BYTES:
                    raise ShopRefused(host=self.host, path=path, reason="its answer is too large")
            self.first_answer_at = self.first_answer_at or _date(response.headers)
            return Answer(response.status_code, response.headers, bytes(body))

    def _patience(self, path: str, answer: Answer) -> tuple[str, float | None]:
        """Return why to wait and how long the shop asks us to; raises where waiting would not help."""
        status = answer.status
        if status == 404:
            raise NotThere(host=self.host, path=path)
        if status < 400:
            raise ShopRefused(host=self.host, path=path, reason="it sends us to another address, which is not followed")
        if status < 500 and status not in {408, 425, 429}:
            raise ShopRefused(host=self.host, path=path, reason=f"status {status}", status=status)
        return f"status {status}", retry_after(answer.headers)


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers.get("date") or "")
    except ValueError:
        return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a shop asks us to wait (RFC 9110, 10.2.3), given as a number, or as a date by its own clock."""
    text = headers.get("retry-after") or ""
    if re.fullmatch(r"\d{1,9}(\.\d*)?", text):
        return float(text)
    try:
        until, now = parsedate_to_datetime(text), _date(headers)
        return max(0.0, (until - now).total_seconds()) if now else None
    except (TypeError, ValueError):
        return None
