"""Every operation keeps the contract: it explains itself, takes what it says, and is the same on every surface."""

from __future__ import annotations

import contextlib
import fnmatch
import io
import json
import re
from asyncio import to_thread
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import mcp
import msgspec
import psycopg
import pytest
import pytest_asyncio
from mcp.client.streamable_http import streamable_http_client
from psycopg import sql

from hanse.base import context as contract
from hanse.base.config import Settings
from hanse.base.decision import Decision, Personal
from hanse.base.errors import HanseError, Problem
from hanse.base.operation import Effect, Operation
from hanse.base.postgres import EmbeddedPostgres
from hanse.data.access import keys
from hanse.serve import cli, registry, runtime
from hanse.serve.http import openapi
from hanse.serve.http.app import application
from hanse.serve.runtime import Runtime
from tests import databases
from tests.contracts.shop import fill
from tests.serve.conftest import Client, alive

DECLARED = registry.load()
OPERATIONS: dict[str, Operation[Any, Any]] = DECLARED.operations
PER_CALL = {"decision_id", "decided_at", "computed_at", "until"}
"""Fields that differ from one call to the next."""

READING = sorted(name for name, each in OPERATIONS.items() if each.effect is Effect.READ)
WRITING = sorted(OPERATIONS.keys() - set(READING))

every_operation = pytest.mark.parametrize("name", sorted(OPERATIONS))
in_one_loop = pytest.mark.asyncio(loop_scope="module")
"""Of tests that share a shop, as they change nothing in it or look at nothing but the answers."""


def structs(kind: type) -> dict[str, dict[str, Any]]:
    """Return the schemas of a struct and of all structs in it."""
    _, components = msgspec.json.schema_components([kind], ref_template="{name}")
    return {name: schema for name, schema in components.items() if schema.get("type") == "object"}


