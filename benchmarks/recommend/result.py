"""What was measured of one recommender on one data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.recommend.measures import Value
from benchmarks.report import Row


@dataclass(frozen=True)
class Result:
    """One line of a table."""

    method: str
    values: Mapping[str, Value] = field(default_factory=dict)
    facts: Mapping[str, float] = field(default_factory=dict)
    """Seconds to train, microseconds an answer, memory; by the names in `UNITS`."""
    peer: bool = False
    published: bool = False
    note: str = ""
    """Settings, weights, or why nothing was measured."""


UNITS = {"choose": "s", "train": "s", "answer": "µs", "memory": "MB"}


def rows(data: str, result: Result, limits: Mapping[str, str]) -> list[Row]:
    """Return what was measured as rows of a report."""
    made = [
        Row(
            data=data,
            method=result.method,
            measure=name,
            value=value.mean,
            unit="",
            peer=result.peer or result.published,
            low=value.mean - 1.96 * value.error if value.error else None,
            high=value.mean + 1.96 * value.error if value.error else None,
            limit="" if result.peer or result.published else limits.get(name, ""),
        )
        for name, value in result.values.items()
    ]
    return made + [
        Row(data=data, method=result.method, measure=name, value=value, unit=UNITS.get(name, ""), peer=result.peer)
        for name, value in result.facts.items()
    ]
