from __future__ import annotations

import struct
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import psycopg

from benchmarks.search import generated

SHOP = generated.shop(2_000)


def test_the_same_seed_gives_the_same_shop() -> None:
    assert [each.title for each in generated.products(generated.shop(20))] == [each.title for each in generated.products(generated.shop(20))]


def test_words_are_unevenly_frequent() -> None:
    counts = Counter(SHOP.thing(number) for number in range(len(SHOP)))
    most = counts.most_common()
    assert most[0][1] > 50 * most[-1][1]
    assert len(most) > 500


def test_names_are_distinct() -> None:
    assert len({generated.word(number) for number in range(4_000)}) == 4_000


def test_queries_are_distinct_and_of_the_shop() -> None:
    found = generated.queries(SHOP, 500, 1)
    assert len(set(found)) == 500
    titles = " ".join(SHOP.title(number) for number in range(len(SHOP))).lower()
    assert sum(query.split()[0] in titles for query in found) > 350


def test_the_first_are_drawn_most_often() -> None:
    drawn = Counter(generated.zipf([str(number) for number in range(100)], 5_000, 1))
    assert drawn["0"] > 10 * drawn["99"]


def test_vectors_are_rows_of_a_binary_copy_with_length_one() -> None:
    head, row, *_, end = generated.vectors(3, datetime(2026, 1, 1, tzinfo=UTC))
    assert head.startswith(b"PGCOPY\n")
    assert end == struct.pack("!h", -1)
    halves = np.frombuffer(row[2 + 4 + 9 + 4 + 4 : -12], ">f2").astype(float)
    assert halves.shape == (generated.DIMENSIONS,)
    assert abs(float(np.linalg.norm(halves)) - 1) < 0.01


def test_postgresql_takes_the_vectors(database_url: str) -> None:
    read_at = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TEMPORARY TABLE taken (product_id text, vector halfvec(384), read_at timestamptz)")
        with connection.cursor().copy("COPY taken FROM STDIN (FORMAT binary)") as copy:
            for piece in generated.vectors(3, read_at):
                copy.write(piece)
        rows = connection.execute("SELECT product_id, l2_norm(vector), read_at FROM taken ORDER BY 1").fetchall()
    assert [row[0] for row in rows] == [generated.product_id(number) for number in range(3)]
    assert all(abs(row[1] - 1) < 0.01 and row[2] == read_at for row in rows)
