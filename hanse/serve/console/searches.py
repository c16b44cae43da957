"""What people searched for: how often, whether it found something, and what came of it."""

from __future__ import annotations

from typing import get_args

from litestar import Response, get

from hanse.base import context as contract
from hanse.capabilities.search import operations
from hanse.capabilities.search.schemas import Report, SearchedFor, Which
from hanse.serve.console import capabilities, pages, period, session
from hanse.serve.console.session import AnyRequest

PATH = "/capabilities/search/searches"
SCOPES = frozenset({operations.report.name})
MOST, MOST_EXPORTED = 100, 1_000


@get(PATH)
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the queries of a period, or export them."""
    visit = session.of(request)
    capability, span = capabilities.find(visit, "search"), period.of(visit)
    wanted = request.query_params.get("only")
    which: Which = next((each for each in get_args(Which) if each == wanted), "all")
    export = request.query_params.get("format") == "csv"
    async with visit.context(SCOPES) as context:
        asked = Report(days=span.days, only=which, limit=MOST_EXPORTED if export else MOST)
        found = await contract.run(operations.report, asked, context)
    if export:
        header = SearchedFor.__struct_fields__
        rows = ([getattr(each, name) for name in header] for each in found.queries)
        return pages.table(visit.words.gettext("searches"), header, rows)
    return pages.page(visit, "searches.html", **capabilities.head(visit, capability, "searches"), period=span, found=found, which=which)
