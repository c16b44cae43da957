"""The OpenAPI 3.1 document: what the declared operations take, give and may refuse, in the schemas that requests are checked against.

The framework describes the few other addresses; of operations it knows too little (limits of optional fields, fields that are refused).
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar

from hanse.base import errors
from hanse.base.errors import HanseError, Problem
from hanse.base.operation import Effect, Operation, Purpose
from hanse.serve.http.problems import MEDIA_TYPE
from hanse.serve.registry import Registry

ALWAYS: tuple[type[HanseError], ...] = (
    errors.InvalidRequest,
    errors.NotSignedIn,
    errors.NotAllowed,
    errors.TooLarge,
    errors.TooManyRequests,
    errors.Unavailable,
)
"""Problems that every operation may answer."""

REFERENCE = "#/components/schemas/{name}"


def document(app: Litestar, registry: Registry) -> dict[str, Any]:
    """Return the whole document."""
    found = app.openapi_schema.to_schema()
    operations = sorted(registry.operations.values(), key=lambda each: each.name)
    kinds = list(dict.fromkeys(kind for each in operations for kind in (each.request_type, each.answer_type)))
    schemas, components = msgspec.json.schema_components([*kinds, Problem], ref_template=REFERENCE)
    schema_of = dict(zip([*kinds, Problem], schemas, strict=True))
    found["paths"] |= {each.path: {"post": _operation(each, schema_of)} for each in operations}
    found["components"]["schemas"] = {**found["components"].get("schemas", {}), **components}
    return found


def _operation(operation: Operation[Any, Any], schema_of: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    asked = {"schema": schema_of[operation.request_type], "example": msgspec.json.decode(msgspec.json.encode(operation.example))}
    return {
        "operationId": operation.name,
        "tags": [operation.capability],
        "summary": operation.summary,
        "description": describe(operation),
        "security": [{"key": []}],
        "requestBody": {"required": True, "content": {"application/json": asked}},
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": schema_of[operation.answer_type]}}},
            **_problems(operation, schema_of[Problem]),
        },
    }


def _problems(operation: Operation[Any, Any], schema: dict[str, Any]) -> dict[str, Any]:
    by_status: dict[int, list[type[HanseError]]] = {}
    for error in (*ALWAYS, *operation.errors):
        by_status.setdefault(error.status, []).append(error)
    return {str(status): _response(found, schema) for status, found in sorted(by_status.items())}


def _response(found: list[type[HanseError]], schema: dict[str, Any]) -> dict[str, Any]:
    examples = {error.slug(): {"summary": error.__name__, "value": msgspec.to_builtins(error.explanation())} for error in found}
    return {"description": " ".join(error.template() for error in found), "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}}}


def describe(operation: Operation[Any, Any]) -> str:
    """Return what documentation says of an operation: its docstring, then purpose and effect."""
    return f"{operation.description}\n\n{basis(operation)} {effect(operation)}"


def basis(operation: Operation[Any, Any]) -> str:
    """Return a sentence on when personal data is used."""
    if operation.purpose.needs_consent:
        return f"Personal data is used only with consent to the purpose `{operation.purpose}`; without it the answer is the non-personal one."
    if operation.purpose is Purpose.CONTRACT:
        return "Personal data is used to fulfil a contract."
    return f"Personal data is used for the purpose `{operation.purpose}`, on legitimate interest."


def effect(operation: Operation[Any, Any]) -> str:
    """Return a sentence on what calling does, and one where anybody may call."""
    return {
        Effect.READ: "It changes nothing.",
        Effect.WRITE: "It changes what Hanse keeps and is noted in the audit log.",
        Effect.ACT: "It reaches a person or money and is noted in the audit log.",
    }[operation.effect] + (" Public keys may call it." if operation.public else "")
