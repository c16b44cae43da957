"""The file of a prompt: versions in its head, then sections for the messages. Read once, when it is declared.

    version 1 4f1c0e9a7b2d

    [system]
    You sort what customers write.

    [user]
    {{ text }}

A line of the head is a version with the first letters of the digest of what stands below the head; the last line counts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any, Literal, cast

import jinja2
from jinja2 import meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hanse.ai.language.prompts.inputs import Inputs
from hanse.base.errors import HanseError

SUFFIX = ".jinja"
DIGITS = 12
Speaker = Literal["system", "user", "assistant"]
_VERSION = re.compile(r"version (\d+) ([0-9a-f]{12})")
_SECTION = re.compile(r"^\[(system|user|assistant)\][ ]*\n", re.MULTILINE)
_ENVIRONMENT = ImmutableSandboxedEnvironment(  # what is made are messages, no HTML: nothing is to be escaped
    autoescape=False, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


class PromptUnusable(HanseError):
    """The prompt {name} cannot be used: {reason}."""


@dataclass(frozen=True)
class Section:
    """What becomes one message."""

    speaker: Speaker
    text: str

    @cached_property
    def tree(self) -> nodes.Template:
        """Return it as Jinja reads it; raises `jinja2.TemplateSyntaxError`."""
        return _ENVIRONMENT.parse(self.text)

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the inputs that it uses."""
        return frozenset(meta.find_undeclared_variables(self.tree))

    @cached_property
    def _template(self) -> jinja2.Template:
        return _ENVIRONMENT.from_string(self.text)

    def render(self, values: Mapping[str, Any]) -> str:
        """Return the text of the message."""
        return self._template.render(values).strip()

    def handled(self, names: frozenset[str]) -> frozenset[str]:
        """Return those inputs of some that it does more with than to show them as they are, or to ask whether there are any."""
        shown = {id(each) for output in self.tree.find_all(nodes.Output) for each in output.nodes}
        asked = {id(each.test) for each in self.tree.find_all(nodes.If)}
        return frozenset(each.name for each in self.tree.find_all(nodes.Name) if each.name in names and id(each) not in shown | asked)


@dataclass(frozen=True)
class Template:
    """A file that was read."""

    name: str
    versions: tuple[tuple[int, str], ...]
    """Numbers with the digests of their texts, oldest first."""
    body: str

    @cached_property
    def digest(self) -> str:
        """Return the first letters of the digest of its text."""
        return hashlib.sha256(self.body.encode()).hexdigest()[:DIGITS]

    @property
    def version(self) -> str:
        """Return its version; with the digest where its text is not the one of this version."""
        number, digest = self.versions[-1]
        return str(number) if digest == self.digest else f"{number}+{self.digest}"

    @property
    def outdated(self) -> str:
        """Return the line that its head lacks since its text was changed; nothing where none is lacking."""
        number, digest = self.versions[-1]
        return "" if digest == self.digest else f"version {number + 1} {self.digest}"

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Return its sections; raises `PromptUnusable` where there is anything else in it."""
        before, *rest = _SECTION.split(self.body)
        found = tuple(Section(cast("Speaker", speaker), text) for speaker, text in zip(rest[::2], rest[1::2], strict=True))
        speakers = [each.speaker for each in found]
        if before.strip() or speakers[:1] != ["system"] or "system" in speakers[1:] or speakers[-1] != "user":
            raise PromptUnusable(name=self.name, reason="it begins with one section [system] and ends with a section [user]")
        return found

    def check(self, inputs: Inputs) -> None:
        """Raise `PromptUnusable` where its texts and its inputs do not fit."""
        try:
            used = frozenset[str]().union(*(each.names for each in self.sections))
        except jinja2.TemplateSyntaxError as error:
            raise PromptUnusable(name=self.name, reason=f"line {error.lineno} of a section: {error.message}") from error
        if lacking := sorted(used - inputs.names):
            raise PromptUnusable(name=self.name, reason=f"its text uses {', '.join(lacking)}, which is no input")
        if unused := sorted(inputs.names - used):
            raise PromptUnusable(name=self.name, reason=f"its text never uses {', '.join(unused)}")
        for section in self.sections:
            self._check_fences(section, inputs)

    def _check_fences(self, section: Section, inputs: Inputs) -> None:
        if section.speaker != "user" and (inside := sorted(section.names & inputs.untrusted)):
            raise PromptUnusable(name=self.name, reason=f"{', '.join(inside)} was written by others and may stand in [user] alone")
        if handled := sorted(section.handled(inputs.untrusted)):
            raise PromptUnusable(name=self.name, reason=f"{', '.join(handled)} was written by others: show it as it is, {{{{ {handled[0]} }}}}")


def read(package: str, name: str) -> Template:
    """Return the file of a prompt in a package; raises `PromptUnusable`."""
    file = resources.files(package).joinpath(f"{name}{SUFFIX}")
    if not file.is_file():
        raise PromptUnusable(name=name, reason=f"there is no {name}{SUFFIX} beside its declaration")
    return parse(name, file.read_text(encoding="utf-8"))


def parse(name: str, text: str) -> Template:
    """Return what stands in the file of a prompt; raises `PromptUnusable`."""
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    found = [_VERSION.fullmatch(line) for line in head.splitlines()]
    versions = tuple((int(each[1]), each[2]) for each in found if each)
    if not versions or None in found or [number for number, _ in versions] != list(range(1, len(versions) + 1)):
        raise PromptUnusable(name=name, reason="its head has a line `version 1 DIGEST` for each version, counted from 1, and a blank line below")
    return Template(name, versions, body.strip() + "\n")
