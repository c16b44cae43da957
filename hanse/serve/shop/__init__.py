"""The sample shop's own pages at `/shop`, in `hanse demo` alone: what recommendations look like where customers meet them."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from hanse.serve.runtime import Runtime
from hanse.serve.shop import opening, pages, pictures


def routes(runtime: Runtime) -> list[ControllerRouterHandler]:
    """Return the pages, where the demonstration has opened the shop, and in any case the pictures of its products."""
    return [pictures.picture, *(pages.HANDLERS if opening.key() else ())]
