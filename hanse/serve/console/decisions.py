"""One decision whole: what was answered, why, for whom, by which model, on which side, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from hanse.data.decisions import effect
from hanse.serve.console import answers, pages, session
from hanse.serve.console.session import AnyRequest


@get("/decisions/{decision_id:uuid}")
async def show(request: AnyRequest, decision_id: FromPath[UUID]) -> Response[bytes]:
    """Show one decision; in the drawer of the list it stands in, or as a page of its own."""
    visit = session.of(request)
    async with visit.context() as context:
        decision = await effect.find(await context.connection(), decision_id)
    facts: dict[str, Any] = {"decision": decision, "cards": answers.cards(decision.answer, visit.words)}
    capability = visit.runtime.registry.capabilities.get(decision.capability)
    if visit.wants_drawer:
        return pages.fragment(visit, "decision.html", **facts, capability=capability, alone=False)
    return pages.page(visit, "decision_page.html", **facts, capability=capability, alone=True)
