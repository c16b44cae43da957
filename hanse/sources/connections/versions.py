"""Which version of what is known: a late delivery never replaces what is newer, and the same version twice changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.sources.connections import fields, systems
from hanse.sources.source import Change, Shop

queries = Queries(__package__)

Key = tuple[str, str]
"""Kind and resource id."""
STOCK = "stock"


@dataclass(frozen=True)
class Standing:
    """How a version stands to what was known."""

    newer: bool = False
    same: bool = False
    """Whether this very version has been taken in before."""
    previous_ids: tuple[str, ...] = ()
    previously_said: frozenset[str] = frozenset()
    """Fields that a PIM said of the product in the version before."""


class _Version(msgspec.Struct):
    kind: str
    resource_id: str
    changed_at: datetime
    digest: str
    local_ids: list[str]
    said: list[str]


async def take(connection: Connection, shop: Shop, changes: Iterable[Change]) -> dict[Key, Standing]:
    """Take in the versions of some changes and of the stock they tell of; return how each stands.

    What is newer stays locked until the end of the transaction, so that two deliveries about one thing follow each other.
    """
    versions = list(_newest(changes, is_pim=systems.is_pim(shop.system)))
    if not versions:
        return {}
    facts = {"connection_id": shop.connection_id, "versions": database.jsonb(versions)}
    return {(row["kind"], row["resource_id"]): _standing(row) async for row in await connection.execute(queries["put_versions"], facts)}


def _standing(row: Mapping[str, Any]) -> Standing:
    return Standing(row["newer"], row["same"], tuple(row["previous_ids"]), frozenset(row["previously_said"]))


async def forget_stock(connection: Connection, connection_id: UUID, product_ids: Iterable[str]) -> None:
    """Let the stock of products that are not in the catalog yet count when it is told again."""
    facts = {"connection_id": connection_id, "kind": STOCK, "resource_ids": list(product_ids)}
    await connection.execute(queries["forget_versions"], facts)


def _newest(changes: Iterable[Change], *, is_pim: bool) -> Iterable[_Version]:
    """Return one version of each thing, of several the newest."""
    found: dict[Key, _Version] = {}
    for change in changes:
        for version in _versions(change, is_pim=is_pim):
            known = found.get((version.kind, version.resource_id))
            if known is None or version.changed_at >= known.changed_at:
                found[version.kind, version.resource_id] = version
    return found.values()


def _versions(change: Change, *, is_pim: bool) -> Iterable[_Version]:
    names = [change.order_id] if change.order_id else [] if change.deleted else [each.product_id for each in change.products]
    said = sorted({each for product in change.products for each in fields.said(product, change)}) if is_pim else []
    yield _Version(change.kind, change.resource_id, change.changed_at, digest(change), names, said)
    for each in change.stock:
        yield _Version(STOCK, each.product_id, change.changed_at, str(each.quantity), [each.product_id], [])


def digest(change: Change) -> str:
    """Return a short name of what a change says."""
    said: tuple[object, ...] = (change.events, change.customer, change.consents, change.products, change.prices, change.deleted)
    if change.relations or change.media:
        said = (*said, change.relations, change.media)
    return hashlib.blake2b(msgspec.json.encode(said), digest_size=16).hexdigest()
