"""Many customers: the page of one of them, and all computed traits of all of them, from the database to the database.

`python -m benchmarks customers [CUSTOMERS]` (default 50,000): each has three identities, six given traits, two consents and twenty events of
two years, every tenth of them an order of two lines. The page is asked for over HTTP, whole, from somebody who is signed in; it is another
customer each time. Traits are computed twice: the first time everything is written, the second time only what changed since. Their lake is
that of `benchmarks traits`, with the same customers: how long copying the log takes is another question.

With `--keep DIR` the filled database stays in a folder, and the next run with the same folder measures without filling it again; what was
computed before is thrown away first. `--only page` or `--only traits` measures one of the two.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import random
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from typing import Any

import psycopg

from benchmarks import ingest, scratch
from benchmarks import traits as made_lake
from benchmarks.report import SEED, Row
from hanse.base import database, errors
from hanse.base.config import Settings
from hanse.base.context import Context
from hanse.data import lake
from hanse.data.access import accounts, sessions
from hanse.data.access.accounts import Role
from hanse.serve import runtime
from hanse.serve.console import session

CUSTOMERS = 50_000
FULL = 1_000_000
REQUEST_LIMIT = 100_000_000
FILLED = "filled.txt"
"""Says in a kept folder how many customers it holds."""
EVENTS_EACH = 20
PAGES, WARM_UP = 1_000, 100
STEP = 50_000
END = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
MONTHS = 26
FIRST, AGAIN = "all traits, the first time", "all traits, computed again"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Name what can be chosen."""
    parser.add_argument("--keep", type=Path, metavar="DIR", help="a folder for the filled database, used again by the next run")
    parser.add_argument("--only", choices=("page", "traits"), help="measure one of the two")


def measure(paths: list[Path], arguments: argparse.Namespace) -> list[Row]:
    """Fill a database where it is not filled yet, and measure."""
    customers = int(paths[0].name) if paths else CUSTOMERS
    with _home(arguments.keep) as (settings, conninfo):
        _prepare(settings, conninfo, customers, anew=arguments.only != "page")
        rows = pages(settings, conninfo, customers) if arguments.only != "traits" else []
        return rows + (traits(settings, conninfo, customers) if arguments.only != "page" else [])


@contextmanager
def _home(kept: Path | None) -> Iterator[tuple[Settings, str]]:
    """Give settings and how to connect: of a folder that stays, or of one that is thrown away."""
    if kept is None:
        with scratch.home(request_limit=REQUEST_LIMIT) as made:
            yield made
    else:
        settings = Settings(home=kept.absolute(), request_limit=REQUEST_LIMIT)
        with runtime.database_of(settings) as conninfo:
            yield settings, conninfo


def _prepare(settings: Settings, conninfo: str, customers: int, *, anew: bool) -> None:
    """Fill the database and the lake, or bring those that are there back to how they were when they were filled, where that is asked for."""
    begin = time.perf_counter()
    done = settings.home / FILLED
    filled = int(done.read_text()) if done.exists() else None
    if filled not in {None, customers}:
        raise SystemExit(f"{settings.home} holds {filled:,} customers; name another folder, or ask for as many")
    if filled is None:
        fill(conninfo, customers)
        made_lake.make(settings, customers)
        done.write_text(str(customers))
    elif anew:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            _give_again(connection, customers)
    print(f"made {customers:,} customers in {time.perf_counter() - begin:.0f} s", file=sys.stderr)


