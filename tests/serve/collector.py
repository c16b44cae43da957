"""An OpenTelemetry collector for tests: takes traces over HTTP on 127.0.0.1 and keeps them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

WAIT_SECONDS = 30.0


@dataclass(frozen=True)
class Received:
    """One span as it arrived."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: int
    failed: bool
    attributes: dict[str, Any]


@dataclass
class Collector:
    """What has arrived."""

    address: str
    bodies: list[bytes] = field(default_factory=list)

    def spans(self) -> list[Received]:
        """Return every span so far."""
        found = []
        for body in self.bodies:
            request = ExportTraceServiceRequest()
            request.ParseFromString(body)
            found += [_received(span) for each in request.resource_spans for scope in each.scope_spans for span in scope.spans]
        return found

    def wait(self, enough: Callable[[list[Received]], bool]) -> list[Received]:
        """Return the spans once there are enough."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not enough(self.spans()):
            assert time.monotonic() < deadline, [span.name for span in self.spans()]
            time.sleep(0.05)
        return self.spans()


@contextmanager
def collecting(*, answers: Callable[[], int] = lambda: 200) -> Iterator[Collector]:
    """Run a collector that answers with a status."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(answers())
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the name is the base class's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _received(span: Any) -> Received:
    attributes = {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}
    return Received(span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), span.kind, span.status.code == 2, attributes)
