"""The console: pages for people, rendered on the server. `hanse.serve.http.app` mounts what `routes` gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hanse.data.events.live import Live

if TYPE_CHECKING:
    from litestar.types import ControllerRouterHandler

    from hanse.serve.runtime import Runtime


def routes(runtime: Runtime) -> list[ControllerRouterHandler]:
    """Return every page of the console, the assets and the sign-in; nothing where the server has no console."""
    if not runtime.settings.console:
        return []
    from hanse.serve.console import routing  # here, so that building the assets does not load a web framework

    return routing.routes(runtime)


@contextmanager
def running(runtime: Runtime) -> Iterator[None]:
    """Have the pages that are told what comes in for as long as the server runs, and end their streams with it."""
    from hanse.serve.http import stopping

    if not runtime.settings.console:
        yield
        return
    live = runtime.resources.get(Live)
    with stopping.told(live.stop):
        yield
    live.stop()
