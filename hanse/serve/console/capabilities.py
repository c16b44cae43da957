"""The page of a capability: what it brought, a form to try it, the rules it keeps, and the model behind it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from hanse.ai.models import Models
from hanse.ai.models import store as models
from hanse.ai.models.schemas import Entry
from hanse.base import context as contract
from hanse.base.capability import Capability
from hanse.base.database import Connection
from hanse.base.errors import HanseError, InvalidRequest
from hanse.base.operation import Effect, Operation
from hanse.data.access.accounts import Permission
from hanse.data.catalog import listing
from hanse.data.decisions import effect
from hanse.data.experiments import store as experiments
from hanse.data.experiments.schemas import State
from hanse.serve import jobs
from hanse.serve.console import answers, forms, measures, pages, period, session
from hanse.serve.console.session import AnyRequest, Visit

NEEDED = {Effect.READ: Permission.SEE, Effect.WRITE: Permission.EXPERIMENT, Effect.ACT: Permission.EXPERIMENT}
SUGGESTED = 20
RUNS = 10
LATEST = 25


class UnknownCapability(HanseError):
    """There is no capability {capability} here. It may have been switched off."""

    status = 404
    exit_code = 2


@get("/capabilities/{name:str}")
async def show(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Show what a capability brought: treated against held out."""
    visit = session.of(request)
    capability, span = find(visit, name), period.of(visit)
    async with visit.context() as context:
        connection = await context.connection()
        settings = visit.runtime.settings
        usual: dict[str, Any] = {"time_zone": settings.time_zone, "currency": settings.currency}
        found = await effect.effects(connection, name, since=span.since, until=span.until, **usual)
        running = [each for each in await experiments.listing(connection, State.RUNNING) if each.operation.startswith(f"{name}.")]
        decisions = await effect.page(connection, name, uuid(request.query_params.get("before", "")), LATEST)
    scale = measures.scale((found.clicks, found.orders))
    facts: dict[str, Any] = {
        "effect": found,
        "chart": measures.click_rates(found, visit.words),
        "scale": scale,
        "decisions": decisions,
        "experiments": running,
    }
    following = pages.link_with(request, before=decisions.next_before) if decisions.next_before else None
    return pages.page(visit, "effect.html", **head(visit, capability, "effect"), **facts, period=span, next=following)