def fill(conninfo: str, customers: int) -> None:
    """Make customers with what is known of them, and what they did."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for month in range(MONTHS):
            connection.execute("SELECT ensure_month('events', %s::timestamptz - %s * interval '1 month')", (END, month))
        connection.execute(PRODUCTS.encode(), {"end": END})
        for facts in _steps(customers):
            for statement in (PROFILES, IDENTITIES, GIVEN, CONSENTS, EVENTS):
                connection.execute(statement.encode(), facts)
        connection.execute("VACUUM ANALYZE")


def _give_again(connection: psycopg.Connection[Any], customers: int) -> None:
    """Leave of the traits only the given ones, in a table like new."""
    if connection.execute("SELECT EXISTS (SELECT FROM traits WHERE source = 'computed')").fetchone() == (True,):
        connection.execute("TRUNCATE traits")
        for facts in _steps(customers):
            connection.execute(GIVEN.encode(), facts)
        connection.execute("VACUUM ANALYZE traits")


def _steps(customers: int) -> Iterator[dict[str, Any]]:
    for first in range(0, customers, STEP):
        yield {"first": first, "last": min(first + STEP, customers) - 1, "end": END, "each": EVENTS_EACH}


def pages(settings: Settings, conninfo: str, customers: int) -> list[Row]:
    """Ask for the pages of many customers, one after the other."""
    secret = asyncio.run(_sign_in(conninfo))
    with ingest.server(settings, conninfo) as (port, _):
        milliseconds = list(_ask(port, secret, customers))[WARM_UP:]
    cuts = quantiles(milliseconds, n=100)
    data = _data(customers)
    return [
        Row(data=data, method="the page of a customer", measure="p50", value=cuts[49], unit="ms"),
        Row(data=data, method="the page of a customer", measure="p99", value=cuts[98], unit="ms", limit="< 50"),
    ]


def traits(settings: Settings, conninfo: str, customers: int) -> list[Row]:
    """Compute all traits twice, in a process of its own so that its memory can be told."""
    with get_context("spawn").Pool(1) as pool:
        seconds, megabytes, changed = pool.apply(_compute, (settings, conninfo))
    data = _data(customers)
    goals: dict[str, Any] = {AGAIN: {"limit": "≤ 180"}} if customers >= FULL else {}
    rows = [Row(data=data, method=method, measure="time", value=value, unit="s", **goals.get(method, {})) for method, value in seconds.items()]
    return [
        *rows,
        Row(data=data, method="all traits", measure="values written the first time", value=changed, unit=""),
        Row(data=data, method="all traits", measure="peak memory", value=megabytes, unit="MB", limit="≤ 4096"),
    ]


def _data(customers: int) -> str:
    return f"{customers:,} customers, {customers * EVENTS_EACH:,} events"


def _compute(settings: Settings, conninfo: str) -> tuple[dict[str, float], float, int]:
    return asyncio.run(_computed(settings, conninfo))


async def _computed(settings: Settings, conninfo: str) -> tuple[dict[str, float], float, int]:
    seconds, changed = {}, 0
    vars(lake)["refresh"] = _nothing
    async with runtime.started(settings, conninfo) as running:
        for name in (FIRST, AGAIN):
            begin = time.perf_counter()
            async with running.context() as context:
                made = await running.registry.jobs["traits.compute"](context)
            seconds[name] = time.perf_counter() - begin
            changed = changed or (made or {})["changed"]
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, changed


async def _nothing(context: Context) -> dict[str, int]:
    """Leave the lake as it was made."""
    del context
    return {}


async def _sign_in(conninfo: str) -> str:
    now = datetime.now(UTC)
    async with await database.connect(conninfo) as connection:
        with suppress(errors.Conflict):  # in a kept folder they are there already
            await accounts.invite(connection, "benchmark@example.com", "Benchmark", Role.ADMIN, now)
        account = await accounts.find_by_email(connection, "benchmark@example.com")
        return (await sessions.begin(connection, account.account_id, now)).secret


def _ask(port: int, secret: str, customers: int) -> Iterator[float]:
    rng = random.Random(SEED)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(PAGES + WARM_UP):
        profile_id = f"0197a000-0000-7000-8000-{rng.randrange(customers):012x}"
        begin = time.perf_counter()
        connection.request("GET", f"/customers/{profile_id}", headers={"Cookie": f"{session.COOKIE}={secret}"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"a page answered {answer.status}")
        yield (time.perf_counter() - begin) * 1000
    connection.close()


PROFILE = "('0197a000-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid"
PRODUCTS = """
INSERT INTO products (product_id, title, category, brand, state, source, created_at, updated_at)
SELECT 'P' || number, jsonb_build_object('de', 'Ware ' || number), jsonb_build_object('de', 'Kategorie ' || number %% 300), 'Marke ' || number %% 500,
    'active', 'filled', %(end)s, %(end)s
