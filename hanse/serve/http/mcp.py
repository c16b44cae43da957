"""MCP over streamable HTTP at `/mcp`: the operations declared with `tool=True`, for agents, with the same keys as HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import mcp_types as types
import msgspec
from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

import hanse
from hanse.base import context as contract
from hanse.base.context import Caller
from hanse.base.errors import HanseError
from hanse.base.operation import Effect, Operation
from hanse.serve.http import problems
from hanse.serve.http.keys import KeyRing
from hanse.serve.languages import preferred
from hanse.serve.runtime import Runtime

CALLER = "hanse.caller"
LANGUAGE = "hanse.language"


class UnknownTool(HanseError):
    """There is no tool {tool}. Ask for the list of tools."""

    status = 404


@dataclass
class Agents:
    """The MCP side of one process."""

    manager: StreamableHTTPSessionManager
    route: ASGIRouteHandler

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take requests for as long as the block runs."""
        async with self.manager.run():
            yield


def server(runtime: Runtime, keys: KeyRing) -> Agents:
    """Make the MCP server of a runtime."""
    tools = {each.tool_name: each for each in runtime.registry.operations.values() if each.tool}

    async def list_tools(context: ServerRequestContext[Any, Any], params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        caller, _ = _who(context)
        return types.ListToolsResult(tools=[describe(each) for each in tools.values() if caller.may(each)])

    async def call_tool(context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams) -> types.CallToolResult:
        caller, language = _who(context)
        return await _call(runtime, tools.get(params.name), params, caller, language)

    low = Server(
        "hanse",
        version=hanse.__version__,
        title="Hanse",
        instructions="Answers questions about a shop: products, recommendations, customers. Every answer says why it was given.",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    manager = StreamableHTTPSessionManager(low, stateless=True, json_response=True, max_request_body_size=runtime.settings.body_limit_bytes)
    return Agents(manager, _route(runtime, keys, manager))


def describe(operation: Operation[Any, Any]) -> types.Tool:
    """Return what an agent learns of an operation."""
    return types.Tool(
        name=operation.tool_name,
        title=operation.summary.rstrip("."),
        description=operation.description,
        input_schema=schema(operation.request_type),
        output_schema=schema(operation.answer_type),
        annotations=types.ToolAnnotations(
            read_only_hint=operation.effect is Effect.READ,
            destructive_hint=operation.effect is Effect.ACT,
            open_world_hint=operation.effect is Effect.ACT,
        ),
    )


def schema(kind: type) -> dict[str, Any]:
    """Return the JSON Schema of a struct, with the struct itself at the root, as MCP wants it."""
    (root,), definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    name = root.get("$ref", "").rpartition("/")[2]
    return {**definitions.pop(name, root), "$defs": definitions} if definitions else root


def _who(context: ServerRequestContext[Any, Any]) -> tuple[Caller, str]:
    request: Any = context.request
    return request.scope[CALLER], request.scope[LANGUAGE]


async def _call(runtime: Runtime, operation: Operation[Any, Any] | None, params: Any, caller: Caller, language: str) -> types.CallToolResult:
    if operation is None:
        return _failed(UnknownTool(tool=params.name))
    try:
        request = contract.parse(operation, dict(params.arguments or {}))
        async with runtime.context(caller, language=language) as context:
            answer = await contract.run(operation, request, context)
    except Exception as error:  # noqa: BLE001  # whatever it is, the agent is told in words and the log has the rest
        return _failed(problems.understood(error, "/mcp"))
    text = msgspec.json.encode(answer).decode()
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=msgspec.json.decode(text))


def _failed(error: HanseError) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=error.detail())], is_error=True)


def _route(runtime: Runtime, keys: KeyRing, manager: StreamableHTTPSessionManager) -> ASGIRouteHandler:
    @asgi("/mcp", is_mount=False, copy_scope=True)
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            caller = await keys.caller(headers.get("authorization"))
        except HanseError as error:
            response = problems.on_error(_Path(scope), error)  # type: ignore[arg-type]  # only the path is read
            await response.to_asgi_response(None, None)(scope, receive, send)  # type: ignore[arg-type]  # needs neither application nor request
            return
        scope[CALLER] = caller  # type: ignore[literal-required]  # ASGI leaves room for keys of one's own
        scope[LANGUAGE] = preferred(headers.get("accept-language"), runtime.settings.language)  # type: ignore[literal-required]  # as above
        await manager.handle_request(scope, receive, send)  # type: ignore[arg-type]  # the same protocol, typed twice

    return handle


@dataclass
class _Path:
    scope: Scope
