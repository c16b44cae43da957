"""Deciding on a revision: apply it in one transaction, discard it, or undo it, each product unless somebody changed it since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import sql

from hanse.base import changes, database
from hanse.base.context import Progress
from hanse.base.database import Connection, Queries
from hanse.data.revisions.errors import RevisionDecided, RevisionOutdated, UnknownRevision

queries = Queries(__package__)
applying = Queries(__package__, "applying.sql")

EXAMPLES = 5
Side = Literal["before", "after"]


@dataclass(frozen=True)
class Decision:
    """Who decides, and when."""

    decided_by: str
    now: datetime


async def apply(connection: Connection, revision_id: UUID, decision: Decision, progress: Progress) -> None:
    """Write what a revision changes; raises `UnknownRevision`, `RevisionDecided` and `RevisionOutdated`."""
    revision = await _locked(connection, revision_id, "proposed", "applied")
    facts = _facts(revision, decision, is_undone=False)
    await progress(0.0, "checking that nothing has changed since")
    outdated = await _ids(connection, _statement("outdated", "before"), facts)
    if outdated:
        raise RevisionOutdated(count=len(outdated), examples=", ".join(outdated[:EXAMPLES]))
    await progress(0.2, "writing products")
    await connection.execute(applying["add_products"], facts)
    await connection.execute(applying["end_prices"], facts)
    await connection.execute(_statement("write_products", "after"), facts)
    await progress(0.5, "writing prices")
    await connection.execute(_statement("write_prices", "after"), facts)
    await progress(0.7, "writing relations")
    await connection.execute(applying["remove_relations"], facts)
    await connection.execute(_statement("write_relations", "after"), facts)
    await _decide(connection, "applied", facts)
    await progress(1.0, "applied")


async def undo(connection: Connection, revision_id: UUID, decision: Decision, progress: Progress) -> list[str]:
    """Put back what a revision changed; return the products that stay, as somebody has changed them since or built on them.

    Raises `UnknownRevision` and `RevisionDecided`.
    """
    revision = await _locked(connection, revision_id, "applied", "undone")
    facts = _facts(revision, decision, is_undone=True)
    await progress(0.0, "looking for what has changed since")
    await connection.execute(_statement("mark_undone", "after"), facts)
    await progress(0.3, "putting products and prices back")
    await connection.execute(applying["end_prices"], facts)
    await connection.execute(_statement("write_products", "before"), facts)
    await connection.execute(_statement("write_prices", "before"), facts)
    await progress(0.7, "putting relations back")
    await connection.execute(applying["remove_relations"], facts)
    await connection.execute(applying["remove_products"], facts)
    await connection.execute(_statement("write_relations", "before"), facts)
    kept = await _ids(connection, applying["kept"], facts)
    await _decide(connection, "undone", facts, {"kept": len(kept)})
    await progress(1.0, "undone")
    return kept


async def discard(connection: Connection, revision_id: UUID, decision: Decision) -> None:
    """Put a proposed revision aside; raises `UnknownRevision` and `RevisionDecided`."""
    revision = await _locked(connection, revision_id, "proposed", "discarded")
    await connection.execute(queries["decide"], {**_facts(revision, decision, is_undone=False), "state": "discarded", "counts": "{}"})


async def _locked(connection: Connection, revision_id: UUID, state: str, wanted: str) -> dict[str, Any]:
    revision = await (await connection.execute(queries["lock"], {"revision_id": revision_id})).fetchone()
    if revision is None:
        raise UnknownRevision(revision_id=revision_id)
    if revision["state"] != state:
        raise RevisionDecided(state=revision["state"], wanted=wanted)
    return revision


async def _decide(connection: Connection, state: str, facts: Mapping[str, Any], counts: Mapping[str, int] | None = None) -> None:
    await connection.execute(queries["decide"], {**facts, "state": state, "counts": database.jsonb(counts or {})})
    await changes.announce(connection, "catalog")


async def _ids(connection: Connection, statement: Any, facts: Mapping[str, Any]) -> list[str]:
    return [row["product_id"] async for row in await connection.execute(statement, facts)]


def _facts(revision: Mapping[str, Any], decision: Decision, *, is_undone: bool) -> dict[str, Any]:
    return {
        "revision_id": revision["revision_id"],
        "source": revision["source"],
        "decided_by": decision.decided_by,
        "now": decision.now,
        "is_undone": is_undone,
    }


def _statement(name: str, side: Side) -> sql.Composed:
    """Return a statement about one side of the changes, with the parts that compare it."""
    chosen = sql.SQL(side)
    parts = {each: sql.SQL(applying[f"{each}_differ"]).format(side=chosen) for each in ("fields", "prices", "relations")}
    return sql.SQL(applying[name]).format(side=chosen, **{name: sql.SQL("({})").format(part) for name, part in parts.items()})
