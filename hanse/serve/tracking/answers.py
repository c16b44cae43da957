"""What a tracking client is answered: small JSON, in the words that both families of clients understand."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from litestar.types import Send

from hanse.base.errors import HanseError
from hanse.data.events.errors import Unfit

HEADERS = [(b"content-type", b"application/json"), (b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""A transparent image of one point."""

ACCEPTED = b'{"state":"accepted"}'
DUPLICATE = b'{"state":"duplicate"}'


class _Refused(msgspec.Struct, frozen=True, tag="dead_letter", tag_field="state"):
    field: str
    reason: str
    remedy: str


class _Failure(msgspec.Struct, frozen=True):
    code: str
    message: str
    success: bool = False


@dataclass(frozen=True)
class Answer:
    """A status with a body."""

    status: int
    body: bytes
    headers: Sequence[tuple[bytes, bytes]] = field(default_factory=lambda: HEADERS)

    async def send(self, send: Send) -> None:
        """Send it."""
        headers = [*self.headers, (b"content-length", str(len(self.body)).encode())]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


@dataclass
class Outcomes:
    """What became of each message of a request, in their order."""

    results: list[bytes] = field(default_factory=list)
    accepted: int = 0
    duplicates: int = 0
    dead: int = 0

    def add(self, unfit: Unfit | None, *, duplicate: bool) -> None:
        """Note what became of the next one."""
        if unfit is not None:
            self.dead += 1
            self.results.append(msgspec.json.encode(_Refused(unfit.field, unfit.reason, unfit.remedy)))
        elif duplicate:
            self.duplicates += 1
            self.results.append(DUPLICATE)
        else:
            self.accepted += 1
            self.results.append(ACCEPTED)

    def answer(self) -> Answer:
        """Return the answer that tells all of it."""
        counts = b'"accepted":%d,"duplicates":%d,"dead_letters":%d' % (self.accepted, self.duplicates, self.dead)
        return Answer(200, b'{"success":true,%b,"results":[%b]}' % (counts, b",".join(self.results)))


def failure(error: HanseError) -> Answer:
    """Return the answer to a request that was not taken; `code` and `message` are what RudderStack's clients look for."""
    body = msgspec.json.encode(_Failure(error.slug(), error.detail()))
    seconds = error.facts.get("retry_after_seconds", 5 if error.status >= 500 else None)
    headers = HEADERS if seconds is None else [*HEADERS, (b"retry-after", str(seconds).encode())]
    return Answer(error.status if error.status < 500 else 503, body, headers)


def other_method(method: str, expected: str) -> Answer:
    """Return the answer to a method that an address does not take; `OPTIONS` asks what it takes."""
    headers = [*HEADERS, (b"allow", f"{expected}, OPTIONS".encode())]
    if method == "OPTIONS":
        return Answer(204, b"", headers)
    return Answer(405, msgspec.json.encode(_Failure("method-not-allowed", f"Send {expected}.")), headers)


def document(content: object) -> Answer:
    """Return JSON that a client asked for."""
    return Answer(200, msgspec.json.encode(content))


def pixel() -> Answer:
    """Return the image that a page asked for."""
    return Answer(200, PIXEL, [(b"content-type", b"image/gif"), *HEADERS[1:]])
