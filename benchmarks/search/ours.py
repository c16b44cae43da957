"""The search itself, asked as every surface asks it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.search.queries import Query
from hanse.base import context
from hanse.serve.runtime import Runtime

NAME = "search.products"
"""Asked again, when what the query means is remembered, as that of popular searches is: the same on a fast machine and on a slow one."""
FIRST = "search.products, asked for the first time"
"""What a query means comes too late for some answers then."""
LIMIT = 10


def is_there(running: Runtime) -> bool:
    """Return whether there is such an operation."""
    return NAME in running.registry.operations


async def answers(running: Runtime, queries: Sequence[Query]) -> list[list[str]]:
    """Answer all queries, one after another."""
    return [[hit.product_id for hit in (await found(running, query.text, query.language)).items] for query in queries]


async def found(running: Runtime, text: str, language: str, limit: int = LIMIT) -> Any:
    """Return the whole answer to a query, with a place for each variant, as each is judged."""
    from hanse.capabilities.search.schemas import Search

    request = Search(query=text, language="en" if language == "en" else "de", limit=limit, facets=False, passages=0, collapse=False)
    async with running.context(language=language) as one:
        return await context.run(running.registry.operations[NAME], request, one)
