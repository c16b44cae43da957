"""Moving message keys from the small table that takes new ones to the large one that has all others, in order of their keys.

Why there are two is told in the migration `0007_intake`. Every step is a short transaction of its own: who brings a message again in the
middle of one waits for it, and finds the message in the large table after that.
"""

from __future__ import annotations

from uuid import UUID

from hanse.base.context import Context
from hanse.data.events import store

ENOUGH = 2_000_000
"""Keys from which on moving is worth while: every page of the large index is written once for all of them."""
STEPS = 256
"""Into how many steps a move is parted, by the first byte of the keys."""


async def settle(context: Context, *, enough: int = ENOUGH) -> int:
    """Move message keys where there are enough of them; return how many were moved."""
    async with context.resources.pool.connection() as connection:
        row = await (await connection.execute(store.queries["recent_messages"], {"enough": enough})).fetchone()
    if row is None or row["least"] < enough:
        return 0
    moved = 0
    for step in range(STEPS):
        facts = {"first": UUID(int=step << 120), "last": UUID(int=((step + 1) << 120) - 1)}
        async with context.resources.pool.connection() as connection:
            moved += (await connection.execute(store.queries["settle_messages"], facts)).rowcount
        await context.progress((step + 1) / STEPS, f"{moved} messages")
    return moved
