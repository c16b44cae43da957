"""Words that may mean the same: what the search learned, to be confirmed or declined."""

from __future__ import annotations

from typing import Any, get_args

from litestar import Response, get, post

from hanse.base import context as contract
from hanse.base.errors import InvalidRequest
from hanse.capabilities.search.synonyms import operations
from hanse.capabilities.search.synonyms.schemas import ListSynonyms, State
from hanse.data.access.accounts import Permission
from hanse.serve.console import pages, search_rules, session
from hanse.serve.console.session import AnyRequest

PATH = "/capabilities/search/synonyms"
SCOPES = frozenset({"synonyms"})


@get(PATH)
async def show(request: AnyRequest) -> Response[bytes]:
    """Show what was proposed, confirmed or declined."""
    visit = session.of(request)
    wanted = request.query_params.get("state")
    state: State = next((each for each in get_args(State) if each == wanted), "proposed")
    async with visit.context(SCOPES) as context:
        found = await contract.run(operations.list, ListSynonyms(state=state, limit=500), context)
    return pages.page(
        visit, "search_synonyms.html", **search_rules.head(visit), found=found, state=state, synonyms_path=PATH, rules_path=search_rules.PATH
    )


@post(f"{PATH}/decide", status_code=200)
async def decide(request: AnyRequest) -> Response[bytes]:
    """Confirm or decline a proposal, with a way back."""
    visit = session.of(request)
    visit.need(Permission.EXPERIMENT)
    sent = dict(request.query_params.items()) | await visit.form()
    asked: dict[str, Any] = {name: sent[name] for name in {"proposal_id", "decision"} & sent.keys()}
    if sent.get("both_ways") in {"true", "false"}:
        asked["both_ways"] = sent["both_ways"] == "true"
    try:
        wanted = contract.parse(operations.decide, asked)
    except InvalidRequest:
        return pages.redirect(visit, PATH)
    async with visit.context(SCOPES) as context:
        made = await contract.run(operations.decide, wanted, context)
    gettext, pair = visit.words.gettext, {"word": made.proposal.word, "means": made.proposal.means}
    again = f"{PATH}/decide?proposal_id={made.proposal.proposal_id}&decision=reopen"
    if wanted.decision == "confirm":
        message = gettext("“%(word)s” and “%(means)s” are confirmed: the search uses them from now on.", **pair)
        return pages.redirect(visit, PATH, message=message, undo=search_rules.undoing(made.change_id) if made.change_id else "")
    if wanted.decision == "reopen":
        return pages.redirect(visit, PATH, message=gettext("“%(word)s” and “%(means)s” wait for a decision again.", **pair))
    return pages.redirect(visit, PATH, message=gettext("“%(word)s” and “%(means)s” are declined and do not come again.", **pair), undo=again)
