"""Shops and PIMs that are read: connections with how each is doing; one is made, tried before it is kept, changed, read now and ended."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base.context import Context
from hanse.base.errors import Conflict, HanseError
from hanse.data.access.accounts import Permission
from hanse.serve import jobs
from hanse.serve.console import pages, session, shop_forms, shop_words, storefront
from hanse.serve.console.product_files import typed_in
from hanse.serve.console.rule_forms import Typed
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.console.shop_forms import Asked
from hanse.sources import connections
from hanse.sources.connections import Connected, Draft, Polled, ShopConnection, store, systems
from hanse.sources.connections.errors import InvalidConnection, UnknownConnection, UnreadableSecrets

PATH = "/data/shops"
CONNECT = f"{PATH}/-/connect"
"""No connection is called `-`."""
JOB = "connections.poll"
LAST_POLLS = 20
"""So many of the last readings are looked through for those of each shop."""


@get(PATH)
async def show(request: AnyRequest) -> Response[bytes]:
    """List the connections, and the systems that can be connected."""
    return await _page(session.of(request))


@get(CONNECT)
async def show_form(request: AnyRequest) -> Response[bytes]:
    """Ask for what a system needs."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    system = systems.find(request.query_params.get("system", "")).system
    async with visit.context() as context:
        taken = {each.name for each in await connections.list_connections(context)}
    return _form(visit, Typed({"system": (system,), "name": ("" if system in taken else system,)}, visit.words))


@post(CONNECT, status_code=200)
async def connect(request: AnyRequest) -> Response[bytes]:
    """Connect a shop, once it could be asked or somebody wants it all the same."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    return await _save(visit, await typed_in(visit), None)


@get(PATH + "/{shop_name:str}")
async def show_one(request: AnyRequest, shop_name: FromPath[str]) -> Response[bytes]:
    """Show one connection: what came of it, and what to do in the shop."""
    return await _page(session.of(request), shop_name)


@get(PATH + "/{shop_name:str}/change")
async def show_change(request: AnyRequest, shop_name: FromPath[str]) -> Response[bytes]:
    """Ask for other secrets or options."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    known = await _find(visit, shop_name)
    return _form(visit, shop_forms.typed_of(visit.words, known), known)


@post(PATH + "/{shop_name:str}/change", status_code=200)
async def change(request: AnyRequest, shop_name: FromPath[str]) -> Response[bytes]:
    """Change a connection, or connect again what was disconnected."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    return await _save(visit, await typed_in(visit), await _find(visit, shop_name))


@post(PATH + "/{shop_name:str}/read", status_code=200)
async def read(request: AnyRequest, shop_name: FromPath[str]) -> Response[bytes]:
    """Have a shop be read now."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    await _find(visit, shop_name)
    job_id = await _put(visit, shop_name)
    gettext = visit.words.gettext
    if job_id is None:
        return pages.redirect(visit, "/jobs?state=todo", message=gettext("A reading waits already; this shop is read with it or soon after."))
    return pages.redirect(visit, f"/jobs/{job_id}", message=gettext("%(name)s is being read.", name=shop_name))


@post(PATH + "/{shop_name:str}/disconnect", status_code=200)
async def disconnect(request: AnyRequest, shop_name: FromPath[str]) -> Response[bytes]:
    """End a connection and forget its secrets."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    async with visit.context() as context:
        await connections.disconnect(context, shop_name)
    message = visit.words.gettext("%(name)s is disconnected, and its keys are forgotten. What came from it stays.", name=shop_name)
    return pages.redirect(visit, PATH, message=message)


@get(PATH + "/{shop_name:str}/manifest")
async def manifest(request: AnyRequest, shop_name: FromPath[str]) -> Response[bytes]:
    """Send the manifest of the app that a Shopware shop installs; its secret is in it, so that it is noted."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    if (await _find(visit, shop_name)).state == "disconnected":
        raise UnknownConnection(name=shop_name)
    async with visit.context() as context:
        text = await connections.manifest(context, shop_name, public_url=storefront.address(visit))
        await visit.note(context, "shops.manifest", effect="read", subject=shop_name)
    headers = {**pages.HEADERS, "Content-Disposition": 'attachment; filename="manifest.xml"'}
    return Response(text.encode(), media_type="application/xml", headers=headers)


