"""New and changed customers join those there are, one by one: only records that share a key with them are read and weighed.

What is to be done stands in `match_changes`, written with each change. A change is forgotten in the transaction that writes what came of it,
so that nothing is lost or done by halves wherever this is broken off.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa

from hanse.base.context import Context
from hanse.base.database import Connection, Queries
from hanse.data.matches import finding, pairs, records
from hanse.data.matches.pairs import Pair
from hanse.data.matches.records import Record
from hanse.data.profiles.matching import Resolver, Trained, cleaning, hashing, keeping, scoring
from hanse.data.profiles.matching.hashing import Hashes

queries = Queries(__package__)

ACTOR = "matches.join"
TOGETHER = 2_000
"""Changes that are looked at in one go."""
MOST_ROUNDS = 200
"""After so many goes the next run takes over."""


@dataclass(frozen=True)
class _Changes:
    """Some changes, and whom they are about."""

    change_ids: list[int]
    profile_ids: list[UUID]
    """Profiles that changed and those that stand for them."""
    root_ids: list[UUID]


async def join(context: Context) -> dict[str, Any]:
    """Match what is new or has changed; return what came of it."""
    async with context.resources.pool.connection() as connection:
        trained = await model(connection)
        if trained is None:
            await connection.execute(queries["compact_changes"])
            return {"records": 0, "joined": 0, "proposed": 0}
    done: Counter[str] = Counter(records=0, joined=0, proposed=0)
    for _ in range(MOST_ROUNDS):
        counts = await _some(context, trained)
        if counts is None:
            break
        done.update(counts)
        await context.progress(0.5, f"{done['records']:,} customers are matched")
    return dict(done)


async def model(connection: Connection) -> Trained | None:
    """Return what was trained last; null where nothing was."""
    row = await (await connection.execute(queries["model"])).fetchone()
    if row is None:
        return None
    struck: dict[str, set[str]] = {}
    for each in row["findings"]:
        struck.setdefault(each["field"], set()).add(each["value"])
    return keeping.trained(row["parameters"], {name: frozenset(values) for name, values in struck.items()})


async def _some(context: Context, trained: Trained) -> dict[str, int] | None:
    """Match some of what has changed; return what came of it, or null where nothing is left."""
    async with context.resources.pool.connection() as connection:
        changes = await _changes(connection)
        if changes is None:
            return None
        fresh = await records.read(connection, changes.root_ids)
    keys = await asyncio.to_thread(_keys, fresh, trained)
    async with context.resources.pool.connection() as connection:
        known = await _sharing(connection, keys, changes.root_ids)
    bonds, proposals = await asyncio.to_thread(_resolve, known, fresh, trained)
    compared = {each.profile_id: each.stamp for each in (*known, *fresh)}
    async with context.resources.pool.connection() as connection:
        now = context.clock.now()
        outcome = await pairs.join(connection, [each for some in pairs.clusters(bonds) for each in some], compared, actor=ACTOR, now=now)
        outcome.add(await pairs.propose(connection, [*proposals, *outcome.left], compared, touched=outcome.touched, now=now))
        await connection.execute(queries["forget_waiting"], {"profile_ids": changes.root_ids, "kept_ids": outcome.kept_ids})
        await connection.execute(queries["forget_records"], {"profile_ids": changes.profile_ids})
        await finding.keep_keys(connection, [(each.profile_id, list(some)) for each, some in zip(fresh, keys, strict=True)])
        await connection.execute(queries["forget_changes"], {"change_ids": changes.change_ids})
    return {"records": len(fresh), "joined": outcome.joined, "proposed": outcome.proposed}


async def _changes(connection: Connection) -> _Changes | None:
    rows = await (await connection.execute(queries["changes"], {"limit": TOGETHER})).fetchall()
    if not rows:
        return None
    roots = sorted({row["root_id"] for row in rows})
    return _Changes([row["change_id"] for row in rows], sorted({row["profile_id"] for row in rows} | set(roots)), roots)


async def _sharing(connection: Connection, keys: Hashes, without: Sequence[UUID]) -> list[Record]:
    """Return the records that share a key with some, as they are now."""
    wanted: Mapping[int, int] = hashing.wanted(keys)
    facts = {"keys": list(wanted), "most": list(wanted.values())}
    found = {row["profile_id"] async for row in await connection.execute(queries["sharing"], facts, prepare=False)}
    others = found - set(without)
    return await records.read(connection, sorted(others)) if others else []


def _keys(fresh: Sequence[Record], trained: Trained) -> Hashes:
    if not fresh:
        return []
    with duckdb.connect(config={"threads": 2}) as connection:
        return hashing.hashes(_cleaned(records.table(fresh), trained, connection), trained, connection=connection)


def _cleaned(table: pa.Table, trained: Trained, connection: duckdb.DuckDBPyConnection) -> pa.Table:
    return scoring.strike(cleaning.clean(table, trained.reading, connection=connection), trained.model.struck)


def _resolve(known: Sequence[Record], fresh: Sequence[Record], trained: Trained) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs to join and those to propose."""
    if not fresh:
        return [], []
    with Resolver.empty(trained) as resolver:
        if known:
            resolver.know(records.table(known))
        joined, proposals = resolver.add(records.table(fresh))
    return [Pair.of(why) for each in joined for why in each.why], [Pair.of(each) for each in proposals]
