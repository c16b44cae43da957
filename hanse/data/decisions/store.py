"""Writing to the decision log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hanse.base import database
from hanse.base.database import Connection, Queries
from hanse.data.decisions.schemas import DecisionRecord

queries = Queries(__package__)
COLUMNS = (
    "decision_id",
    "operation",
    "capability",
    "profile_id",
    "model_version",
    "arm",
    "arm_probability",
    "basis",
    "reason",
    "request",
    "answer",
    "decided_at",
    "experiment_id",
    "variant",
    "variant_probability",
)


async def put(connection: Connection, records: Iterable[DecisionRecord]) -> int:
    """Add decisions to the log; return how many were new."""
    await database.stage(connection, "decisions", COLUMNS, map(_row, records))
    await connection.execute(queries["ensure_months"])
    return (await connection.execute(queries["insert_staged"])).rowcount


async def append(connection: Connection, records: Sequence[DecisionRecord], months: set[tuple[int, int]]) -> None:
    """Add fresh decisions to the log, without looking whether they are there already.

    `months` is what the caller remembers of the partitions there are; those made here are added.
    """
    for month, moment in {(each.decided_at.year, each.decided_at.month): each.decided_at for each in records}.items():
        if month not in months:
            await connection.execute(queries["ensure_month"], {"moment": moment})
    await connection.execute(queries["commit_soon"])
    await database.copy(connection, "decisions", COLUMNS, map(_row, records))
    months.update((each.decided_at.year, each.decided_at.month) for each in records)


def _row(record: DecisionRecord) -> tuple[object, ...]:
    return (
        record.decision_id,
        record.operation,
        record.capability,
        record.profile_id,
        record.model_version and _text(record.model_version),
        record.arm.value,
        record.arm_probability,
        record.basis.value,
        _text(record.reason),
        database.jsonb(record.request),
        database.jsonb(record.answer),
        record.decided_at,
        record.experiment_id,
        record.variant,
        record.variant_probability,
    )


def _text(value: str) -> str:
    return value.replace("\0", "\ufffd")
