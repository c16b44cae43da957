"""Whatever people read of recommendations is there in German, too."""

from __future__ import annotations

from datetime import date
from importlib import resources

import msgspec
import pytest
from babel.messages.pofile import read_po

from hanse.base.errors import HanseError
from hanse.base.job import Job
from hanse.base.operation import Operation
from hanse.capabilities import recommend
from hanse.capabilities.recommend import errors, jobs, operations, reasons
from hanse.capabilities.recommend.evaluation import Evaluation, Measured
from hanse.capabilities.recommend.schemas import (
    AfterSearch,
    AlsoBought,
    AlsoViewed,
    Alternatives,
    Arrange,
    Arranged,
    Belonging,
    CompleteCart,
    DueAgain,
    Forgotten,
    ForYou,
    Popular,
    Ranking,
    Recommendation,
    Similar,
)
from hanse.data.catalog.summaries import UnitPrice

ASKING = (AfterSearch, Popular, AlsoBought, AlsoViewed, Alternatives, Belonging, CompleteCart, DueAgain, Forgotten, ForYou, Similar)
STRUCTS = (*ASKING, Arrange, Arranged, Ranking, Recommendation, UnitPrice, Evaluation, Measured)


def german() -> dict[str, str]:
    with resources.files(recommend.__name__).joinpath("de.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="de") if message.id and not message.fuzzy}


def descriptions(struct: type[msgspec.Struct]) -> dict[str, str | None]:
    """Return what stands at each field, the outermost description winning."""
    found = {}
    for each in msgspec.inspect.type_info(struct).fields:  # type: ignore[attr-defined]  # a struct's type info has fields
        extra = getattr(each.type, "extra_json_schema", None) or {}
        found[each.name] = extra.get("description")
    return found


def said() -> set[str]:
    declared = [value for module in (operations, jobs) for value in vars(module).values() if isinstance(value, Operation | Job)]
    wrong = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, HanseError) and value is not HanseError]
    words = [value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)]
    fields = [text for struct in STRUCTS for text in descriptions(struct).values() if text]
    own = [recommend.capability.title, recommend.capability.question]
    return {*own, *(each.summary for each in declared), *(each.template() for each in wrong), *words, *fields}


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda each: each.__name__)
def test_every_field_is_described(struct: type[msgspec.Struct]) -> None:
    assert {name: bool(text) for name, text in descriptions(struct).items()} == dict.fromkeys(struct.__struct_fields__, True)


def test_everything_said_is_translated() -> None:
    translated = german()
    assert {text for text in said() if not translated.get(text)} == set()


def test_translations_name_the_same_facts() -> None:
    facts = {text: set(_names(text)) for text in german()}
    assert {text: set(_names(translation)) for text, translation in german().items()} == facts


def _names(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]


def test_numbers_and_days_are_written_as_the_language_does() -> None:
    assert [reasons.number(1234567, language) for language in ("de", "en")] == ["1.234.567", "1,234,567"]
    assert [reasons.day(date(2026, 1, 2), language) for language in ("de", "en")] == ["02.01.2026", "Jan 2, 2026"]


def test_titles_with_braces_do_no_harm() -> None:
    assert reasons.say(reasons.GOES_WITH, "en", title="{orders} {}") == "These products were bought together with {orders} {}"
