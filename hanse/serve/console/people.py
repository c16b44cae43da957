"""People: who may use the console, as what; invited by a link that works once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base.errors import HanseError
from hanse.data.access import accounts, sessions
from hanse.data.access.accounts import Permission, Role
from hanse.serve.console import pages, session
from hanse.serve.console.session import AnyRequest, Visit


@get("/people")
async def show(request: AnyRequest) -> Response[bytes]:
    """List the accounts."""
    return await _page(session.of(request))


@post("/people", status_code=200)
async def invite(request: AnyRequest) -> Response[bytes]:
    """Make an account and show the link that sets its password, this once."""
    visit = session.of(request)
    visit.need(Permission.PEOPLE)
    form = await visit.form()
    email, name, role = form.get("email", ""), form.get("name", ""), form.get("role", "")
    try:
        async with visit.context() as context:
            secret = await accounts.invite(await context.connection(), email, name, _role(role), context.clock.now())
            await visit.note(context, "people.invite", subject=email, role=role)
    except HanseError as error:
        return await _page(visit, status=error.status, wrong=visit.words.error(error), given=form)
    return await _page(visit, link=_address(visit, secret), invited=name)


@post("/people/{account_id:uuid}/role", status_code=200)
async def change_role(request: AnyRequest, account_id: FromPath[UUID]) -> Response[bytes]:
    """Give somebody another role."""
    visit = session.of(request)
    visit.need(Permission.PEOPLE)
    role = _role((await visit.form()).get("role", ""))
    async with visit.context() as context:
        changed = await accounts.change_role(await context.connection(), account_id, role)
        await visit.note(context, "people.role", subject=str(account_id), role=role)
    return _back(visit, visit.words.gettext("%(name)s has another role now.", name=changed.name))


@post("/people/{account_id:uuid}/link", status_code=200)
async def new_link(request: AnyRequest, account_id: FromPath[UUID]) -> Response[bytes]:
    """Show a link by which somebody sets a new password."""
    visit = session.of(request)
    visit.need(Permission.PEOPLE)
    async with visit.context() as context:
        connection = await context.connection()
        account = await accounts.find(connection, account_id)
        secret = await accounts.reset_link(connection, account_id, context.clock.now())
        await visit.note(context, "people.link", subject=str(account_id))
    return await _page(visit, link=_address(visit, secret), invited=account.name)


@post("/people/{account_id:uuid}/disable", status_code=200)
async def disable(request: AnyRequest, account_id: FromPath[UUID]) -> Response[bytes]:
    """Shut an account and sign it out."""
    visit = session.of(request)
    visit.need(Permission.PEOPLE)
    async with visit.context() as context:
        shut = await accounts.disable(await context.connection(), account_id, context.clock.now())
        await visit.note(context, "people.disable", subject=str(account_id))
    return _back(visit, visit.words.gettext("%(name)s can no longer sign in.", name=shut.name), undo=f"/people/{account_id}/enable")


@post("/people/{account_id:uuid}/enable", status_code=200)
async def enable(request: AnyRequest, account_id: FromPath[UUID]) -> Response[bytes]:
    """Open an account again."""
    visit = session.of(request)
    visit.need(Permission.PEOPLE)
    async with visit.context() as context:
        opened = await accounts.enable(await context.connection(), account_id)
        await visit.note(context, "people.enable", subject=str(account_id))
    return _back(visit, visit.words.gettext("%(name)s can sign in again.", name=opened.name))


@post("/people/{account_id:uuid}/sign-out", status_code=200)
async def sign_out(request: AnyRequest, account_id: FromPath[UUID]) -> Response[bytes]:
    """Sign somebody out everywhere."""
    visit = session.of(request)
    if account_id != visit.account.account_id:
        visit.need(Permission.PEOPLE)
    async with visit.context() as context:
        await sessions.end_all(await context.connection(), account_id)
        await visit.note(context, "people.sign_out", subject=str(account_id))
    return _back(visit, visit.words.gettext("Signed out everywhere."))


async def _page(visit: Visit, *, status: int = 200, **facts: Any) -> Response[bytes]:
    visit.need(Permission.PEOPLE)
    async with visit.context() as context:
        found = await accounts.list_all(await context.connection())
    usual = {"link": "", "invited": "", "wrong": "", "given": {}}
    return pages.page(visit, "people.html", status=status, people=found, roles=[role.value for role in Role], **{**usual, **facts})


def _back(visit: Visit, message: str, undo: str = "") -> Response[bytes]:
    return pages.redirect(visit, "/people", message=message, undo=undo)


def _role(name: str) -> Role:
    return Role(name) if name in set(Role) else Role.VIEWER


def _address(visit: Visit, secret: str) -> str:
    base = visit.runtime.settings.public_url.rstrip("/") or str(visit.request.base_url).rstrip("/")
    return f"{base}/sign-in/{secret}"
