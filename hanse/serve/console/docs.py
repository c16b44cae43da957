"""The API reference, made from the same OpenAPI description that `/openapi.json` gives; rendered here, with nothing from elsewhere."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get

import hanse
from hanse.base.operation import Operation
from hanse.serve.console import forms, pages, session
from hanse.serve.console.session import AnyRequest, Visit


@get("/docs")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show every operation with its fields, an example and its problems."""
    visit = session.of(request)
    described: dict[str, Any] = request.app.openapi_schema.to_schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for operation in sorted(visit.runtime.registry.operations.values(), key=lambda each: each.name):
        groups.setdefault(operation.capability, []).append(_entry(visit, operation))
    titles = {name: visit.words.gettext(each.title) for name, each in visit.runtime.registry.capabilities.items()}
    others = sorted(path for path in described.get("paths", {}) if path not in {each.path for each in visit.runtime.registry.operations.values()})
    base = visit.runtime.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    return pages.page(visit, "docs.html", groups=groups, titles=titles, paths=_others(described, others), version=hanse.__version__, base=base)


def _entry(visit: Visit, operation: Operation[Any, Any]) -> dict[str, Any]:
    example = msgspec.json.format(msgspec.json.encode(operation.example), indent=2).decode()
    return {
        "operation": operation,
        "fields": forms.fields(operation.request_type, operation.example, visit.words),
        "answer": forms.fields(operation.answer_type, None, visit.words),
        "example": example,
        "problems": [(each.status, each.slug(), visit.words.gettext(each.template())) for each in operation.errors],
        "tries": operation.capability in visit.runtime.registry.capabilities,
    }


def _others(described: dict[str, Any], paths: list[str]) -> list[dict[str, str]]:
    """Return what else the server answers, such as the health check and the intake of events."""
    found = []
    for path in paths:
        for method, operation in described["paths"][path].items():
            if isinstance(operation, dict) and "responses" in operation:
                found.append({"method": method.upper(), "path": path, "summary": str(operation.get("summary", ""))})
    return found
