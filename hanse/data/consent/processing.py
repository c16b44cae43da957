"""The record of processing activities (Art. 30 DSGVO), made from the purposes that all operations declare.

An operation that is added is in it, under its purpose, without anybody thinking of it. What no program can know, such as the name of the
controller, is left to be completed and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hanse.base.operation import Operation, Purpose
from hanse.data.consent import frame, words


@dataclass(frozen=True)
class Declared:
    """What this installation declares; held by the process, as the layers below do not know those above."""

    operations: Callable[[], Iterable[Operation[Any, Any]]]
    say: Callable[[str, str], str]
    """Gives the first sentence of an operation in a language."""


class Use(msgspec.Struct, kw_only=True, frozen=True):
    """One operation that serves a purpose."""

    operation: Annotated[str, Meta(description="Name of the operation.")]
    summary: Annotated[str, Meta(description="What it does.")]
    effect: Annotated[str, Meta(description="Whether it reads, writes, or reaches a person.")]


class Activity(msgspec.Struct, kw_only=True, frozen=True):
    """One processing activity: everything that is done for one purpose."""

    purpose: Annotated[str, Meta(description="The purpose that operations declare.")]
    title: Annotated[str, Meta(description="The purpose in words (Art. 30(1)(b)).")]
    legal_basis: Annotated[str, Meta(description="On what it rests (Art. 6 DSGVO).")]
    subjects: Annotated[str, Meta(description="Whose data it is (Art. 30(1)(c)).")]
    data: Annotated[str, Meta(description="Which kinds of data (Art. 30(1)(c)).")]
    recipients: Annotated[str, Meta(description="Who gets it (Art. 30(1)(d)).")]
    transfers: Annotated[str, Meta(description="Whether it leaves the EU (Art. 30(1)(e)).")]
    retention: Annotated[str, Meta(description="When it is erased (Art. 30(1)(f)).")]
    measures: Annotated[str, Meta(description="How it is protected (Art. 30(1)(g), Art. 32(1)).")]
    operations: Annotated[list[Use], Meta(description="What is done for this purpose.")]


@dataclass(frozen=True)
class _Kind:
    title: str
    legal_basis: str
    subjects: str
    data: str


EVERYBODY = "Customers, visitors of the shop, contacts at business customers"
KINDS = {
    Purpose.CONTRACT: _Kind(
        "Fulfilling contracts: orders, delivery, returns and service",
        "Contract, Art. 6(1)(b) DSGVO",
        "Customers, contacts at business customers",
        "Master data, contact data, orders, service requests, installed machines",
    ),
    Purpose.OPERATION: _Kind(
        "Running the shop: one log, one customer, one catalog, and the rights of the people in them",
        "Legitimate interest, Art. 6(1)(f) DSGVO; for consents, information and erasure the legal obligation, Art. 6(1)(c) DSGVO",
        f"{EVERYBODY}, users of the console",
        "Ids of customers and browsers, contact data, orders, what was done in the shop, consents with their evidence, accounts and audit log",
    ),
    Purpose.SECURITY: _Kind(
        "Preventing fraud and misuse",
        "Legitimate interest, Art. 6(1)(f) DSGVO, recital 47",
        EVERYBODY,
        "Orders, payments, contact data, technical data of visits",
    ),
    Purpose.STATISTICS: _Kind(
        "Measuring how the shop is used",
        "Consent, Art. 6(1)(a) DSGVO, § 25(1) TDDDG",
        EVERYBODY,
        "What was done in the shop, orders; under pseudonyms",
    ),
    Purpose.PERSONALISATION: _Kind(
        "Choosing what somebody sees by what they did",
        "Consent, Art. 6(1)(a) DSGVO, § 25(1) TDDDG",
        EVERYBODY,
        "What was done in the shop, orders, traits computed from them, decisions",
    ),
    Purpose.ADVERTISING: _Kind(
        "Addressing somebody with offers",
        "Consent, Art. 6(1)(a) DSGVO, § 7(2) UWG; existing customers, Art. 6(1)(f) DSGVO, § 7(3) UWG",
        "Customers, subscribers",
        "Contact data, orders, traits computed from them, consents with their evidence",
    ),
}
RECIPIENTS = (
    "None by Hanse itself. To be completed: processors that run the servers, and the provider of a language model, which gets masked text only."
)
TRANSFERS = "None by Hanse itself. To be completed where a processor is outside the EU."
RETENTION = (
    "Events as long as is set for their type; everything else until the person is erased. Erasure reaches every table and the lake and "
    "leaves a receipt without the person."
)
MEASURES = (
    "Roles and scopes, masked contact data in the console, append-only audit log, consent ledger chained by hashes, consent checked before "
    "every personal answer, pseudonyms in the lake, operation on own servers."
)


def activities(declared: Declared, language: str) -> list[Activity]:
    """Return the activities, one for each purpose that an operation declares, in the order of the purposes."""
    by_purpose: dict[Purpose, list[Operation[Any, Any]]] = {}
    for each in sorted(declared.operations(), key=lambda each: each.name):
        by_purpose.setdefault(each.purpose, []).append(each)
    return [_activity(purpose, by_purpose[purpose], declared, language) for purpose in Purpose if purpose in by_purpose]


def render(found: list[Activity], language: str) -> str:
    """Return the record as a page to print."""

    def say(text: str) -> str:
        return escape(words.say(text, language))

    def table(each: Activity) -> str:
        rows = "".join(f"<tr><th>{say(label)}</th><td>{escape(getattr(each, name))}</td></tr>" for name, label in LABELS.items())
        uses = "".join(f"<li>{escape(use.summary)} <code>{escape(use.operation)}</code></li>" for use in each.operations)
        return f"<h2>{escape(each.title)}</h2><table><tbody>{rows}<tr><th>{say('What is done')}</th><td><ul>{uses}</ul></td></tr></tbody></table>"

    head = f"<p>{say('Controller and data protection officer (to be completed):')} ______________________________</p>"
    title = say("Record of processing activities (Art. 30 DSGVO)")
    return PAGE.substitute(language=language, title=title, body=head + "".join(table(each) for each in found))


LABELS = {
    "legal_basis": "Legal basis",
    "subjects": "Persons",
    "data": "Kinds of data",
    "recipients": "Recipients",
    "transfers": "Transfers out of the EU",
    "retention": "Erasure",
    "measures": "Protection",
}

PAGE = frame.page("""body { font: 10.5pt/1.45 system-ui, sans-serif; color: #111; background: #fff; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 1.8rem 0 .4rem; border-bottom: 2px solid #111; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; }
th { width: 12rem; } ul { margin: 0; padding-left: 1.1rem; } code { font-size: .85em; color: #444; }
@page { size: A4; margin: 18mm 16mm; }
@media print { body { margin: 0; max-width: none; padding: 0; } tr { break-inside: avoid; } h2 { break-after: avoid; } }""")


def _activity(purpose: Purpose, operations: list[Operation[Any, Any]], declared: Declared, language: str) -> Activity:
    kind = KINDS[purpose]

    def say(text: str) -> str:
        return words.say(text, language)

    return Activity(
        purpose=purpose.value,
        title=say(kind.title),
        legal_basis=say(kind.legal_basis),
        subjects=say(kind.subjects),
        data=say(kind.data),
        recipients=say(RECIPIENTS),
        transfers=say(TRANSFERS),
        retention=say(RETENTION),
        measures=say(MEASURES),
        operations=[Use(operation=each.name, summary=declared.say(each.summary, language), effect=each.effect.value) for each in operations],
    )
