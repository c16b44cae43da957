"""The server of the fake model: `POST …/chat/completions`, whole or as server-sent events, with tools and structured output."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import msgspec

from hanse.testing.language import misbehaviour, rules
from hanse.testing.language.misbehaviour import Misbehaviour

PATH = "/v1"
TOKEN_BYTES = 4
PIECE = 7
"""Characters of a streamed piece: short enough to split most placeholders."""


@dataclass(frozen=True)
class Asked:
    """One question that the model was sent."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By name in small letters."""
    body: dict[str, Any]
    raw: str
    """The body as it came."""
    connection: int
    """Port of who asked: the same for questions over one connection."""

    @property
    def last(self) -> str:
        """Return the text of the last message."""
        return rules.question(self.body)


@dataclass(frozen=True)
class _Said:
    """What the model says to one question."""

    text: str = ""
    tool: tuple[str, dict[str, Any]] | None = None
    way: Misbehaviour | None = None


class FakeModel:
    """A language model that runs while the block does."""

    def __init__(self, *, structured: bool = True, by_grammar: bool = False, streams: bool = True) -> None:
        """Stand at an address of this machine; one without `streams` answers in one.

        A model without `structured` refuses `response_format`; one `by_grammar` takes a schema beside `json_object` alone, and stumbles over others.
        """
        self.asked: list[Asked] = []
        self._structured, self._by_grammar, self._streams = structured, by_grammar, streams
        self._script: list[_Said] = []
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._request_class())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        """Return its address, as a language model of Hanse wants it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{PATH}"

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop, also what hangs."""
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def say(self, text: str) -> None:
        """Say this to the next question that has no answer yet."""
        self._script.append(_Said(text))

    def say_json(self, value: object) -> None:
        """Say this as JSON to the next question."""
        self.say(msgspec.json.encode(value).decode())

    def call_tool(self, name: str, arguments: dict[str, Any]) -> None:
        """Ask for a tool at the next question."""
        self._script.append(_Said(tool=(name, arguments)))

    def misbehave(self, way: Misbehaviour, *, times: int = 1) -> None:
        """Go wrong at the next questions."""
        self._script += [_Said(way=way)] * times

    def reply(self, asked: Asked) -> _Said:
        """Return what is said to a question: what it was told to, else by its rules."""
        self.asked.append(asked)
        said = self._script.pop(0) if self._script else _Said()
        if said.text or said.tool or isinstance(said.way, misbehaviour.Text | misbehaviour.Empty):
            return said
        return _Said(_twisted(rules.answer(asked.body), said.way), rules.tool_call(asked.body), said.way)

    def refusal(self, body: dict[str, Any]) -> tuple[int, bytes] | None:
        """Return the status and the error with which it refuses a question that asks for JSON in a way it does not know."""
        if "response_format" in body and not self._structured:
            return 400, _error("unsupported_parameter")
        stumbles = self._by_grammar and body.get("response_format", {}).get("type") == "json_schema"
        return (500, _error("response_format")) if stumbles else None

    def _request_class(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Request(BaseHTTPRequestHandler):
            """One question to this model."""

            protocol_version = "HTTP/1.1"
            wbufsize = 65_536
            disable_nagle_algorithm = True

            def do_POST(self) -> None:  # as the server wants it
                with suppress(BrokenPipeError, ConnectionResetError):  # who asked does not wait any longer
                    _Exchange(model, self).run()

            def log_message(self, *arguments: Any) -> None:
                """Keep quiet."""

        return Request


class _Exchange:
    """One question and its answer on the wire."""

    def __init__(self, model: FakeModel, request: BaseHTTPRequestHandler) -> None:
        self._model, self._request = model, request
        parts = urlsplit(request.path)
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = request.rfile.read(int(headers.get("content-length", 0)))
        self._asked = Asked(parts.path, dict(parse_qsl(parts.query)), headers, msgspec.json.decode(raw), raw.decode(), request.client_address[1])

    def run(self) -> None:
        body, said = self._asked.body, self._model.reply(self._asked)
        way = said.way
        refused = self._model.refusal(body)
        if refused is not None:
            self._send(*refused)
        elif isinstance(way, misbehaviour.Hang):
            self._model._over.wait(way.seconds)  # noqa: SLF001  # one mechanism in two pieces
            self._break_off()
        elif isinstance(way, misbehaviour.Status):
            self._send(way.status, _error(way.code or "made_up"), {"Retry-After": way.retry_after} if way.retry_after else {})
        elif body.get("stream") and self._model._streams:  # noqa: SLF001  # as above
            self._stream(said)
        elif isinstance(way, misbehaviour.Stop):
            self._break_off()
        else:
            content = msgspec.json.encode(self._whole(said))
            self._send(200, content[: len(content) // 2] if isinstance(way, misbehaviour.Half) else content)

    def _whole(self, said: _Said) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": _text(said)}
        if said.tool:
            message |= {"content": None, "tool_calls": [_call(*said.tool)]}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if said.tool else "stop"}
        return {"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice], **self._usage(said)}

    def _usage(self, said: _Said) -> dict[str, Any]:
        counted: dict[str, Any] = {"prompt_tokens": len(self._asked.raw) // TOKEN_BYTES, "completion_tokens": len(_text(said)) // TOKEN_BYTES + 1}
        if isinstance(said.way, misbehaviour.Lie):
            counted = {"prompt_tokens": said.way.tokens_in, "completion_tokens": said.way.tokens_out}
        return {"usage": counted} if None not in counted.values() else {}

    def _stream(self, said: _Said) -> None:
        self._request.send_response(200)
        self._request.send_header("Content-Type", "text/event-stream")
        self._request.send_header("Connection", "close")
        self._request.end_headers()
        stopping = said.way.after if isinstance(said.way, misbehaviour.Stop) else None
        for number, delta in enumerate(self._deltas(said)):
            if number == stopping:
                self._break_off()
                return
            self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
            if isinstance(said.way, misbehaviour.Drip):
                self._model._over.wait(said.way.seconds)  # noqa: SLF001  # one mechanism in two pieces
        if not isinstance(said.way, misbehaviour.Half | misbehaviour.Stop):
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls" if said.tool else "stop"}]})
            self._event({"choices": [], **self._usage(said)})
            self._request.wfile.write(b"data: [DONE]\n\n")
        self._request.close_connection = True

    def _deltas(self, said: _Said) -> Iterator[dict[str, Any]]:
        if said.tool:
            call = _call(*said.tool)
            written = call["function"]["arguments"]
            yield {"tool_calls": [{**call, "index": 0, "function": {"name": said.tool[0], "arguments": ""}}]}
            for at in range(0, len(written), PIECE):
                yield {"tool_calls": [{"index": 0, "function": {"arguments": written[at : at + PIECE]}}]}
            return
        text, size = _text(said), 1 if isinstance(said.way, misbehaviour.Drip) else PIECE
        if isinstance(said.way, misbehaviour.Half | misbehaviour.Stop):
            text = text[: len(text) // 2]
        yield from ({"content": text[at : at + size]} for at in range(0, len(text), size))
        while isinstance(said.way, misbehaviour.Endless) and not self._model._over.is_set():  # noqa: SLF001  # as above
            yield {"content": "and so on " * 20}

    def _event(self, data: object) -> None:
        self._request.wfile.write(b"data: " + msgspec.json.encode(data) + b"\n\n")
        self._request.wfile.flush()

    def _send(self, status: int, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        self._request.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})}.items():
            self._request.send_header(name, value)
        self._request.end_headers()
        self._request.wfile.write(content)

    def _break_off(self) -> None:
        with suppress(OSError):
            self._request.connection.shutdown(socket.SHUT_RDWR)
        self._request.close_connection = True


def _text(said: _Said) -> str:
    return "" if said.tool or isinstance(said.way, misbehaviour.Empty) else said.way.text if isinstance(said.way, misbehaviour.Text) else said.text


def _twisted(text: str, way: Misbehaviour | None) -> str:
    """Return an answer with its placeholders as badly treated as models treat them."""
    if isinstance(way, misbehaviour.DropPlaceholders):
        return rules.PLACEHOLDER.sub("", text)
    if isinstance(way, misbehaviour.RepeatPlaceholders):
        return rules.PLACEHOLDER.sub(lambda found: f"{found[0]} {found[0].lower()} **{found[0]}**", text)
    return text


def _call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": msgspec.json.encode(arguments).decode()}}


def _error(code: str) -> bytes:
    return msgspec.json.encode({"error": {"message": "made up, and it quotes the question", "code": code, "type": "fake"}})
