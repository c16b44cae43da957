"""Rendering: templates in the visitor's language, the strict content policy, drawers, tables as CSV, and errors as pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from urllib.parse import urlencode

import jinja2
import msgspec
import structlog
from litestar import Response
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from markupsafe import Markup, escape

from hanse.base.errors import HanseError
from hanse.serve.console import phrases, places, session, static_files
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.console.static_files import AssetsMissing
from hanse.serve.console.texts import Words
from hanse.serve.http import problems

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""No inline script or style, nothing from elsewhere but pictures of products. Charts are drawn on canvas and move their tooltip
through the style object of the script, which this policy allows; style attributes in HTML are refused."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
TOAST_COOKIE = "hanse_toast"
TOAST_SECONDS = 8


class Toast(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A remark on what was just done, shown on the next page, with a way back where there is one."""

    message: str
    undo: str = ""
    """Where a POST takes it back."""


def page(visit: Visit, template: str, /, *, status: int = 200, **facts: object) -> Response[bytes]:
    """Return a whole page."""
    toast, used = _toast(visit)
    html = _template(visit.words, template).render(_facts(visit) | {"toast": toast} | facts)
    response = Response(html.encode(), status_code=status, media_type="text/html", headers=HEADERS)
    if used:
        response.delete_cookie(TOAST_COOKIE, path="/")
    return session.remember_language(visit.request, response)


def fragment(visit: Visit, template: str, /, *, status: int = 200, headers: Mapping[str, str] | None = None, **facts: object) -> Response[bytes]:
    """Return a part of a page, for htmx to put in place."""
    html = _template(visit.words, template).render(_facts(visit) | facts)
    return Response(html.encode(), status_code=status, media_type="text/html", headers={**HEADERS, **(headers or {})})


def redirect(visit: Visit, path: str, *, message: str = "", undo: str = "") -> Response[bytes]:
    """Go on to another page of the console after something was done, with a remark on it."""
    if visit.wants_fragment:
        response = Response(b"", status_code=200, headers={**HEADERS, "HX-Redirect": path})
    else:
        response = Response(b"", status_code=303, headers={**HEADERS, "Location": path})
    if message:
        value = msgspec.json.encode(Toast(message=message, undo=undo)).hex()
        secure = session.is_secure(visit.request)
        response.set_cookie(Cookie(key=TOAST_COOKIE, value=value, max_age=60, path="/", httponly=True, samesite="lax", secure=secure))
    return response


def table(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response[bytes]:
    """Return a list as CSV for a spreadsheet: UTF-8 with a mark, and no cell that would be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(("\ufeff" + text.getvalue()).encode(), media_type="text/csv", headers=headers)


def on_hanse_error(request: AnyRequest, error: HanseError) -> Response[bytes]:
    """Answer an error of ours with a page that says what to do."""
    visit = session.visitor(request)
    if isinstance(error, session.SignInNeeded):
        return _to_sign_in(visit)
    if error.status >= 500:
        structlog.get_logger().error("a page failed", path=problems.route_of(request.scope), problem=error.slug())
    if isinstance(error, AssetsMissing):
        return Response(visit.words.error(error).encode(), status_code=error.status, media_type="text/plain", headers=HEADERS)
    return failure(visit, visit.words.error(error), error.status)


def on_http_exception(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Answer what the framework found wrong with a page."""
    visit = session.visitor(request)
    if error.status_code == 404:
        return failure(visit, visit.words.gettext("There is no such page. The address may be mistyped, or what it showed is gone."), 404)
    if error.status_code == 413:
        return failure(visit, visit.words.gettext("The file is too large for an upload. Import it with `hanse import` on the server."), 413)
    return failure(visit, visit.words.gettext("The request could not be read. Go back, check what you entered and try again."), error.status_code)


def on_fault(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Answer a fault of ours without telling what is inside; the log has the trace."""
    structlog.get_logger().exception("a page failed", path=problems.route_of(request.scope), exc_info=error)
    visit = session.visitor(request)
    return failure(visit, visit.words.error(HanseError()), 500)


ERRORS: ExceptionHandlersMap = {HanseError: on_hanse_error, HTTPException: on_http_exception, Exception: on_fault}


def failure(visit: Visit, message: str, status: int) -> Response[bytes]:
    """Return a page, or a part of one, that says what went wrong and what to do."""
    if visit.wants_fragment:
        return fragment(visit, "failure_part.html", status=status, message=message)
    return page(visit, "failure.html", status=status, message=message)


def icon(name: str) -> Markup:
    """Return an icon of the sprite, hidden from screen readers: a word stands beside it."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>').format(static_files.address("icons.svg"), name)


def link_with(request: AnyRequest, **changed: object) -> str:
    """Return the address of this page with some of its parameters changed; null takes one out."""
    kept = {name: value for name, value in request.query_params.items() if name not in {"before", "cursor", "format"}}
    given = {**kept, **changed}
    query = urlencode({name: str(value) for name, value in given.items() if value not in {None, ""}})
    return request.url.path + (f"?{query}" if query else "")


def _to_sign_in(visit: Visit) -> Response[bytes]:
    request = visit.request
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    query = "" if wanted == "/" or request.method != "GET" else "?" + urlencode({"next": wanted})
    return redirect(visit, "/sign-in" + query)


def _toast(visit: Visit) -> tuple[Toast | None, bool]:
    value = visit.request.cookies.get(TOAST_COOKIE)
    if not value:
        return None, False
    try:
        return msgspec.json.decode(bytes.fromhex(value), type=Toast), True
    except (ValueError, msgspec.DecodeError):
        return None, True


def _facts(visit: Visit) -> dict[str, object]:
    """Return what every template may use."""
    request = visit.request
    return {
        "visit": visit,
        "words": visit.words,
        "language": visit.words.language,
        "signed_in": visit.session,
        "may": visit.may,
        "now": visit.runtime.resources.clock.now(),
        "path": request.url.path,
        "link_with": partial(link_with, request),
        "rail": places.rail(visit) if visit.session else None,
        "below": places.settings(visit) if visit.session else (),
        "token": visit.session.csrf_token if visit.session else "",
    }


def _template(words: Words, name: str) -> jinja2.Template:
    return _environment(words.language, words).get_template(name)


@lru_cache(maxsize=8)
def _environment_of(language: str) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("hanse.serve.console"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def _environment(language: str, words: Words) -> jinja2.Environment:
    environment = _environment_of(language)
    if "icon" not in environment.globals:
        environment.globals.update({"_": words.gettext, "ngettext": words.ngettext})
        environment.globals.update(icon=icon, asset=static_files.address, toast_seconds=TOAST_SECONDS, **phrases.for_templates(words))
        environment.filters["json"] = lambda value: msgspec.json.encode(value).decode()
        environment.filters["pretty"] = lambda value: msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
        environment.filters["breakable"] = _breakable
        environment.filters["prose"] = _prose
    return environment


def _prose(text: str) -> Markup:
    """Show what stands between backticks as code."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts))


def _breakable(text: str) -> Markup:
    """Let a long id break at its dots and underscores."""
    return Markup("<wbr>").join(escape(part) for part in text.replace("_", "_\0").replace(".", ".\0").split("\0"))


def _cell(value: object) -> object:
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + value
    return value
