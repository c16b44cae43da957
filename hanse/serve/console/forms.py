"""The try-it form of an operation, made from its declaration: one field for each field of the request, and back again to data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect

from hanse.base.decision import Personal
from hanse.base.errors import FieldProblem, InvalidRequest
from hanse.serve.console.texts import Words

COLLECTIONS = (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)
KINDS: dict[type[inspect.Type], str] = {
    inspect.BoolType: "flag",
    inspect.UUIDType: "text",
    inspect.DateType: "text",
    inspect.DateTimeType: "moment",
}
PERSONAL = frozenset(Personal.__struct_fields__)
PROOF = "user_hash"


@dataclass(frozen=True)
class Choice:
    """One of the values a field can have."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    hint: str
    kind: str
    """`text`, `integer`, `number`, `flag`, `choice`, `lines`, `moment` or `json`."""
    required: bool
    default: str = ""
    example: str = ""
    choices: tuple[Choice, ...] = ()
    least: float | None = None
    most: float | None = None
    longest: int | None = None

    @property
    def personal(self) -> bool:
        """Return whether it names a person."""
        return self.name in PERSONAL


def names(request_type: type) -> frozenset[str]:
    """Return the names of a request's fields."""
    return frozenset(getattr(request_type, "__struct_fields__", ()))


def fields(request_type: type, example: Any, words: Words) -> list[Field]:
    """Return the fields of a request, those that name a person last; without the proof that only public keys need."""
    declared = inspect.type_info(request_type)
    if not isinstance(declared, inspect.StructType):
        return []
    found = [_field(each, getattr(example, each.name, None), words) for each in declared.fields if each.name != PROOF]
    return sorted(found, key=lambda field: field.personal)


def arguments(form: Mapping[str, str], declared: list[Field]) -> dict[str, Any]:
    """Turn what was typed into plain data; what was left empty is left out. Raises `InvalidRequest` naming the field."""
    return {field.name: _value(field, form.get(field.name, "")) for field in declared if _is_given(field, form)}


def problems(error: InvalidRequest, words: Words) -> dict[str, str]:
    """Return what is wrong, by the field it is wrong with."""
    return {problem.field.partition(".")[0]: words.problem(problem) for problem in error.fields}


def label(name: str, words: Words) -> str:
    """Return the everyday name of a field."""
    return words.gettext(name.replace("_", " ").capitalize())


def _field(declared: inspect.Field, example: Any, words: Words) -> Field:
    kind, choices, limits = _shape(declared.type)
    default = _typed(None if declared.required else _default(declared))
    return Field(
        name=declared.encode_name,
        label=label(declared.encode_name, words),
        hint=words.gettext(hint) if (hint := _description(declared.type)) else "",
        kind=kind,
        required=declared.required,
        default=default,
        example=_typed(example),
        choices=tuple(Choice(value, words.gettext(value)) for value in choices),
        **limits,
    )


def _shape(declared: inspect.Type) -> tuple[str, list[str], dict[str, Any]]:
    """Return how a type is asked for: the kind of field, its choices and its limits."""
    if isinstance(declared, inspect.Metadata):
        return _shape(declared.type)
    if isinstance(declared, inspect.UnionType):
        members = [each for each in declared.types if not isinstance(each, inspect.NoneType)]
        return _shape(members[0]) if len(members) == 1 else ("json", [], {})
    if isinstance(declared, inspect.LiteralType):
        return "choice", [str(value) for value in declared.values], {}
    if isinstance(declared, inspect.EnumType):
        return "choice", [str(member.value) for member in declared.cls], {}
    return _simple_shape(declared)


def _simple_shape(declared: inspect.Type) -> tuple[str, list[str], dict[str, Any]]:
    if isinstance(declared, inspect.IntType):
        return "integer", [], {"least": declared.ge if declared.gt is None else declared.gt + 1, "most": declared.le}
    if isinstance(declared, inspect.FloatType):
        return "number", [], {"least": declared.ge, "most": declared.le}
    if isinstance(declared, inspect.StrType):
        return "text", [], {"longest": declared.max_length}
    if isinstance(declared, COLLECTIONS):
        return ("lines" if _shape(declared.item_type)[0] == "text" else "json"), [], {}
    return KINDS.get(type(declared), "json"), [], {}


def _description(declared: inspect.Type) -> str:
    if isinstance(declared, inspect.Metadata):
        return str((declared.extra_json_schema or {}).get("description", "")) or _description(declared.type)
    return ""


def _default(declared: inspect.Field) -> Any:
    if declared.default is not msgspec.NODEFAULT:
        return declared.default
    return declared.default_factory() if callable(declared.default_factory) else None


def _typed(value: Any) -> str:
    """Write a value the way somebody would type it."""
    plain = msgspec.to_builtins(value)
    if plain is None or plain in ([], (), {}):
        return ""
    if isinstance(plain, bool):
        return "true" if plain else ""
    if isinstance(plain, list | tuple) and all(isinstance(each, str) for each in plain):
        return "\n".join(plain)
    return str(plain) if isinstance(plain, str | int | float) else msgspec.json.encode(plain).decode()


def _is_given(field: Field, form: Mapping[str, str]) -> bool:
    return field.kind == "flag" or bool(form.get(field.name, "").strip())


def _value(field: Field, text: str) -> Any:
    try:
        return _read(field, text)
    except (ValueError, msgspec.DecodeError):
        raise InvalidRequest(reason=f"{field.name}: {text!r}", fields=(FieldProblem(field=field.name, message=_expected(field)),)) from None


def _read(field: Field, text: str) -> Any:
    match field.kind:
        case "flag":
            return text == "true"
        case "integer":
            return int(text)
        case "number":
            return float(text.replace(",", "."))
        case "lines":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case "json":
            return msgspec.json.decode(text)
    return text.strip()


def _expected(field: Field) -> str:
    return {"integer": "Expected `int`", "number": "Expected `float`"}.get(field.kind, "Expected JSON")
