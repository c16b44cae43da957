"""The web application: put together once per server process."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from litestar import Litestar, Request, Response, get
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Tag

import hanse
from hanse.ai.models import Models
from hanse.base import config, tasks
from hanse.serve import console, logs, shop, supervisor, tracking, webhooks
from hanse.serve.http import mcp, operations, problems, traces
from hanse.serve.http import openapi as descriptions
from hanse.serve.http.keys import KeyRing
from hanse.serve.jobs import Queue
from hanse.serve.runtime import Runtime, build


def create() -> Litestar:
    """Make the application from the environment; granian calls this in each server process."""
    settings = config.load()
    logs.configure(settings.log_level)
    supervisor.follow_parent()
    return application(build(settings, settings.database_url))


def application(runtime: Runtime) -> Litestar:
    """Make the application of a runtime, which starts and stops with it."""
    queue = Queue(runtime)
    keys = KeyRing(runtime)
    agents = mcp.server(runtime, keys)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        await runtime.start()
        await runtime.resources.get(Models).prepare()
        await queue.open()
        _settle()
        warming = asyncio.create_task(runtime.warm())
        async with agents.running(), tracking.running(runtime):
            with console.running(runtime):
                yield
        await tasks.end(warming)
        await runtime.stop()

    declared = [operations.route(operation, runtime, keys) for operation in runtime.registry.operations.values()]
    return Litestar(
        route_handlers=[
            health,
            ready,
            openapi,
            problems.explain,
            *declared,
            agents.route,
            *tracking.routes(runtime),
            *webhooks.routes(runtime),
            *shop.routes(runtime),
            *console.routes(runtime),
        ],
        state=State({"runtime": runtime, "key_ring": keys, "queue": queue}),
        lifespan=[lifespan],
        middleware=[traces.traced] if runtime.settings.otel_endpoint else [],
        exception_handlers=problems.HANDLERS,
        openapi_config=_openapi(runtime),
        cors_config=CORSConfig(
            allow_origins=["*"],
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", *tracking.SENT_BY_BROWSERS],
            expose_headers=["Retry-After"],
            max_age=7200,  # as long as browsers remember it at most
        ),
        request_max_body_size=runtime.settings.body_limit_bytes,
        response_headers=problems.HEADERS,
        logging_config=None,
    )


def _settle() -> None:
    """Tell the garbage collector that what was loaded so far stays; looking through it again and again costs a fifth of every answer."""
    gc.collect()
    gc.freeze()


@get("/health", tags=["operation"], summary="Whether this process answers.")
async def health() -> dict[str, str]:
    """Answer as long as the process lives."""
    return {"status": "ok", "version": hanse.__version__}


@get("/ready", tags=["operation"], summary="Whether this process can do its work.")
async def ready(request: Request[Any, Any, State]) -> Response[dict[str, str]]:
    """Answer 503 while the database is away."""
    try:
        async with request.app.state.runtime.resources.pool.connection(timeout=2) as connection:
            await connection.execute("SELECT 1")
    except (psycopg.Error, TimeoutError):
        return Response({"status": "the database does not answer"}, status_code=503, headers={"Retry-After": "5"})
    return Response({"status": "ok"})


@get("/openapi.json", include_in_schema=False)
async def openapi(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Answer the OpenAPI 3.1 document."""
    return descriptions.document(request.app, request.app.state.runtime.registry)


def _openapi(runtime: Runtime) -> OpenAPIConfig:
    titles = [Tag(name=each.name, description=each.question) for each in runtime.registry.capabilities.values()]
    return OpenAPIConfig(
        title="Hanse",
        version=hanse.__version__,
        summary="One log, one customer, one catalog; measured decisions for every touchpoint.",
        path="/openapi",
        components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer", description="An API key of Hanse.")}),
        tags=titles,
        use_handler_docstrings=True,
    )
