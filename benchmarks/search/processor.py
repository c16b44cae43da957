"""Processor time that the server and the database use: unlike the time an answer takes, it says the same on a machine that others use too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Used:
    """Processor seconds so far."""

    server: float
    database: float


def used(conninfo: str) -> Used:
    """Return what the processes that this one started, and those of the database, have used."""
    with psycopg.connect(conninfo) as connection:
        told = _told()
        postmaster = told[connection.info.backend_pid][0]
        database = {postmaster, *_below(postmaster, told)}
        server = set(_below(os.getpid(), told)) - database
    return Used(sum(told[each][1] for each in server), sum(told[each][1] for each in database))


def _told() -> dict[int, tuple[int, float]]:
    """Return parent and processor seconds of every process, with those of its children that have ended (proc(5), stat)."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        found[int(path.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])) * TICK_SECONDS)
    return found


def _below(process_id: int, told: dict[int, tuple[int, float]]) -> Iterator[int]:
    for each, (parent, _) in told.items():
        if parent == process_id:
            yield each
            yield from _below(each, told)
