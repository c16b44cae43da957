"""One customer whole on a page: all records that are the same person, masked until somebody asks to see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base import context as contract
from hanse.base import ids
from hanse.base.database import Queries
from hanse.data import consent
from hanse.data.access.accounts import Permission
from hanse.data.consent import operations as consent_operations
from hanse.data.consent import proof_page
from hanse.data.consent.requests import AskProof
from hanse.data.profiles import merging, reading
from hanse.data.profiles.asking import Asked, Rows
from hanse.data.profiles.requests import KnownProfile
from hanse.serve.console import customer_merges, customer_timeline, masking, pages, session
from hanse.serve.console.session import AnyRequest, Visit

queries = Queries(__package__)
DECISIONS = 20
LONGEST_NOTE = 5_000
PROOF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The page of proof brings its own style, so that it can be kept as a file; it holds no script."""


@get("/customers/{profile_id:uuid}")
async def show_one(request: AnyRequest, profile_id: FromPath[UUID]) -> Response[bytes]:
    """Show one customer, masked; a record of theirs leads to the one that stands for them."""
    visit = session.of(request)
    facts = await _facts(visit, profile_id, open_=False)
    stands = facts["customer"]["profile_id"]
    if stands != profile_id:
        query = request.url.query
        return pages.redirect(visit, f"/customers/{stands}" + (f"?{query}" if query else ""))
    return pages.page(visit, "customer.html", **facts)


@post("/customers/{profile_id:uuid}/reveal", status_code=200)
async def reveal(request: AnyRequest, profile_id: FromPath[UUID]) -> Response[bytes]:
    """Show one customer in clear, and note who asked."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    async with visit.context() as context:
        await visit.note(context, "customers.reveal", effect="read", subject=str(profile_id))
    return pages.page(visit, "customer.html", **await _facts(visit, profile_id, open_=True))


@get("/customers/{profile_id:uuid}/reveal")
async def show_again(request: AnyRequest, profile_id: FromPath[UUID]) -> Response[bytes]:
    """Lead back to the masked page whoever comes to the address of the revealed one by a link, such as that of the language."""
    query = request.url.query
    return pages.redirect(session.of(request), f"/customers/{profile_id}" + (f"?{query}" if query else ""))


@post("/customers/{profile_id:uuid}/proof", status_code=200)
async def prove(request: AnyRequest, profile_id: FromPath[UUID]) -> Response[bytes]:
    """Show the proof of a customer's consents as a page to print; the operation notes who asked."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    async with visit.context(frozenset({consent_operations.proof.name})) as context:
        asked = AskProof(profile_id=profile_id, language="de" if visit.words.language == "de" else "en")
        made = await contract.run(consent_operations.proof, asked, context)
    return Response(made.html.encode(), media_type="text/html", headers={**pages.HEADERS, "Content-Security-Policy": PROOF_POLICY})


