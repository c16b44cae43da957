"""Where entries and traits are pushed to: targets with their mapping, how each is doing, and what could not be delivered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base.context import field_problem
from hanse.base.errors import HanseError
from hanse.data import entries
from hanse.data.access.accounts import Permission
from hanse.serve.console import pages, session
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.console.texts import Words
from hanse.sources.crm import operations, store, systems, targets
from hanse.sources.crm.errors import UnknownTarget, wrong
from hanse.sources.crm.schemas import CRMDeadLetter, Mapping, Preview, Previewed, SaveTarget, State

PATH = "/data/crm"
MOST_LETTERS = 50
SECRETS = ("user", "password")
EXAMPLE = operations.EXAMPLE_MAPPING


@get("/data/crm")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the targets."""
    return await _page(session.of(request))


@post("/data/crm", status_code=200)
async def save(request: AnyRequest) -> Response[bytes]:
    """Make a target or change one; or show what its mapping makes of a real entry."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    form = await visit.form()
    try:
        asked = _asked(form)
        if form.get("do") == "preview":
            return await _page(visit, given=form, preview=await _preview(visit, asked.mapping, form.get("kind", "*")))
        async with visit.context() as context:
            saved = await targets.save(context, asked)
            await visit.note(context, "crm.save_target", subject=asked.name)
    except HanseError as error:
        return await _page(visit, status=error.status, wrong_form=visit.words.error(error), given=form)
    if saved.made_secret:
        return await _page(visit, made=saved)
    return pages.redirect(visit, PATH, message=visit.words.gettext("The target %(name)s is saved.", name=asked.name))


@get("/data/crm/{target_name:str}")
async def show_one(request: AnyRequest, target_name: FromPath[str]) -> Response[bytes]:
    """Show one target with its mapping and its dead letters."""
    return await _page(session.of(request), name=target_name)


@post("/data/crm/{target_name:str}/state", status_code=200)
async def change(request: AnyRequest, target_name: FromPath[str]) -> Response[bytes]:
    """Pause a target, let it go on or remove it."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    state = (await visit.form()).get("state", "")
    if state not in {"active", "paused", "removed"}:
        raise UnknownTarget(name=target_name)
    async with visit.context() as context:
        await targets.change(await context.connection(), target_name, _state(state))
        await visit.note(context, "crm.change_target", subject=target_name, state=state)
    done = {
        "active": visit.words.gettext("The target goes on."),
        "paused": visit.words.gettext("The target is paused. Everything waits."),
        "removed": visit.words.gettext("The target is removed."),
    }
    return pages.redirect(visit, PATH if state == "removed" else f"{PATH}/{target_name}", message=done[state])


@post("/data/crm/{target_name:str}/replay", status_code=200)
async def replay(request: AnyRequest, target_name: FromPath[str]) -> Response[bytes]:
    """Send one dead letter again, or all of a target."""
    visit = session.of(request)
    visit.need(Permission.REPAIR)
    asked = (await visit.form()).get("delivery_id", "")
    async with visit.context() as context:
        count = await targets.replay(await context.connection(), target_name, UUID(asked) if asked else None)
        await visit.note(context, "crm.replay", subject=target_name, count=count)
    message = visit.words.ngettext("%(num)s push is sent again within a minute.", "%(num)s pushes are sent again within a minute.", count)
    return pages.redirect(visit, f"{PATH}/{target_name}", message=message)


async def _page(visit: Visit, *, status: int = 200, name: str | None = None, **facts: Any) -> Response[bytes]:
    async with visit.context() as context:
        connection = await context.connection()
        one = await store.status(connection, name) if name else None
        found = await store.list_targets(connection)
        facts["letters"] = []
        if one:
            cursor = await connection.execute(store.queries["dead"], {"target_id": one.target_id, "limit": MOST_LETTERS})
            facts["letters"] = [CRMDeadLetter(**row) async for row in cursor]
    usual: dict[str, Any] = {"made": None, "wrong_form": "", "preview": None, "given": _given(one), "one": one, "kinds": entries.KINDS}
    names = {"state_of": lambda each: _state_name(visit.words, each), "system_name": lambda each: _system_name(visit.words, each)}
    if one and visit.wants_drawer:
        return pages.fragment(visit, "crm_target.html", **{**usual, **names, **facts})
    return pages.page(visit, "crm.html", status=status, targets=found, systems=tuple(systems.SYSTEMS), **{**usual, **names, **facts})


async def _preview(visit: Visit, mapping: Mapping, kind: str) -> Previewed:
    """Return what a mapping makes of the newest entry; whoever may not see personal data sees that of an example."""
    visit.need(Permission.PERSONAL_DATA)
    async with visit.context() as context:
        return await targets.preview(context, Preview(mapping=mapping, kind=kind or "*"))


def _asked(form: dict[str, str]) -> SaveTarget:
    """Return the target that a form describes; raises `InvalidMapping` naming the field."""
    options = {name: form[name].strip() for name in ("url", "format", "language") if form.get(name, "").strip()}
    given: dict[str, Any] = {"name": form.get("name", "").strip(), "system": form.get("system", "webhook")}
    given["options"] = {**options, "allow_private": form.get("allow_private") == "true"}
    given["secrets"] = {name: form[name] for name in SECRETS if form.get(name) and given["system"] == "tryton"}
    try:
        given["mapping"] = msgspec.json.decode(form.get("mapping", "").encode())
        return msgspec.convert(given, SaveTarget)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message, _, path = str(error).partition(" - at `$")
        found = field_problem(message, path.rstrip("`").lstrip("."))
        raise wrong(found.field, message) from error


def _state(text: str) -> State:
    state: State = msgspec.convert(text, State)
    return state


def _given(one: Any) -> dict[str, str]:
    mapping = msgspec.json.format(msgspec.json.encode(one.mapping if one else EXAMPLE), indent=2).decode()
    if one is None:
        return {"mapping": mapping}
    options = {name: getattr(one.options, name) for name in ("url", "format", "language")}
    return {"name": one.name, "system": one.system, "mapping": mapping, **options, "allow_private": "true" if one.options.allow_private else ""}


def _state_name(words: Words, one: Any) -> tuple[str, str, str]:
    if one.state == "paused":
        return words.gettext("paused"), "warn", "pause"
    if one.last_error:
        return words.gettext("does not arrive"), "bad", "circle-alert"
    return words.gettext("active"), "good", "check"


def _system_name(words: Words, system: str) -> str:
    return {"webhook": words.gettext("Webhook"), "file": words.gettext("File"), "tryton": "Tryton"}[system]
