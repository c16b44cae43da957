"""Identities have one form however people write them, and what stands for nobody names nobody."""

from __future__ import annotations

import pytest

from hanse.data.profiles import keys


@pytest.mark.parametrize(
    "written",
    [
        "040 123456-78",
        "040/12345678",
        "(040) 1234 5678",
        "+49 40 12345678",
        "0049 40 12345678",
        "+49 (0)40 12345678",
        "040-123 45 678",
        "＋49 40 12345678",
    ],
)
def test_a_german_number_has_one_form(written: str) -> None:
    assert keys.key("phone", written) == ("phone", "+494012345678")


@pytest.mark.parametrize("written", ["0000", "000000000000", "1111111111", "keine", "-", "12", "+", "0"])
def test_a_number_that_is_none_names_nobody(written: str) -> None:
    assert keys.key("phone", written) is None


def test_a_number_without_a_country_is_one_of_the_region() -> None:
    assert keys.key("phone", "044 668 18 00", region="CH") == ("phone", "+41446681800")


@pytest.mark.parametrize(
    "written",
    ["Eva.Maier@Nordwerk.DE", " eva.maier@nordwerk.de ", "<eva.maier@nordwerk.de>", "mailto:eva.maier@nordwerk.de", "ｅva.maier@nordwerk.de"],
)
def test_an_address_has_one_form(written: str) -> None:
    assert keys.key("email", written) == ("email", "eva.maier@nordwerk.de")


def test_what_stands_behind_a_plus_is_another_address() -> None:
    assert keys.key("email", "eva+shop@nordwerk.de") != keys.key("email", "eva@nordwerk.de")


@pytest.mark.parametrize(
    "written",
    [
        "unknown@example.com",
        "noreply@nordwerk.de",
        "no-reply@nordwerk.de",
        "eva",
        "eva@",
        "@nordwerk.de",
        "eva@nordwerk",
        "a b@c.de",
        "test@nordwerk.de",
        "x" * 300 + "@nordwerk.de",
    ],
)
def test_an_address_that_is_none_names_nobody(written: str) -> None:
    assert keys.key("email", written) is None


@pytest.mark.parametrize("value", ["", "  ", "null", "NULL", "undefined", "0", "-1", "Anonymous", "guest", None, "NaN", "x" * 201])
def test_values_for_nobody_name_nobody(value: str | None) -> None:
    assert keys.key("user_id", value) is None


@pytest.mark.parametrize(("name", "kind"), [("ERP number", "erp_number"), ("crm-id", "crm_id"), ("x" * 51, None), ("1st", None), ("ümlaut", None)])
def test_a_kind_of_another_system_is_named_as_ours_are(name: str, kind: str | None) -> None:
    assert keys.kind(name) == kind


def test_the_surest_kind_comes_first() -> None:
    assert sorted(["anonymous_id", "erp_number", "phone", "email", "user_id"], key=keys.place) == [
        "user_id",
        "email",
        "phone",
        "erp_number",
        "anonymous_id",
    ]
