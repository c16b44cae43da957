"""Experiments: which there are, making one, starting and stopping it, and what its variants have brought so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from hanse.base import context as contract
from hanse.base.errors import HanseError
from hanse.base.operation import Operation
from hanse.data.access.accounts import Permission
from hanse.data.decisions.effect import Difference
from hanse.data.decisions.revenue import GroupRevenue, MoneyDifference
from hanse.data.experiments import operations, report, store
from hanse.data.experiments.schemas import Experiment, ExperimentReport, Measure, VariantReport
from hanse.serve.console import measures, pages, session
from hanse.serve.console.session import AnyRequest, Visit
from hanse.serve.console.texts import NOTHING, Words

PATH = "/experiments"
ROWS = 4
"""Variants that the form has room for; the operation takes more."""


class UnreadableParameters(HanseError):
    """The parameters of {variant} cannot be read. Write a JSON object, or leave them out."""

    status = 422
    exit_code = 2


@get("/experiments")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show all experiments, and the form for a new one."""
    return await _page(session.of(request))


@post("/experiments", status_code=200)
async def create(request: AnyRequest) -> Response[bytes]:
    """Make an experiment from what was typed; it does not run yet."""
    visit = session.of(request)
    visit.need(Permission.EXPERIMENT)
    form = await visit.form()
    try:
        made: Experiment = await _run(visit, operations.create, _asked(form))
    except HanseError as error:
        return await _page(visit, status=error.status, wrong=visit.words.error(error), given=form)
    message = visit.words.gettext("The experiment is made. It runs once you start it.")
    return pages.redirect(visit, f"{PATH}/{made.experiment_id}", message=message)


@get("/experiments/{experiment_id:uuid}")
async def show_one(request: AnyRequest, experiment_id: FromPath[UUID]) -> Response[bytes]:
    """Show what the variants of an experiment have brought so far."""
    return await _report(session.of(request), experiment_id)


@post("/experiments/{experiment_id:uuid}/start", status_code=200)
async def start(request: AnyRequest, experiment_id: FromPath[UUID]) -> Response[bytes]:
    """Start an experiment."""
    visit = session.of(request)
    return await _change(visit, experiment_id, operations.start, visit.words.gettext("The experiment runs."))


@post("/experiments/{experiment_id:uuid}/stop", status_code=200)
async def stop(request: AnyRequest, experiment_id: FromPath[UUID]) -> Response[bytes]:
    """Stop an experiment."""
    visit = session.of(request)
    return await _change(
        visit, experiment_id, operations.stop, visit.words.gettext("The experiment is stopped. Everybody gets the usual answer again.")
    )


def measure_name(words: Words, measure: str) -> str:
    """Return what decides an experiment, as people say it."""
    gettext = words.gettext
    return {
        Measure.REVENUE: gettext("Money per customer"),
        Measure.BUYERS: gettext("Share of customers who order"),
        Measure.CLICKERS: gettext("Share of customers who click"),
    }[Measure(measure)]


def state_name(words: Words, state: str) -> tuple[str, str, str]:
    """Return the name of an experiment's state, how good it is, and its icon."""
    gettext = words.gettext
    return {
        "draft": (gettext("draft"), "", "pencil"),
        "running": (gettext("running"), "good", "play"),
        "stopped": (gettext("stopped"), "", "ban"),
    }[state]


def standing(words: Words, found: ExperimentReport, variant: VariantReport) -> tuple[str, str]:
    """Return in a sentence how a variant stands against the first by the measure of the experiment, and how good that is."""
    if variant is found.variants[0]:
        return words.gettext("what the others are compared with"), ""
    if found.experiment.measure is Measure.REVENUE:
        return _money_standing(words, variant.revenue_difference, found.currency)
    gap = variant.orders_difference if found.experiment.measure is Measure.BUYERS else variant.clicks_difference
    if gap is None or not gap.significant:
        return measures.verdict(words, gap)
    return _said(words, words.gettext("%(points)s percentage points", points=words.points(gap.points)), better=gap.points > 0)


def money_gap(words: Words, gap: MoneyDifference | None, currency: str) -> tuple[str, str]:
    """Return a difference per customer and its interval; dashes where there is none."""
    if gap is None:
        return NOTHING, ""
    money = (words.money(None if each is None else round(each), currency) for each in (gap.lower_per_profile_minor, gap.upper_per_profile_minor))
    low, high = money
    ends = words.gettext("%(low)s to %(high)s", low=low, high=high) if gap.lower_per_profile_minor is not None else ""
    return words.money(round(gap.per_profile_minor), currency), ends


