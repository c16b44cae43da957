"""Who is signed in: every page of the console passes here, finds its session by the cookie, and writes only with the session's token.

A form carries the token in a hidden field, htmx in a header. Besides, a write is refused that a browser says comes from elsewhere
(`Origin`, `Sec-Fetch-Site`), which also covers the sign-in form that has no session yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler

from hanse.base.context import Caller, Context
from hanse.base.errors import HanseError
from hanse.data.access import audit, sessions
from hanse.data.access.accounts import Account, Permission
from hanse.serve.console.texts import Texts, Words
from hanse.serve.jobs import Queue
from hanse.serve.languages import LANGUAGES, preferred
from hanse.serve.runtime import Runtime

COOKIE = "hanse_session"
TOKEN_FIELD = "csrf_token"  # noqa: S105  # the name of a field
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105  # the name of a header
LANGUAGE_COOKIE = "hanse_language"
THEME_COOKIE = "hanse_theme"
THEMES = frozenset({"light", "dark"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
YEAR_SECONDS = 31_536_000
VISIT = "visit"
STREAMS = "streams"
"""Marks a handler that takes in its form as it comes, and checks the token itself before anything is kept."""

AnyRequest = Request[Any, Any, Any]


class SignInNeeded(HanseError):
    """This page needs you to sign in."""

    status = 401
    exit_code = 3


class FromElsewhere(HanseError):
    """This form was sent from another site and has been refused. Open the page here and repeat."""

    status = 403
    exit_code = 3


class NotPermitted(HanseError):
    """Your role does not allow this. Ask an administrator."""

    status = 403
    exit_code = 3


@dataclass
class Visit:
    """One request of a browser: who, in which language, and what the process has at hand."""

    request: AnyRequest
    words: Words
    session: sessions.Session | None = None

    @property
    def runtime(self) -> Runtime:
        """Return the running Hanse."""
        runtime: Runtime = self.request.app.state.runtime
        return runtime

    @property
    def queue(self) -> Queue:
        """Return the queue of jobs."""
        queue: Queue = self.request.app.state.queue
        return queue

    @property
    def account(self) -> Account:
        """Return who is signed in."""
        if self.session is None:
            raise SignInNeeded
        return self.session.account

    @property
    def theme(self) -> str:
        """Return the chosen theme; empty follows the browser."""
        chosen = self.request.cookies.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else ""

    @property
    def wants_fragment(self) -> bool:
        """Return whether only a part of the page is asked for."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def wants_drawer(self) -> bool:
        """Return whether only the drawer beside a list is asked for."""
        return self.request.headers.get("hx-target", "").endswith("drawer")

    def may(self, permission: Permission | str) -> bool:
        """Return whether the account may do something."""
        return self.session is not None and self.account.may(Permission(permission))

    def need(self, permission: Permission) -> None:
        """Refuse who may not; raises `NotPermitted`."""
        if not self.may(permission):
            raise NotPermitted

    def context(self, scopes: frozenset[str] = frozenset()) -> Context:
        """Return a context in the name of the account."""
        return self.runtime.context(Caller("account", self.account.name, scopes), language=self.words.language)

    async def note(self, context: Context, action: str, *, effect: str = "write", subject: str = "", **facts: object) -> None:
        """Note in the audit log what is done here, in the transaction that does it."""
        await audit.note(
            await context.connection(),
            actor_kind="account",
            actor=self.account.name,
            action=action,
            effect=effect,
            subject=subject,
            facts=facts,
            now=context.clock.now(),
        )

    async def form(self) -> dict[str, str]:
        """Return the text fields of the form that was sent."""
        found = await self.request.form()
        return {name: value for name, value in found.items() if isinstance(value, str)}


def of(request: AnyRequest) -> Visit:
    """Return the visit that the guard has found."""
    visit: Visit = request.scope["state"][VISIT]
    return visit


async def open_to_all(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of the pages before the sign-in: refuses only what comes from another site."""
    request = _request(connection)
    if request.method not in SAFE:
        _check_origin(request)
    connection.scope["state"][VISIT] = await _visit(request)


async def looked_up(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard that refuses nobody: finds out who it is, so that an error page can be theirs."""
    connection.scope["state"][VISIT] = await _visit(_request(connection))


async def signed_in(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of all other pages: needs a session, and its token for every write."""
    request = _request(connection)
    if request.method not in SAFE:
        _check_origin(request)
    visit = await _visit(request)
    if visit.session is None:
        raise SignInNeeded
    if request.method not in SAFE and STREAMS not in handler.opt:
        visit.session.check(request.headers.get(TOKEN_HEADER) or str((await request.form()).get(TOKEN_FIELD, "")))
    connection.scope["state"][VISIT] = visit


def visitor(request: AnyRequest) -> Visit:
    """Return a visit for an error page, which may be needed before the guard found anything."""
    return request.scope["state"].get(VISIT) or Visit(request, _words(request))


def cookie(request: AnyRequest, secret: str, max_age: int) -> Cookie:
    """Return the cookie that holds a session's secret; none for a script, none for another site's form."""
    return Cookie(key=COOKIE, value=secret, max_age=max_age, path="/", httponly=True, samesite="lax", secure=is_secure(request))


def is_secure(request: AnyRequest) -> bool:
    """Return whether the browser talks to us over TLS."""
    public_url: str = request.app.state.runtime.settings.public_url
    return request.url.scheme == "https" or public_url.startswith("https://")


def remember_language(request: AnyRequest, response: Response[Any]) -> Response[Any]:
    """Keep the language that `?lang=` chose."""
    chosen = request.query_params.get("lang")
    if chosen in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR_SECONDS, path="/", samesite="lax", secure=is_secure(request))
    return response


async def _visit(request: AnyRequest) -> Visit:
    visit = Visit(request, _words(request))
    if secret := request.cookies.get(COOKIE):
        resources = visit.runtime.resources
        async with resources.pool.connection() as connection:
            visit.session = await sessions.find(connection, secret, resources.clock.now())
    return visit


def _words(request: AnyRequest) -> Words:
    texts: Texts = request.app.state.runtime.resources.get(Texts)
    for chosen in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if chosen in LANGUAGES:
            return texts.words(chosen)
    return texts.words(preferred(request.headers.get("accept-language"), request.app.state.runtime.settings.language))


def _request(connection: ASGIConnection[Any, Any, Any, Any]) -> AnyRequest:
    if not isinstance(connection, Request):
        raise TypeError
    return connection


def _check_origin(request: AnyRequest) -> None:
    """Refuse a write that a browser says comes from another site; programs say nothing and need the token all the same."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise FromElsewhere
    origin = request.headers.get("origin")
    public_url: str = request.app.state.runtime.settings.public_url
    ours = {request.headers.get("host", ""), urlsplit(public_url).netloc} - {""}
    if origin is not None and urlsplit(origin).netloc not in ours:
        raise FromElsewhere
