"""From what a model wrote to what was asked for: true values put back, the shape checked, tools found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from hanse.ai.language import shape
from hanse.ai.language.replies import Completion, RawCall
from hanse.ai.language.requests import Message, Request, ToolCall

AGAIN = "Write the whole answer anew, without this, and say nothing that you were not given. Write the answer alone, and no word about this."


@dataclass(frozen=True)
class Understood:
    """What a completion means."""

    text: str
    value: Any = None
    tool_calls: tuple[ToolCall, ...] = ()


class Unusable(Exception):
    """A completion is not what was asked for; `problem` tells the model what to mend, and nobody else, as it may quote the answer."""

    def __init__(self, problem: str, *, is_checked: bool = False) -> None:
        """Say what is wrong, and whether it is of the right shape and says what it may not."""
        super().__init__("unusable")
        self.problem = problem
        self.is_checked = is_checked


def understand(completion: Completion, request: Request) -> Understood:
    """Return what was asked for; raises `Unusable`."""
    calls = tuple(_call(each, place, request) for place, each in enumerate(completion.calls))
    text = request.conversation.restore(completion.text)
    if calls or request.shape is None:
        return Understood(text, tool_calls=calls)
    try:
        value = request.conversation.restore_all(shape.read(completion.text))
        return Understood(text, shape.convert(value, request.shape))
    except (shape.NotJSON, msgspec.ValidationError) as error:
        raise Unusable(shape.problem(error)) from None


def mending(completion: Completion, error: Unusable, request: Request) -> tuple[Message, Message]:
    """Return the messages with which a model is asked once more."""
    again = [AGAIN] if error.is_checked else []
    if request.shape is not None:
        again.append(shape.instruction(request.shape))
    elif not error.is_checked:
        again.append("Call a tool with arguments that fit its schema, or answer in words.")
    told = "\n".join((f"This answer cannot be used: {error.problem}.", *again))
    return Message("assistant", completion.readable), Message("user", told)


def _call(raw: RawCall, place: int, request: Request) -> ToolCall:
    tool = next((each for each in request.tools if each.name == raw.name), None)
    if tool is None:
        raise Unusable(f"there is no tool of that name, only {', '.join(each.name for each in request.tools) or 'none'}")
    try:
        written = shape.read(raw.arguments or "{}")
        value = written if tool.leaves_house else request.conversation.restore_all(written)
        return ToolCall(raw.call_id or f"call-{place}", tool.name, shape.convert(value, tool.arguments))
    except (shape.NotJSON, msgspec.ValidationError) as error:
        raise Unusable(f"the arguments of {tool.name}: {shape.problem(error)}") from None
