"""The command line, run in this process as `hanse` would be."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog

from hanse.base.config import Settings
from hanse.serve import cli


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)

    @property
    def problem(self) -> Any:
        """What it complained of, as JSON."""
        return json.loads(self.err.splitlines()[-1])


Hanse = Callable[..., Ended]


@pytest.fixture
def hanse(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Hanse]:
    """Runs a command on a home and a database of its own."""
    monkeypatch.setenv("HANSE_HOME", str(settings.home))
    monkeypatch.setenv("HANSE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("COLUMNS", "200")
    handlers = list(logging.getLogger().handlers)

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["hanse", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            sys.exit(cli.main())  # type: ignore[func-returns-value]  # most commands just return
        captured = capsys.readouterr()
        return Ended(int(caught.value.code or 0), captured.out, captured.err)

    yield run
    structlog.reset_defaults()
    logging.getLogger().handlers = handlers
