"""`hanse call`: any operation from the command line, through the same contract as HTTP."""

from __future__ import annotations

from typing import Any

import msgspec
from rich.markup import escape
from rich.table import Column, Table

from hanse.base import config
from hanse.base import context as contract
from hanse.base.money import Money
from hanse.base.operation import Operation
from hanse.serve import registry
from hanse.serve.cli import terminal
from hanse.serve.runtime import Runtime


def call(operation: str | None = None, request: str = "{}", /, *, language: str = "", as_json: terminal.Json = False) -> None:
    """Call an operation with a JSON request, or list the operations.

    Parameters
    ----------
    operation
        Name of the operation, such as recommend.also_bought; without one, all are listed.
    request
        The request as JSON, such as '{"product_id": "85123A", "limit": 5}'.
    language
        Language of reasons and titles, de or en.
    """
    if operation is None:
        _list(as_json=as_json)
        return
    declared = registry.load().find(operation)
    parsed = contract.decode(declared, request.encode())

    async def work(running: Runtime) -> Any:
        async with running.context(language=language) as context:
            return await contract.run(declared, parsed, context)

    terminal.answer(terminal.run(work), as_json=as_json, show=_show)


def _list(*, as_json: bool) -> None:
    operations = sorted(registry.load().operations.values(), key=lambda each: each.name)
    facts = [{"name": each.name, "summary": each.summary, "example": msgspec.to_builtins(each.example)} for each in operations]
    terminal.answer(facts, as_json=as_json, show=lambda _: _show_operations(operations))


def _show_operations(operations: list[Operation[Any, Any]]) -> None:
    table = Table(Column("operation", no_wrap=True), "what it does", "example", box=None, pad_edge=False)
    for each in operations:
        table.add_row(each.name, escape(each.summary), escape(msgspec.json.encode(each.example).decode()))
    terminal.out.print(table)


def _show(value: Any) -> None:
    """Print an answer for people: its plain fields line by line, then its lists as tables."""
    facts = msgspec.to_builtins(value)
    for name, field in facts.items():
        if not _is_table(field):
            terminal.out.print(f"[dim]{name}[/dim] {escape(_text(field))}")
    for field in facts.values():
        if _is_table(field):
            terminal.out.print(_table(field))


def _is_table(field: object) -> bool:
    return isinstance(field, list) and bool(field) and all(isinstance(row, dict) for row in field)


def _table(rows: list[dict[str, Any]]) -> Table:
    columns = [name for name in rows[0] if any(row.get(name) is not None for row in rows)]
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(_text(row.get(name))) for name in columns))
    return table


def _text(field: object) -> str:
    if isinstance(field, dict) and field.keys() == {"amount_minor", "currency"}:
        return Money(**field).text(config.load().language)
    if isinstance(field, str):
        return field
    if isinstance(field, float):
        return f"{field:.4g}"
    return "" if field is None else msgspec.json.encode(field).decode()
