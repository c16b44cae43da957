"""Recommendations over HTTP from a large shop: 100,000 products, a million sessions, rules and the decision log on, one worker.

`python -m benchmarks answers [SESSIONS]` (default 1,000,000): a blend is chosen on the newest tenth of made-up sessions and learns from all of
them. Each request is another session: what somebody looked at, told by the touchpoint. The model is also timed alone, in this process.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import psycopg

from benchmarks import load, scratch
from benchmarks.http import server
from benchmarks.recommend import synthetic
from benchmarks.report import SEED, Row, spread
from hanse.ai.models import Card
from hanse.base.config import Settings
from hanse.base.context import Context
from hanse.capabilities.recommend import blends, choice, trained
from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.blend import Blend
from hanse.capabilities.recommend.blends import Past, Recommender
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.method import Rankings
from hanse.capabilities.recommend.popularity import Popularity
from hanse.capabilities.recommend.questions import Kind
from hanse.capabilities.recommend.rules import store
from hanse.capabilities.recommend.rules.schemas import Boost, Condition, Diversity, Draft, Exclude, Filter
from hanse.capabilities.recommend.rules.store import Author
from hanse.data.access import keys
from hanse.serve import runtime

SESSIONS, PRODUCTS = 1_000_000, 100_000
REQUESTS, ORDERS = 5_000, 20_000
LIMIT = 10
CHOOSE_SECONDS = 120.0
RUNS, SECONDS, CONNECTIONS, RATE = 3, 10.0, 16, 800.0
"""The rate of the open loop, answers a second."""
NOW = datetime(2026, 11, 1, tzinfo=UTC)
RULES = (
    Draft(name="In stock", filter=Filter(in_stock=True)),
    Draft(name="Own brand first", boost=Boost(products=Condition(brands=("Marke 7", "Marke 70")), factor=1.5)),
    Draft(name="Mixed brands", diversity=Diversity(by="brand", most=3)),
    Draft(name="Never", exclude=Exclude(product_ids=("P17", "P4711"))),
    Draft(name="Not bought lately", exclude=Exclude(bought_days=90)),
)


def measure(paths: list[Path]) -> list[Row]:
    """Learn, serve, ask."""
    sessions = int(paths[0].name) if paths else SESSIONS
    log = synthetic.sessions(int(sessions * synthetic.MEAN_LENGTH), SEED, items=PRODUCTS)
    data = f"{PRODUCTS:,} products, {len(log):,} sessions"
    begin = time.perf_counter()
    blend = _learned(log)
    print(f"{data}: learned in {time.perf_counter() - begin:.0f} s; {len(blend.methods)} methods, {_trees(blend)} trees", file=sys.stderr)
    asked = _asked(log)
    rows = [_alone(data, blend, asked)]
    with scratch.home(request_limit=100_000_000) as (settings, conninfo):
        _fill(conninfo)
        key = asyncio.run(_prepare(settings, conninfo, blend, log.items))
        with server("hanse.serve.http.app:create", settings, conninfo) as port:
            for name, path in (("recommend.for_you", "/v1/recommend/for-you"), ("recommend.also_viewed", "/v1/recommend/also-viewed")):
                rows += _served(data, name, port, [_request(path, key, session) for session in asked], conninfo)
    return rows


def _learned(log: Histories) -> Blend:
    newest = log.pick(np.arange(int(len(log) * 0.9), len(log)))
    return choice.choose(Kind.SESSION, newest, seconds=CHOOSE_SECONDS).fit(log)


def _trees(blend: Blend) -> int:
    return len(blend.forest.root) if blend.forest else 0


def _asked(log: Histories) -> list[list[str]]:
    """Draw sessions, each up to some step."""
    rng = np.random.default_rng(SEED)
    chosen = rng.choice(len(log), REQUESTS, replace=False)
    return [[_name(item) for item in log[int(place)].item[: 1 + rng.integers(log.lengths[place])]] for place in chosen]


def _name(item: int) -> str:
    return f"P{item}"


def _alone(data: str, blend: Blend, asked: Sequence[Sequence[str]]) -> Row:
    """Time the model alone, reasons included, one answer after another."""
    recommender = Recommender("benchmark", blend, [_name(item) for item in range(PRODUCTS)])
    pasts = [[Past(each, place, float(place)) for place, each in enumerate(session)] for session in asked]
    for past in pasts[:200]:
        recommender.suggest(past, LIMIT)
    took = []
    for past in pasts:
        begin = time.perf_counter()
        recommender.suggest(past, LIMIT)
        took.append((time.perf_counter() - begin) * 1e6)
    return Row(data=data, method="the model alone", measure="mean", value=float(np.mean(took)), unit="µs", limit="< 200")


def _served(data: str, name: str, port: int, payloads: list[bytes], conninfo: str) -> list[Row]:
    before = scratch.decisions(conninfo)
    load.closed_loop(port, payloads, connections=CONNECTIONS, seconds=5.0)
    fast = [load.closed_loop(port, payloads, connections=CONNECTIONS, seconds=SECONDS).checked() for _ in range(RUNS)]
    steady = [load.open_loop(port, payloads, rate=RATE, connections=CONNECTIONS, seconds=SECONDS).checked() for _ in range(RUNS)]
    time.sleep(2)
    least = sum(len(each.latencies) for each in (*fast, *steady))
    return [
        spread(data, name, "throughput, one worker", "1/s", [each.per_second for each in fast], limit="≥ 800"),
        spread(data, f"{name} at {RATE:g}/s", "p50", "ms", [each.quantile(0.5) for each in steady]),
        spread(data, f"{name} at {RATE:g}/s", "p99", "ms", [each.quantile(0.99) for each in steady], limit="< 15"),
        Row(data=data, method=name, measure="in the decision log", value=float(scratch.decisions(conninfo) - before >= least), unit="1", limit="1"),
    ]


def _fill(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in (CATALOG, PRICES, STOCK):
            connection.execute(statement.encode(), {"products": PRODUCTS, "now": NOW})
        connection.execute("VACUUM ANALYZE")


CATALOG = """
INSERT INTO products (product_id, title, category, brand, state, source, created_at, updated_at)
SELECT 'P' || number, jsonb_build_object('de', 'Ware ' || number), jsonb_build_object('de', 'Kategorie ' || number / 50 % 300 || ' > Art ' || number / 50),
    'Marke ' || number %% 500, 'active', 'filled', %(now)s, %(now)s
