"""Every text somebody can read stands in German: those of the pages, and those that operations, jobs, imports and errors declare."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.extract import extract_from_dir

import hanse
from hanse.base.errors import HanseError
from hanse.serve import console, registry
from hanse.serve.console import forms, settings, texts
from hanse.serve.console.texts import Texts, Words
from hanse.sources.files.checking.reasons import REASONS
from hanse.sources.files.kinds import KINDS

FOLDER = Path(console.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
OFF_THE_CONSOLE = ("hanse.serve.cli", "hanse.serve.archive", "hanse.serve.supervisor", "hanse.serve.http.mcp")
NAMES = re.compile(r"%\(\w+\)s|\{\w+(?:!r)?\}")


@pytest.fixture(scope="module")
def loaded() -> Texts:
    return texts.load(registry.load(), "Europe/Berlin")


@pytest.fixture
def german(loaded: Texts) -> Words:
    return loaded.words("de")


@pytest.fixture
def english(loaded: Texts) -> Words:
    return loaded.words("en")


def on_pages() -> set[str]:
    found = extract_from_dir(FOLDER, method_map=METHODS, keywords=KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def declared(english: Words) -> Iterator[str]:
    known = registry.load()
    for capability in known.capabilities.values():
        yield from (capability.title, capability.question)
    for operation in known.operations.values():
        yield operation.summary
        yield from (error.template() for error in operation.errors)
        for kind in (operation.request_type, operation.answer_type):
            yield from (field.hint for field in forms.fields(kind, None, english))
        for field in forms.fields(operation.request_type, None, english):
            yield field.label
            yield from (choice.label for choice in field.choices)
    yield from (job.summary for job in known.jobs.values())


def of_imports(english: Words) -> Iterator[str]:
    for kind in KINDS.values():
        yield kind.description
        for field in kind.fields:
            yield from (field.description, forms.label(field.name, english))
    for reason in REASONS.values():
        yield from reason


def of_errors() -> Iterator[str]:
    root = Path(hanse.__file__).parent
    for file in root.rglob("*.py"):
        name = ".".join(("hanse", *file.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")
        if "Error)" in file.read_text() and not name.startswith(("hanse.testing", *OFF_THE_CONSOLE)):
            importlib.import_module(name)
    below = [HanseError]
    while below:
        error = below.pop()
        below += error.__subclasses__()
        if error.__module__.startswith("hanse.") and not error.__module__.startswith(OFF_THE_CONSOLE):
            yield error.template()


def missing(wanted: Iterator[str] | set[str], german: Words) -> list[str]:
    return sorted({text for text in wanted if text and text not in german.catalog})


def test_every_text_of_the_pages_is_there_in_german(german: Words) -> None:
    assert missing(on_pages(), german) == []


def test_everything_that_is_declared_is_there_in_german(german: Words, english: Words) -> None:
    assert missing(declared(english), german) == []


def test_everything_an_import_says_is_there_in_german(german: Words, english: Words) -> None:
    assert missing(of_imports(english), german) == []


def test_every_setting_is_explained_in_german(german: Words) -> None:
    assert missing(set(settings.meanings().values()), german) == []


def test_every_error_is_there_in_german(german: Words) -> None:
    assert missing(of_errors(), german) == []


def test_no_translation_is_left_over_or_in_doubt() -> None:
    with resources.files(console).joinpath("locale", "de.po").open("rb") as stream:
        messages = [message for message in pofile.read_po(stream, locale="de") if message.id]

    assert [message.id for message in messages if message.fuzzy] == []
    assert sorted({_first(message.id) for message in messages} - on_pages()) == []


def test_translations_fill_the_same_names() -> None:
    for file in ("de.po", "declared.de.po"):
        with resources.files(console).joinpath("locale", file).open("rb") as stream:
            for message in pofile.read_po(stream, locale="de"):
                if message.id:
                    english, german = ([texts] if isinstance(texts, str) else texts or () for texts in (message.id, message.string))
                    assert {name for text in german for name in NAMES.findall(text)} == {name for text in english for name in NAMES.findall(text)}


def test_numbers_dates_and_money_follow_the_language(german: Words, english: Words) -> None:
    moment = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)

    assert (german.number(1234567), english.number(1234567)) == ("1.234.567", "1,234,567")
    assert (german.money(123450, "EUR"), english.money(123450, "EUR")) == ("1.234,50\xa0€", "€1,234.50")
    assert (german.percent(0.1234), english.percent(0.1234)) == ("12,3\xa0%", "12.3%")
    assert (german.points(-0.84), english.points(0.84)) == ("−0,84", "+0.84")
    assert (german.time(moment), english.time(moment)) == ("15.06.2026, 14:00", "Jun 15, 2026, 14:00")
    assert (german.day(date(2026, 6, 15)), english.day(date(2026, 6, 15))) == ("15.06.2026", "Jun 15, 2026")


def test_one_and_many_are_told_apart(german: Words) -> None:
    assert german.ngettext("%(num)s row", "%(num)s rows", 1) == "1 Zeile"
    assert german.ngettext("%(num)s row", "%(num)s rows", 1200) == "1.200 Zeilen"


def test_an_error_says_in_german_what_to_do(german: Words) -> None:
    error = HanseError.__subclasses__()[0](reason="x")

    assert german.error(error) != error.detail()


def _first(identifier: object) -> str:
    return str(identifier[0] if isinstance(identifier, list | tuple) else identifier)
