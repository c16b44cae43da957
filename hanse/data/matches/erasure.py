"""Erasing people from what was matched: the pairs they are in, what was decided of them, and the keys they are found by."""

from __future__ import annotations

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.base.erasing import Erased, eraser

queries = Queries(__package__)


@eraser()
async def pairs(person: Erased, context: Context) -> dict[str, int]:
    """Erase every pair in which the person is, with notes and decisions."""
    connection = await context.connection()
    cursor = await connection.execute(queries["erase"], {"profile_ids": list(person.profile_ids)})
    return {"match_proposals": cursor.rowcount}
