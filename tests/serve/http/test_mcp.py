"""Agents use Hanse through the official MCP client, with the same keys and rules as any program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import mcp
import msgspec
import pytest
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult

from tests.serve.conftest import Client, MakeKey

ADDRESS = "http://hanse.test/mcp"


@asynccontextmanager
async def agent(client: Client, headers: dict[str, str], address: str = ADDRESS) -> AsyncIterator[mcp.Client]:
    """An agent that is connected with a key."""
    transport = httpx2.ASGITransport(app=client.app)
    async with (
        httpx2.AsyncClient(transport=transport, headers=headers) as http,
        mcp.Client(streamable_http_client(address, http_client=http)) as connected,
    ):
        yield connected


def text(result: CallToolResult) -> str:
    (content,) = result.content
    assert content.type == "text"
    return content.text


async def tools(client: Client, headers: dict[str, str]) -> dict[str, Any]:
    async with agent(client, headers) as connected:
        return {each.name: each for each in (await connected.list_tools()).tools}


async def test_an_agent_sees_the_operations_that_are_meant_for_agents(client: Client, make_key: MakeKey) -> None:
    found = await tools(client, await make_key())
    registry = client.app.state.runtime.registry
    assert set(found) == {each.tool_name for each in registry.operations.values() if each.tool}
    load = found["harbour_load"]
    assert (load.title, load.description) == ("Load a crate onto a boat", "Load a crate onto a boat.\n\nThe same boat is loaded once.")
    assert load.input_schema["type"] == "object"
    assert load.input_schema["properties"]["boat"] == {"type": "string", "description": "Its name.", "minLength": 1, "maxLength": 100}
    assert load.input_schema["additionalProperties"] is False
    assert load.output_schema["properties"]["crates"]["description"] == "How many crates were new on it."
    assert (load.annotations.read_only_hint, load.annotations.destructive_hint) == (False, False)
    assert found["harbour_greet"].annotations.read_only_hint is True


@pytest.mark.parametrize(
    ("scopes", "expected"), [(("harbour",), {"harbour_greet", "harbour_load"}), (("harbour.greet",), {"harbour_greet"}), (("write",), set())]
)
async def test_an_agent_sees_only_what_its_key_may_use(client: Client, make_key: MakeKey, scopes: tuple[str, ...], expected: set[str]) -> None:
    assert set(await tools(client, await make_key(*scopes))) == expected


async def test_a_call_answers_with_structured_content(client: Client, make_key: MakeKey) -> None:
    async with agent(client, await make_key()) as connected:
        result = await connected.call_tool("harbour_load", {"boat": "Cog"})
    assert not result.is_error
    assert result.structured_content == {"boat": "Cog", "crates": 1}
    assert msgspec.json.decode(text(result)) == result.structured_content


async def test_a_decision_of_an_agent_is_logged_and_a_change_is_audited(client: Client, make_key: MakeKey) -> None:
    async with agent(client, await make_key(name="agent")) as connected:
        greeting = (await connected.call_tool("harbour_greet", {"weather": "foggy", "anonymous_id": "b-1"})).structured_content
        await connected.call_tool("harbour_load", {"boat": "Cog"})
    assert greeting
    assert greeting["basis"] == "anonymous"
    running = client.app.state.runtime
    await running.log.flush()
    async with running.resources.pool.connection() as connection:
        logged = await (await connection.execute("SELECT decision_id::text, request FROM decisions")).fetchall()
        audited = await (await connection.execute("SELECT actor, action FROM audit_log")).fetchall()
    assert logged == [{"decision_id": greeting["decision_id"], "request": {"weather": "foggy"}}]
    assert audited == [{"actor": "agent", "action": "harbour.load"}]


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("harbour_load", {"boat": "Flying Dutchman"}, "There is no boat Flying Dutchman. Look into the harbour."),
        ("harbour_load", {}, "boat: Object missing required field `boat`"),
        ("harbour_load", {"boat": "Cog", "sails": 3}, "unknown field `sails`"),
        ("harbour_load", {"boat": 7}, "Expected `str`, got `int`"),
        ("harbour_salute", {"boat": "Cog"}, "There is no tool harbour_salute"),
        ("harbour_fly", {}, "There is no tool harbour_fly"),
    ],
)
async def test_what_is_wrong_is_told_to_the_agent_in_words(
    client: Client, make_key: MakeKey, tool: str, arguments: dict[str, Any], message: str
) -> None:
    async with agent(client, await make_key()) as connected:
        result = await connected.call_tool(tool, arguments)
    assert result.is_error
    assert message in text(result)


async def test_what_a_key_may_not_use_is_refused(client: Client, make_key: MakeKey) -> None:
    async with agent(client, await make_key("harbour.greet")) as connected:
        result = await connected.call_tool("harbour_load", {"boat": "Cog"})
    assert result.is_error
    assert "may not use harbour.load" in text(result)


async def test_an_unforeseen_fault_tells_nothing_of_the_inside(client: Client, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("anna@example.org")

    monkeypatch.setattr("hanse.data.events.append", fail)
    async with agent(client, await make_key()) as connected:
        result = await connected.call_tool("harbour_load", {"boat": "Cog"})
    assert result.is_error
    assert text(result) == "Something went wrong inside Hanse. The log of the server has the details."


async def test_without_a_key_there_is_no_answer(client: Client) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        response = await client.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers=headers)
        assert response.status_code == 401
        assert response.json()["type"] == "/problems/not-signed-in"
        assert response.headers["www-authenticate"].startswith("Bearer")


async def test_the_language_an_agent_asks_for_is_the_language_it_gets(client: Client, make_key: MakeKey) -> None:
    headers = await make_key()
    reasons = []
    for language in ("de", "en"):
        async with agent(client, {**headers, "Accept-Language": language}) as connected:
            content = (await connected.call_tool("harbour_greet", {})).structured_content
            reasons.append((content or {})["reason"])
    assert reasons == ["Weil das Wetter so ist.", "Because of the weather."]


async def test_what_is_not_the_protocol_is_refused(client: Client, make_key: MakeKey) -> None:
    headers = {**await make_key(), "Accept": "application/json, text/event-stream"}
    for content in (b"", b"{", b"[]", b'{"jsonrpc": "1.0"}', b"\xff"):
        response = await client.post("/mcp", content=content, headers={**headers, "Content-Type": "application/json"})
        assert 400 <= response.status_code < 500
