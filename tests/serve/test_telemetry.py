"""Traces arrive at a collector where one is named, say nothing of anybody, and never hold up an answer."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import msgspec
import pytest

from hanse.base import tracing
from hanse.base.clock import FixedClock
from hanse.base.config import Settings, load
from hanse.base.errors import MissingExtra
from hanse.serve import checks, runtime, telemetry
from hanse.serve.http.app import application
from hanse.serve.registry import Registry
from hanse.serve.telemetry import Telemetry
from hanse.sources.source.api import Api
from tests.serve.collector import Collector, Received, collecting
from tests.serve.conftest import Client, MakeKey, alive
from tests.serve.tracking import serving

EMAIL, NAME, IP = "anna.petersen@example.org", "Anna Petersen", "203.0.113.77"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as opened:
        yield opened


@pytest.fixture
def settings(home: Path, database_url: str, collector: Collector) -> Settings:
    home.mkdir()
    return Settings(home=home, database_url=database_url, holdout_share=0.0, pool_size=4, otel_endpoint=collector.address)


@pytest.fixture
async def client(settings: Settings, clock: FixedClock, declared: Registry) -> AsyncIterator[Client]:
    app = application(runtime.build(settings, settings.database_url, clock=clock, registry=declared))
    async with alive(app), Client(app) as opened:
        yield opened


async def sent(client: Client, collector: Collector) -> list[Received]:
    """Return the spans so far, all of them."""
    provider = client.app.state.runtime.telemetry._provider
    assert await asyncio.to_thread(provider.force_flush)
    return collector.spans()


def one(spans: list[Received], name: str) -> Received:
    (found,) = [span for span in spans if span.name == name]
    return found


async def test_a_request_is_a_tree_of_spans(client: Client, make_key: MakeKey, collector: Collector) -> None:
    headers = {**await make_key(), "traceparent": PARENT}
    assert (await client.post("/v1/harbour/greet", json={"weather": "fair"}, headers=headers)).status_code == 200
    spans = await sent(client, collector)
    request, operation = one(spans, "POST /v1/harbour/greet"), one(spans, "harbour.greet")

    assert (request.trace_id, request.parent_id) == (PARENT.split("-")[1], PARENT.split("-")[2])
    assert request.attributes == {"http.request.method": "POST", "http.route": "/v1/harbour/greet", "http.response.status_code": 200}
    assert (operation.trace_id, operation.parent_id) == (request.trace_id, request.span_id)
    assert operation.attributes == {"hanse.operation": "harbour.greet", "hanse.surface": "key"}


async def test_a_fault_is_told_by_its_type(client: Client, make_key: MakeKey, collector: Collector) -> None:
    assert (await client.post("/v1/harbour/sink", json={"boat": EMAIL}, headers=await make_key())).status_code == 500
    spans = await sent(client, collector)

    assert one(spans, "POST /v1/harbour/sink").failed
    assert one(spans, "harbour.sink").failed
    assert "error.type" in one(spans, "harbour.sink").attributes
    assert EMAIL not in str(spans)


async def test_nothing_personal_leaves_with_the_spans(client: Client, make_key: MakeKey, collector: Collector) -> None:
    headers = {
        **await make_key(),
        "User-Agent": NAME,
        "X-Forwarded-For": IP,
        "Cookie": f"name={EMAIL}",
        "tracestate": "shop=anna",
        "traceparent": PARENT,
    }
    event = {"type": "track", "event": NAME, "userId": EMAIL, "anonymousId": IP, "properties": {"email": EMAIL}, "context": {"ip": IP}}
    await client.post("/v1/batch", json={"batch": [event, {**event, "type": NAME}]}, headers=headers)
    await client.get("/pixel/v1/track", params={"writeKey": headers["Authorization"].split()[1], "event": NAME, "anonymousId": EMAIL})
    await client.get(f"/problems/{EMAIL}", headers=headers)
    await client.get(f"/customers/{EMAIL}?q={EMAIL}", headers=headers)
    await client.get(f"/v1/projects/{EMAIL}/settings", headers=headers)
    await client.request("ANNA", "/v1/harbour/greet", headers=headers)
    spans = await sent(client, collector)
    whole = b"".join(collector.bodies)

    assert {"POST /v1/batch", "GET /problems/{slug}", "group commit"} <= {span.name for span in spans}
    for value in (EMAIL, NAME, IP, "anna", "ANNA", headers["Authorization"].split()[1]):
        assert value.encode() not in whole, value
    names = {name for span in spans for name in span.attributes}
    assert {name for name in names if not name.startswith("hanse.")} <= {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "error.type",
    }


async def test_a_commit_and_a_job_are_spans_too(client: Client, make_key: MakeKey, collector: Collector) -> None:
    await client.post("/v1/track", json={"event": "Sail Set", "anonymousId": "b-1"}, headers=await make_key())
    await client.app.state.queue.put("harbour.sail", {"boat": NAME})
    await client.app.state.queue.work(wait=False, install_signal_handlers=False)
    spans = await sent(client, collector)
    commit = one(spans, "group commit")

    assert (commit.attributes["hanse.events"], commit.attributes["hanse.dead_letters"]) == (1, 0)
    assert commit.attributes["hanse.bytes"] > 0
    job = one(spans, "job harbour.sail")
    assert job.attributes == {"hanse.job": "harbour.sail", "hanse.attempt": 1}
    assert any(span.name == "transaction" for span in spans)


async def test_what_we_ask_a_shop_belongs_to_the_trace(settings: Settings, collector: Collector) -> None:
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json={})

    recorded = Telemetry(settings)
    recorded.start()
    async with Api("https://shop.example", transport=httpx2.MockTransport(answer)) as api:  # type: ignore[arg-type]  # the same protocol
        with tracing.span("job"):
            await api.get("/orders", headers={"X-Own": "1"})
        await recorded.stop()
        await api.get("/orders")

    job = one(collector.spans(), "job")
    assert seen[0].headers["traceparent"].startswith(f"00-{job.trace_id}-{job.span_id}-")
    assert seen[0].headers["x-own"] == "1"
    assert "traceparent" not in seen[1].headers


def test_requests_at_the_same_time_do_not_mix(database_url: str, tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
    with serving.server(database_url, tmp_path) as port, ThreadPoolExecutor(8) as threads:
        key = serving.make_key(database_url)

        def ask(number: int) -> None:
            body = json.dumps({"events": [{"message_id": f"m-{number}", "name": "Sail Set", "anonymous_id": "b"}]}).encode()
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/v1/events/record", body, headers), timeout=20).close()

        list(threads.map(ask, range(40)))
        spans = collector.wait(lambda found: sum(span.name == "events.record" for span in found) >= 40)
    requests = {span.span_id: span for span in spans if span.name == "POST /v1/events/record"}

    assert len({span.trace_id for span in requests.values()}) == 40
    assert all(not span.parent_id for span in requests.values())
    for span in spans:
        if span.name == "events.record":
            assert requests[span.parent_id].trace_id == span.trace_id


@pytest.mark.parametrize("status", [500, 503])
async def test_a_collector_that_fails_changes_no_answer(settings: Settings, clock: FixedClock, declared: Registry, status: int) -> None:
    with collecting(answers=lambda: status) as failing:
        broken = msgspec.structs.replace(settings, otel_endpoint=failing.address)
        app = application(runtime.build(broken, broken.database_url, clock=clock, registry=declared))
        async with alive(app), Client(app) as client:
            assert [(await client.get("/health")).status_code for _ in range(20)] == [200] * 20


async def test_a_collector_that_hangs_does_not_hold_up_the_end(settings: Settings) -> None:
    def hang() -> int:
        time.sleep(4 * telemetry.STOP_SECONDS)
        return 200

    with collecting(answers=hang) as hanging:
        recorded = Telemetry(msgspec.structs.replace(settings, otel_endpoint=hanging.address))
        recorded.start()
        with tracing.span("something"):
            pass
        async with asyncio.timeout(3 * telemetry.STOP_SECONDS):
            await recorded.stop()


def test_without_the_setting_nothing_is_loaded_and_nothing_recorded() -> None:
    script = "import sys, hanse.serve.runtime; print([name for name in sys.modules if name.startswith('opentelemetry.')])"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)

    assert done.stdout.strip() == "[]"
    with tracing.span("nothing") as span:
        assert not span.recorded
    assert tracing.headers() == {}


def test_the_variable_of_the_specification_is_taken_too() -> None:
    given = {"HANSE_HOME": "/srv", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}

    assert load(given).otel_endpoint == "http://collector:4318"
    assert load({**given, "HANSE_OTEL_ENDPOINT": "http://other:4318"}).otel_endpoint == "http://other:4318"


def test_what_is_missing_is_told_with_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, find = Settings(home=tmp_path, otel_endpoint="http://127.0.0.1:4318"), importlib.util.find_spec
    assert checks.traces(settings).state == "ok"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name.startswith("opentelemetry") else find(name))

    with pytest.raises(MissingExtra, match=r"pip install 'hanse\[otel\]'"):
        telemetry.check(settings)
    finding = checks.traces(settings)
    assert (finding.state, finding.remedy) == ("wrong", "Install it: pip install 'hanse[otel]'")
    assert checks.traces(Settings(home=tmp_path)).state == "ok"
