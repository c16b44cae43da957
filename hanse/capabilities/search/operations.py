"""The operations of the search: products and passages for what was typed, and suggestions while somebody types."""

from __future__ import annotations

from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.capabilities.search import answering, suggestions
from hanse.capabilities.search import report as reporting
from hanse.capabilities.search.schemas import Found, Report, Search, SearchReport, Suggest, Suggested


@operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, public=True, tool=True, example=Search(query="cup", limit=3))
async def products(request: Search, context: Context) -> Found:
    """Products for what somebody typed, the best first, with what they can be narrowed down by, and passages of documents.

    Words are found in all their forms, with typing errors mended, in German and English; measures in any unit; article numbers with and
    without separators; and what means the same. Without a query, all products are found, for a page that lists them.
    """
    return await answering.answer(context, request)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, public=True, example=Suggest(query="cu"))
async def suggest(request: Suggest, context: Context) -> Suggested:
    """Suggest searches, categories and products that somebody may be typing."""
    return await suggestions.suggest(context, request)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=Report(days=30, only="found_nothing"))
async def report(request: Report, context: Context) -> SearchReport:
    """Report what people searched for: how often it found nothing, was clicked and ordered, and what that came to.

    An order counts where it, or one of its lines, carries the decision id of the search.
    """
    return await reporting.report(context, request)
