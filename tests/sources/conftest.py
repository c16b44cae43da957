"""Fixtures for sources: a context whose transaction the test ends, and short ways to write files and import them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from hanse.base import config
from hanse.base.clock import FixedClock
from hanse.base.context import Context, Ports, Resources
from hanse.base.database import Connection, Pool
from hanse.sources.files import ImportReport, ImportRequest, load

Import = Callable[..., Awaitable[ImportReport]]
Fetch = Callable[..., Awaitable[list[dict[str, Any]]]]
Write = Callable[..., Path]


@pytest.fixture
def context(connection: Connection, clock: FixedClock, home: Path) -> Context:
    """A context on a connection that is rolled back after the test."""
    settings = config.load({"HANSE_HOME": str(home), "HANSE_LANGUAGE": "en"})
    # an import on a fixed connection uses neither the pool nor the ports
    resources = Resources(settings, clock, cast("Pool", None), cast("Ports", None))
    return Context(resources, fixed_connection=connection)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file from text or bytes."""

    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


@pytest.fixture
def import_file(context: Context) -> Import:
    """Import a file as a kind, with options."""

    async def imported(path: Path, kind: str = "orders", **options: Any) -> ImportReport:
        return await load(context, ImportRequest(path=str(path), kind=kind, **options))

    return imported


@pytest.fixture
def fetch(connection: Connection) -> Fetch:
    """Run a query and return its rows."""

    async def fetched(query: Any, *values: object) -> list[dict[str, Any]]:
        return await (await connection.execute(query, values)).fetchall()

    return fetched


def findings(report: ImportReport) -> str:
    """Return all findings as one text."""
    return "\n".join(each.finding for each in report.findings)
