"""`hanse doctor`: looks at everything Hanse needs, and says what to do about what is wrong."""

from __future__ import annotations

import sys

from rich.markup import escape

from hanse.serve import checks
from hanse.serve.cli import terminal

SIGNS = {"ok": "[green]✓[/green]", "warning": "[yellow]![/yellow]", "wrong": "[red]✗[/red]"}


def doctor(*, as_json: terminal.Json = False) -> None:
    """Say what is wrong with this installation and what to do; ends with 1 where something is wrong."""
    found = checks.examine()
    terminal.answer(found, as_json=as_json, show=_show)
    if any(each.state == "wrong" for each in found):
        sys.exit(1)


def _show(found: list[checks.Finding]) -> None:
    for each in found:
        terminal.out.print(f"{SIGNS[each.state]} {escape(each.what)}: {escape(each.message)}")
        if each.remedy:
            terminal.out.print(f"    → {escape(each.remedy)}")
