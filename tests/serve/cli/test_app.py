"""Every command explains itself, can answer in JSON, and completes in the shell."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

import hanse as package
from hanse.serve.cli import app
from tests.serve.cli.conftest import Hanse

PROCESSES = {"demo", "serve", "worker"}
"""Commands that go on until they are stopped, and answer nothing."""


def commands(below: App = app, *path: str) -> Iterator[tuple[tuple[str, ...], App]]:
    for name in below:
        if not name.startswith("-"):
            yield from commands(below[name], *path, name) if list(_own(below[name])) else [((*path, name), below[name])]


def _own(command: App) -> Iterator[str]:
    return (name for name in command if not name.startswith("-"))


ALL = dict(commands())


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_explains_itself_and_each_of_its_parameters(hanse: Hanse, path: tuple[str, ...]) -> None:
    told = hanse(*path, "--help")
    assert (told.code, told.err) == (0, "")
    function = ALL[path].default_command
    assert function
    assert (inspect.getdoc(function) or "").partition("\n")[0].endswith(".")
    for parameter in ALL[path].assemble_argument_collection(parse_docstring=True):
        assert parameter.parameter.help, f"{parameter.name} of {' '.join(path)} has no help"


@pytest.mark.parametrize("path", [path for path in ALL if path[0] not in PROCESSES], ids=" ".join)
def test_every_command_that_answers_can_do_so_in_json(path: tuple[str, ...]) -> None:
    assert "--json" in {name for argument in ALL[path].assemble_argument_collection() for name in argument.names}


def test_the_commands_are_those_that_the_documentation_names() -> None:
    named = "demo serve worker call run import export train evaluate sample key link shops doctor backup restore"
    assert {path[0] for path in ALL} == set(named.split())


def test_an_unknown_command_is_told_with_those_there_are(hanse: Hanse) -> None:
    told = hanse("sail")
    assert told.code != 0
    assert 'Unknown command "sail"' in told.out + told.err


def test_the_version_is_told(hanse: Hanse) -> None:
    assert hanse("--version").out.strip() == package.__version__


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands(shell: str) -> None:
    script = app.generate_completion(shell=shell)  # type: ignore[arg-type]  # one of its names
    assert "restore" in script
    assert "-l force" in script if shell == "fish" else "--force" in script


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    code = "import sys; from hanse.serve.cli import app; app(['--help'], exit_on_error=False, result_action='return_none'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    imported = set(done.stdout.split())
    assert not imported & {"numpy", "duckdb", "ibis", "litestar", "mcp", "procrastinate", "granian", "sqlalchemy"}
