"""Banned claims: what answers of language models may not say, and a text to try them on. Nothing of the text is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post

from hanse.ai.language import operations
from hanse.ai.language.checks.schemas import (
    AskChecks,
    AskClaims,
    BannedClaim,
    BannedClaims,
    FoundFault,
    FoundFaults,
    ImportClaims,
    NamedClaim,
    SaveClaim,
    SavedClaim,
)
from hanse.ai.language.errors import UnknownClaim
from hanse.base import context as contract
from hanse.base import delimited
from hanse.base.errors import HanseError
from hanse.data.access.accounts import Permission
from hanse.serve.console import language_words, pages, session
from hanse.serve.console.session import AnyRequest, Visit

PATH = "/language/claims"
SCOPES = frozenset(
    {
        operations.claims.name,
        operations.save_claim.name,
        operations.import_claims.name,
        operations.remove_claim.name,
        operations.check_text.name,
    },
)
KEY = ("phrase", "language", "country")
FIELDS = (*KEY, "reason", "law")
COLUMNS = ("phrase", "reason", "law")
"""What a line of a list says, in this order."""
MOST_AT_ONCE = 1_000
TRIED = ("text", "facts", "language", "country", "form_of_address")


class WrongLine(NamedTuple):
    """A line of a list that bans nothing, and why."""

    line: str
    problem: str


class Piece(NamedTuple):
    """A piece of the text that was tried, wrong or not."""

    text: str
    fault: FoundFault | None = None


@get(PATH)
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the claims, and the form filled in with one to change it."""
    visit = session.of(request)
    query = dict(request.query_params.items())
    one = None
    if query.get("phrase"):
        wanted = _converted({name: query[name] for name in KEY if name in query}, NamedClaim)
        one = next((each for each in await _listed(visit) if _key(each) == msgspec.structs.astuple(wanted)), None)
        if one is None:
            raise UnknownClaim(phrase=wanted.phrase)
    return await _page(visit, one=one)


@post(PATH, status_code=200)
async def save(request: AnyRequest) -> Response[bytes]:
    """Ban a claim, or change one; under other words it is another claim, and the one before goes."""
    visit = session.of(request)
    visit.need(Permission.EXPERIMENT)
    form = dict(request.query_params.items()) | await visit.form()
    try:
        asked = _converted({**_plain(form), "is_on": form.get("is_on") == "true"}, SaveClaim)
        async with visit.context(SCOPES) as context:
            saved = await contract.run(operations.save_claim, asked, context)
            if form.get("before") and (before := _named(form["before"])) != _named("\n".join(_key(saved))):
                await contract.run(operations.remove_claim, before, context)
    except HanseError as error:
        return await _page(visit, status=error.status, wrong=visit.words.error(error), given=form)
    return pages.redirect(visit, f"{PATH}#claims", message=visit.words.gettext("“%(phrase)s” is saved.", phrase=saved.phrase))


@post(f"{PATH}/import", status_code=200)
async def take(request: AnyRequest) -> Response[bytes]:
    """Ban the claims of a list; lines that say none stay in the form, each with what is wrong with it."""
    visit = session.of(request)
    visit.need(Permission.EXPERIMENT)
    form = await visit.form()
    claims, wrong = _read(visit, form)
    async with visit.context(SCOPES) as context:
        for first in range(0, len(claims), MOST_AT_ONCE):
            await contract.run(operations.import_claims, ImportClaims(claims=claims[first : first + MOST_AT_ONCE]), context)
    if claims and not wrong:
        count = visit.words.ngettext("%(num)s claim is saved.", "%(num)s claims are saved.", len(claims))
        return pages.redirect(visit, f"{PATH}#claims", message=count)
    rest = {**form, "list": "\n".join(each.line for each in wrong)}
    return await _page(visit, status=200 if claims else 400, listed=rest, saved=len(claims), wrong_lines=wrong, is_listed=True)


@post(f"{PATH}/remove", status_code=200)
async def remove(request: AnyRequest) -> Response[bytes]:
    """Take a claim off the list, with a way back."""
    visit = session.of(request)
    visit.need(Permission.EXPERIMENT)
    asked = _converted(_plain(await visit.form(), KEY), NamedClaim)
    async with visit.context(SCOPES) as context:
        gone = await contract.run(operations.remove_claim, asked, context)
    message = visit.words.gettext("“%(phrase)s” is off the list.", phrase=gone.phrase)
    return pages.redirect(visit, f"{PATH}#claims", message=message, undo=f"{PATH}?{_again(gone)}")