@every_operation
def test_names_are_words_in_snake_case(name: str) -> None:
    operation = OPERATIONS[name]
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\.[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
    assert len(operation.tool_name) <= 64
    for kind in (operation.request_type, operation.answer_type):
        for schema in structs(kind).values():
            assert all(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", field) for field in schema["properties"])


@every_operation
def test_the_docstring_begins_with_a_sentence(name: str) -> None:
    summary = OPERATIONS[name].summary
    assert re.fullmatch(r"[A-Z].+\.", summary)
    assert summary.isprintable()


@every_operation
def test_every_field_is_described(name: str) -> None:
    operation = OPERATIONS[name]
    for kind in (operation.request_type, operation.answer_type):
        for struct, schema in structs(kind).items():
            for field, facts in schema["properties"].items():
                assert re.fullmatch(r".+[.!?]", facts.get("description", ""), re.DOTALL), f"{struct}.{field}"


@every_operation
def test_every_part_of_a_request_refuses_unknown_fields(name: str) -> None:
    for struct, schema in structs(OPERATIONS[name].request_type).items():
        assert schema.get("additionalProperties") is False, struct


@every_operation
def test_texts_in_a_request_have_a_limit(name: str) -> None:
    """Whoever stands before the public must not be sent megabytes in one field."""
    for struct, schema in structs(OPERATIONS[name].request_type).items():
        for field, facts in schema["properties"].items():
            for each in facts.get("anyOf", [facts]):
                if each.get("type") == "string" and "format" not in each and "enum" not in each:
                    assert "maxLength" in each, f"{struct}.{field}"
                if each.get("type") == "array":
                    assert "maxItems" in each, f"{struct}.{field}"


@every_operation
def test_the_example_is_a_request_and_comes_through_json_unchanged(name: str) -> None:
    operation = OPERATIONS[name]
    assert isinstance(operation.example, operation.request_type)
    assert contract.decode(operation, msgspec.json.encode(operation.example)) == operation.example


@every_operation
def test_its_errors_are_ours_and_the_callers_business(name: str) -> None:
    for error in OPERATIONS[name].errors:
        assert issubclass(error, HanseError)
        assert 400 <= error.status < 600
        assert error.status != 500, f"{error.__name__} needs a status of its own"


@every_operation
def test_what_it_calls_exists(name: str) -> None:
    for called in OPERATIONS[name].calls:
        assert called in OPERATIONS


def test_what_follows_a_job_exists() -> None:
    for job in DECLARED.jobs.values():
        assert all(fnmatch.filter(DECLARED.jobs, pattern) for pattern in job.then), job.name


def test_a_capability_offers_agents_two_tools_at_most() -> None:
    tools = Counter(each.capability for each in OPERATIONS.values() if each.tool)
    assert all(count <= 2 for count in tools.values()), tools


@every_operation
def test_an_answer_that_may_be_personal_says_on_which_basis_it_was_given(name: str) -> None:
    operation = OPERATIONS[name]
    if issubclass(operation.request_type, Personal) and operation.purpose.needs_consent:
        assert issubclass(operation.answer_type, Decision)


async def filled(running: Runtime) -> Runtime:
    """Give a running Hanse the few facts that examples ask for."""
    async with running.context() as context:
        await fill(await context.connection())
    return running


@contextmanager
def built(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with databases.copied(postgres) as url:
        settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=url, holdout_share=0.0, pool_size=4, console=False)
        yield runtime.build(settings, url, registry=DECLARED)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def empty_shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    with built(postgres, tmp_path_factory) as made:
        await made.start()
        yield made
        await made.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop_of_all(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    with built(postgres, tmp_path_factory) as made:
        await made.start()
        yield await filled(made)
        await made.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client_of_all(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    with built(postgres, tmp_path_factory) as running:
        app = application(running)
        async with alive(app), Client(app) as opened:
            async with running.context() as context:
                made = await keys.create(await context.connection(), "all", ["*"], created_by="test", now=context.clock.now())
            opened.headers.update({"Authorization": f"Bearer {made.key}", "Accept-Language": "de"})
            await filled(running)
            yield opened


async def tables(running: Runtime) -> dict[str, tuple[Any, ...]]:
    """Return what is in each table, decisions apart."""
    await running.log.flush()
    names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^(decisions|procrastinate_workers)'"
    content = sql.SQL("SELECT count(*), md5(string_agg(line::text, ';' ORDER BY line::text)) FROM {} AS line")
    async with running.resources.pool.connection() as connection:
        found = [row["tablename"] for row in await (await connection.execute(names)).fetchall()]
        rows = {each: await (await connection.execute(content.format(sql.Identifier(each)))).fetchone() for each in found}
    return {name: tuple((row or {}).values()) for name, row in rows.items()}


async def answer(running: Runtime, operation: Operation[Any, Any]) -> Any:
    """Run the example; return the answer, which has to be what it says, or the declared error it ended in."""
    try:
        async with running.context() as context:
            found = await contract.run(operation, operation.example, context)
    except operation.errors as error:
        return error
    assert isinstance(found, operation.answer_type)
    msgspec.json.decode(msgspec.json.encode(found), type=operation.answer_type)
    return found


@in_one_loop
@pytest.mark.parametrize("name", READING)
async def test_what_only_reads_runs_where_nothing_is_known(empty_shop: Runtime, name: str) -> None:
    await answer(empty_shop, OPERATIONS[name])


@pytest.mark.parametrize("name", WRITING)
async def test_what_writes_or_acts_runs_where_nothing_is_known(running: Runtime, name: str) -> None:
    await answer(running, OPERATIONS[name])


@in_one_loop
@pytest.mark.parametrize("name", READING)
async def test_what_only_reads_runs_and_writes_nothing(shop_of_all: Runtime, name: str) -> None:
    before = await tables(shop_of_all)
    await answer(shop_of_all, OPERATIONS[name])
    assert await tables(shop_of_all) == before


@pytest.mark.parametrize("name", WRITING)
async def test_what_writes_or_acts_runs_and_is_audited(running: Runtime, name: str) -> None:
    shop = await filled(running)
    found = await answer(shop, OPERATIONS[name])
    async with shop.resources.pool.connection() as connection:
        rows = await (await connection.execute("SELECT action, effect FROM audit_log")).fetchall()
    expected = [] if isinstance(found, HanseError) else [{"action": name, "effect": OPERATIONS[name].effect.value}]
    assert [row for row in rows if row["action"] == name] == expected


async def over_http(client: Client, operation: Operation[Any, Any], body: bytes) -> Any:
    return (await client.post(operation.path, content=body)).json()


async def over_mcp(client: Client, operation: Operation[Any, Any], body: bytes) -> Any:
    async with (
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=client.app), headers=dict(client.headers)) as http,
        mcp.Client(streamable_http_client("http://test/mcp", http_client=http)) as agent,
    ):
        result = await agent.call_tool(operation.tool_name, json.loads(body))
    return result.structured_content if not result.is_error else {"detail": result.content[0].text}  # type: ignore[union-attr]  # we send text


def over_cli(operation: Operation[Any, Any], body: bytes) -> Any:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.app(["call", operation.name, body.decode(), "--json"], result_action="return_none")
        except HanseError as error:
            return msgspec.to_builtins(error.problem())
    return json.loads(out.getvalue())


def same(answer: Any) -> Any:
    """Return what has to be the same on every surface."""
    if isinstance(answer, dict) and "detail" in answer:
        return answer["detail"]
    return {name: value for name, value in answer.items() if name not in PER_CALL}


@in_one_loop
@every_operation
async def test_http_mcp_and_the_command_line_answer_the_same(client_of_all: Client, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    running: Runtime = client_of_all.app.state.runtime
    monkeypatch.setenv("HANSE_HOME", str(running.settings.home))
    monkeypatch.setenv("HANSE_DATABASE_URL", running.settings.database_url)
    monkeypatch.setenv("HANSE_HOLDOUT_SHARE", "0")
    monkeypatch.setattr("hanse.serve.logs.configure", lambda _: None)
    operation, body = OPERATIONS[name], msgspec.json.encode(OPERATIONS[name].example)
    if operation.effect is not Effect.READ:
        await over_http(client_of_all, operation, body)  # what the first call changes, the others find changed
    await running.log.flush()  # decisions of the tests before
    http = same(await over_http(client_of_all, operation, body))
    assert same(await to_thread(over_cli, operation, body)) == http
    if operation.tool:
        assert same(await over_mcp(client_of_all, operation, body)) == http


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the OpenAPI document, made once for all operations."""
    made = application(runtime.build(Settings(home=Path("/nowhere"), database_url=""), "", registry=DECLARED))
    return json.loads(msgspec.json.encode(openapi.document(made, DECLARED)))  # type: ignore[no-any-return]  # an object


@every_operation
def test_the_openapi_document_has_it_under_its_name_with_its_problems(document: dict[str, Any], name: str) -> None:
    operation = OPERATIONS[name]
    described = document["paths"][operation.path]["post"]
    assert described["operationId"] == name
    assert described["summary"] == operation.summary
    assert described["security"] == [{"key": []}]
    for error in (*openapi.ALWAYS, *operation.errors):
        assert error.slug() in described["responses"][str(error.status)]["content"]["application/problem+json"]["examples"]
    request = described["requestBody"]["content"]["application/json"]
    assert msgspec.convert(request["example"], operation.request_type) == operation.example
    for schema in (request["schema"], described["responses"]["200"]["content"]["application/json"]["schema"]):
        assert schema["$ref"].removeprefix("#/components/schemas/") in document["components"]["schemas"]


@in_one_loop
async def test_the_document_is_served_and_describes_problems_as_they_are_sent(client_of_all: Client, document: dict[str, Any]) -> None:
    served = (await client_of_all.get("/openapi.json")).json()
    assert served == document
    assert set(served["components"]["schemas"]["Problem"]["properties"]) == set(Problem.__struct_fields__)


def test_no_two_operations_share_a_path_or_a_tool_name() -> None:
    assert len({each.path for each in OPERATIONS.values()}) == len(OPERATIONS) == len({each.tool_name for each in OPERATIONS.values()})


def test_the_database_behind_these_tests_is_a_real_one(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert connection.info.server_version >= 150_000
