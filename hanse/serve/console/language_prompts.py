"""Prompts: what language models are asked, with inputs to change, as it would leave the house, and tried on the model that is set up."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from hanse.ai.language import door, gateway, shape
from hanse.ai.language.masking import Conversation
from hanse.ai.language.prompts import Prompt
from hanse.ai.language.prompts.fence import LINE
from hanse.ai.language.requests import Answer, NoAnswer, Request, Why
from hanse.base import context as contract
from hanse.base.errors import HanseError, InvalidRequest
from hanse.base.operation import Purpose
from hanse.data.access.accounts import Permission
from hanse.serve.console import forms, language_words, pages, session
from hanse.serve.console.session import AnyRequest, Visit

PATH = "/language/prompts"
SECONDS = 60.0
_MARKED = re.compile(rf"(?m)(^{LINE.pattern}$|<[A-Z]+_\d+[b-z]?>)")


class UnknownPrompt(HanseError):
    """There is no prompt {name}. It may be gone with the capability that brought it."""

    status = 404


class Piece(NamedTuple):
    """A piece of a message: text, a line of a fence, or a placeholder."""

    text: str
    kind: str = ""


class Shown(NamedTuple):
    """A message as it leaves the house."""

    speaker: str
    pieces: list[Piece]


@get("/language/prompts")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show all prompts."""
    visit = session.of(request)
    found = sorted(visit.runtime.registry.prompts.values(), key=lambda each: each.name)
    rows = [(each, _capability(visit, each)) for each in found]
    return pages.page(visit, "language_prompts.html", rows=rows, **_names(visit))


@get("/language/prompts/{prompt_name:str}")
async def show_one(request: AnyRequest, prompt_name: FromPath[str]) -> Response[bytes]:
    """Show a prompt with its example."""
    visit = session.of(request)
    prompt = _find(visit, prompt_name)
    fields = forms.fields(prompt.inputs, prompt.example, visit.words)
    return await _page(visit, prompt, {each.name: each.example for each in fields})


@post("/language/prompts/{prompt_name:str}", status_code=200)
async def fill(request: AnyRequest, prompt_name: FromPath[str]) -> Response[bytes]:
    """Show a prompt with inputs of somebody's own, and ask the model where that is wanted."""
    visit = session.of(request)
    prompt, form = _find(visit, prompt_name), await visit.form()
    if form.get("do") == "ask":
        visit.need(Permission.KEYS)
    try:
        given = _given(visit, prompt, form)
    except InvalidRequest as error:
        return await _page(visit, prompt, form, status=error.status, problems=forms.problems(error, visit.words), wrong=visit.words.error(error))
    said = await _ask(visit, prompt, given) if form.get("do") == "ask" else None
    return await _page(visit, prompt, form, given=given, said=said)


async def _page(
    visit: Visit, prompt: Prompt[Any], values: Mapping[str, str], *, given: Any = None, said: Any = None, status: int = 200, **wrong: Any
) -> Response[bytes]:
    shown = await asyncio.to_thread(_shown, _question(visit, prompt, prompt.example if given is None else given))
    async with visit.context() as context:
        is_there = await gateway.is_there(context, prompt.role)
    facts = {
        "prompt": prompt,
        "capability": _capability(visit, prompt),
        "fields": forms.fields(prompt.inputs, prompt.example, visit.words),
        "values": values,
        "shown": shown,
        "schema": shape.schema(prompt.shape) if prompt.shape else None,
        "example": _plain(prompt.answer),
        "is_there": is_there,
        "said": said,
        "said_text": _said(said),
    }
    usual = {"problems": {}, "wrong": "", "suggestions": {}}
    return pages.page(visit, "language_prompt.html", status=status, **{**facts, **usual, **wrong, **_names(visit)})


def _find(visit: Visit, name: str) -> Prompt[Any]:
    found = visit.runtime.registry.prompts.get(name)
    if found is None:
        raise UnknownPrompt(name=name)
    return found


def _given(visit: Visit, prompt: Prompt[Any], form: dict[str, str]) -> Any:
    """Return the inputs that somebody typed; raises `InvalidRequest` naming the field."""
    try:
        return msgspec.convert(forms.arguments(form, forms.fields(prompt.inputs, prompt.example, visit.words)), prompt.inputs)
    except msgspec.ValidationError as error:
        raise contract.invalid(error) from error


def _question(visit: Visit, prompt: Prompt[Any], given: Any) -> Request:
    name = _capability_name(visit, prompt)
    return prompt.request(given, conversation=Conversation(), purpose=Purpose.OPERATION, capability=name, deadline_seconds=SECONDS)


async def _ask(visit: Visit, prompt: Prompt[Any], given: Any) -> Answer | NoAnswer:
    async with visit.context() as context:
        said = await gateway.ask(context, _question(visit, prompt, given))
        await visit.note(context, "language.try_prompt", subject=prompt.name)
    return said


def _shown(question: Request) -> list[Shown]:
    """Return the messages just as the door makes them."""
    return [Shown(str(each["role"]), _pieces(str(each["content"]))) for each in door.prompt(question).messages]


def _pieces(text: str) -> list[Piece]:
    parts = _MARKED.split(text)
    kinds = ["" if place % 2 == 0 else "fence" if each.startswith("[[") else "placeholder" for place, each in enumerate(parts)]
    return [Piece(each, kind) for each, kind in zip(parts, kinds, strict=True) if each]


def _said(said: Answer | NoAnswer | None) -> str:
    if not isinstance(said, Answer):
        return ""
    return _plain(said.value) if said.value is not None else said.text


def _plain(value: Any) -> str:
    """Return an answer as somebody can read it."""
    return value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _capability_name(visit: Visit, prompt: Prompt[Any]) -> str:
    """Return the name of the capability that a prompt belongs to; that of its folder where it belongs to none."""
    known = visit.runtime.registry.capabilities.values()
    return next((each.name for each in known if f"{prompt.folder}.".startswith(f"{each.package}.")), prompt.folder.rpartition(".")[2])


def _capability(visit: Visit, prompt: Prompt[Any]) -> str:
    return language_words.whose(visit.words, _capability_name(visit, prompt), visit.runtime.registry)


def _names(visit: Visit) -> dict[str, Any]:
    return {
        "role_title": partial(language_words.role, visit.words),
        "no_answer": partial(_no_answer, visit),
        "speaker_title": partial(language_words.speaker, visit.words),
        "label_of": lambda name: forms.label(name, visit.words),
    }


def _no_answer(visit: Visit, found: NoAnswer) -> str:
    """Return why there is no answer."""
    gettext = visit.words.gettext
    own = {
        Why.NO_MODEL: gettext("no model of this kind is set up"),
        Why.SWITCHED_OFF: gettext("all language models are switched off"),
    }
    return own.get(found.why) or language_words.outcome(visit.words, found.why.value)[0]
