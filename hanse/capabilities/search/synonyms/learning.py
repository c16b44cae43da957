"""Learning synonyms: from the log of searches to proposals that wait for a decision."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from hanse.base.context import Context
from hanse.capabilities.search.search_rules.store import Author
from hanse.capabilities.search.synonyms import evidence, proposing, store
from hanse.data.lake import searched

DAYS = 90
"""Queries that found nothing in so many days count as such."""


async def learn(context: Context) -> dict[str, Any]:
    """Propose words that may mean the same; return how many."""
    said = await proposing.propose(context)  # first, as it may take minutes, and no connection is held yet
    await context.progress(0.1, "reading what people searched for")
    log = await asyncio.to_thread(searched.read, context.settings)
    connection, now = await context.connection(), context.clock.now()
    rows = await (await connection.execute(store.queries["found_nothing"], {"since": now - timedelta(days=DAYS)})).fetchall()
    nothing = {searched.normalised(row["query"]) for row in rows}
    await context.progress(0.4, "comparing what people came to")
    found = await asyncio.to_thread(evidence.find, log, nothing)
    return {"searches": len(log), "proposed": await store.propose(connection, [*found, *said], Author(context.caller.name, now))}