async def _save(visit: Visit, typed: Typed, before: ShopConnection | None) -> Response[bytes]:
    system = before.system if before else systems.find(typed.text("system")).system
    typed_before = shop_forms.unseal(visit, system, (await visit.form()).get(shop_forms.SEALED, ""))
    asked = shop_forms.read(typed, system, typed_before, before.options if before else None)
    drafted = await _drafted(visit, typed, system, asked, before)
    if drafted is None:
        return _form(visit, typed, before, status=422, secrets=asked.secrets)
    if typed.text("do") != "anyway" and (trouble := await _trouble(visit, drafted)):
        return _form(visit, typed, before, status=422, secrets=asked.secrets, trouble=trouble)
    try:
        saved = await _keep(visit, asked, drafted, before)
    except Conflict:
        typed.wrong["name"] = _taken(visit)
        return _form(visit, typed, before, status=409, secrets=asked.secrets)
    return await _saved(visit, saved, drafted, before)


async def _drafted(visit: Visit, typed: Typed, system: str, asked: Asked, before: ShopConnection | None) -> Draft | None:
    """Return a connection as it would be; null where something is wrong with it, which `typed.wrong` says."""
    try:
        async with visit.context() as context:
            if before:
                _, drafted = await connections.redraft(context, before.name, url=asked.url, secrets=asked.secrets, options=asked.options)
            else:
                drafted = connections.draft(context, system=system, **_plain(asked))
                others = {each.name: each for each in await connections.list_connections(context) if each.name == asked.name}
                if any(each.state != "disconnected" or each.system != system for each in others.values()):
                    typed.wrong["name"] = _taken(visit)
    except InvalidConnection as error:
        field = str(error.facts.get("field", ""))
        is_secret = field in {*systems.find(system).required_secrets, *systems.find(system).optional_secrets}
        typed.wrong.setdefault(f"{shop_forms.SECRET}{field}" if is_secret else field, shop_words.wrong(visit.words, error))
        return None
    shop_forms.check_pairs(typed, system, drafted.shop.secrets)
    return None if typed.wrong else drafted


async def _trouble(visit: Visit, drafted: Draft) -> str:
    """Ask the shop, and return what stands in the way."""
    try:
        await connections.try_out(drafted.shop)
    except HanseError as error:
        return shop_words.trouble(visit.words, error, drafted.shop.system)
    return ""


async def _keep(visit: Visit, asked: Asked, drafted: Draft, before: ShopConnection | None) -> Connected:
    """Keep a connection; one that is changed is looked at once more, as asking the shop took a while."""
    async with visit.context() as context:
        if before is None:
            return await connections.keep(context, drafted)
        known, anew = await connections.redraft(context, before.name, url=asked.url, secrets=asked.secrets, options=asked.options)
        return await connections.change(context, known, anew)


async def _saved(visit: Visit, saved: Connected, drafted: Draft, before: ShopConnection | None) -> Response[bytes]:
    one, gettext = saved.connection, visit.words.gettext
    can_ask = one.state == "active" and systems.find(one.system).can_ask(drafted.shop)
    job_id = await _put(visit, one.name) if can_ask else None
    if shown := {name: value for name, value in saved.made_secrets.items() if name not in shop_words.IN_MANIFEST}:
        return await _page(visit, one.name, made=shown, job_id=job_id)
    message = gettext("%(name)s is changed.", name=one.name) if before else gettext("%(name)s is connected.", name=one.name)
    reading = gettext("It is being read now.")
    return pages.redirect(visit, f"{PATH}/{one.name}", message=f"{message} {reading}" if can_ask else message)


async def _put(visit: Visit, name: str) -> int | None:
    job_id = await visit.queue.put(JOB, {"name": name})
    async with visit.context() as context:
        await visit.note(context, "shops.read", subject=name)
    return job_id


async def _find(visit: Visit, name: str) -> ShopConnection:
    async with visit.context() as context:
        found = [each for each in await connections.list_connections(context) if each.name == name]
    if not found:
        raise UnknownConnection(name=name)
    return found[0]


