from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from hanse.base.decision import Personal
from hanse.base.errors import InvalidRequest
from hanse.serve.console import forms
from hanse.serve.console.forms import Field
from hanse.serve.console.texts import Texts, Words


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Asked(Personal, kw_only=True, forbid_unknown_fields=True):
    product_id: Annotated[str, Meta(description="The product.", max_length=200)]
    limit: Annotated[int, Meta(description="How many.", ge=1, le=100)] = 10
    least_score: Annotated[float, Meta(ge=0, le=1)] | None = None
    language: Literal["de", "en"] | None = None
    colour: Colour = Colour.RED
    strict: bool = False
    tags: list[str] = msgspec.field(default_factory=list)
    since: datetime | None = None
    weights: dict[str, float] = msgspec.field(default_factory=dict)


@pytest.fixture
def words() -> Words:
    return Texts("Europe/Berlin").words("en")


@pytest.fixture
def declared(words: Words) -> dict[str, Field]:
    return {field.name: field for field in forms.fields(Asked, Asked(product_id="A-1"), words)}


def test_each_field_is_asked_for_in_its_own_way(declared: dict[str, Field]) -> None:
    assert {name: field.kind for name, field in declared.items()} == {
        "product_id": "text",
        "limit": "integer",
        "least_score": "number",
        "language": "choice",
        "colour": "choice",
        "strict": "flag",
        "tags": "lines",
        "since": "moment",
        "weights": "json",
        "profile_id": "text",
        "user_id": "text",
        "anonymous_id": "text",
    }


def test_a_field_tells_its_name_meaning_limits_and_default(declared: dict[str, Field]) -> None:
    limit, product = declared["limit"], declared["product_id"]

    assert (limit.label, limit.hint, limit.required, limit.default, limit.least, limit.most) == ("Limit", "How many.", False, "10", 1, 100)
    assert (product.required, product.example, product.longest) == (True, "A-1", 200)
    assert [choice.value for choice in declared["language"].choices] == ["de", "en"]
    assert declared["colour"].default == "red"


def test_fields_that_name_a_person_come_last(declared: dict[str, Field]) -> None:
    assert list(declared)[-3:] == ["profile_id", "user_id", "anonymous_id"]
    assert [name for name, field in declared.items() if field.personal] == list(declared)[-3:]


def test_what_was_typed_becomes_plain_data(declared: dict[str, Field]) -> None:
    typed = {
        "product_id": " A-1 ",
        "limit": "5",
        "least_score": "0,5",
        "language": "",
        "strict": "true",
        "tags": "new\n\n sale ",
        "weights": '{"a": 1.5}',
        "user_id": "",
    }

    assert forms.arguments(typed, list(declared.values())) == {
        "product_id": "A-1",
        "limit": 5,
        "least_score": 0.5,
        "strict": True,
        "tags": ["new", "sale"],
        "weights": {"a": 1.5},
    }


@pytest.mark.parametrize(("name", "text"), [("limit", "many"), ("least_score", "half"), ("weights", "{")])
def test_what_cannot_be_read_names_its_field(declared: dict[str, Field], words: Words, name: str, text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        forms.arguments({name: text}, list(declared.values()))

    assert list(forms.problems(refused.value, words)) == [name]


def test_what_the_form_gives_is_what_the_operation_takes(declared: dict[str, Field]) -> None:
    typed = {field.name: field.default or field.example for field in declared.values()}

    assert msgspec.convert(forms.arguments(typed, list(declared.values())), Asked) == Asked(product_id="A-1")


def test_a_type_that_is_no_struct_has_no_fields(words: Words) -> None:
    assert forms.fields(dict[str, Any], None, words) == []
