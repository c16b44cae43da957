"""The masking playground: what of a text would be masked before it goes to a language model, by which recogniser and why. Nothing is kept."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from litestar import Response, get, post

from hanse.ai.language.masking import Conversation, Known, Span
from hanse.ai.language.masking.spans import Kind
from hanse.serve.console import language_words, pages, session
from hanse.serve.console.session import AnyRequest

LONGEST = 20_000


class Piece(NamedTuple):
    """A piece of the text, masked or not."""

    text: str
    span: Span | None = None
    kind: str = ""
    placeholder: str = ""


@get("/language/masking")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the form, with an example to try."""
    visit = session.of(request)
    example = visit.words.gettext("Hello, this is Jorid Smith, 12 High Street, Leeds. My order 4711-08 is late: please call +44 20 7946 0958.")
    return pages.page(visit, "language_masking.html", given={"text": example}, pieces=[], masked="", longest=LONGEST)


@post("/language/masking", status_code=200)
async def mask(request: AnyRequest) -> Response[bytes]:
    """Show what of a text would be masked."""
    visit = session.of(request)
    form = await visit.form()
    text, name = form.get("text", "")[:LONGEST].replace("\r\n", "\n"), form.get("name", "").strip()[:200]
    conversation = Conversation(Known(((Kind.PERSON, name),) if name else ()))
    masked, pieces = await asyncio.to_thread(_masked, conversation, text)
    named = [piece._replace(kind=language_words.masked_kind(visit.words, piece.span.kind)) if piece.span else piece for piece in pieces]
    facts: dict[str, Any] = {"given": {"text": text, "name": name}, "pieces": named, "masked": masked, "longest": LONGEST}
    return pages.page(visit, "language_masking.html", **facts)


def _masked(conversation: Conversation, text: str) -> tuple[str, list[Piece]]:
    found: list[Piece] = []
    end = 0
    for span in conversation.find(text):
        value = text[span.start : span.end]
        found += [Piece(text[end : span.start]), Piece(value, span, placeholder=conversation.placeholder(span.kind, value))]
        end = span.end
    return conversation.mask(text), [piece for piece in (*found, Piece(text[end:])) if piece.text]
