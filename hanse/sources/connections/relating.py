"""Relations between products as connected systems state them: kept as they are said, and in the catalog once both products are there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.data.catalog import Relation
from hanse.sources.source import Shop

queries = Queries(__package__)

Stated = Mapping[str, Sequence[Relation]]
"""All that products say of others, by the product that says it."""


async def put(connection: Connection, shop: Shop, stated: Stated) -> int:
    """Keep what products state, in place of what they stated before; return how many relations of the catalog went."""
    if not stated:
        return 0
    facts = {"source": shop.source, "owners": sorted(stated)}
    await connection.execute(queries["forget_stated"], facts)
    rows = [{"stated_by": owner, **_row(each)} for owner, relations in stated.items() for each in relations]
    if rows:
        await connection.execute(queries["put_stated"], {"source": shop.source, "relations": database.jsonb(rows)})
    return (await connection.execute(queries["drop_relations"], facts)).rowcount


async def bring_in(connection: Connection, product_ids: Collection[str] | None) -> int:
    """Bring in what is stated of some products, or of all, where both are in the catalog; return how many came or changed."""
    if product_ids is not None and not product_ids:
        return 0
    facts = {"product_ids": None if product_ids is None else sorted(product_ids)}
    return (await connection.execute(queries["bring_in_relations"], facts)).rowcount


def _row(relation: Relation) -> dict[str, object]:
    return {"product_id": relation.product_id, "kind": relation.kind, "related_id": relation.related_id, "quantity": relation.quantity}
