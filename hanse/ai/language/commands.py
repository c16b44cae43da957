"""Commands: what a model may answer that reads texts of others. A closed set, each with typed and bounded fields; anything else is unusable.

The action-selector pattern of Beurer-Kellner et al. 2025 (Design Patterns for Securing LLM Agents against Prompt Injections,
arXiv:2506.08837): whatever a text talks a model into, it can only pick from what the code of the capability offers. Commands are data;
that code carries them out, checks who may, and nothing of what the model wrote goes anywhere else.

    class Move(Command, frozen=True):
        box: Annotated[str, Meta(max_length=100, description="Where the mail belongs.")]

    BOXES = Grammar(Move, Leave, most=1)
    found = await gateway.ask(context, SORT.request(…, shape=BOXES.among(conversation, box=boxes)))
    for each in found.of(Commands).commands if isinstance(found, Answer) else ():
        match each:
            case Move(): …
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property, reduce
from operator import or_
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, inspect

from hanse.ai.language.requests import Masking

MOST_VALUES = 200
"""Values that a field is narrowed down to; endpoints take a few hundred."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _snake(name: str) -> str:
    return _HUMP.sub("_", name).lower()


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="command", tag=_snake):
    """What commands inherit. Its docstring and the descriptions of its fields are what the model is told of it."""


class Commands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer: some of the commands that a grammar has."""

    commands: tuple[Command, ...]


class UnboundedCommand(TypeError):
    """A field of a command could take anything: texts and lists need a `max_length`, numbers a least and a most."""


class Grammar:
    """The commands that a model may give, and how many of them."""

    def __init__(self, *commands: type[Command], most: int) -> None:
        """Take the commands; raises `UnboundedCommand`."""
        self.commands, self.most = commands, most
        if wrong := [f"{each.__name__}.{name}" for each in commands for name in _unbounded(each)]:
            raise UnboundedCommand(", ".join(wrong))

    @cached_property
    def shape(self) -> type[Commands]:
        """Return the shape of an answer, for `Request.shape`."""
        return _shape(self.commands, self.most)

    def among(self, conversation: Masking, **values: Iterable[str]) -> type[Commands]:
        """Return the shape of an answer in which fields of these names take these values alone, such as ids that there are just now.

        They stand in the schema, which goes out as it is, so that only such are taken as masking leaves alone. A command of which no value
        is left cannot be given. Raises `ValueError` where no command is left at all.
        """
        kept = {name: _plain(conversation, found) for name, found in values.items()}
        narrowed = [_narrowed(each, kept) for each in self.commands if all(kept[name] for name in kept.keys() & set(each.__struct_fields__))]
        if not narrowed:
            raise ValueError("no command is left")
        return _shape(narrowed, self.most)


def _shape(commands: Iterable[type[Command]], most: int) -> type[Commands]:
    any_of: Any = reduce(or_, commands)
    listed = Annotated[tuple[any_of, ...], Meta(max_length=most, description=f"At most {most}.")]
    made: Any = msgspec.defstruct("Commands", [("commands", listed)], bases=(Commands,), frozen=True, forbid_unknown_fields=True)
    return made  # type: ignore[no-any-return]  # it inherits Commands


def _plain(conversation: Masking, values: Iterable[str]) -> tuple[str, ...]:
    return tuple(each for each in dict.fromkeys(values) if conversation.mask(each) == each)[:MOST_VALUES]


def _narrowed(command: type[Command], values: Mapping[str, tuple[str, ...]]) -> type[Command]:
    """Return a command that inherits another, with fewer values in some of its fields."""
    declared = {each.name: each for each in _fields(command) if each.name in values}
    if not declared:
        return command
    # `Literal[...]` of values that are known only now; it is what msgspec makes an enumeration of.
    chosen = [(name, Annotated[Literal[values[name]], Meta(description=_description(each.type))]) for name, each in declared.items()]
    made: Any = msgspec.defstruct(
        command.__name__, chosen, bases=(command,), namespace={"__doc__": command.__doc__}, frozen=True, kw_only=True, forbid_unknown_fields=True
    )
    return made  # type: ignore[no-any-return]  # it inherits the command


def _unbounded(command: type[Command]) -> list[str]:
    return [each.name for each in _fields(command) if not _is_bounded(each.type)]


def _is_bounded(kind: inspect.Type) -> bool:
    match kind:
        case inspect.Metadata(type=inner):
            return _is_bounded(inner)
        case inspect.StrType(max_length=longest):
            return longest is not None
        case inspect.IntType() | inspect.FloatType():
            return {kind.ge, kind.gt} != {None} and {kind.le, kind.lt} != {None}
        case inspect.ListType(item_type=inner) | inspect.VarTupleType(item_type=inner):
            return kind.max_length is not None and _is_bounded(inner)
        case inspect.UnionType(types=types):
            return all(map(_is_bounded, types))
    return isinstance(kind, inspect.BoolType | inspect.LiteralType | inspect.EnumType | inspect.NoneType | inspect.UUIDType | inspect.DateType)


def _fields(command: type[Command]) -> tuple[inspect.Field, ...]:
    found = inspect.type_info(command)
    return found.fields if isinstance(found, inspect.StructType) else ()


def _description(kind: inspect.Type) -> str:
    return str((kind.extra_json_schema or {}).get("description", "")) if isinstance(kind, inspect.Metadata) else ""
