"""Reading what is known of somebody, over all their profiles and all sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from hanse.base.database import Connection, Queries
from hanse.base.operation import Purpose
from hanse.data import consent
from hanse.data.traits.schemas import Known, Statement

queries = Queries(__package__)


async def of(connection: Connection, profile_id: UUID) -> dict[str, Known]:
    """Return the traits of whoever a profile is, by name: what was said last counts, what other sources say stands beside it.

    What was computed for a purpose that needs consent is left out where there is none, and all of it while they are restricted (Art. 18 DSGVO).
    """
    cursor = await connection.execute(queries["of"], {"profile_id": profile_id})
    rows = [row async for row in cursor if row["value"] is not None]
    allowed = await _allowed(connection, profile_id, {row["purpose"] for row in rows if row["is_computed"]})
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if not row["is_computed"] or row["purpose"] in allowed:
            said[row["name"]].append(row)
    return {name: _known(name, said[name]) for name in sorted(said)}


async def _allowed(connection: Connection, profile_id: UUID, purposes: set[str]) -> set[str]:
    """Return for which of the purposes what was computed of somebody may be used."""
    row = await (await connection.execute(queries["is_restricted"], {"profile_id": profile_id})).fetchone() if purposes else None
    if row and row["found"]:
        return set()
    found = {each for each in purposes if not Purpose(each).needs_consent}
    for each in purposes - found:
        if (await consent.stand(connection, profile_id, Purpose(each))).situation.allows:
            found.add(each)
    return found


def _known(name: str, rows: Sequence[dict[str, Any]]) -> Known:
    """Return what counts of all that is said, and what others say instead; a fallback is left out where anybody says more."""
    rows = [row for row in rows if not row["is_fallback"]] or rows
    rows = sorted(rows, key=lambda row: (row["observed_at"], row["is_computed"], row["source"], msgspec.json.encode(row["value"])), reverse=True)
    newest = rows[0]
    others: dict[str, Statement] = {}
    for row in rows[1:]:
        if row["value"] != newest["value"] and row["source"] not in others:
            others[row["source"]] = msgspec.convert(row, Statement)
    facts = {field: newest[field] for field in ("value", "source", "purpose", "observed_at")}
    return Known(name=name, kind="computed" if newest["is_computed"] else "given", conflicts=tuple(others.values()), **facts)