@get("/capabilities/{name:str}/try")
async def show_form(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Show the form of a capability's first operation."""
    return await show_form_of(request, name, "")


@get("/capabilities/{name:str}/try/{operation_name:str}")
async def show_form_of_one(request: AnyRequest, name: FromPath[str], operation_name: FromPath[str]) -> Response[bytes]:
    """Show the form of an operation, filled from the address where it says so."""
    return await show_form_of(request, name, operation_name)


async def show_form_of(request: AnyRequest, name: str, operation_name: str) -> Response[bytes]:
    """Show the form of an operation, by its name or the first."""
    visit = session.of(request)
    capability = find(visit, name)
    operation = _operation(visit, capability, operation_name)
    facts = await _form(visit, operation, dict(request.query_params.items())) if operation else {}
    return pages.page(visit, "try.html", **head(visit, capability, "try"), operation=operation, answer=None, **facts)


@post("/capabilities/{name:str}/try/{operation_name:str}", status_code=200)
async def try_it(request: AnyRequest, name: FromPath[str], operation_name: FromPath[str]) -> Response[bytes]:
    """Run an operation with what was typed, in the name of who is signed in."""
    visit = session.of(request)
    capability = find(visit, name)
    operation = _operation(visit, capability, operation_name)
    if operation is None:
        raise UnknownCapability(capability=name)
    visit.need(NEEDED[operation.effect])
    form = await visit.form()
    answer = await _run(visit, operation, form)
    if visit.wants_fragment:
        return pages.fragment(visit, "answer.html", operation=operation, answer=answer)
    facts = await _form(visit, operation, form)
    return pages.page(visit, "try.html", **head(visit, capability, "try"), operation=operation, answer=answer, **facts)


def kept(visit: Visit, name: str) -> dict[str, Any]:
    """Return what a capability keeps to: its schedules, and the share of customers that is held out."""
    declared = [each for each in visit.runtime.registry.jobs.values() if each.name.startswith(f"{name}.")]
    return {"jobs": declared, "share": visit.runtime.settings.holdout_share}


@get("/capabilities/{name:str}/model")
async def show_model(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Show the models behind a capability: card, measures against the baseline, training runs."""
    visit = session.of(request)
    capability = find(visit, name)
    trains = f"{name}.train" in visit.runtime.registry.jobs
    async with visit.context() as context:
        connection = await context.connection()
        entries = [each for each in await models.listing(connection) if each.name.startswith(f"{name}.")]
        runs = await jobs.page(connection, name=f"{name}.train", limit=RUNS) if trains else []
    current = {each.name: each for each in entries if each.state == "current"}
    chosen = _chosen(entries, current, request.query_params.get("version", ""))
    facts: dict[str, Any] = {"entries": entries, "current": list(current.values()), "chosen": chosen, "runs": runs, "trains": trains}
    history = measures.history(entries, chosen, visit.words) if chosen else None
    return pages.page(visit, "model.html", **head(visit, capability, "model"), **facts, history=history)


@post("/capabilities/{name:str}/train", status_code=200)
async def train(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Have the models trained now."""
    visit = session.of(request)
    visit.need(Permission.TRAIN)
    find(visit, name)
    job_id = await visit.queue.put(f"{name}.train")
    async with visit.context() as context:
        await visit.note(context, f"{name}.train", subject=str(job_id or ""))
    if job_id is None:
        return pages.redirect(visit, f"/capabilities/{name}/model", message=visit.words.gettext("A training is waiting already."))
    return pages.redirect(visit, f"/jobs/{job_id}", message=visit.words.gettext("The training has begun."))


def head(visit: Visit, capability: Capability, tab: str) -> dict[str, Any]:
    """Return what the head and the tabs of a capability's pages need."""
    unreadable = [each for each in visit.runtime.resources.get(Models).problems if each.name.startswith(f"{capability.name}.")]
    return {"capability": capability, "tab": tab, "operations": _operations(visit, capability), "unreadable": unreadable}


def find(visit: Visit, name: str) -> Capability:
    """Return a capability by name; raises `UnknownCapability`."""
    try:
        return visit.runtime.registry.capabilities[name]
    except KeyError:
        raise UnknownCapability(capability=name) from None


def _operations(visit: Visit, capability: Capability) -> list[Operation[Any, Any]]:
    return [each for each in visit.runtime.registry.operations.values() if each.capability == capability.name]


def _operation(visit: Visit, capability: Capability, name: str) -> Operation[Any, Any] | None:
    declared = _operations(visit, capability)
    if not name:
        return declared[0] if declared else None
    return visit.runtime.registry.find(f"{capability.name}.{name}")


async def _form(visit: Visit, operation: Operation[Any, Any], given: dict[str, str]) -> dict[str, Any]:
    declared = forms.fields(operation.request_type, operation.example, visit.words)
    async with visit.context() as context:
        suggestions = await _suggestions(visit, await context.connection(), {field.name for field in declared})
    first = {name: options[0].value for name, options in suggestions.items() if options}
    values = {field.name: given.get(field.name, first.get(field.name, field.example) if field.required else field.default) for field in declared}
    return {"fields": declared, "values": values, "suggestions": suggestions, "allowed": visit.may(NEEDED[operation.effect])}


async def _suggestions(visit: Visit, connection: Connection, wanted: set[str]) -> dict[str, list[forms.Choice]]:
    """Return what the catalog has to offer for the fields that name something of it."""
    found: dict[str, list[forms.Choice]] = {}
    if "product_id" in wanted:
        best = await listing.page(connection, state="active", limit=SUGGESTED, language=visit.words.language)
        found["product_id"] = [forms.Choice(each.product_id, each.title) for each in best.products]
    if "category" in wanted:
        found["category"] = [forms.Choice(each.path, each.name) for each in await listing.categories(connection, visit.words.language)]
    return found


async def _run(visit: Visit, operation: Operation[Any, Any], form: dict[str, str]) -> dict[str, Any]:
    declared = forms.fields(operation.request_type, operation.example, visit.words)
    try:
        request = contract.parse(operation, forms.arguments(form, declared))
        async with visit.context(frozenset({operation.name, *operation.calls})) as context:
            started = context.clock.now()
            found = await contract.run(operation, request, context)
            seconds = (context.clock.now() - started).total_seconds()
    except InvalidRequest as error:
        return {
            "problems": forms.problems(error, visit.words),
            "error": visit.words.error(error),
            "labels": {field.name: field.label for field in declared},
        }
    except HanseError as error:
        return {"error": visit.words.error(error), "problems": {}, "labels": {}}
    plain = msgspec.to_builtins(found)
    shown = {"cards": answers.cards(plain, visit.words), "facts": answers.facts(plain, decides=operation.decides)}
    return {"error": "", "problems": {}, "plain": plain, "seconds": seconds, "request": msgspec.to_builtins(request), **shown}


def _chosen(entries: list[Entry], current: dict[str, Entry], version: str) -> Entry | None:
    named = [each for each in entries if each.version == version]
    return next(iter((*named, *current.values(), *entries)), None)


def uuid(text: str) -> UUID | None:
    """Return an id that stands in an address; null for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
