"""The console: pages for people, rendered on the server. `hanse.serve.http.app` mounts what `routes` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litestar.types import ControllerRouterHandler

    from hanse.serve.runtime import Runtime


def routes(runtime: Runtime) -> list[ControllerRouterHandler]:
    """Return every page of the console, the assets and the sign-in."""
    from hanse.serve.console import routing  # here, so that building the assets does not load a web framework

    return routing.routes(runtime)
