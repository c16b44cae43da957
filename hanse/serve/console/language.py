"""Language models: which may be asked, with what key and at what price; what they may cost a day; and the switch for all of them."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from hanse.ai.language import operations
from hanse.ai.language.errors import UnknownLanguageModel
from hanse.ai.language.schemas import (
    AskBudgets,
    AskModels,
    Budget,
    Keep,
    LanguageModel,
    NamedModel,
    RemoveBudget,
    SaveBudget,
    SaveModel,
    Switch,
    Trial,
)
from hanse.base import context as contract
from hanse.base.errors import HanseError
from hanse.base.operation import Operation
from hanse.data.access.accounts import Permission
from hanse.serve.console import language_words, pages, session
from hanse.serve.console.session import AnyRequest, Visit

PATH = "/language"
NEARLY = 0.8
"""Share of a budget from which on it is nearly used up."""
COPIED = tuple(name for name in SaveModel.__struct_fields__ if name != "key")


@get("/language")
async def show(request: AnyRequest) -> Response[bytes]:
    """Show the models, the budgets with what was used today, and the switch."""
    return await _page(session.of(request))


@get("/language/models/{model_name:str}")
async def show_one(request: AnyRequest, model_name: FromPath[str]) -> Response[bytes]:
    """Show one model, with the form filled in to change it."""
    return await _page(session.of(request), name=model_name)


@post("/language/models", status_code=200)
async def save(request: AnyRequest) -> Response[bytes]:
    """Set a model up, or change one."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    form = await visit.form()
    try:
        saved = await _run(visit, operations.save_model, _asked(visit, form))
    except HanseError as error:
        return await _page(visit, status=error.status, wrong_form=visit.words.error(error), given=form)
    message = visit.words.gettext("%(name)s is saved. Try it, so that Hanse learns what it can do.", name=saved.name)
    return pages.redirect(visit, f"{PATH}/models/{saved.name}", message=message)


@post("/language/models/{model_name:str}/try", status_code=200)
async def try_one(request: AnyRequest, model_name: FromPath[str]) -> Response[bytes]:
    """Try a model."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    found: Trial = await _run(visit, operations.try_model, NamedModel(name=model_name))
    if not found.works:
        problem = language_words.came(visit.words, found.problem)
        message = visit.words.gettext("%(name)s does not answer: %(problem)s.", name=model_name, problem=problem)
    else:
        message = visit.words.gettext("%(name)s answers.", name=model_name)
    return pages.redirect(visit, f"{PATH}/models/{model_name}", message=message)


@post("/language/models/{model_name:str}/state", status_code=200)
async def change(request: AnyRequest, model_name: FromPath[str]) -> Response[bytes]:
    """Switch one model on or off, or remove it."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    wanted = (await visit.form()).get("state", "")
    if wanted == "removed":
        await _run(visit, operations.remove_model, NamedModel(name=model_name))
        return pages.redirect(visit, PATH, message=visit.words.gettext("%(name)s is removed.", name=model_name))
    before = await _one(visit, model_name)
    asked = SaveModel(**{**{name: getattr(before, name) for name in COPIED}, "is_on": wanted == "on"})
    await _run(visit, operations.save_model, asked)
    done = visit.words.gettext("%(name)s is asked again.") if asked.is_on else visit.words.gettext("%(name)s is not asked any more.")
    return pages.redirect(visit, f"{PATH}/models/{model_name}", message=done % {"name": model_name})


