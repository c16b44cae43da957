"""Where the picture of each product that is sold is: its own, the first of its media, or that of the product it is a variant of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from hanse.base.database import Connection, Queries

queries = Queries(__package__)
PAGE = 500


class Pictured(NamedTuple):
    """A product and the address of its picture, as the catalog has it."""

    product_id: str
    address: str


async def read(connection: Connection) -> AsyncIterator[Sequence[Pictured]]:
    """Go through the products that are sold and have a picture, by their ids, some hundreds at a time."""
    after = ""
    while rows := await (await connection.execute(queries["pictured"], {"after": after, "most": PAGE})).fetchall():
        yield [Pictured(row["product_id"], row["address"]) for row in rows]
        after = rows[-1]["product_id"]
