from __future__ import annotations

import subprocess
import sys

import psycopg

from benchmarks.search import processor

BUSY = "import sys; sum(range(10_000_000)); print('done', flush=True); sys.stdin.read()"


def test_what_was_started_counts_for_the_server(database_url: str) -> None:
    before = processor.used(database_url)
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as busy:
        assert busy.stdout
        assert busy.stdin
        busy.stdout.readline()
        after = processor.used(database_url)
        busy.stdin.close()
    assert after.server > before.server


def test_what_is_asked_counts_for_the_database(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        before = processor.used(database_url)
        connection.execute("SELECT count(*) FROM generate_series(1, 2000000)")
        assert processor.used(database_url).database > before.database
