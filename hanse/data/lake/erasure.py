"""Erasing people from the lake: their rows leave every file, or, where orders stay, the person leaves those rows."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hanse.base.config import Settings
from hanse.base.context import Context
from hanse.base.erasing import Erased, eraser
from hanse.data.lake import datasets, files

ORDERS = frozenset({"Order Completed", "Order Updated", "Order Refunded", "Order Cancelled"})
"""Events that merchants have to keep (§ 147 AO)."""


@eraser(outside=True)
async def rows(person: Erased, context: Context) -> dict[str, int]:
    """Erase a person from the lake."""
    return {"lake": await forget(context.settings, person.profile_ids, keep_orders=person.keep_orders)}


async def forget(settings: Settings, profile_ids: Collection[UUID], *, keep_orders: bool = False) -> int:
    """Remove all rows of profiles from the lake, or only the person from their orders; return how many there were.

    Call it once the transaction that deleted them from the database is committed, or a copy that runs in between brings them
    back. Each file is replaced whole: after a crash, call it again.
    """
    if not profile_ids or not settings.lake.exists():
        return 0
    async with files.lock(settings.lake):
        return await asyncio.to_thread(_forget, settings.lake, pa.array([str(profile_id) for profile_id in profile_ids]), keep_orders=keep_orders)


def _forget(lake: Path, people: pa.Array, *, keep_orders: bool) -> int:
    """Go through all files, those that were merged into others too; what a crash left unfinished goes whole."""
    files.remove_unfinished(lake)
    merged = _forget_merges(files.whole(lake, "merges"), people)
    return merged + sum(
        _forget_in(part.path, people, dataset, keep_orders=keep_orders) for dataset in datasets.PERSONAL for part in files.parts(lake, dataset)
    )


def _forget_merges(path: Path, people: pa.Array) -> int:
    """Remove the pairs with one of the people; the next copy writes the file anew, as it has no mark then."""
    table = pq.read_table(path) if path.exists() else datasets.MERGES.empty_table()
    gone = pc.or_(pc.is_in(table["profile_id"], people), pc.is_in(table["canonical_id"], people))
    found = int(pc.sum(gone).as_py() or 0)
    if found:
        with files.Writing(path, datasets.MERGES) as writing:
            writing.add(table.filter(pc.invert(gone)).cast(datasets.MERGES))
    return found


def _forget_in(path: Path, people: pa.Array, dataset: str, *, keep_orders: bool) -> int:
    with pq.ParquetFile(path) as file:
        found = sum(_count(file.read_row_group(index, ["profile_id"]), people) for index in range(file.num_row_groups))
        if found:
            with files.Writing(path, datasets.SCHEMAS[dataset]) as writing:
                for table in _others(file, people):
                    writing.add(table)
                for table in _orders(file, people, dataset) if keep_orders else ():
                    writing.add(table)
    return found


def _count(table: pa.Table, people: pa.Array) -> int:
    return int(pc.sum(pc.is_in(table["profile_id"], people)).as_py() or 0)


def _others(file: pq.ParquetFile, people: pa.Array) -> Iterator[pa.Table]:
    for index in range(file.num_row_groups):
        table = file.read_row_group(index)
        yield table.filter(pc.invert(pc.is_in(table["profile_id"], people)))


def _orders(file: pq.ParquetFile, people: pa.Array, dataset: str) -> Iterator[pa.Table]:
    """Go through the orders of people, without them."""
    if dataset not in {"events", "order_lines"}:
        return
    for index in range(file.num_row_groups):
        table = file.read_row_group(index)
        table = table.filter(pc.is_in(table["profile_id"], people))
        if dataset == "events":
            table = table.filter(pc.is_in(table["name"], pa.array(sorted(ORDERS))))
        nobody = pa.nulls(table.num_rows, pa.string())
        yield table.set_column(table.schema.get_field_index("profile_id"), "profile_id", nobody)
