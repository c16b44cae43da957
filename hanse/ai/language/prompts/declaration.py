"""A prompt as a declaration: it stands in the package `prompts` of a folder, its text in a file beside it; `serve` collects them.

SORT = Prompt(package=__name__, file="sort", summary="Sort a mail.", inputs=Mail, example=Mail(text="Hello"), answer=…, shape=BOXES.shape)

request = SORT.request(Mail(text=text), conversation=conversation, purpose=Purpose.CONTRACT, capability="service")
found = await gateway.ask(context, request)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec

from hanse.ai.language.prompts import fence, templates
from hanse.ai.language.prompts import inputs as fields
from hanse.ai.language.prompts.inputs import Inputs
from hanse.ai.language.prompts.templates import PromptUnusable, Template
from hanse.ai.language.requests import Masking, Message, Request, Role
from hanse.base.operation import Purpose

InputsT = TypeVar("InputsT", bound=msgspec.Struct)


@dataclass(frozen=True, kw_only=True)
class Prompt(Generic[InputsT]):
    """What a model is asked, with blanks. Raises `PromptUnusable` where its file is missing, or does not fit its inputs."""

    package: str
    """Import name of the package in which the file stands: `__name__` in a `prompts/__init__.py`."""
    file: str
    """Its name, without `.jinja`."""
    summary: str
    """One sentence that says what it asks for; the German one stands in the `de.po` of the folder."""
    inputs: type[InputsT]
    example: InputsT
    answer: Any
    """What a good model would say to the example: of the shape, or a text. Tests answer so."""
    shape: type[Any] | None = None
    """What the answer is to be: a struct. Null for text."""
    role: Role = Role.LARGE
    template: Template = field(init=False)

    def __post_init__(self) -> None:
        """Read its file and check that it fits."""
        object.__setattr__(self, "template", templates.read(self.package, self.file))
        if self.fields.misplaced:
            reason = f"{', '.join(self.fields.misplaced)}: what others wrote is a text or a list of texts, so that it can be fenced"
            raise PromptUnusable(name=self.name, reason=reason)
        self.template.check(self.fields)

    @property
    def folder(self) -> str:
        """Return the import name of the folder that it belongs to."""
        return self.package.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Return it named by its place: `synonyms.propose`."""
        return f"{self.folder.rpartition('.')[2]}.{self.file}"

    @property
    def version(self) -> str:
        """Return the version of its text."""
        return self.template.version

    @cached_property
    def fields(self) -> Inputs:
        """Return its inputs."""
        return fields.of(self.inputs)

    def messages(self, given: InputsT) -> tuple[Message, ...]:
        """Return the messages, with true values; where there are fences the system is told what they are."""
        values = self.fields.values(given)
        first, *rest = (Message(each.speaker, each.render(values)) for each in self.template.sections)
        told = Message("system", f"{first.text}\n\n{fence.STANDING}") if self.fields.untrusted else first
        return told, *rest

    def request(self, given: InputsT, *, conversation: Masking, purpose: Purpose, capability: str, **more: Any) -> Request:
        """Return the question for the gateway; `more` is what else a `Request` has, such as a narrower shape or a deadline."""
        usual = {"role": self.role, "shape": self.shape, "template": self.name, "template_version": self.version}
        return Request(purpose=purpose, capability=capability, messages=self.messages(given), conversation=conversation, **{**usual, **more})
