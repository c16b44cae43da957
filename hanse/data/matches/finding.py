"""Matching all customers at once: train on them, join by rule what is certain, keep the rest for somebody to decide.

The work on all records is done in a thread, so that the worker stays alive and can be told to stop. What comes of it is written a few
clusters at a time, each with its transaction: one that breaks off leaves whole merges behind, and the next one goes on from there.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa

from hanse.base import database, ids
from hanse.base.context import Context
from hanse.base.database import Connection, Queries
from hanse.data.matches import pairs, records
from hanse.data.matches.pairs import Outcome, Pair
from hanse.data.matches.records import Record
from hanse.data.profiles.matching import Matching, Rules, batch, hashing, keeping

queries = Queries(__package__)

ACTOR = "matches.find"
SEED = 1
FEWEST = 2
TOGETHER = 25
"""Clusters that are joined in one transaction: others who say who is one person wait for a fraction of a second."""
RULES = Rules(needs_name=True)
MATCHED, WRITTEN = 0.7, 0.95
"""How far the whole work is once the records are compared, and once the clusters are written."""


class Stopped(Exception):
    """The work in the thread was told to stop."""


@dataclass(frozen=True)
class _Found:
    """What came of matching all records."""

    matching: Matching
    keys: list[list[int]]
    bonds: list[Pair]
    proposals: list[Pair]


async def find(context: Context) -> dict[str, Any]:
    """Match all customers; return what came of it."""
    began = context.clock.now()
    await context.progress(0.0, "reading the customers")
    async with context.resources.pool.connection() as connection:
        changes = [row["change_id"] async for row in await connection.execute(queries["all_changes"])]
        known = await records.read(connection)
    if len(known) < FEWEST:
        return {"records": len(known), "joined": 0, "proposed": 0}
    found = await _in_thread(context, known, began.date())
    compared = {each.profile_id: each.stamp for each in known}
    outcome = await _join(context, found.bonds, compared)
    await context.progress(WRITTEN, "keeping what somebody should look at")
    async with context.resources.pool.connection() as connection:
        proposals = [*found.proposals, *outcome.left]
        outcome.add(await pairs.propose(connection, proposals, compared, touched=outcome.touched, now=context.clock.now()))
        await connection.execute(queries["forget_proposals"], {"before": began, "kept_ids": outcome.kept_ids})
        await _keep(connection, found, known, outcome, now=context.clock.now())
        await connection.execute(queries["forget_changes"], {"change_ids": changes})
    return {"records": len(known), **_counts(outcome), "struck": len(found.matching.findings)}


async def _in_thread(context: Context, known: Sequence[Record], today: date) -> _Found:
    """Match in a thread, telling how far it is; whoever cancels this has the thread stop at its next step."""
    loop, stop = asyncio.get_running_loop(), threading.Event()

    def step(score: float, note: str) -> None:
        if stop.is_set():
            raise Stopped
        asyncio.run_coroutine_threadsafe(_tell(context, 0.05 + (MATCHED - 0.05) * score, note), loop)

    try:
        return await asyncio.to_thread(_match, known, today, step)
    except asyncio.CancelledError:
        stop.set()
        raise


async def _tell(context: Context, score: float, note: str) -> None:
    await context.progress(score, note)


def _match(known: Sequence[Record], today: date, step: batch.Step) -> _Found:
    table: pa.Table = records.table(known)
    matching = batch.match(table, today=today, seed=SEED, record_id=records.ID, rules=RULES, step=step)
    with duckdb.connect(config={"threads": 2}) as connection:
        keys = hashing.kept(hashing.hashes(matching.records, matching.trained, connection=connection))
    step(1.0, "finding who belongs together")
    return _Found(matching, keys, [Pair.of(each) for each in matching.bonds()], [Pair.of(each) for each in matching.proposals()])


async def _join(context: Context, bonds: Sequence[Pair], compared: dict[UUID, str]) -> Outcome:
    outcome, clusters = Outcome(), pairs.clusters(bonds)
    for at in range(0, len(clusters), TOGETHER):
        score = MATCHED + (WRITTEN - MATCHED) * at / len(clusters)
        await context.progress(score, f"joining {at:,} of {len(clusters):,} customers")
        some = [bond for cluster in clusters[at : at + TOGETHER] for bond in cluster]
        async with context.resources.pool.connection() as connection:
            outcome.add(await pairs.join(connection, some, compared, actor=ACTOR, now=context.clock.now()))
    return outcome


async def _keep(connection: Connection, found: _Found, known: Sequence[Record], outcome: Outcome, *, now: datetime) -> None:
    """Keep the model, what it has struck, and the keys of all records for those that come later."""
    findings = [{"field": each.field, "value": each.value, "records": each.records, "names": each.names} for each in found.matching.findings]
    facts = {
        "model_id": ids.new(now),
        "now": now,
        "records": len(known),
        "parameters": database.jsonb(keeping.kept(found.matching)),
        "findings": database.jsonb(findings),
        "counts": database.jsonb(_counts(outcome)),
    }
    await connection.execute(queries["add_model"], facts)
    await connection.execute(queries["clear_records"])
    await keep_keys(connection, [(each.profile_id, keys) for each, keys in zip(known, found.keys, strict=True)])


async def keep_keys(connection: Connection, rows: Sequence[tuple[UUID, list[int]]]) -> None:
    """Keep by which keys records are found."""
    await database.stage(connection, "match_records", ("profile_id", "keys"), rows)
    await connection.execute(queries["keep_staged_records"])
    await connection.execute(queries["sort_keys"])


def _counts(outcome: Outcome) -> dict[str, int]:
    return {"joined": outcome.joined, "proposed": outcome.proposed, "kept_apart": outcome.kept_apart, "changed": outcome.changed}
