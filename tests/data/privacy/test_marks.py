"""What names a person is found in any spelling, and nobody else is hit."""

from __future__ import annotations

from uuid import UUID

import pytest

from hanse.data.privacy import marks
from hanse.data.privacy.marks import GONE, Marks

PROFILE = UUID("019ecb27-2200-707f-8163-043bedd2707d")
ANNA = Marks([("email", "anna@example.org"), ("phone", "+494511234567"), ("user_id", "kunde-4711"), ("loyalty_card", "17")], [PROFILE])


@pytest.mark.parametrize(
    "value",
    [
        "anna@example.org",
        "Anna@Example.ORG",
        "mail to <anna@example.org>.",
        "https://shop.example/?mail=anna%40example.org",
        {"customer": {"email": "ANNA@example.org"}},
        [{"a": ["b", "kunde-4711"]}],
        {"kunde-4711": 1},
        "0451 / 123 45 67",
        "call +49 (451) 1234567 soon",
        str(PROFILE),
        {"userId": "17"},
        {"Kunden-Nr.": "17"},
        {"customer": {"id": 17}},
    ],
)
def test_the_person_is_found(value: object) -> None:
    assert ANNA.names(value)
    assert not ANNA.names(ANNA.without(value))


@pytest.mark.parametrize(
    "value",
    [
        "hanna@example.org",
        "anna@example.org.evil.example",
        "x.anna@example.org",
        "kunde-47110",
        "alte-kunde-4711",
        {"quantity": 17},
        {"quantity": "17"},
        {"id": 17, "title": "screw"},
        {"price": 1234567},
        {"order": {"id": "17"}},
        "0451 / 123 45 68",
        None,
        True,
        1.7,
    ],
)
def test_nobody_else_is_hit(value: object) -> None:
    assert not ANNA.names(value)
    assert ANNA.without(value) == value


def test_the_rest_of_a_text_stays() -> None:
    assert ANNA.without({"text": "Dear anna@example.org, hello Otto", "n": 3}) == {"text": f"Dear {GONE}, hello Otto", "n": 3}


def test_a_short_mark_is_looked_for_as_a_whole_value_only() -> None:
    assert all('"17"' in pattern or ":17" in pattern or ": 17" in pattern for pattern in Marks([("user_id", "17")]).patterns)


def test_a_mark_is_never_taken_for_a_pattern() -> None:
    assert Marks([("user_id", "100%_sure")]).patterns == ["%100\\%\\_sure%"]
    assert Marks([("user_id", "a.c(d)e+f")]).names("a.c(d)e+f")
    assert not Marks([("user_id", "a.c(d)e+f")]).names("abc(d)e+f")


def test_addresses_and_numbers_among_traits_are_marks_too() -> None:
    found = marks.of_traits({"email": "Anna@Example.org", "phone": "0451 1234567", "firstName": "Anna", "mobile": None})
    assert {("email", "anna@example.org"), ("email", "Anna@Example.org"), ("phone", "+494511234567"), ("phone", "0451 1234567")} == found


def test_nobody_has_no_marks() -> None:
    assert Marks([]).patterns == []
    assert not Marks([]).names({"email": "anna@example.org"})
