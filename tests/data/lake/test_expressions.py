"""The same questions on DuckDB and on Spark have the same answers, which are also those found by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hanse.base.config import Settings
from hanse.data.lake import datasets, expressions, files, records, sessions

pytestmark = pytest.mark.slow

Row = tuple[Any, ...]
START = datetime(2026, 1, 31, 22, 30, tzinfo=UTC)
"""Half an hour before midnight in Berlin is still January there, an hour later it is February."""

ANNA, BEN = "0197a000-0000-7000-8000-00000000000a", "0197a000-0000-7000-8000-00000000000b"


def line(sequence: int, order_id: str, product_id: str | None, quantity: int, price: int, hours: int = 0, **more: Any) -> Row:
    at = START + timedelta(hours=hours)
    facts = {"profile_id": ANNA, "currency": "EUR"} | more
    amount = None if quantity == 0 else quantity * price
    return (order_id, f"e{sequence}", sequence, facts["profile_id"], product_id, quantity, price, amount, facts["currency"], at, START)


LINES = [
    line(1, "A", "drill", 1, 10000),
    line(1, "A", "bit", 3, 250),
    line(1, "A", "bit", 2, 200),
    line(2, "B", "drill", 1, 9000, 1, profile_id=BEN),
    line(2, "B", "saw", 1, 5000, 1, profile_id=BEN),
    line(3, "B", "saw", -1, 5000, 30, profile_id=BEN),  # the saw comes back
    line(4, "C", "bit", 10, 300, 2, profile_id=None, currency="CHF"),
    line(5, "D", "drill", 2, 9500, 24 * 40),
    line(5, "D", "bit", 4, 250, 24 * 40),
    line(6, "D", "drill", -1, 9500, 24 * 41),  # one of two comes back,
    line(7, "D", None, 0, 0, 24 * 42),  # then the rest of the order,
    line(8, "D", None, 0, 0, 24 * 43),  # and somebody says so twice
    line(9, "E", None, 1, 4200, 24 * 44, profile_id=BEN),  # only its total is known
    line(10, "unknown", None, 0, 0, 24 * 45),  # a whole order comes back that nobody knows
]

EVENTS = [
    ("e1", "Product Viewed", ANNA, START),
    ("e2", "Product Viewed", BEN, START),
    ("e3", "Product Viewed", BEN, START + timedelta(minutes=30)),
    ("e4", None, None, START + timedelta(minutes=30)),
    ("e5", "Product Viewed", ANNA, datetime(2026, 6, 30, 22, 30, tzinfo=UTC)),  # summer time: July in Berlin
]

Ask = Callable[[sessions.Tables], Any]

QUESTIONS: dict[str, tuple[Ask, list[Row]]] = {
    "settled": (
        lambda tables: tables.order_lines.filter(tables.order_lines.order_id == "D").select(
            "event_id", "sequence", "profile_id", "product_id", "quantity", "price_minor", "amount_minor", "occurred_at"
        ),
        [
            ("e5", 5, ANNA, "bit", 4, 250, 1000, START + timedelta(days=40)),
            ("e5", 5, ANNA, "drill", 2, 9500, 19000, START + timedelta(days=40)),
            ("e6", 6, ANNA, "drill", -1, 9500, -9500, START + timedelta(days=41)),
            ("e7", 7, ANNA, "bit", -4, 250, -1000, START + timedelta(days=42)),
            ("e7", 7, ANNA, "drill", -1, 9500, -9500, START + timedelta(days=42)),
        ],
    ),
    "baskets": (
        lambda tables: expressions.baskets(tables.order_lines),
        [
            ("A", ANNA, "bit", START),
            ("A", ANNA, "drill", START),
            ("B", BEN, "drill", START + timedelta(hours=1)),
            ("C", None, "bit", START + timedelta(hours=2)),
        ],
    ),
    "sales_by_product": (
        lambda tables: expressions.sales_by_product(tables.order_lines),
        [
            ("bit", 3, 19, 4, 1150, "EUR", START + timedelta(days=40)),
            ("drill", 3, 4, 2, 19000, "EUR", START + timedelta(days=40)),
            ("saw", 1, 1, 1, 0, "EUR", START + timedelta(hours=1)),
        ],
    ),
    "sales_by_month": (
        lambda tables: expressions.sales_by_month(tables.order_lines),
        [
            ("bit", "2026-01", "EUR", 1, 5, 0, 1150),
            ("bit", "2026-02", "CHF", 1, 10, 0, 3000),
            ("bit", "2026-03", "EUR", 1, 4, 4, 0),
            ("drill", "2026-01", "EUR", 2, 2, 0, 19000),
            ("drill", "2026-03", "EUR", 1, 2, 2, 0),
            ("saw", "2026-01", "EUR", 1, 1, 0, 5000),
            ("saw", "2026-02", "EUR", 0, 0, 1, -5000),
        ],
    ),
    "sales_by_month_in_berlin": (
        lambda tables: expressions.sales_by_month(tables.order_lines.filter(tables.order_lines.order_id == "B"), "Europe/Berlin"),
        [("drill", "2026-02", "EUR", 1, 1, 0, 9000), ("saw", "2026-02", "EUR", 1, 1, 1, 0)],
    ),
    "events_by_day": (
        lambda tables: expressions.events_by_day(tables.events, "UTC"),
        [
            (date(2026, 1, 31), "Product Viewed", 3, 2),
            (date(2026, 1, 31), "page", 1, 0),
            (date(2026, 6, 30), "Product Viewed", 1, 1),
        ],
    ),
    "events_by_day_in_berlin": (
        lambda tables: expressions.events_by_day(tables.events, "Europe/Berlin"),
        [
            (date(2026, 1, 31), "Product Viewed", 2, 2),
            (date(2026, 2, 1), "Product Viewed", 1, 1),
            (date(2026, 2, 1), "page", 1, 0),
            (date(2026, 7, 1), "Product Viewed", 1, 1),
        ],
    ),
    "orders_by_profile": (
        lambda tables: expressions.orders_by_profile(tables.order_lines),
        [
            (ANNA, "A", START, 6, 0, 11150, "EUR"),
            (ANNA, "D", START + timedelta(days=40), 6, 6, 0, "EUR"),
            (BEN, "B", START + timedelta(hours=1), 2, 1, 9000, "EUR"),
            (BEN, "E", START + timedelta(days=44), 1, 0, 4200, "EUR"),
        ],
    ),
}


def event(number: int, event_id: str, name: str | None, profile_id: str | None, at: datetime) -> Row:
    kind = "track" if name else "page"
    return (event_id, number, kind, name, profile_id, None, "shop", at, START, None, "{}", None, None, None)


def write(home: Path, lines: list[Row], events: list[Row]) -> Settings:
    """Write a lake by hand, in two files of each dataset."""
    settings = Settings(home=home)
    for dataset, rows, arrived in (("order_lines", lines, "received_at"), ("events", events, "received_at")):
        for first, some in ((1, rows[::2]), (2, rows[1::2])):
            table = records.table(some, datasets.SCHEMAS[dataset])
            files.add(settings.lake, dataset, table, arrived=arrived, first=first, last=first)
    return settings


def opened(settings: Settings, engine: str) -> sessions.Session:
    return sessions.session(Settings(home=settings.home, lake_engine=engine))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return write(tmp_path_factory.mktemp("lake"), LINES, [event(number, *facts) for number, facts in enumerate(EVENTS)])


@pytest.fixture(scope="module", params=["duckdb", "spark"])
def session(lake: Settings, request: pytest.FixtureRequest) -> Iterator[sessions.Session]:
    with opened(lake, request.param) as session:
        yield session


def rows(table: Any) -> list[Row]:
    """Collect an expression in an order of its own."""
    found = [tuple(row.values()) for row in table.to_pyarrow().to_pylist()]
    return sorted(found, key=lambda row: [(value is not None, str(value)) for value in row])


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_is_that_found_by_hand(session: sessions.Session, question: str) -> None:
    ask, expected = QUESTIONS[question]
    assert rows(ask(session.tables)) == sorted(expected, key=lambda row: [(value is not None, str(value)) for value in row])


@pytest.mark.parametrize("dataset", datasets.SCHEMAS)
def test_a_table_has_its_columns_and_types_also_where_there_is_no_file(session: sessions.Session, dataset: str) -> None:
    assert getattr(session.tables, dataset).to_pyarrow().schema == datasets.SCHEMAS[dataset]


def test_both_engines_answer_alike_on_a_thousand_random_lines(tmp_path: Path) -> None:
    rng = random.Random(7)
    lines = [
        line(
            number,
            rng.choice([*"ABCD", *map(str, range(250))]),
            rng.choice([*"abcdefgh", None]),
            rng.choice([-2, -1, 0, 1, 2, 5]),
            rng.randint(0, 9999),
            rng.randint(0, 20_000),
            profile_id=rng.choice([ANNA, BEN, None]),
            currency=rng.choice(["EUR", "CHF"]),
        )
        for number in range(1000)
    ]
    facts = [(str(n), rng.choice(["View", "Click", None]), rng.choice([ANNA, None]), START + timedelta(hours=n * 7)) for n in range(500)]
    settings = write(tmp_path, lines, [event(number, *each) for number, each in enumerate(facts)])
    with opened(settings, "duckdb") as duckdb, opened(settings, "spark") as spark:
        for ask, _ in QUESTIONS.values():
            found = rows(ask(duckdb.tables))
            assert found
            assert found == rows(ask(spark.tables))


def test_sessions_leave_nothing_where_they_were_started(lake: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for engine in ("duckdb", "spark"):
        with opened(lake, engine) as session:
            rows(expressions.sales_by_product(session.tables.order_lines))
    assert list(tmp_path.iterdir()) == []


def test_spark_stays_until_the_last_session_is_closed(lake: Settings) -> None:
    first, second = opened(lake, "spark"), opened(lake, "spark")

    def count(session: sessions.Session) -> int:
        found: int = session.tables.events.count().to_pyarrow().as_py()
        return found

    assert count(first) == len(EVENTS)
    first.close()
    assert count(second) == len(EVENTS)
    second.close()
