"""The inputs of a prompt: which fields there are, which of them others wrote, and what a template gets of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect

from hanse.ai.language.prompts import fence
from hanse.ai.language.prompts.fence import LONGEST, MARK

LISTS = (inspect.ListType, inspect.VarTupleType)


@dataclass(frozen=True)
class Inputs:
    """The fields of a struct, as prompts see them."""

    names: frozenset[str]
    lengths: Mapping[str, int]
    """How many characters each text that others wrote may have; of several texts each."""
    misplaced: tuple[str, ...] = ()
    """Fields with such texts deeper inside, where no fence can be put around them."""

    @property
    def untrusted(self) -> frozenset[str]:
        """Return the fields that others wrote."""
        return frozenset(self.lengths)

    def values(self, given: msgspec.Struct) -> dict[str, Any]:
        """Return what a template is rendered with: what others wrote in its fence."""
        plain = {name: getattr(given, name) for name in self.names}
        cleaned = {name: _cleaned(plain[name], longest) for name, longest in self.lengths.items()}
        letters = fence.key(cleaned.values())
        return plain | {name: fence.fenced(text, letters) if text else "" for name, text in cleaned.items()}


def of(kind: type[msgspec.Struct]) -> Inputs:
    """Return the fields of a struct."""
    declared = inspect.type_info(kind)
    fields = declared.fields if isinstance(declared, inspect.StructType) else ()
    lengths = {each.name: length for each in fields if (length := _length(each.type)) is not None}
    misplaced = tuple(each.name for each in fields if each.name not in lengths and MARK in str(each.type))
    return Inputs(frozenset(each.name for each in fields), lengths, misplaced)


def _length(kind: inspect.Type) -> int | None:
    """Return how many characters a text of others may have, or each of several; null for anything else."""
    if isinstance(kind, inspect.Metadata):
        inner = kind.type
        if isinstance(inner, inspect.StrType):
            return (inner.max_length or LONGEST) if (kind.extra or {}).get(MARK) else None
        return _length(inner)
    return _length(kind.item_type) if isinstance(kind, LISTS) else None


def _cleaned(value: Any, longest: int) -> str:
    """Return a text of others cleaned; several as one a line."""
    if isinstance(value, str):
        return fence.clean(value, longest).strip()
    return "\n".join(filter(None, (fence.line(each, longest) for each in value)))
