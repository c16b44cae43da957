"""A Hanse of its own for a benchmark: a home folder that is thrown away, with the embedded PostgreSQL as it is for everybody."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from hanse.base.config import Settings
from hanse.serve import runtime


@contextmanager
def home(folder: Path | None = None, **settings: object) -> Iterator[tuple[Settings, str]]:
    """Give settings and how to connect, for as long as the block runs: of a folder that stays, or of one that is thrown away."""
    with ExitStack() as stack:
        kept = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hanse-benchmark-")))
        kept.mkdir(parents=True, exist_ok=True)
        made = Settings(home=kept, **settings)  # type: ignore[arg-type]  # passed through as given
        with runtime.database_of(made) as conninfo:
            yield made, conninfo


def decisions(conninfo: str) -> int:
    """Return how many decisions are logged."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("SELECT count(*) FROM decisions").fetchone()
        return int(row[0]) if row else 0
