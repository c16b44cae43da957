"""`hanse backup` and `hanse restore`: database, models and lake in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hanse.base import config
from hanse.serve import archive, runtime
from hanse.serve.cli import terminal


def backup(file: Path, /, *, as_json: terminal.Json = False) -> None:
    """Write database, models and lake to one file; Hanse may go on running meanwhile.

    Parameters
    ----------
    file
        Where to write it; a file that is there is replaced once the new one is whole.
    """
    settings = config.load()
    with runtime.database_of(settings) as conninfo, terminal.err.status("Writing the backup"):
        manifest = archive.write(settings, conninfo, file.absolute())
    terminal.answer(manifest, as_json=as_json, show=lambda found: _say(f"Wrote {file}", found))


def restore(file: Path, /, *, force: bool = False, as_json: terminal.Json = False) -> None:
    """Read database, models and lake back from a backup; stop Hanse before.

    Parameters
    ----------
    file
        The backup.
    force
        Replace what is there now.
    """
    settings = config.load()
    with runtime.database_of(settings) as conninfo, terminal.err.status("Reading the backup"):
        manifest = archive.read(settings, conninfo, file.absolute(), force=force)
    terminal.answer(manifest, as_json=as_json, show=lambda found: _say(f"Restored {file}", found))


def _say(done: str, manifest: Any) -> None:
    terminal.out.print(f"[green]✓[/green] {done}: {manifest.events:,} events, {manifest.profiles:,} profiles, {manifest.bytes / 1e6:,.1f} MB.")