def _form(
    visit: Visit,
    typed: Typed,
    before: ShopConnection | None = None,
    *,
    status: int = 200,
    secrets: Mapping[str, str] | None = None,
    trouble: str = "",
) -> Response[bytes]:
    system = before.system if before else typed.text("system")
    kept = before is not None and before.state != "disconnected"
    lines = shop_forms.secret_lines(visit.words, system, kept=kept)
    options = shop_forms.option_lines(visit.words, system)
    hint, example = shop_forms.address(visit.words, system)
    shown = {"name", "url", "source", *(each.name for each in (*lines, *options))}
    facts: dict[str, Any] = {
        "system": system,
        "system_title": shop_words.title(system),
        "lines": lines,
        "options": options,
        "more": any(typed.text(each.name) or each.name in typed.wrong for each in options) or "source" in typed.wrong,
        "given": {f"{shop_forms.SECRET}{name}" for name in secrets or {}},
        "sealed": shop_forms.seal(visit, system, secrets or {}),
        "elsewhere": [text for name, text in typed.wrong.items() if name not in shown],
        "address_hint": hint,
        "address_example": example,
    }
    action = f"{PATH}/{before.name}/change" if before else CONNECT
    return pages.page(visit, "shop_form.html", status=status, typed=typed, one=before, kept=kept, trouble=trouble, action=action, **facts)


async def _page(visit: Visit, name: str | None = None, *, made: Mapping[str, str] | None = None, **facts: Any) -> Response[bytes]:
    async with visit.context() as context:
        found = await connections.list_connections(context)
        one = next((each for each in found if each.name == name), None)
        if name and one is None:
            raise UnknownConnection(name=name)
        connection = await context.connection()
        numbers = {row["name"]: row async for row in await connection.execute(store.queries["came"])}
        last = _last(await jobs.page(connection, name=JOB, limit=LAST_POLLS))
        usual: dict[str, Any] = {"found": found, "one": one, "numbers": numbers, "last": last, "made": made, "job_id": None}
        usual |= await _details(context, one) if one else {}
    usual |= {"systems": tuple(systems.SYSTEMS), "address": storefront.address(visit), **_names(visit)}
    if one and visit.wants_drawer:
        return pages.fragment(visit, "shop.html", **{**usual, **facts})
    return pages.page(visit, "shops.html", **{**usual, **facts})


def _names(visit: Visit) -> dict[str, Any]:
    """Return what the templates call things by."""
    words = visit.words
    return {
        "title_of": shop_words.title,
        "sends": systems.sends,
        "state_of": partial(shop_words.state, words),
        "reads_of": partial(shop_words.reads, words),
        "came_of": partial(shop_words.came, words),
        "trouble_of": partial(shop_words.kept_trouble, words),
    }


async def _details(context: Context, one: ShopConnection) -> dict[str, Any]:
    connection = await context.connection()
    cursor = await connection.execute(store.queries["known_things"], {"connection_id": one.connection_id})
    counts = {f"{row['kind']}s": row["count"] async for row in cursor}
    things = [(kind, counts[kind]) for kind in systems.find(one.system).kinds if kind in counts]
    facts: dict[str, Any] = {"things": things, "can_ask": False, "unreadable": None}
    try:
        _, shop = await store.shop(context, connection, one.name)
        facts["can_ask"] = systems.find(one.system).can_ask(shop)
    except UnreadableSecrets as error:
        facts["unreadable"] = error
    return {**facts, "webhook_path": connections.webhook_path(one)}


def _last(found: list[jobs.JobInfo]) -> dict[str, Polled]:
    """Return of each shop what its last reading brought."""
    told: dict[str, Polled] = {}
    for each in found:
        for row in (each.result or {}).get("shops", ()):
            polled = msgspec.convert(row, Polled)
            told.setdefault(polled.name, polled)
    return told


def _plain(asked: Asked) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in ("name", "url", "source", "secrets", "options")}


def _taken(visit: Visit) -> str:
    return visit.words.gettext("There is a connection of this name already. Choose another name, or change that one.")
