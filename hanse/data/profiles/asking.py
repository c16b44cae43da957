"""Asking much at once: statements that are sent together, so that a page waits for the database once and not for each of them.

Each is a look into indexes for a few records, whatever their number: so it is planned once for a connection, and not again for every
customer. With a table in months, planning takes ten times as long as looking.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString

from hanse.base.database import Connection

Asked = tuple[LiteralString, Mapping[str, Any]]
"""A statement and its facts."""
Rows = list[dict[str, Any]]

PLANNED_ONCE = "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)"
"""A plan that is kept may not be one that fits only as long as there are few customers."""
PLANNED_AS_EVER = "SELECT set_config('plan_cache_mode', 'auto', true), set_config('enable_seqscan', 'on', true)"


async def ask(connection: Connection, asked: Mapping[str, Asked]) -> dict[str, Rows]:
    """Return the rows of some statements, by the names they were given."""
    async with connection.pipeline():
        await connection.execute(PLANNED_ONCE, prepare=True)
        cursors = {name: await connection.execute(statement, facts, prepare=True) for name, (statement, facts) in asked.items()}
        await connection.execute(PLANNED_AS_EVER, prepare=True)
        return {name: await cursor.fetchall() for name, cursor in cursors.items()}
