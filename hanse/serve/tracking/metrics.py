"""`/metrics` for Prometheus: what the intake of this process counts.

How much a shop sells can be read off these numbers, and the tracking API stands open to the world; so they are for keys that may call
`events.count`: `authorization: {credentials: KEY}` in Prometheus. Every server process counts by itself.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hanse.base import errors
from hanse.data.events import operations
from hanse.data.events.group_commit import GroupCommit
from hanse.serve.http.keys import KeyRing


@get("/metrics", include_in_schema=False)
async def metrics(request: Request[Any, Any, State]) -> Response[bytes]:
    """Answer the numbers of this process."""
    ring: KeyRing = request.app.state.key_ring
    caller = await ring.caller(request.headers.get("authorization"))
    if not caller.may(operations.count):
        raise errors.NotAllowed(who=caller.name, operation=operations.count.name, scope=operations.count.capability)
    log = request.app.state.runtime.resources.get(GroupCommit)
    return Response(generate_latest(log.metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
