"""Customers matched in the database: time and memory of the nightly comparison, and how many new ones join per second afterwards.

`python -m benchmarks.matches [PROFILES] [NEW]` makes German customers, some of them several times, in a database of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from hanse.base.config import Settings
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import migrations, profiles
from hanse.data.profiles import Profile
from hanse.serve import runtime
from hanse.serve.runtime import Runtime
from tests.data.profiles.matching.people import people

NOW = datetime(2026, 6, 15, tzinfo=UTC)
NAMES = {"Vorname": "firstName", "Nachname": "lastName", "E-Mail": "email", "Telefon": "phone", "Geburtsdatum": "birthday"}


def made(count: int) -> tuple[list[Profile], list[int]]:
    """Return so many profiles, and whose each is."""
    everybody = people(count, seed=5)
    rows = everybody.table.slice(0, count).to_pylist()
    return [Profile(profile_id=UUID(int=at + 1), traits=_traits(row), created_at=NOW) for at, row in enumerate(rows)], everybody.owners[:count]


def _traits(row: dict[str, Any]) -> dict[str, Any]:
    address = {"street": f"{row['Straße'] or ''} {row['Hausnummer'] or ''}".strip(), "postalCode": row["PLZ"], "city": row["Ort"]}
    known = {name: row[column] for column, name in NAMES.items() if row[column]}
    return {**known, "address": {name: value for name, value in address.items() if value}}


async def _put(running: Runtime, some: Sequence[Profile]) -> None:
    for at in range(0, len(some), 5_000):
        async with running.context() as context:
            await profiles.put(await context.connection(), some[at : at + 5_000], source="crm", now=NOW)


async def _run(running: Runtime, name: str) -> tuple[float, dict[str, Any]]:
    begin = time.perf_counter()
    async with running.context() as context:
        result = await running.registry.jobs[name](context)
    return time.perf_counter() - begin, result or {}


async def _quality(running: Runtime, owners: Sequence[int]) -> Iterator[str]:
    async with running.resources.pool.connection() as connection:
        rows = await (await connection.execute("SELECT profile_id, merged_into FROM profiles WHERE merged_into IS NOT NULL")).fetchall()
        waiting = await (
            await connection.execute("SELECT count(*) AS count FROM match_pairs WHERE decision IS NULL AND state = 'waiting'")
        ).fetchone()
    wrong = sum(owners[each["profile_id"].int - 1] != owners[each["merged_into"].int - 1] for each in rows)
    persons = len(set(owners))
    return iter(
        (f"{len(owners) - len(rows):,} customers of {persons:,} persons, {wrong} wrong merges, {waiting['count'] if waiting else 0:,} pairs wait",)
    )


async def measure(url: str, home: Path, count: int, fresh: int) -> None:
    """Match, let new ones join, and say how long it took."""
    everybody, owners = made(count + fresh)
    async with runtime.started(Settings(home=home, database_url=url), url) as running:
        await _put(running, everybody[:count])
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        seconds, result = await _run(running, "matches.find")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"matches.find over {count:,}: {seconds:.1f} s, peak {memory:,.0f} MB (before {before:,.0f} MB), {result}")
        seconds, result = await _run(running, "matches.join")
        print(f"matches.join of what was joined: {seconds:.1f} s, {result['records'] / seconds:,.0f} records/s, {result}")
        await _put(running, everybody[count:])
        seconds, result = await _run(running, "matches.join")
        print(f"matches.join of {fresh:,} new ones: {seconds:.1f} s, {result['records'] / seconds:,.0f} records/s, {result}")
        await _put(running, [Profile(profile_id=UUID(int=1 << 90), traits={"firstName": "Anna", "lastName": "Wei"}, created_at=NOW)])
        seconds, _ = await _run(running, "matches.join")
        print(f"matches.join of one: {seconds:.2f} s")
        for line in await _quality(running, owners):
            print(line)


def main() -> None:
    """Measure in a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("profiles", nargs="?", type=int, default=20_000)
    parser.add_argument("new", nargs="?", type=int, default=2_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hanse-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        url = server.start()
        try:
            migrations.apply(url)
            asyncio.run(measure(url, Path(folder), asked.profiles, asked.new))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