@post("/customers/{profile_id:uuid}/notes", status_code=200)
async def write_note(request: AnyRequest, profile_id: FromPath[UUID]) -> Response[bytes]:
    """Keep what somebody wrote down about a customer."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    text = (await visit.form()).get("text", "").replace("\0", "\ufffd").replace("\r\n", "\n").strip()[:LONGEST_NOTE]
    back = f"/customers/{profile_id}"
    if not text:
        return pages.redirect(visit, back + "#notes")
    async with visit.context() as context:
        connection, now = await context.connection(), context.clock.now()
        stands = await merging.canonical(connection, profile_id)
        note = {"note_id": ids.new(now), "profile_id": stands, "text": text, "author": visit.account.name, "now": now}
        await connection.execute(queries["put_note"], note)
        await visit.note(context, "customers.note", subject=str(stands))
    return pages.redirect(visit, back, message=visit.words.gettext("The note is kept."))


@post("/customers/{profile_id:uuid}/notes/{note_id:uuid}/remove", status_code=200)
async def remove_note(request: AnyRequest, profile_id: FromPath[UUID], note_id: FromPath[UUID]) -> Response[bytes]:
    """Remove a note about a customer."""
    visit = session.of(request)
    visit.need(Permission.PERSONAL_DATA)
    async with visit.context() as context:
        connection = await context.connection()
        own = await reading.members(connection, profile_id)
        await connection.execute(queries["remove_note"], {"note_id": note_id, "profile_ids": own})
        await visit.note(context, "customers.remove_note", subject=str(profile_id))
    return pages.redirect(visit, f"/customers/{profile_id}", message=visit.words.gettext("The note is removed."))


async def _facts(visit: Visit, profile_id: UUID, *, open_: bool) -> dict[str, Any]:
    """Return what the page of a customer shows; all of it is read with two questions to the database, whatever there is to ask."""
    async with visit.context() as context:
        connection = await context.connection()
        read = await reading.around(connection, profile_id, partial(_beside, visit))
        merges = await customer_merges.log(visit, connection, read.found["merges"], open_=open_)
    return {
        "customer": _shown(read.known, open_=open_),
        "open": open_,
        **_around(read.found, open_=open_),
        "standings": _standings(visit, read.standings),
        "timeline": customer_timeline.page(visit, read.known, read.found["timeline"]),
        "merges": merges,
    }


def _beside(visit: Visit, own: list[UUID]) -> dict[str, Asked]:
    """Return what the page asks of all records of a customer, besides what everybody does."""
    facts = {"profile_ids": own, "limit": DECISIONS}
    return {
        **{name: (queries[name], facts) for name in ("decisions_of_profile", "members_of_profile", "trait_sources", "notes_of_profile")},
        "timeline": customer_timeline.asking_events(visit, own),
        "merges": reading.asking_merges(own, limit=customer_merges.LOGGED),
    }


def _shown(known: KnownProfile, *, open_: bool) -> dict[str, Any]:
    """Return one customer as they may be shown."""
    return {
        **{name: getattr(known, name) for name in ("profile_id", "kind", "members", "price_lists", "installations", "contracts", "created_at")},
        **{name: getattr(known, name) for name in ("first_event_at", "last_event_at")},
        "name": masking.name(known.kind, known.traits, open_=open_),
        "traits": masking.traits(known.traits, open_=open_ or known.kind == "company"),
        "identities": _grouped(known, open_=open_),
        "household": [{"profile_id": each.profile_id, "name": masking.name("person", each.traits, open_=open_)} for each in known.household],
        "companies": [{"profile_id": each.profile_id, "name": each.name, "role": each.role, "depth": each.depth} for each in known.companies],
    }


def _grouped(known: KnownProfile, *, open_: bool) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for each in known.identities:
        shown = masking.identity(each.kind, each.value, open_=open_)
        found.setdefault(each.kind, []).append({"value": shown, "source": each.source, "since": each.since, "is_shared": each.is_shared})
    return found


def _around(found: Mapping[str, Rows], *, open_: bool) -> dict[str, Any]:
    """Return what stands around a customer in other tables."""
    return {
        "decisions": found["decisions_of_profile"],
        "members": [{**each, "name": masking.name(each["kind"], each["traits"], open_=open_)} for each in found["members_of_profile"]],
        "sources": {each["name"]: each["source"] for each in found["trait_sources"] if each["source"]},
        "notes": [{**each, "text": each["text"] if open_ else masking.text("")} for each in found["notes_of_profile"]],
        "longest_note": LONGEST_NOTE,
    }


def _standings(visit: Visit, standings: Sequence[consent.Standing]) -> list[dict[str, Any]]:
    """Return where a customer stands with each purpose, and why, in words."""
    gettext = visit.words.gettext
    return [
        {
            "purpose": each.purpose,
            "medium": gettext(proof_page.MEDIA[each.medium]) if each.medium else "",
            "allowed": each.situation.allows,
            "asked": each.act is not None,
            "why": gettext(proof_page.SITUATIONS[each.situation]),
            "channel": each.act.channel if each.act else "",
            "decided_at": each.act.decided_at if each.act else None,
        }
        for each in standings
    ]