@post("/language/switch", status_code=200)
async def switch(request: AnyRequest) -> Response[bytes]:
    """Switch all models off, or on again."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    found = await _run(visit, operations.switch, Switch(is_on=(await visit.form()).get("is_on") == "true"))
    gettext = visit.words.gettext
    message = gettext("Language models are asked again.") if found.is_on else gettext("No language model is asked any more.")
    return pages.redirect(visit, PATH, message=message)


@post("/language/budgets", status_code=200)
async def save_budget(request: AnyRequest) -> Response[bytes]:
    """Set what a capability may use in a day; without any limit its budget goes."""
    visit = session.of(request)
    visit.need(Permission.KEYS)
    form, words, currency = await visit.form(), visit.words, visit.runtime.settings.currency
    capability = form.get("capability", "")
    try:
        tokens = language_words.whole(words, words.gettext("Tokens a day"), form.get("tokens", ""))
        amount = language_words.minor(words, words.gettext("Money a day"), form.get("money", ""), currency)
        plain = {"capability": capability, "tokens_a_day": tokens, "money_a_day_minor": None if amount is None else round(amount)}
        if tokens is None and amount is None:
            await _run(visit, operations.remove_budget, _converted({"capability": capability}, RemoveBudget))
        else:
            await _run(visit, operations.save_budget, _converted(plain, SaveBudget))
    except HanseError as error:
        return await _page(visit, status=error.status, wrong_budget=words.error(error), budget_given=form)
    return pages.redirect(visit, f"{PATH}#budgets", message=words.gettext("The budget is set."))


@post("/language/keep", status_code=200)
async def keep(request: AnyRequest) -> Response[bytes]:
    """Set how long the record is kept."""
    visit = session.of(request)
    visit.need(Permission.RETENTION)
    try:
        days = language_words.whole(visit.words, visit.words.gettext("Days"), (await visit.form()).get("days", "")) or 0
        await _run(visit, operations.keep, _converted({"days": days}, Keep))
    except HanseError as error:
        return await _page(visit, status=error.status, wrong_days=visit.words.error(error))
    return pages.redirect(visit, "/language/calls", message=visit.words.ngettext("Calls are kept %(num)s day.", "Calls are kept %(num)s days.", days))


def names(visit: Visit) -> dict[str, Any]:
    """Return what the templates of these pages call things by."""
    words, currency = visit.words, visit.runtime.settings.currency
    return {
        "role_title": partial(language_words.role, words),
        "state_of": partial(language_words.state, words),
        "structured_text": partial(language_words.structured, words),
        "outcome_of": partial(language_words.outcome, words),
        "came_text": partial(language_words.came, words),
        "fault_name": partial(language_words.fault, words),
        "whose": partial(language_words.whose, words, registry=visit.runtime.registry),
        "cents": partial(language_words.cents, words),
        "typed": partial(language_words.typed, words, currency=currency),
        "host_of": lambda url: urlsplit(url).netloc,
        "currency": currency,
    }


async def _run(visit: Visit, operation: Operation[Any, Any], asked: Any) -> Any:
    async with visit.context(frozenset({operation.name})) as context:
        return await contract.run(operation, asked, context)


async def _one(visit: Visit, name: str) -> LanguageModel:
    found = await _run(visit, operations.models, AskModels())
    one: LanguageModel | None = next((each for each in found.models if each.name == name), None)
    if one is None:
        raise UnknownLanguageModel(name=name)
    return one


async def _page(visit: Visit, *, status: int = 200, name: str | None = None, **facts: Any) -> Response[bytes]:
    one = await _one(visit, name) if name else None
    found, budgets = await _run(visit, operations.models, AskModels()), await _run(visit, operations.budgets, AskBudgets())
    usual: dict[str, Any] = {
        "wrong_form": "",
        "wrong_budget": "",
        "wrong_days": "",
        "budget_given": {},
        "one": one,
        "roles": ("large", "small", "vision"),
        "given": _given(visit, one),
        "nearly": NEARLY,
    }
    if one and visit.wants_drawer:
        return pages.fragment(visit, "language_model.html", **{**usual, **names(visit)})
    lists = {
        "found": found,
        "budgets": budgets.budgets,
        "total": _total(budgets.budgets),
        "capabilities": sorted(visit.runtime.registry.capabilities),
    }
    return pages.page(visit, "language.html", status=status, **lists, **{**usual, **names(visit), **facts})


def _total(budgets: list[Budget]) -> Budget | None:
    return next((each for each in budgets if each.capability == "*"), None)


def _asked(visit: Visit, form: dict[str, str]) -> SaveModel:
    """Return the model that a form describes; raises `InvalidRequest` naming the field."""
    words, currency = visit.words, visit.runtime.settings.currency
    plain: dict[str, Any] = {
        name: form[name].strip() for name in ("name", "url", "model", "key", "role", "api_version", "length_field") if name in form
    }
    for name, title in (
        ("input_price_minor", words.gettext("Price of a million tokens sent")),
        ("output_price_minor", words.gettext("Price of a million tokens received")),
    ):
        plain[name] = language_words.minor(words, title, form.get(name, ""), currency) or 0.0
    whole = {
        "place": words.gettext("Order"),
        "context_tokens": words.gettext("Question and answer, tokens"),
        "timeout_seconds": words.gettext("Time limit"),
    }
    for name, title in whole.items():
        if (number := language_words.whole(words, title, form.get(name, ""))) is not None:
            plain[name] = number
    asked: SaveModel = _converted({**plain, "in_house": form.get("in_house") == "true", "is_on": form.get("is_on") == "true"}, SaveModel)
    return asked


def _converted(plain: dict[str, Any], kind: type[Any]) -> Any:
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        raise contract.invalid(error) from error


def _given(visit: Visit, one: LanguageModel | None) -> dict[str, str]:
    """Return what the form has in it at first: the model that is to be changed, else what is usual."""
    currency = visit.runtime.settings.currency
    if one is None:
        return {"role": "large", "context_tokens": "8192", "timeout_seconds": "60", "place": "0", "is_on": "true", "length_field": "max_tokens"}
    plain = {name: getattr(one, name) for name in COPIED}
    prices = {name: language_words.typed(visit.words, plain[name], currency) for name in ("input_price_minor", "output_price_minor")}
    flags = {name: "true" if plain[name] else "" for name in ("in_house", "is_on")}
    return {**{name: str(value) for name, value in plain.items()}, "timeout_seconds": f"{one.timeout_seconds:.0f}", **prices, **flags}
