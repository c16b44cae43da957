"""The reference page, made from the declarations: `python -m hanse.serve.reference > docs/reference.md`."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from typing import Any

import msgspec

import hanse
from hanse.base.config import Settings
from hanse.base.errors import HanseError
from hanse.base.operation import Operation
from hanse.serve import cli, registry
from hanse.serve.http.openapi import basis, effect
from hanse.serve.registry import Registry

HEAD = """# Reference

Made from the code by `python -m hanse.serve.reference > docs/reference.md`; a test compares.
"""


def page() -> str:
    """Return the whole page as Markdown."""
    declared = registry.load()
    parts = [HEAD, *_operations(declared), *_events(), *_commands(), *_settings(), *_jobs(declared), *_errors()]
    return "\n".join(parts).rstrip() + "\n"


def error_classes() -> list[type[HanseError]]:
    """Return every error there is, by name."""
    for module in pkgutil.walk_packages(hanse.__path__, "hanse."):
        if not module.name.endswith(("__main__", ".env")) and ".versions." not in module.name:
            import_module(module.name)
    return sorted(_below(HanseError), key=lambda each: each.__name__)


def _below(kind: type[HanseError]) -> set[type[HanseError]]:
    """Return a class of ours and all that inherit it."""
    found = {kind} if kind.__module__.startswith("hanse.") else set()
    return found.union(*(_below(each) for each in kind.__subclasses__()))


def _operations(declared: Registry) -> Iterator[str]:
    yield "## Operations\n\nEach is `POST` with JSON over HTTP, `hanse call NAME JSON` on the command line, and, where it says so, an MCP tool.\n"
    for operation in sorted(declared.operations.values(), key=lambda each: each.name):
        yield from _operation(operation)


def _operation(operation: Operation[Any, Any]) -> Iterator[str]:
    tool = f", MCP tool `{operation.tool_name}`" if operation.tool else ""
    yield f"### {operation.name}\n\n`POST {operation.path}`{tool}\n\n{operation.description}\n\n{basis(operation)} {effect(operation)}\n"
    yield from _fields(operation.request_type)
    names = ", ".join(f"`{error.__name__}`" for error in operation.errors) or "none of its own"
    example = msgspec.json.encode(operation.example).decode()
    yield f"Errors: {names}. Answer: `{operation.answer_type.__name__}`.\n\n```json\n{example}\n```\n"


def _fields(kind: type) -> Iterator[str]:
    (root,), components = msgspec.json.schema_components([kind], ref_template="{name}")
    schema = components[root["$ref"]]
    required = set(schema.get("required", ()))
    yield "| field | | meaning |\n| --- | --- | --- |"
    for name, field in schema["properties"].items():
        yield f"| `{name}` | {'required' if name in required else ''} | {field.get('description', '')} |"
    yield ""


def _events() -> Iterator[str]:
    from hanse.data.events import EventType

    kinds = ", ".join(f"`{each}`" for each in EventType)
    yield f"## Events\n\nTypes: {kinds}. Names of track events are those of the e-commerce specification, such as `Product Viewed`,"
    yield "`Product Added`, `Order Completed` and `Order Refunded`, with `Impression` for what was shown.\n"


def _commands() -> Iterator[str]:
    yield "## Commands\n\n| command | what it does |\n| --- | --- |"
    for name in sorted(each for each in cli.app if not each.startswith("-")):
        yield f"| `hanse {name}` | {cli.app[name].help} |"
    yield ""


def _settings() -> Iterator[str]:
    yield "## Settings\n\n| variable | default | meaning |\n| --- | --- | --- |"
    texts = _attribute_docstrings(Settings)
    for field in msgspec.structs.fields(Settings):
        default = "" if field.required else f"`{field.default}`" if field.default != "" else "empty"
        yield f"| `HANSE_{field.name.upper()}` | {default} | {texts.get(field.name, '')} |"
    yield ""


def _attribute_docstrings(kind: type) -> dict[str, str]:
    """Return what stands below each field of a class."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    nodes = list(ast.iter_child_nodes(body))
    texts = {}
    for field, text in pairwise(nodes):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            texts[field.target.id] = " ".join(str(text.value.value).split())
    return texts


def _jobs(declared: Registry) -> Iterator[str]:
    yield "## Jobs\n\n| job | schedule (UTC) | what it does |\n| --- | --- | --- |"
    for job in sorted(declared.jobs.values(), key=lambda each: each.name):
        yield f"| `{job.name}` | {f'`{job.schedule}`' if job.schedule else 'on demand'} | {job.summary} |"
    yield ""


def _errors() -> Iterator[str]:
    yield "## Errors\n\nOver HTTP as problem documents (RFC 9457) of type `/problems/<name>`; on the command line as exit codes.\n"
    yield "| error | status | exit code | message |\n| --- | --- | --- | --- |"
    for error in error_classes():
        yield f"| `{error.__name__}` | {error.status} | {error.exit_code} | {error.template().replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    sys.stdout.write(page())
