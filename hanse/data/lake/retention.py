"""The lake follows the retention of the log: what was deleted there leaves the files here. The log's own job calls this."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hanse.base.config import Settings
from hanse.data.lake import datasets, files, order_lines

ALL = "*"


@dataclass(frozen=True, kw_only=True)
class Cutoff:
    """Events of a type and a name, or of all with `*`, that happened before a moment have been kept long enough."""

    type: str = ALL
    name: str = ALL
    before: datetime


async def retain(settings: Settings, cutoffs: Sequence[Cutoff]) -> int:
    """Remove events, and the order lines made of them, that have been kept long enough; return how many rows there were.

    The cutoff of a name counts before that of a type, that before the one for all. Each file is replaced whole: after a crash, call
    it again.
    """
    if not cutoffs or not settings.lake.exists():
        return 0
    async with files.lock(settings.lake):
        return await asyncio.to_thread(_retain, settings.lake, sorted(cutoffs, key=lambda each: (each.name != ALL, each.type != ALL)))


def _retain(lake: Path, cutoffs: Sequence[Cutoff]) -> int:
    """Go through order lines before events: a line knows only the id of its event, by which it has to be found."""
    files.remove_unfinished(lake)
    newest = max(each.before for each in cutoffs)
    events = [part.path for part in files.parts(lake, "events") if _reaches(part.path, newest)]
    lines = [part.path for part in files.parts(lake, "order_lines") if _reaches(part.path, newest)]
    going = pa.concat_arrays([pa.array([], pa.string()), *(_order_events_to_go(path, cutoffs) for path in events if lines)])
    removed = sum(_rewrite(path, datasets.ORDER_LINES, lambda table: pc.is_in(table["event_id"], going)) for path in lines)
    return removed + sum(_rewrite(path, datasets.EVENTS, lambda table: _is_old(table, cutoffs)) for path in events)


def _reaches(path: Path, newest: datetime) -> bool:
    """Look whether a file may hold rows from before a moment, by what it says of itself."""
    metadata = pq.read_metadata(path)
    column = metadata.schema.to_arrow_schema().get_field_index("occurred_at")
    for index in range(metadata.num_row_groups):
        statistics = metadata.row_group(index).column(column).statistics
        if statistics is None or not statistics.has_min_max or statistics.min < newest:
            return True
    return False


def _order_events_to_go(path: Path, cutoffs: Sequence[Cutoff]) -> pa.Array:
    """Return the ids of the order events of a file that have been kept long enough."""
    table = pq.read_table(path, columns=["event_id", "type", "name", "occurred_at"], partitioning=None)
    orders = table.filter(pc.is_in(table["name"], pa.array(sorted(order_lines.NAMES))))
    return orders.filter(_is_old(orders, cutoffs))["event_id"].combine_chunks()


def _is_old(table: pa.Table, cutoffs: Sequence[Cutoff]) -> pa.ChunkedArray:
    """Tell for each row whether it has been kept long enough; the later, more special cutoffs overrule the ones before."""
    before = pa.chunked_array([pa.nulls(table.num_rows, table["occurred_at"].type)])
    for cutoff in cutoffs:
        concerned = pa.chunked_array([pa.array([True] * table.num_rows, pa.bool_())])
        for column, wanted in (("type", cutoff.type), ("name", cutoff.name)):
            if wanted != ALL:
                concerned = pc.and_(concerned, pc.fill_null(pc.equal(table[column], wanted), fill_value=False))
        before = pc.if_else(concerned, pa.scalar(cutoff.before, table["occurred_at"].type), before)
    return pc.fill_null(pc.less(table["occurred_at"], before), fill_value=False)


def _rewrite(path: Path, schema: pa.Schema, goes: Callable[[pa.Table], Any]) -> int:
    """Write a file without the rows that go, where there are any; return how many there were."""
    with pq.ParquetFile(path) as file:
        removed = sum(pc.sum(goes(file.read_row_group(index))).as_py() or 0 for index in range(file.num_row_groups))
        if removed:
            with files.Writing(path, schema) as writing:
                for index in range(file.num_row_groups):
                    table = file.read_row_group(index)
                    writing.add(table.filter(pc.invert(goes(table))))
    return removed
