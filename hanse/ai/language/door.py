"""The door: the only place where a body for a language model is made, and every text in it is masked here.

`client` sends nothing but a `Body`, and a `Body` is made here alone, so nothing leaves unmasked; a test keeps it so.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from hanse.ai.language import shape, tokens
from hanse.ai.language.model import Model
from hanse.ai.language.requests import Image, Masking, Message, Request, Tool, ToolCall


@dataclass(frozen=True)
class Body:
    """What is sent: JSON in which every text was masked."""

    content: bytes


@dataclass(frozen=True)
class Prompt:
    """The messages of a request, masked."""

    messages: tuple[dict[str, Any], ...]
    tools: tuple[dict[str, Any], ...] = ()
    has_private_images: bool = False

    @cached_property
    def text(self) -> str:
        """Return it as it is put on record."""
        return "\n\n".join(f"[{each['role']}]\n{_readable(each)}" for each in self.messages)

    @cached_property
    def tokens(self) -> int:
        """Return about how many tokens it has."""
        pictures = sum(isinstance(each["content"], list) for each in self.messages)
        tools = tokens.count(msgspec.json.encode(self.tools).decode()) if self.tools else 0
        return tokens.count(self.text) + tools + tokens.OF_A_MESSAGE * len(self.messages) + tokens.OF_AN_IMAGE * pictures


def prompt(request: Request) -> Prompt:
    """Return the messages and tools of a request, masked."""
    mask = request.conversation.mask
    private = any(not image.is_public for each in request.messages for image in each.images)
    return Prompt(tuple(_message(each, mask) for each in request.messages), tuple(_tool(each, mask) for each in request.tools), private)


def followed(asked: Prompt, conversation: Masking, *messages: Message) -> Prompt:
    """Return a prompt that goes on with more messages, masked too; those of the assistant are what it wrote."""
    more = tuple(_message(each, conversation.mask_reply if each.role == "assistant" else conversation.mask) for each in messages)
    return Prompt((*asked.messages, *more), asked.tools, asked.has_private_images)


def body(asked: Prompt, request: Request, model: Model, *, is_streamed: bool = False, is_plain: bool = False) -> Body:
    """Return what a model is sent; a plain one has nothing in it that simple endpoints do not know."""
    found: dict[str, Any] = {"model": model.model, "messages": list(asked.messages), model.length_field: request.most_tokens}
    if request.temperature is not None and model.length_field == "max_tokens":  # models that think take no temperature
        found["temperature"] = request.temperature
    if asked.tools:
        found["tools"] = asked.tools
    if is_streamed:
        found["stream"] = True
    if not is_plain:
        found |= _extras(request, is_streamed=is_streamed)
    if request.shape is not None:
        _shaped(found, request.shape, "none" if is_plain else model.structured or "schema")
    return Body(msgspec.json.encode(found))


def _extras(request: Request, *, is_streamed: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"seed": request.seed} if request.seed is not None else {}
    return {**found, "stream_options": {"include_usage": True}} if is_streamed else found


def _shaped(found: dict[str, Any], kind: type[Any], way: str) -> None:
    """Ask for JSON of a shape, and say so in words too where the endpoint does not promise it."""
    if way == "schema":
        wanted = shape.schema(kind)
        named = {"name": kind.__name__, "schema": wanted, "strict": shape.is_strict(wanted)}
        found["response_format"] = {"type": "json_schema", "json_schema": named}
        return
    if way == "grammar":
        found["response_format"] = {"type": "json_object", "schema": shape.schema(kind)}
        return
    if way == "object":
        found["response_format"] = {"type": "json_object"}
    found["messages"] = [{"role": "system", "content": shape.instruction(kind)}, *found["messages"]]


def _message(each: Message, mask: Callable[[str], str]) -> dict[str, Any]:
    text = mask(each.text).encode("utf-8", "replace").decode()  # half a character cannot be sent
    found: dict[str, Any] = {"role": each.role, "content": [{"type": "text", "text": text}, *map(_image, each.images)] if each.images else text}
    if each.tool_calls:
        found["tool_calls"] = [_call(call, mask) for call in each.tool_calls]
    if each.answers:
        found["tool_call_id"] = each.answers
    return found


def _image(each: Image) -> dict[str, Any]:
    address = f"data:{each.media_type};base64,{base64.b64encode(each.data).decode()}"
    return {"type": "image_url", "image_url": {"url": address}}


def _call(each: ToolCall, mask: Callable[[str], str]) -> dict[str, Any]:
    arguments = _masked(msgspec.to_builtins(each.arguments), mask)
    function = {"name": each.name, "arguments": msgspec.json.encode(arguments).decode()}
    return {"id": each.call_id, "type": "function", "function": function}


def _tool(each: Tool, mask: Callable[[str], str]) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": each.name, "description": mask(each.description), "parameters": shape.schema(each.arguments)},
    }


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {mask(key) if isinstance(key, str) else key: _masked(each, mask) for key, each in value.items()}
    return [_masked(each, mask) for each in value] if isinstance(value, list) else value


def _readable(message: dict[str, Any]) -> str:
    content = message["content"]
    parts: Iterable[str] = [content] if isinstance(content, str) else [each.get("text", "(picture)") for each in content]
    calls = [f"{each['function']['name']}({each['function']['arguments']})" for each in message.get("tool_calls", ())]
    return "\n".join(filter(None, (*parts, *calls)))
