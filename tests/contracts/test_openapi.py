"""Whatever is sent to the API, well or badly formed, is answered as its OpenAPI document says, and never with a fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from litestar import Litestar
from litestar.testing import TestClient
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from hanse.base import database
from hanse.base.clock import SystemClock
from hanse.base.config import Settings
from hanse.base.postgres import EmbeddedPostgres
from hanse.data.access import keys
from hanse.serve import registry, runtime
from hanse.serve.http import openapi
from hanse.serve.http.app import application
from tests import databases
from tests.contracts.shop import fill

DECLARED = registry.load()
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
MOST = 120
"""Requests to one address before they become fewer: rules have fields within fields, and a thousand combinations of their boundaries."""
SENT: Counter[str] = Counter()


def app(home: Path, database_url: str) -> Litestar:
    settings = Settings(home=home, database_url=database_url, request_limit=1_000_000, pool_size=2)
    return application(runtime.build(settings, database_url, registry=DECLARED))


def document() -> dict[str, Any]:
    """Return the document without its keys: every request here is sent with one."""
    found = openapi.document(app(Path("/nowhere"), ""), DECLARED)
    for path in found["paths"].values():
        for method in path.values():
            method.pop("security", None)
    return found


SCHEMA = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """One database for all requests: what they write must not make the others fail."""
    with databases.copied(postgres) as url:
        yield url


@pytest.fixture(scope="module")
def client(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Litestar]]:
    """The API with a key that may everything."""
    made = app(tmp_path_factory.mktemp("home"), database_url)
    with TestClient(made, raise_server_exceptions=False) as opened:
        opened.headers["Authorization"] = f"Bearer {opened.blocking_portal.call(_prepare, database_url)}"
        yield opened


async def _prepare(conninfo: str) -> str:
    async with await database.connect(conninfo) as connection:
        await fill(connection)
        return (await keys.create(connection, "anything", ["*"], created_by="test", now=SystemClock().now())).key


def asked_for(path: str) -> bool:
    """Return whether one more request goes to an address: all of the first, then one of ten, spread over what is left."""
    SENT[path] += 1
    return SENT[path] <= MOST or not SENT[path] % 10


@SCHEMA.parametrize()
@hypothesis.settings(max_examples=8, derandomize=True, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
def test_every_request_is_answered_as_the_document_says(case: Any, client: TestClient[Litestar]) -> None:
    if not asked_for(case.path):
        return
    sent = case.as_transport_kwargs(base_url="http://testserver.local")
    body = {name: sent[name] for name in ("json", "params") if sent.get(name) is not None}
    content = {"content": sent["data"]} if isinstance(sent.get("data"), str | bytes) else {}
    response = client.request(sent["method"], sent["url"], headers=sent["headers"], **body, **content)
    case.validate_response(response, checks=CHECKS)
