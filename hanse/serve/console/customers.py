"""Customers: persons and companies, found by an identity; one whole in the drawer, masked until somebody asks to see it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base.database import Connection, Queries
from hanse.base.errors import HanseError
from hanse.data import consent
from hanse.data.access.accounts import Permission
from hanse.data.profiles.store import queries as profile_queries
from hanse.serve.console import masking, pages, session
from hanse.serve.console.session import AnyRequest, Visit

queries = Queries(__package__)
PAGE = 50
MOST_EXPORTED = 10_000


class UnknownProfile(HanseError):
    """There is no customer with this id. They may have been deleted at their own request."""

    status = 404
    exit_code = 2


@get("/customers")
async def show(request: AnyRequest) -> Response[bytes]:
    """List customers, the newest first, or those an identity belongs to."""
    visit = session.of(request)
    async with visit.context() as context:
        facts = await _list(visit, await context.connection())
    if request.query_params.get("format") == "csv":
        return _export(visit, facts["customers"])
    return pages.page(visit, "customers.html", **facts, customer=None)


@get("/customers/{profile_id:uuid}")
async def show_one(request: AnyRequest, profile_id: FromPath[UUID]) -> Response[bytes]:
    """Show one customer, masked."""
    return await _drawer(session.of(request), profile_id, open_=False)


@post("/customers/{profile_id:uuid}/reveal", status_code=200)
async def reveal(request: AnyRequest, profile_id: FromPath[UUID]) -> Response[bytes]:
    """Show one customer in clear, and note who asked."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    async with visit.context() as context:
        await visit.note(context, "customers.reveal", effect="read", subject=str(profile_id))
    return await _drawer(visit, profile_id, open_=True)


async def _drawer(visit: Visit, profile_id: UUID, *, open_: bool) -> Response[bytes]:
    async with visit.context() as context:
        connection = await context.connection()
        customer = await find(connection, profile_id, open_=open_)
        if visit.wants_drawer:
            return pages.fragment(visit, "customer.html", customer=customer)
        return pages.page(visit, "customers.html", **await _list(visit, connection), customer=customer)


async def find(connection: Connection, profile_id: UUID, *, open_: bool) -> dict[str, Any]:
    """Return one customer with everything around them, as it may be shown; raises `UnknownProfile`."""
    wanted: dict[str, Any] = {"profile_id": profile_id, "limit": 20}
    row = await (await connection.execute(queries["profile"], wanted)).fetchone()
    if row is None:
        raise UnknownProfile
    many = ("identities", "events", "decisions", "companies", "members", "installations")
    around = {name: await _around(connection, name, wanted) for name in many}
    around["consents"] = [_stand(each) for each in await consent.standings(connection, profile_id) if each.act]
    for each in around["identities"]:
        each["value"] = masking.identity(each["kind"], each["value"], open_=open_)
    for each in around["companies"]:
        each["name"] = masking.name("company", each["traits"], open_=True)
    for each in around["members"]:
        each["name"] = masking.name("person", each["traits"], open_=open_)
    shown = masking.traits(row["traits"], open_=open_ or row["kind"] == "company")
    return {**row, **around, "traits": shown, "name": masking.name(row["kind"], row["traits"], open_=open_), "open": open_}


def _stand(found: consent.Standing) -> dict[str, Any]:
    act = {"channel": found.act.channel, "decided_at": found.act.decided_at} if found.act else {}
    return {"purpose": found.purpose, "granted": found.situation.allows, **act}


async def search(connection: Connection, text: str, limit: int = PAGE) -> list[dict[str, Any]]:
    """Return customers by an identity of any kind, or their id."""
    kinds = [row["kind"] async for row in await connection.execute(queries["identity_kinds"])]
    found: list[dict[str, Any]] = []
    for spelling in dict.fromkeys((text.strip(), text.strip().lower())):
        wanted = {"text": spelling, "kinds": kinds, "limit": limit}
        found += await (await connection.execute(queries["find_profiles"], wanted)).fetchall()
    return _named(list({row["profile_id"]: row for row in found}.values()))


async def _list(visit: Visit, connection: Connection) -> dict[str, Any]:
    asked = visit.request.query_params
    text, kind = asked.get("q", "").strip(), asked.get("kind", "")
    counts = {row["kind"]: row["count"] async for row in await connection.execute(profile_queries["count"])}
    if text:
        customers, following = await search(connection, text), None
    else:
        limit = MOST_EXPORTED if asked.get("format") == "csv" else PAGE
        wanted = {"kind": kind or None, "before": _uuid(asked.get("before", "")), "limit": limit + 1}
        rows = await (await connection.execute(queries["list_profiles"], wanted)).fetchall()
        customers, following = _named(rows[:limit]), rows[limit - 1]["profile_id"] if len(rows) > limit else None
    facts = {"customers": customers, "next": pages.link_with(visit.request, before=following) if following else None}
    return {**facts, "search": text, "kind": kind, "counts": counts}


async def _around(connection: Connection, name: str, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    statement = queries[name if name == "identities" else f"{name}_of_profile"]
    return await (await connection.execute(statement, wanted)).fetchall()


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "name": masking.name(row["kind"], row["traits"], open_=False)} for row in rows]


def _export(visit: Visit, customers: list[dict[str, Any]]) -> Response[bytes]:
    gettext = visit.words.gettext
    header = [gettext("Customer"), gettext("Name"), gettext("Kind"), gettext("Events"), gettext("Last event"), gettext("Known since")]
    rows = ((str(each["profile_id"]), each["name"], each["kind"], each["events"], each["last_event_at"], each["created_at"]) for each in customers)
    return pages.table("customers", header, rows)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
