"""The home page: what came in, what was answered, what it brought, and what waits for somebody."""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Response, get

from hanse.base.database import Connection, Queries
from hanse.data import imports
from hanse.data.decisions import effect
from hanse.data.events.store import queries as event_queries
from hanse.data.matches import reviewing
from hanse.data.profiles.store import queries as profile_queries
from hanse.serve.console import measures, pages, period, session
from hanse.serve.console.period import Period
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.shop import opening

queries = Queries(__package__)
ORDER = "Order Completed"


@get("/")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the whole of it on one page."""
    visit = session.of(request)
    span = period.of(visit)
    async with visit.context() as context:
        connection = await context.connection()
        days = await count_by_day(visit, connection, span)
        facts: dict[str, Any] = {
            "figures": await _figures(connection, span, days),
            "effects": await effect.summary(connection, span.since, span.until, currency=visit.runtime.settings.currency),
            "sources": await sources(connection),
            "waiting": await _waiting(connection),
            "products": await _one(connection, queries["count_products"]),
        }
    facts["scale"] = measures.scale(each.orders for each in facts["effects"])
    chart = day_chart(visit, span, days)
    return pages.page(visit, "home.html", period=span, chart=chart, verdict=measures.verdict, sample_shop=bool(opening.key()), **facts)


async def count_by_day(visit: Visit, connection: Connection, span: Period) -> dict[date, int]:
    """Return how many events happened on each day of a period and of the one before it."""
    wanted = {"since": span.before, "until": span.until, "time_zone": visit.runtime.settings.time_zone}
    return {row["day"]: row["count"] async for row in await connection.execute(event_queries["count_by_day"], wanted)}


def day_chart(visit: Visit, span: Period, days: dict[date, int]) -> dict[str, Any]:
    """Return the chart of the events of each day."""
    words = visit.words
    names = [words.short_day(day) for day in span.dates]
    return measures.counts(names, [days.get(day, 0) for day in span.dates], words.gettext("Events"), words)


async def sources(connection: Connection) -> list[dict[str, Any]]:
    """Return how many events each source has sent, and when the last one came."""
    return await (await connection.execute(event_queries["count_by_source"])).fetchall()


async def _figures(connection: Connection, span: Period, days: dict[date, int]) -> dict[str, Any]:
    present = sum(count for day, count in days.items() if day >= span.first)
    before = sum(count for day, count in days.items() if day < span.first)
    orders = await _orders(connection, span.since, span.until)
    orders_before = await _orders(connection, span.before, span.since)
    people = {row["kind"]: row["count"] async for row in await connection.execute(profile_queries["count"])}
    return {
        "events": present,
        "events_change": period.change(present, before),
        "orders": orders,
        "orders_change": period.change(orders, orders_before),
        "customers": sum(people.values()),
        "companies": people.get("company", 0),
    }


async def _orders(connection: Connection, since: Any, until: Any) -> int:
    counted: dict[str, int] = {
        row["name"]: row["count"] async for row in await connection.execute(event_queries["count_by_name"], {"since": since, "until": until})
    }
    return counted.get(ORDER, 0)


async def _waiting(connection: Connection) -> dict[str, Any]:
    jobs = await _one(connection, queries["count_running_jobs"])
    by_kind = await imports.count_open(connection)
    matches = await reviewing.waiting(connection)
    return {"rejects": sum(by_kind.values()), "by_kind": by_kind, "matches": matches, **jobs}


async def _one(connection: Connection, statement: Any) -> dict[str, Any]:
    return (await (await connection.execute(statement)).fetchone()) or {}
