"""Proposing a revision: a feed is staged and compared with the catalog, all in SQL; nothing of the catalog changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import database
from hanse.base.context import Progress
from hanse.base.database import Connection, Queries
from hanse.data.revisions.findings import KINDS
from hanse.data.revisions.schemas import Header, Item, Scope
from hanse.data.revisions.staging import Rows, Stage

queries = Queries(__package__)
checking = Queries(__package__, "checking.sql")
comparing = Queries(__package__, "comparing.sql")

BATCH = 1_000
MOST_FINDINGS = 10_000
"""Findings of one kind that are kept; all are counted."""
MANY_GONE_SHARE = 0.5
CHECKS = (
    *("duplicates", "other_sources", "not_there", "unknown_parents", "cyclic_variants", "unknown_relations"),
    *("drop_prices_of_others", "drop_relations_there", "unplaced", "place"),
)


@dataclass(frozen=True)
class Proposal:
    """What is to be proposed, and by whom."""

    revision_id: UUID
    file_name: str
    now: datetime
    proposed_by: str
    source: str = ""
    """Empty takes the supplier that the feed names."""
    price_jump_share: float = 0.3
    """From which relative change on a price is flagged."""
    strict: bool = False
    """Whether any error refuses the whole."""


async def propose(connection: Connection, proposal: Proposal, items: Iterator[Item], progress: Progress) -> dict[str, Any]:
    """Stage the items of a feed, compare them with the catalog and keep what would change; return the counts.

    The header has to come first. Runs in the transaction of the connection.
    """
    header = next(items)
    if not isinstance(header, Header):
        raise TypeError("a feed begins with its header")
    source = proposal.source or header.supplier or header.format
    await connection.execute(queries["add"], _facts(proposal, header, source))
    stage = Stage(connection)
    await stage.begin()
    async for rows in _ahead(stage, items):
        await stage.put(rows)
        await progress(min(0.6, 0.6 * stage.entries / (stage.entries + 50_000)), f"reading, {stage.entries:,} products so far")
    await stage.end()
    await progress(0.6, f"comparing {stage.entries:,} products")
    wanted = {
        "revision_id": proposal.revision_id,
        "source": source,
        "now": proposal.now,
        "price_jump_share": proposal.price_jump_share,
        "is_whole": header.scope is Scope.FULL and "broken_xml" not in stage.codes,
    }
    return await _compare(connection, proposal, wanted, progress)


async def _compare(connection: Connection, proposal: Proposal, wanted: dict[str, Any], progress: Progress) -> dict[str, Any]:
    for name in CHECKS:
        await connection.execute(checking[name], wanted)
    before = await _row(connection, comparing["count_source"], wanted)
    entries = await _row(connection, comparing["count_entries"], wanted)
    await progress(0.7, "comparing prices and relations")
    for name in ("compare_prices", "find_jumps", "compare_relations"):
        await connection.execute(comparing[name], wanted)
    await progress(0.85, "noting what changes")
    for name in ("compare_products", "find_gone"):
        await connection.execute(comparing[name], wanted)
    counts = await _row(connection, comparing["count_changes"], wanted)
    if before["products"] and counts["gone"] > MANY_GONE_SHARE * before["products"]:
        facts = database.jsonb({"gone": counts["gone"], "all": before["products"]})
        await connection.execute("INSERT INTO feed_findings (code, facts) VALUES ('many_gone', %s)", (facts,))
    found = {row["code"]: row["count"] async for row in await connection.execute(comparing["count_findings"])}
    await connection.execute(comparing["keep_findings"], {**wanted, "most": MOST_FINDINGS})
    refused = proposal.strict and any(KINDS[code].severity == "error" for code in found)
    named = counts.pop("named")
    counts |= {"entries": entries["entries"], "unchanged": entries["entries"] - named}
    state = "refused" if refused else "proposed"
    noted = {"state": state, "counts": database.jsonb(counts), "findings": database.jsonb(found), **wanted}
    await connection.execute(queries["note"], noted)
    await connection.execute("ANALYZE catalog_changes")
    await progress(1.0, "proposed")
    return {"state": state, "counts": counts, "findings": found, "source": wanted["source"]}


def _facts(proposal: Proposal, header: Header, source: str) -> Mapping[str, Any]:
    return {
        "revision_id": proposal.revision_id,
        "source": source[:200],
        "file_name": proposal.file_name,
        "scope": header.scope.value,
        "header": database.jsonb(msgspec.to_builtins(header)),
        "price_jump_share": proposal.price_jump_share,
        "proposed_by": proposal.proposed_by,
        "now": proposal.now,
    }


async def _ahead(stage: Stage, items: Iterator[Item]) -> AsyncIterator[Rows]:
    """Give the rows of one batch after the other; the next is read in a thread while the database takes the one before."""
    coming = asyncio.create_task(asyncio.to_thread(_batch, stage, items))
    try:
        while (rows := await coming) is not None:
            coming = asyncio.create_task(asyncio.to_thread(_batch, stage, items))
            yield rows
    finally:
        if not coming.done():
            await asyncio.wait([coming])


def _batch(stage: Stage, items: Iterator[Item]) -> Rows | None:
    batch = list(islice(items, BATCH))
    return stage.rows(batch) if batch else None


async def _row(connection: Connection, statement: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    return await (await connection.execute(statement, wanted)).fetchone() or {}
