"""Whom the demonstration can sign in as: a regular customer of the sample shop who agreed to personalisation."""

from __future__ import annotations

from dataclasses import dataclass

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.base.operation import Purpose
from hanse.data import consent

queries = Queries(__package__)
CANDIDATES = 40


@dataclass(frozen=True)
class Regular:
    """A customer, by the number in the shop."""

    user_id: str
    orders: int


async def regular(context: Context) -> Regular | None:
    """Return the customer with the most orders of those who agreed; null where nobody did."""
    connection = await context.connection()
    rows = await (await connection.execute(queries["regulars"], {"limit": CANDIDATES})).fetchall()
    for row in rows:
        if (await consent.stand(connection, row["profile_id"], Purpose.PERSONALISATION)).situation.allows:
            return Regular(row["user_id"], row["orders"])
    return None
