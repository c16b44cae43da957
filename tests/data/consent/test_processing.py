"""The record of processing names every operation under its purpose, in German and English, whatever is added."""

from __future__ import annotations

from hanse.base import context as contract
from hanse.base.operation import Purpose
from hanse.data.consent import operations, processing, words
from hanse.data.consent.processing import KINDS, Declared
from hanse.data.consent.requests import AskProcessing, ProcessingRecord
from hanse.serve import registry
from hanse.serve.runtime import Runtime
from tests.data.consent.test_proof_page import read
from tests.serve.conftest import declared, running, settings
from tests.serve.harbour import operations as harbour

__all__ = ["declared", "running", "settings"]


async def record(running: Runtime, language: str) -> ProcessingRecord:
    async with running.context(language="en") as context:
        found = await contract.run(operations.record_of_processing, _asked(language), context)
    assert isinstance(found, ProcessingRecord)
    return found


def _asked(language: str) -> AskProcessing:
    return AskProcessing(language="de" if language == "de" else "en")


async def test_every_operation_is_in_it_once_under_its_purpose(running: Runtime) -> None:
    found = await record(running, "en")
    named = [(each.purpose, use.operation) for each in found.activities for use in each.operations]
    assert sorted(named) == sorted((each.purpose.value, name) for name, each in running.registry.operations.items())
    assert ("personalisation", "harbour.greet") in named
    said = "\n".join(read(found.html).said)
    assert all(name in said for name in running.registry.operations)


async def test_it_is_german_or_english_with_the_words_of_the_operations(running: Runtime) -> None:
    german, english = await record(running, "de"), await record(running, "en")
    for each in german.activities:
        for name in ("title", "legal_basis", "subjects", "data", "recipients", "transfers", "retention", "measures"):
            assert getattr(each, name) not in {getattr(other, name) for other in english.activities}, name
    summaries = {use.operation: use.summary for each in german.activities for use in each.operations}
    assert summaries["consent.record"] == "Festhalten, was eine Person zu einem Zweck erklärt hat."
    assert summaries["catalog.products"].startswith("Produkte des Shops auflisten")
    assert "Verzeichnis der Verarbeitungstätigkeiten" in german.html


def test_every_purpose_is_described() -> None:
    assert set(KINDS) == set(Purpose)
    for purpose, kind in KINDS.items():
        assert ("Consent, Art. 6(1)(a)" in kind.legal_basis) is purpose.needs_consent


def test_only_purposes_that_something_serves_are_in_it() -> None:
    (one,) = processing.activities(Declared(lambda: [harbour.greet], lambda text, _: text), "en")
    assert (one.purpose, [use.summary for use in one.operations]) == ("personalisation", ["Greet somebody by what they like."])


def test_labels_and_texts_are_there_in_german() -> None:
    kinds = [text for kind in KINDS.values() for text in (kind.title, kind.legal_basis, kind.subjects, kind.data)]
    constants = [processing.RECIPIENTS, processing.TRANSFERS, processing.RETENTION, processing.MEASURES]
    assert [text for text in (*processing.LABELS.values(), *kinds, *constants) if words.say(text, "de") == text] == []


def test_it_can_be_made_of_this_installation() -> None:
    found = processing.activities(Declared(registry.load().operations.values, lambda text, _: text), "de")
    assert {each.purpose for each in found} >= {"operation", "personalisation"}
