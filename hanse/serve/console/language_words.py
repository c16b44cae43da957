"""Everyday names of what language models do: roles, states, outcomes, what went wrong, and amounts as people type them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from hanse.ai.language.budgets import ALL
from hanse.ai.language.schemas import LanguageModel
from hanse.base import money
from hanse.base.errors import FieldProblem, InvalidRequest
from hanse.serve.console.texts import NOTHING, Words
from hanse.serve.registry import Registry

State = tuple[str, str, str]
"""Name, how good it is, and icon."""


def role(words: Words, name: str) -> str:
    """Return what a language model is for."""
    gettext = words.gettext
    return {"small": gettext("Small: to sort and decide"), "large": gettext("Large: texts for people"), "vision": gettext("Vision: pictures too")}[
        name
    ]


def state(words: Words, model: LanguageModel) -> State:
    """Return how a model is doing."""
    gettext = words.gettext
    if not model.is_on:
        return gettext("switched off"), "", "pause"
    if model.tried_at is None:
        return gettext("not tried yet"), "warn", "circle-help"
    if model.tried_problem:
        return gettext("does not answer"), "bad", "circle-alert"
    return gettext("answers"), "good", "check"


def speaker(words: Words, name: str) -> str:
    """Return whose message it is."""
    gettext = words.gettext
    return {"system": gettext("What the model is told"), "user": gettext("What it is asked"), "assistant": gettext("What it answers")}.get(name, name)


def structured(words: Words, way: str | None) -> str:
    """Return how a model gives JSON."""
    gettext = words.gettext
    names = {
        "schema": gettext("by schema"),
        "grammar": gettext("by schema, kept to by a grammar"),
        "object": gettext("as an object, checked here"),
        "none": gettext("when told in words, checked here"),
    }
    return names.get(way or "", NOTHING)


def outcome(words: Words, name: str) -> State:
    """Return what came of a call."""
    gettext = words.gettext
    return {
        "answered": (gettext("answered"), "good", "check"),
        "fell_back": (gettext("answered by another model"), "warn", "shuffle"),
        "refused_by_budget": (gettext("budget used up"), "warn", "wallet"),
        "too_long": (gettext("too long"), "warn", "ruler"),
        "failed": (gettext("no model answered"), "bad", "circle-alert"),
        "unusable": (gettext("not usable"), "bad", "circle-alert"),
        "failed_checks": (gettext("said what it may not"), "bad", "triangle-alert"),
        "broken_off": (gettext("broken off"), "", "ban"),
    }.get(name, (name, "", "circle-help"))


def came(words: Words, text: str) -> str:
    """Return what came of asking one model."""
    gettext = words.gettext
    known = {
        "answered": gettext("answered"),
        "mended": gettext("answered usably when asked again"),
        "an answer of another shape": gettext("answered twice in another form than asked for"),
        "an answer that failed the checks": gettext("said what it may not"),
        "no answer in time": gettext("no answer in time"),
        "no connection": gettext("no connection"),
        "the connection broke": gettext("the connection broke"),
        "an address that cannot be used": gettext("an address that cannot be used"),
        "an answer without an end": gettext("an answer without an end"),
        "an answer that stopped in the middle": gettext("an answer that stopped in the middle"),
        "an answer that is not that of a chat interface": gettext("an answer that is not that of a chat interface"),
        "an error in the place of an answer": gettext("an error in the place of an answer"),
        "an empty answer": gettext("an empty answer"),
        "refused by its filter": gettext("refused by its filter"),
    }
    if text.startswith("status "):
        return _status(words, *text.removeprefix("status ").partition(", ")[::2])
    return known.get(text, text)


def _status(words: Words, status: str, code: str) -> str:
    gettext = words.gettext
    meaning = {
        "401": gettext("the key is wrong"),
        "403": gettext("the key may not do this"),
        "404": gettext("there is no such model or address"),
        "429": gettext("too many questions, or no credit"),
    }.get(status, "")
    return ", ".join(filter(None, (gettext("answered with status %(status)s", status=status), meaning, code)))


def whose(words: Words, capability: str, registry: Registry) -> str:
    """Return the name of a capability in a budget or a call."""
    if capability == ALL:
        return words.gettext("All together")
    declared = registry.capabilities.get(capability)
    return words.gettext(declared.title) if declared else capability


def cents(words: Words, amount_minor: float, currency: str) -> str:
    """Return an amount that may be smaller than a cent: `0,0012 €`."""
    if amount_minor and amount_minor < 1:
        value = Decimal(str(amount_minor)).scaleb(-money.digits(currency))
        return f"{words.number(value, 6).rstrip('0')} {currency}"
    return words.money(round(amount_minor), currency)


def typed(words: Words, amount_minor: float | None, currency: str) -> str:
    """Return an amount as somebody would type it: `0,15`."""
    if amount_minor is None:
        return ""
    text = f"{Decimal(str(amount_minor)).scaleb(-money.digits(currency)).normalize():f}"
    return text.replace(".", ",") if words.language == "de" else text


def minor(words: Words, field: str, text: str, currency: str) -> float | None:
    """Return what somebody typed in minor units, null for nothing; raises `InvalidRequest`."""
    try:
        return float(Decimal(text.strip().replace(",", ".")).scaleb(money.digits(currency))) if text.strip() else None
    except InvalidOperation as error:
        raise _unreadable(words, field) from error


def whole(words: Words, field: str, text: str) -> int | None:
    """Return the whole number that somebody typed, with or without dots between thousands; null for nothing. Raises `InvalidRequest`."""
    plain = text.strip().replace(".", "").replace(",", "").replace(" ", "")
    if plain and not plain.isdecimal():
        raise _unreadable(words, field)
    return int(plain) if plain else None


def _unreadable(words: Words, field: str) -> InvalidRequest:
    message = words.gettext("%(field)s: a number is expected", field=field)
    return InvalidRequest(reason=message, fields=(FieldProblem(field=field, message=message),))


def masked_kind(words: Words, kind: str) -> str:
    """Return what a piece of personal data is."""
    gettext = words.gettext
    return {
        "PERSON": gettext("name of a person"),
        "EMAIL": gettext("e-mail address"),
        "PHONE": gettext("phone number"),
        "STREET": gettext("street with number"),
        "POSTCODE": gettext("postal code"),
        "CITY": gettext("place"),
        "BIRTHDATE": gettext("date of birth"),
        "IBAN": "IBAN",
        "ACCOUNT": gettext("bank account"),
        "CARD": gettext("card number"),
        "TAXID": gettext("tax number"),
        "VAT": gettext("VAT number"),
        "IDCARD": gettext("identity card"),
        "LICENCE": gettext("driving licence"),
        "INSURANCE": gettext("insurance number"),
        "PLATE": gettext("number plate"),
        "CUSTOMER": gettext("customer number"),
        "ORDER": gettext("order of the customer"),
        "ADDRESS": gettext("internet address"),
        "NUMBER": gettext("spoken number"),
        "DATA": gettext("encoded data"),
        "LITERAL": gettext("looks like a placeholder"),
    }.get(kind, kind)


def fault(words: Words, kind: str) -> str:
    """Return what checks found in an answer."""
    gettext = words.gettext
    return {
        "number": gettext("number that is not among the facts"),
        "unit": gettext("right number, another unit"),
        "price": gettext("price that is not among the facts"),
        "currency": gettext("right amount, another currency"),
        "old_price": gettext("former price and today's price confused"),
        "percentage": gettext("percentage that is not among the facts"),
        "code": gettext("type name that is not among the facts"),
        "product": gettext("product that may not be named"),
        "link": gettext("link that is not among the facts"),
        "email": gettext("e-mail address that is not among the facts"),
        "phone": gettext("phone number that is not among the facts"),
        "date": gettext("date or time that is not among the facts"),
        "claim": gettext("banned claim"),
        "length": gettext("too long or too short"),
        "address": gettext("wrong form of address"),
        "shouting": gettext("shouted"),
        "emoji": gettext("emoji"),
        "language": gettext("another language than was wanted"),
        "unchecked": gettext("could not be checked"),
    }.get(kind, kind)