FROM generate_series(0, %(products)s - 1) AS number
""".replace(" % 300", " %% 300")
PRICES = """
INSERT INTO prices (product_id, amount_minor, currency)
SELECT 'P' || number, 500 + number %% 20000, 'EUR' FROM generate_series(0, %(products)s - 1) AS number
"""
STOCK = """
INSERT INTO stock (product_id, quantity, updated_at)
SELECT 'P' || number, CASE WHEN number %% 20 = 0 THEN 0 ELSE number %% 90 + 1 END, %(now)s FROM generate_series(0, %(products)s - 1) AS number
"""


async def _prepare(settings: Settings, conninfo: str, blend: Blend, items: int) -> str:
    """Put the blend into use, make rules and a key; return the key."""
    async with runtime.started(settings, conninfo) as hanse, hanse.context() as context:
        connection = await context.connection()
        await blends.publish(context, blends.VIEWED, blend, [_name(item) for item in range(items)], _card(context, blends.VIEWED))
        await trained.publish(context, trained.POPULAR, _popular(), _card(context, trained.POPULAR))
        for rule in RULES:
            await store.save(connection, Author("benchmark", NOW), rule)
        made = await keys.create(connection, "benchmark", ["recommend"], created_by="benchmark", known=hanse.registry.scopes, now=context.clock.now())
    return made.key


def _popular() -> Rankings:
    """Learn what is popular from made-up orders."""
    numbers = np.random.default_rng(SEED).zipf(1.3, ORDERS) % PRODUCTS
    placed_at = np.full(ORDERS, np.datetime64(NOW.replace(tzinfo=None)))
    return Popularity().fit(Baskets.from_lines(list(range(ORDERS)), [_name(item) for item in numbers], placed_at))


def _card(context: Context, name: str) -> Card:
    return Card(name=name, method="made up", trained_at=context.clock.now())


def _request(path: str, key: str, session: Sequence[str]) -> bytes:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    at_hand = {"product_id": session[-1], "viewed": session[:-1]} if path.endswith("also-viewed") else {"viewed": session}
    return load.request("POST", path, msgspec.json.encode({**at_hand, "limit": LIMIT}), headers)