def points_gap(words: Words, gap: Difference | None) -> tuple[str, str]:
    """Return a difference in percentage points and its interval; dashes where there is none."""
    if gap is None:
        return NOTHING, ""
    return words.points(gap.points), words.gettext("%(low)s to %(high)s", low=words.points(gap.lower_points), high=words.points(gap.upper_points))


def per_profile(words: Words, revenue: GroupRevenue, currency: str) -> str:
    """Return what a customer of a group spends."""
    return words.money(None if revenue.per_profile_minor is None else round(revenue.per_profile_minor), currency)


def _money_standing(words: Words, gap: MoneyDifference | None, currency: str) -> tuple[str, str]:
    if gap is None or not gap.significant:
        return measures.undecided(words, gap), ""
    return _said(words, words.money(round(gap.per_profile_minor), currency), better=gap.per_profile_minor > 0)


def _said(words: Words, amount: str, *, better: bool) -> tuple[str, str]:
    if better:
        return words.gettext("surely better: %(amount)s", amount=amount), "good"
    return words.gettext("surely worse: %(amount)s", amount=amount), "bad"


async def _page(visit: Visit, *, status: int = 200, wrong: str = "", given: Mapping[str, str] | None = None) -> Response[bytes]:
    async with visit.context() as context:
        found = await store.listing(await context.connection())
    answering = sorted(each.name for each in visit.runtime.registry.operations.values() if each.decides)
    facts: dict[str, Any] = {"experiments": found, "operations": answering, "measures": list(Measure), "rows": range(1, ROWS + 1)}
    return pages.page(visit, "experiments.html", status=status, wrong=wrong, given=given or {}, **facts, **_named(visit.words))


async def _report(visit: Visit, experiment_id: UUID, *, status: int = 200, wrong: str = "") -> Response[bytes]:
    async with visit.context() as context:
        connection = await context.connection()
        experiment = await store.find(connection, experiment_id)
        found = await report.make(connection, experiment, now=context.clock.now(), currency=visit.runtime.settings.currency)
    return pages.page(visit, "experiment.html", status=status, report=found, experiment=experiment, wrong=wrong, **_named(visit.words))


def _named(words: Words) -> dict[str, Any]:
    """Return what the templates call things by."""
    return {
        "measure_name": lambda each: measure_name(words, each),
        "state_name": lambda each: state_name(words, each),
        "standing": lambda found, each: standing(words, found, each),
        "money_gap": lambda gap, currency: money_gap(words, gap, currency),
        "points_gap": lambda gap: points_gap(words, gap),
        "per_profile": lambda revenue, currency: per_profile(words, revenue, currency),
    }


async def _change(visit: Visit, experiment_id: UUID, operation: Operation[Any, Any], message: str) -> Response[bytes]:
    visit.need(Permission.EXPERIMENT)
    async with visit.context() as context:
        experiment = await store.find(await context.connection(), experiment_id)
    try:
        await _run(visit, operation, {"name": experiment.name})
    except HanseError as error:
        return await _report(visit, experiment_id, status=error.status, wrong=visit.words.error(error))
    return pages.redirect(visit, f"{PATH}/{experiment_id}", message=message)


async def _run(visit: Visit, operation: Operation[Any, Any], arguments: Mapping[str, Any]) -> Any:
    request = contract.parse(operation, arguments)
    async with visit.context(frozenset({operation.name})) as context:
        return await contract.run(operation, request, context)


def _asked(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the experiment that a form asks for; raises `UnreadableParameters`."""
    fields = {name: form.get(name, "").strip() for name in ("name", "operation", "placement", "hypothesis", "measure")}
    return {**{name: value for name, value in fields.items() if value}, "variants": [_variant(form, row) for row in _filled(form)]}


def _filled(form: Mapping[str, str]) -> list[int]:
    return [row for row in range(1, ROWS + 1) if form.get(f"variant_{row}", "").strip()]


def _variant(form: Mapping[str, str], row: int) -> dict[str, Any]:
    name, weight = form[f"variant_{row}"].strip(), form.get(f"weight_{row}", "").strip().replace(",", ".")
    try:
        parameters = msgspec.json.decode(form.get(f"parameters_{row}", "").strip() or "{}", type=dict[str, Any])
    except msgspec.DecodeError:
        raise UnreadableParameters(variant=name) from None
    return {"name": name, "weight": _number(weight) if weight else 1, "parameters": parameters}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
