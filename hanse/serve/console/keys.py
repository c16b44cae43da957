"""API keys: made here, shown once, taken back with a click."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base.errors import HanseError
from hanse.data.access import keys, proofs
from hanse.data.access.accounts import Permission
from hanse.serve.console import labels, pages, session
from hanse.serve.console.session import AnyRequest, Visit


@get("/keys")
async def show(request: AnyRequest) -> Response[bytes]:
    """List the keys, without their secrets."""
    return await _page(session.of(request))


@post("/keys", status_code=200)
async def create(request: AnyRequest) -> Response[bytes]:
    """Make a key and show it, this once."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    form = await request.form()
    name, scopes, origins = str(form.get("name", "")), [str(each) for each in form.getall("scope", [])], str(form.get("origins", ""))
    try:
        async with visit.context() as context:
            made = await keys.create(
                await context.connection(),
                name,
                scopes,
                created_by=visit.account.name,
                known=visit.runtime.registry.scopes,
                now=context.clock.now(),
                origins=origins.replace(",", " ").split(),
            )
            await visit.note(context, "keys.create", subject=str(made.key_id), name=made.name, scopes=sorted(made.scopes))
    except HanseError as error:
        return await _page(visit, status=error.status, wrong=visit.words.error(error), name=name, chosen=scopes, origins=origins)
    secret = proofs.secret(visit.runtime.settings.home, made.name) if keys.STOREFRONT in made.scopes else ""
    return await _page(visit, made=made, secret=secret)


@post("/keys/{key_id:uuid}/revoke", status_code=200)
async def revoke(request: AnyRequest, key_id: FromPath[UUID]) -> Response[bytes]:
    """Take a key back; whoever uses it is refused from now on."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    async with visit.context() as context:
        revoked = await keys.revoke(await context.connection(), key_id, now=context.clock.now())
        await visit.note(context, "keys.revoke", subject=str(key_id), name=revoked.name)
    return pages.redirect(visit, "/keys", message=visit.words.gettext("The key %(name)s is revoked.", name=revoked.name))


async def _page(visit: Visit, *, status: int = 200, **facts: Any) -> Response[bytes]:
    visit.need(Permission.KEYS)
    async with visit.context() as context:
        found = await keys.list_all(await context.connection())
    registry = visit.runtime.registry
    operations = sorted(each.name for each in registry.operations.values())
    usual = {"made": None, "secret": "", "wrong": "", "name": "", "origins": "", "chosen": [keys.WRITE]}
    named = {name.partition(".")[0] for name in operations}
    capabilities = {name: labels.scope(visit.words, name, registry.capabilities.get(name)) for name in named}
    return pages.page(visit, "keys.html", status=status, keys=found, operations=operations, capabilities=capabilities, **{**usual, **facts})