@post(f"{PATH}/try", status_code=200)
async def check(request: AnyRequest) -> Response[bytes]:
    """Show what of a text would be found."""
    visit = session.of(request)
    form = await visit.form()
    tried = {name: form.get(name, "").replace("\r\n", "\n") for name in TRIED}
    try:
        asked = _converted({name: value for name, value in tried.items() if value.strip()}, AskChecks)
        async with visit.context(SCOPES) as context:
            found: FoundFaults = await contract.run(operations.check_text, asked, context)
    except HanseError as error:
        return await _page(visit, status=error.status, wrong_text=visit.words.error(error), tried=tried)
    return await _page(visit, tried=tried, faults=found.faults, pieces=_pieces(asked.text, found.faults), is_checked=True)


def _read(visit: Visit, form: Mapping[str, str]) -> tuple[list[SaveClaim], list[WrongLine]]:
    """Return the claims of a list, cells of a line parted by tabs or semicolons, and the lines that say none."""
    claims: list[SaveClaim] = []
    wrong: list[WrongLine] = []
    for line in filter(str.strip, form.get("list", "").splitlines()):
        cells = next(delimited.reader([line], "\t" if "\t" in line else ";"))
        try:
            claims.append(_converted(_plain({**form, **dict(zip(COLUMNS, cells, strict=False))}), SaveClaim))
        except HanseError as error:
            wrong.append(WrongLine(line, visit.words.error(error)))
    return claims, wrong


async def _listed(visit: Visit) -> list[BannedClaim]:
    async with visit.context(SCOPES) as context:
        found: BannedClaims = await contract.run(operations.claims, AskClaims(), context)
    return found.claims


async def _page(visit: Visit, *, status: int = 200, one: BannedClaim | None = None, **facts: Any) -> Response[bytes]:
    gettext = visit.words.gettext
    example = gettext("This climate-neutral drill is guaranteed to work and costs only €89.00 instead of €129.00.")
    usual: dict[str, Any] = {
        "one": one,
        "claims": await _listed(visit),
        "given": msgspec.to_builtins(one) if one else {"language": visit.words.language, "is_on": "true"},
        "tried": {"text": example, "facts": gettext("Drill, price €89.00"), "language": visit.words.language},
        "wrong": "",
        "wrong_text": "",
        "faults": (),
        "pieces": (),
        "is_checked": False,
        "listed": {"language": visit.words.language},
        "is_listed": False,
    }
    names = {"fault_name": lambda kind: language_words.fault(visit.words, kind), "address_of": _address, "languages": _languages(visit)}
    return pages.page(visit, "language_claims.html", status=status, **{**usual, **names, **facts})


def _languages(visit: Visit) -> dict[str, str]:
    return {"de": visit.words.gettext("German"), "en": visit.words.gettext("English")}


def _pieces(text: str, faults: Sequence[FoundFault]) -> list[Piece]:
    """Return a text in pieces; what is wrong with all of it has no place in it."""
    found: list[Piece] = []
    end = 0
    for fault in faults:
        if fault.end:
            found += [Piece(text[end : fault.start]), Piece(text[fault.start : fault.end], fault)]
            end = fault.end
    return [piece for piece in (*found, Piece(text[end:])) if piece.text]


def _key(claim: SavedClaim) -> tuple[str, str, str]:
    return claim.phrase, claim.language, claim.country


def _address(claim: BannedClaim) -> str:
    """Return where a claim is changed."""
    return f"{PATH}?{urlencode(dict(zip(KEY, _key(claim), strict=True)))}#claim-form"


def _again(claim: BannedClaim) -> str:
    """Return what saves a claim once more as it was."""
    return urlencode({**{name: getattr(claim, name) for name in FIELDS}, "is_on": "true" if claim.is_on else ""})


def _named(key: str) -> NamedClaim:
    named: NamedClaim = _converted(dict(zip(KEY, key.split("\n"), strict=False)), NamedClaim)
    return named


def _plain(form: Mapping[str, str], names: Sequence[str] = FIELDS) -> dict[str, str]:
    plain = {name: form.get(name, "").strip() for name in names}
    return {**plain, "country": plain["country"].upper()}


def _converted(plain: dict[str, Any], kind: type[Any]) -> Any:
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        raise contract.invalid(error) from error
