"""What all fake systems are: an HTTP server in a thread, failures on demand; and in each fake shop the same things happen."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import msgspec

TAX_PERCENT = Decimal(19)
SHIPPING_NET = Decimal("5.00")
CENT = Decimal("0.01")

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encoded(payload: object) -> bytes:
    """Return a payload as JSON; decimals are written as exact numbers."""
    return _ENCODER.encode(payload)


def tax(net: Decimal) -> Decimal:
    """Return the tax on an amount."""
    return (net * TAX_PERCENT / 100).quantize(CENT)


@dataclass(frozen=True)
class Item:
    """So many pieces of a product, each at a price without tax."""

    sku: str
    name: str
    quantity: int
    net: Decimal

    @property
    def amount(self) -> Decimal:
        """Return what the line costs without tax."""
        return self.net * self.quantity


@dataclass(frozen=True)
class Signed:
    """One webhook as it is sent."""

    headers: Mapping[str, str]
    body: bytes

    def tampered(self) -> Signed:
        """Return it with a body that was changed on the way."""
        return replace(self, body=self.body.replace(b"e", b"3", 1))

    def without(self, *names: str) -> Signed:
        """Return it without some headers."""
        left = {name.lower() for name in names}
        return replace(self, headers={name: value for name, value in self.headers.items() if name.lower() not in left})


@dataclass(frozen=True)
class Asked:
    """One request that a fake shop was sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By name in small letters."""
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What it answers."""

    status: int
    content: object = None
    headers: Mapping[str, str] | None = None


class FakeServer(ABC):
    """A system that runs while the block does."""

    system: str
    secrets: Mapping[str, str]
    """What a connection needs to verify its webhooks and to ask it."""

    def __init__(self) -> None:
        """Stand at an address of this machine; nothing runs yet."""
        self.asked: list[Asked] = []
        self._replies: list[Reply] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._request_class())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail(self, status: int, headers: Mapping[str, str] | None = None, *, times: int = 1) -> None:
        """Answer the next requests with an error."""
        self._replies += [Reply(status, {"error": "made up"}, headers)] * times

    @abstractmethod
    def answer(self, asked: Asked) -> Reply:
        """Answer a request of a poll."""

    def reply(self, asked: Asked) -> Reply:
        """Answer a request, or fail as was asked for."""
        self.asked.append(asked)
        return self._replies.pop(0) if self._replies else self.answer(asked)

    def _request_class(self) -> type[BaseHTTPRequestHandler]:
        shop = self

        class Request(BaseHTTPRequestHandler):
            """One request to this shop."""

            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:  # as the server wants it
                self._answer()

            def do_POST(self) -> None:  # as above
                self._answer()

            def log_message(self, *arguments: Any) -> None:
                """Keep quiet."""

            def _answer(self) -> None:
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length", 0)))
                reply = shop.reply(Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body))
                content = encoded(reply.content)
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **(reply.headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

        return Request


class FakeShop(FakeServer):
    """A shop system: the same things happen in each."""

    @abstractmethod
    def place_order(self, number: int, items: Sequence[Item], *, at: datetime, email: str = "kim@example.org") -> list[Signed]:
        """Have somebody place an order that is paid at once."""

    @abstractmethod
    def cancel_order(self, number: int, *, at: datetime) -> list[Signed]:
        """Cancel an order."""

    @abstractmethod
    def refund_order(self, number: int, *, at: datetime) -> list[Signed]:
        """Give all money of an order back."""

    @abstractmethod
    def save_product(self, sku: str, title: str, *, net: Decimal, stock: int, at: datetime) -> list[Signed]:
        """Make a product, or change it."""

    @abstractmethod
    def delete_product(self, sku: str, *, at: datetime) -> list[Signed]:
        """Remove a product."""

    @abstractmethod
    def save_customer(self, number: int, *, email: str, first_name: str, at: datetime) -> list[Signed]:
        """Make a customer, or change them."""

    @abstractmethod
    def spoil_order(self, number: int, *, at: datetime) -> list[Signed]:
        """Change an order so that nobody can make sense of its total."""
