"""What other connections say of the same products: a PIM says what they are, a shop whether they are sold, and neither wipes the other's part."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from hanse.base.database import Connection, Queries
from hanse.sources.connections import systems
from hanse.sources.source import Shop

queries = Queries(__package__)


@dataclass(frozen=True)
class Elsewhere:
    """What others say of some products."""

    shops: tuple[UUID, ...] = ()
    """The other connections that are shops."""
    sold: Collection[str] = frozenset()
    """Products that a shop has, or had until it removed them."""
    said: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Fields that a PIM says, by product."""


async def find(connection: Connection, shop: Shop, product_ids: Sequence[str]) -> Elsewhere:
    """Return what other connections say of some products."""
    cursor = await connection.execute(queries["others"], {"connection_id": shop.connection_id})
    others = {row["connection_id"]: row["system"] async for row in cursor}
    if not others:
        return Elsewhere()
    facts = {"others": list(others), "product_ids": list(product_ids)}
    sold: set[str] = set()
    said: dict[str, frozenset[str]] = {}
    async for row in await connection.execute(queries["said_elsewhere"], facts):
        if not systems.is_pim(others[row["connection_id"]]):
            sold |= {*row["local_ids"], *row["previous_ids"]}
        for each in row["local_ids"]:
            said[each] = said.get(each, frozenset()) | frozenset(row["said"])
    return Elsewhere(tuple(each for each, system in others.items() if not systems.is_pim(system)), sold, said)
