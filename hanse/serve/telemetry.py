"""Traces for an OpenTelemetry collector, where `HANSE_OTEL_ENDPOINT` names one; else nothing here is loaded.

Spans leave in batches from a thread of their own: a collector that is slow or away costs spans, never an answer. The provider is ours
alone and not OpenTelemetry's global one, or libraries would record what we do not: addresses with queries, arguments, messages.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import hanse
from hanse.base import tracing
from hanse.base.config import Settings
from hanse.base.errors import HanseError, MissingExtra
from hanse.base.tracing import Span, Value

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span as RecordedSpan

PATH = "/v1/traces"
EXPORT_SECONDS = 5.0
STOP_SECONDS = 2.0
"""How long the end of a process waits for the last spans to leave."""


def check(settings: Settings) -> None:
    """Raise `MissingExtra` where traces are wanted and cannot be sent."""
    if settings.otel_endpoint and not is_installed():
        raise MissingExtra(feature="Sending traces (HANSE_OTEL_ENDPOINT)", extra="otel")


def is_installed() -> bool:
    """Return whether the packages of `hanse[otel]` are there."""
    try:
        return all(importlib.util.find_spec(name) for name in ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http"))
    except ModuleNotFoundError:
        return False


class Telemetry:
    """The traces of one process, while it runs."""

    def __init__(self, settings: Settings) -> None:
        """Send to where the settings say, or nowhere."""
        self._settings = settings
        self._provider: TracerProvider | None = None

    def start(self) -> None:
        """Begin to record; raises `MissingExtra`."""
        check(self._settings)
        if self._settings.otel_endpoint:
            self._provider = _provider(self._settings.otel_endpoint)
            tracing.install(_Recorder(self._provider))

    async def stop(self) -> None:
        """Send what is left, as far as the collector takes it in a moment."""
        provider, self._provider = self._provider, None
        if provider is None:
            return
        tracing.install(None)
        sending = threading.Thread(target=provider.shutdown, daemon=True, name="last spans")
        sending.start()
        await asyncio.to_thread(sending.join, STOP_SECONDS)


def _provider(endpoint: str) -> TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    address = endpoint if endpoint.rstrip("/").endswith(PATH) else endpoint.rstrip("/") + PATH
    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "hanse"), "service.version": hanse.__version__})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(address, timeout=EXPORT_SECONDS)))
    return provider


class _Recorder:
    """Records with OpenTelemetry."""

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._tracer = provider.get_tracer("hanse", hanse.__version__)
        self._trace = trace
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, *, kind: str, parent: str | None, is_current: bool, attributes: Mapping[str, Value]) -> Iterator[Span]:
        context = self._propagator.extract({tracing.TRACEPARENT: parent}) if parent else None
        span = self._tracer.start_span(name, context, self._trace.SpanKind[kind.upper()], dict(attributes))
        noted = _Noted(span)
        try:
            if is_current:
                with self._trace.use_span(span, record_exception=False, set_status_on_exception=False):
                    yield noted
            else:
                yield noted
        except BaseException as error:
            if not isinstance(error, GeneratorExit | asyncio.CancelledError):
                noted.fail(type(error).__name__, is_fault=not isinstance(error, HanseError) or error.status >= 500)
            raise
        finally:
            span.end()

    def traceparent(self) -> str | None:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get(tracing.TRACEPARENT)


class _Noted:
    """A span as the rest of Hanse sees it."""

    def __init__(self, span: RecordedSpan) -> None:
        self._span = span
        self.recorded = span.is_recording()

    def set(self, name: str, value: Value) -> None:
        self._span.set_attribute(name, value)

    def fail(self, kind: str, *, is_fault: bool = True) -> None:
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("error.type", kind)
        if is_fault:
            self._span.set_status(StatusCode.ERROR)
