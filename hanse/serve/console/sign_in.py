"""Signing in and out: passwords, links that work once, and the first administrator."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base.context import Context
from hanse.base.errors import HanseError
from hanse.data.access import accounts, audit, passwords, sessions
from hanse.data.access.accounts import Account, Link, SignInRefused
from hanse.serve.console import pages, session
from hanse.serve.console.session import AnyRequest, Visit

LIFETIME_SECONDS = int(sessions.ABSOLUTE.total_seconds())


@get("/sign-in")
async def show(request: AnyRequest) -> Response[bytes]:
    """Ask for e-mail address and password, or say how the first account is made."""
    visit = session.of(request)
    if visit.session is not None:
        return pages.redirect(visit, _inside(request.query_params.get("next", "")))
    async with visit.runtime.context() as context:
        if not await accounts.list_all(await context.connection()):
            return pages.page(visit, "first_start.html")
    return _ask(visit, next=request.query_params.get("next", ""))


@post("/sign-in", status_code=200)
async def sign_in(request: AnyRequest) -> Response[bytes]:
    """Check the password; a wrong one is counted, and committed before it is refused."""
    visit = session.of(request)
    form = await visit.form()
    email, wanted = form.get("email", ""), form.get("next", "")
    async with visit.runtime.context() as context:
        attempt = await accounts.sign_in(await context.connection(), email, form.get("password", ""), context.clock.now())
        answer = await _begin(visit, context, attempt.account, "session.begin", wanted) if attempt.account else None
    return answer or _ask(visit, status=401, wrong=visit.words.error(SignInRefused()), email=email, next=wanted)


@post("/sign-out", status_code=200)
async def sign_out(request: AnyRequest) -> Response[bytes]:
    """End this browser's session."""
    visit = session.of(request)
    async with visit.context() as context:
        await sessions.end(await context.connection(), request.cookies[session.COOKIE])
        await visit.note(context, "session.end")
    answer = pages.redirect(visit, "/sign-in")
    answer.set_cookie(session.cookie(request, "", 0))
    return answer


@get("/sign-in/{secret:str}")
async def look_at_link(request: AnyRequest, secret: FromPath[str]) -> Response[bytes]:
    """Show what a link is for, and ask for a password."""
    visit = session.of(request)
    async with visit.runtime.context() as context:
        link = await accounts.look_at_link(await context.connection(), secret, context.clock.now())
    return _choose(visit, link)


@post("/sign-in/{secret:str}", status_code=200)
async def redeem(request: AnyRequest, secret: FromPath[str]) -> Response[bytes]:
    """Set the password and sign in; a password that is refused leaves the link as it was."""
    visit = session.of(request)
    form = await visit.form()
    given = {name: form.get(name, "") for name in ("email", "name", "password")}
    try:
        async with visit.runtime.context() as context:
            now = context.clock.now()
            link = await accounts.look_at_link(await context.connection(), secret, now)
            account = await accounts.redeem(await context.connection(), secret, **given, now=now)
            return await _begin(visit, context, account, "account.redeem", "")
    except HanseError as error:
        if isinstance(error, accounts.InvalidLink):
            raise
        return _choose(visit, link, status=error.status, wrong=visit.words.error(error), email=given["email"], name=given["name"])


async def _begin(visit: Visit, context: Context, account: Account, action: str, wanted: str) -> Response[bytes]:
    connection, now = await context.connection(), context.clock.now()
    new = await sessions.begin(connection, account.account_id, now)
    await audit.note(connection, actor_kind="account", actor=account.name, action=action, effect="write", subject=str(account.account_id), now=now)
    answer = pages.redirect(visit, _inside(wanted))
    answer.set_cookie(session.cookie(visit.request, new.secret, LIFETIME_SECONDS))
    return answer


def _ask(visit: Visit, *, status: int = 200, **facts: Any) -> Response[bytes]:
    return pages.page(visit, "sign_in.html", status=status, **{"wrong": "", "email": "", **facts})


def _choose(visit: Visit, link: Link, *, status: int = 200, wrong: str = "", email: str = "", name: str = "") -> Response[bytes]:
    facts = {"link": link, "first": link.account_id is None, "shortest": passwords.SHORTEST, "wrong": wrong}
    return pages.page(visit, "redeem.html", status=status, email=link.email or email, name=name or link.name, **facts)


def _inside(path: str) -> str:
    """Keep to pages of this console: a path, and not what browsers take for another host."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside else "/"
