"""Histories read in Spark: visits, orders as sets and the orders of each customer, and none of them on the driver.

Spark brings together what belongs to one person or order; the code for one machine (`recommend.reading`) makes histories of each partition;
and these are parted anew by time, so that all stand in the order of their last item.
"""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hanse.capabilities.recommend import reading as local
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.reading import AnyLog, Catalog, Log
from hanse.capabilities.recommend.spark import parts
from hanse.capabilities.recommend.spark.parts import SparkLog
from hanse.data.lake import datasets, expressions
from hanse.data.lake.sessions import Session

ROWS = 250_000
"""About how many rows a part has: its matrix of pairs of items has to fit into the memory of who works on it."""
SAMPLED = 1_000
"""Histories of each partition by whose time the borders of parts are chosen."""


@dataclass(frozen=True)
class Read(AnyLog):
    """A log that lies in Spark."""

    histories: SparkLog


def visits(session: Session) -> Read:
    """Build visits from product views."""
    return _read(session, expressions.product_views(session.tables.events, session.tables.merges), "profile_id", local.visits)


def orders(session: Session) -> Read:
    """Build sets of what was bought together."""
    from pyspark.sql import functions as f

    lines = expressions.baskets(session.tables.order_lines)
    people = _rows(session, lines).agg(f.countDistinct(f.coalesce("profile_id", f.lit(""))).alias("people")).first()
    return replace(_read(session, lines, "order_id", local.orders), owners=people.people)


def customers(session: Session) -> Read:
    """Build one history of orders for each customer; those who were merged are one."""
    import ibis

    lines, merges = expressions.baskets(session.tables.order_lines), session.tables.merges
    owned = lines.filter(lines.profile_id.notnull()).left_join(merges, "profile_id")
    owned = owned.select("order_id", "product_id", "occurred_at", profile_id=ibis.coalesce(merges.canonical_id, lines.profile_id))
    nobody = datasets.MERGES.empty_table()
    return _read(session, owned, "profile_id", lambda table: local.customers(table, nobody))


def catalog(session: Session) -> Catalog:
    """Build the features of the products that are sold; there are few of them."""
    return local.catalog(session.tables.products.to_pyarrow())


def _rows(session: Session, table: Any) -> Any:
    return session.backend.raw_sql(session.backend.compile(table))


def _read(session: Session, table: Any, key: str, build: Callable[[pa.Table], Log]) -> Read:
    """Have histories made of the rows of each key, and stand in their order."""
    from pyspark import StorageLevel

    rows = _rows(session, table)
    context = rows.sparkSession.sparkContext
    parts.use_this_python(context)
    number = max(context.defaultParallelism, rows.count() // ROWS + 1)

    def made(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if found := list(batches):
            log = build(pa.Table.from_batches(found))
            yield pa.record_batch([pa.array([pickle.dumps(log, pickle.HIGHEST_PROTOCOL)], pa.binary())], ["log"])

    packed = rows.repartition(number, key).mapInArrow(made, "log binary").rdd
    logs = packed.map(lambda row: pickle.loads(row.log)).persist(StorageLevel.MEMORY_AND_DISK)  # noqa: S301  # packed above
    facts = logs.map(lambda each: (each.since, each.until, each.owners, _last(each.histories)[:: max(1, len(each.histories) // SAMPLED)])).collect()
    product_ids = tuple(sorted(logs.flatMap(lambda each: each.product_ids).distinct().collect()))
    borders = _borders([each[3] for each in facts], number)
    histories = _in_order(logs, product_ids, borders).persist(StorageLevel.MEMORY_AND_DISK)
    log = SparkLog.of(histories, len(product_ids))
    logs.unpersist()
    times = [each for since, until, *_ in facts for each in (since, until) if each is not None]
    return Read(log, product_ids, min(times, default=None), max(times, default=None), sum(each[2] for each in facts))


def _borders(sampled: list[NDArray[np.float64]], number: int) -> NDArray[np.float64]:
    """Return the times between parts that are about as large as one another."""
    found = np.sort(np.concatenate([np.empty(0), *sampled]))
    return found[np.linspace(0, len(found), number + 1).astype(int)[1:-1]] if len(found) else found


def _in_order(logs: Any, product_ids: tuple[str, ...], borders: NDArray[np.float64]) -> Any:
    """Part histories anew by the time of their last item, with the numbers that all items have together."""
    items, place = len(product_ids), logs.context.broadcast({each: number for number, each in enumerate(product_ids)})

    def parted(log: Log) -> Iterator[tuple[int, Histories]]:
        number = np.array([place.value[each] for each in log.product_ids], np.int32)
        whole = replace(log.histories, item=number[log.histories.item], items=items)
        cuts = [0, *np.searchsorted(_last(whole), borders, "right").tolist(), len(whole)]
        for part, (first, last) in enumerate(itertools.pairwise(cuts)):
            if last > first:
                yield part, whole.pick(np.arange(first, last))

    def sorted_by_time(found: Iterable[tuple[int, Histories]]) -> Iterator[Histories]:
        whole = parts.joined([each for _, each in found], items)
        yield whole.pick(np.argsort(_last(whole), kind="stable"))

    return logs.flatMap(parted).partitionBy(len(borders) + 1, lambda part: part).mapPartitions(sorted_by_time)


def _last(histories: Histories) -> NDArray[np.float64]:
    """Return when the last item of each history was."""
    return histories.at[histories.start[1:] - 1]
