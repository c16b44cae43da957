"""Settings: what this server runs with, the account of who is signed in, and the way to keys, people and the audit log."""

from __future__ import annotations

import ast
import inspect
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec
from litestar import Response, get

import hanse
from hanse.base import config
from hanse.serve.console import pages, session
from hanse.serve.console.session import AnyRequest

SECRET = frozenset({"database_url", "otel_endpoint", "embeddings_url", "embeddings_key"})
"""Settings that may carry a password."""


@get("/settings")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the settings; they are changed where the server is started."""
    visit = session.of(request)
    values = visit.runtime.settings
    shown = [
        {"variable": f"HANSE_{name.upper()}", "value": _shown(name, getattr(values, name)), "meaning": visit.words.gettext(meaning)}
        for name, meaning in meanings().items()
    ]
    return pages.page(visit, "settings.html", settings=shown, version=hanse.__version__)


@lru_cache(maxsize=1)
def meanings() -> dict[str, str]:
    """Return what each setting means, from the text below it in the code."""
    declared = ast.parse(inspect.getsource(config)).body
    body: list[Any] = next(each.body for each in declared if isinstance(each, ast.ClassDef) and each.name == "Settings")
    found = {}
    for field, text in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(field.target, ast.Name):
            found[field.target.id] = " ".join(str(ast.literal_eval(text.value)).split())
    return {name: found.get(name, "") for name in msgspec.structs.asdict(config.Settings(home=config.default_home()))}


def _shown(name: str, value: object) -> str:
    if name in SECRET and value:
        return "•••"
    return str(value)