FROM generate_series(0, 19999) AS number
"""
PROFILES = f"""
INSERT INTO profiles (profile_id, created_at, updated_at)
SELECT {PROFILE}, %(end)s, %(end)s FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
"""
IDENTITIES = f"""
INSERT INTO identities (kind, value, profile_id, source, created_at)
SELECT key.kind, key.value, {PROFILE}, 'filled', %(end)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
CROSS JOIN LATERAL (VALUES
    ('user_id', 'u' || number), ('email', 'person' || number || '@example.com'), ('anonymous_id', md5('browser' || number))
) AS key (kind, value)
ORDER BY key.kind, key.value
"""
GIVEN = f"""
INSERT INTO traits (profile_id, name, source, value, purpose, observed_at)
SELECT {PROFILE}, given.name, 'filled', to_jsonb(given.value), 'operation', %(end)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
CROSS JOIN LATERAL (VALUES
    ('firstName', 'Vorname' || number %% 5000), ('lastName', 'Nachname' || number %% 70000), ('email', 'person' || number || '@example.com'),
    ('city', 'Ort ' || number %% 9000), ('postalCode', lpad((number %% 99999)::text, 5, '0')), ('country', 'DE')
) AS given (name, value)
"""
CONSENTS = f"""
INSERT INTO consents (consent_id, profile_id, purpose, medium, state, channel, decided_at, recorded_at, position, previous_hash, hash)
SELECT uuidv7(), {PROFILE}, wanted.purpose, wanted.medium, 'granted', 'filled', %(end)s, %(end)s, wanted.place,
    decode(md5(number || '-' || wanted.place - 1), 'hex'), decode(md5(number || '-' || wanted.place), 'hex')
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
CROSS JOIN (VALUES ('personalisation', NULL, 1), ('advertising', 'email', 2)) AS wanted (purpose, medium, place)
"""
EVENTS = """
INSERT INTO events (event_id, message_id, type, name, profile_id, user_id, source, occurred_at, received_at, properties, context)
SELECT
    uuidv7(at - %(end)s::timestamptz), 'filled-' || number || '-' || place, 'track', CASE place % 10 WHEN 0 THEN 'Order Completed' ELSE 'Product Viewed' END,
    PROFILE, 'u' || number, 'filled', at, at,
    CASE place % 10
        WHEN 0 THEN jsonb_build_object('order_id', 'o' || number || '-' || place, 'currency', 'EUR', 'products', jsonb_build_array(
            jsonb_build_object('product_id', 'P' || (number + place * 37) % 20000, 'price', 9.99 + number % 100, 'quantity', 1 + place % 3),
            jsonb_build_object('product_id', 'P' || (number * 7 + place) % 20000, 'price', 4.5 + number % 40, 'quantity', 1)
        ))
        ELSE jsonb_build_object('product_id', 'P' || (number * 13 + place * 101) % 20000, 'price', 9.99, 'currency', 'EUR')
    END,
    jsonb_build_object('locale', CASE number % 5 WHEN 0 THEN 'en-GB' ELSE 'de-DE' END, 'userAgent', CASE (number + place) % 3
        WHEN 0 THEN 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari/604.1'
        ELSE 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'
    END)
FROM (
    SELECT number, place, %(end)s::timestamptz - interval '1 second' * (abs(hashint8(number * 100 + place)) % 63000000) AS at
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number CROSS JOIN generate_series(1, %(each)s::int) AS place
    ORDER BY at
) AS made
""".replace("% ", "%% ").replace("PROFILE", PROFILE)
