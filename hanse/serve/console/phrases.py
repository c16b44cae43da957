"""Small texts made from data: schedules, remaining times, technical data, findings; and all names, bound to one language for templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from hanse.data.imports.schemas import DeadLetter, DeadLetterFilter, DeadLetterGroup
from hanse.serve.console import forms, labels, measures, nightly_words, places
from hanse.serve.console.texts import NOTHING, Words
from hanse.serve.jobs import JobInfo

NUMBER = re.compile(r"\d[\d,]*")
SENTENCE_END = re.compile(r"(?<=\.) (?=[A-Z])")
READING = "reading "
MOST_DECIMALS = 9
SURE_ENOUGH = 0.05
"""Progress from which on the rest can be estimated."""


def for_templates(words: Words) -> dict[str, Callable[..., Any]]:
    """Return what templates call things by, in one language."""
    named: dict[str, Callable[..., Any]] = {
        "job_state": labels.job_state,
        "import_state": labels.import_state,
        "reject_state": labels.reject_state,
        "product_state": labels.product_state,
        "origin_name": labels.origin,
        "medium_kind": labels.medium,
        "model_state": labels.model_state,
        "role_name": labels.role,
        "role_may": labels.role_may,
        "arm_name": labels.arm,
        "basis_name": labels.basis,
        "purpose_name": labels.purpose,
        "effect_name": labels.effect,
        "kind_name": labels.kind,
        "count_name": labels.count,
        "identity_name": labels.identity,
        "event_name": labels.event,
        "event_type": labels.event_type,
        "actor_kind": labels.actor_kind,
        "trait_name": labels.trait,
        "role_of": labels.membership,
        "contract_kind": labels.contract,
        "field_name": _field,
        "schedule_text": schedule,
        "attribute_text": attribute,
        "finding_text": finding,
        "reason_text": reason,
        "shortfall_text": nightly_words.shortfall,
        "remaining": remaining,
        "note_text": note,
        "money_verdict": measures.money_verdict,
        "money_undecided": measures.undecided,
        "whole_money": measures.whole_money,
    }
    bound: dict[str, Callable[..., Any]] = {name: partial(function, words) for name, function in named.items()}
    return {**bound, "relation_name": partial(_relation, words), "verdict": measures.verdict, "is_current": places.current}


def schedule(words: Words, cron: str | None) -> str:
    """Return when a job runs by itself, as people say it."""
    if not cron:
        return words.gettext("when asked")
    minute, hour, *rest = cron.split()
    if rest == ["*", "*", "*"] and minute.isdecimal() and hour.isdecimal():
        moment = words.local(datetime.now(UTC).replace(hour=int(hour), minute=int(minute)))
        return words.gettext("every day at %(time)s", time=f"{moment:%H:%M}")
    if rest == ["*", "*", "*"] and hour == "*" and minute.isdecimal():
        return words.gettext("every hour, %(minute)s minutes past", minute=minute)
    if rest == ["*", "*", "*"] and hour == "*" and minute.startswith("*/"):
        return words.gettext("every %(minutes)s minutes", minutes=minute[2:])
    return cron


def remaining(words: Words, job: JobInfo, now: datetime) -> str:
    """Return how long a running job will still take, once that can be told."""
    done = job.progress_score or 0
    if job.started_at is None or done < SURE_ENOUGH:
        return words.gettext("How long it takes cannot be told yet.")
    seconds = (now - job.started_at).total_seconds() * (1 - done) / done
    return words.gettext("About %(duration)s left.", duration=words.duration(max(seconds, 1)))


def attribute(words: Words, value: Any) -> str:
    """Return a technical fact with its unit."""
    unit = ""
    if isinstance(value, Mapping) and "value" in value:
        unit, value = str(value.get("unit") or ""), value["value"]
    if isinstance(value, Mapping):
        value = words.text_of(value)
    if isinstance(value, bool):
        value = words.gettext("yes") if value else words.gettext("no")
    elif isinstance(value, int | float):
        value = words.number(value, _decimals(value))
    elif isinstance(value, list):
        value = ", ".join(attribute(words, each) for each in value)
    return f"{value} {unit}".strip() if value not in (None, "") else NOTHING


def _decimals(value: float) -> int:
    """Return as many decimals as a number has, so that a small one does not become nothing."""
    written = f"{Decimal(str(value)):f}".partition(".")[2].rstrip("0")
    return min(len(written), MOST_DECIMALS)


def finding(words: Words, value: Any) -> str:
    """Return what an import noticed; its sentence is translated and then filled."""
    fields = value if isinstance(value, Mapping) else {name: getattr(value, name) for name in ("finding", "template", "facts", "rows")}
    template = fields.get("template")
    if not template:
        return str(fields.get("finding", ""))
    facts = dict(fields.get("facts") or {})
    if "kind" in facts:
        facts["kind"] = labels.kind(words, facts["kind"])
    return words.gettext(template).format_map({**facts, "rows": words.number(fields.get("rows"))})


def note(words: Words, text: str | None) -> str:
    """Return what a job says it is doing; its numbers are taken out to find the translation, and put back as the language writes them."""
    if not text:
        return ""
    numbers = [words.number(int(found.replace(",", ""))) for found in NUMBER.findall(text)]
    template = NUMBER.sub("{number}", text)
    if template in words.catalog:
        parts = words.gettext(template).split("{number}")
        return "".join(part + number for part, number in zip(parts, [*numbers, ""], strict=False))
    if text.startswith(READING):
        return words.gettext("reading %(name)s", name=text.removeprefix(READING))
    return words.gettext(text)


def reason(words: Words, reject: DeadLetter | DeadLetterGroup | DeadLetterFilter) -> str:
    """Return why something could not be taken in."""
    return sentences(words, reject.reason or "")


def sentences(words: Words, text: str) -> str:
    """Return a text in the language: as a whole where it is known, else each sentence of it that is."""
    if text in words.catalog:
        return words.gettext(text)
    return " ".join(words.gettext(each) for each in SENTENCE_END.split(text))


def _field(words: Words, name: str) -> str:
    return forms.label(name, words)


def _relation(words: Words, name: str, inverse: bool) -> str:  # noqa: FBT001  # templates call it with the value they loop over
    return labels.relation(words, name, inverse=inverse)
