"""An error's docstring is its message, and its facts fill the names in it."""

from __future__ import annotations

import pytest

from hanse.base import errors
from hanse.base.errors import FieldProblem, HanseError, Problem


class UnknownBoat(HanseError):
    """There is no boat {boat}.

    Look into the harbour.
    """

    status = 404


def test_the_message_is_the_docstring_with_its_facts() -> None:
    assert str(UnknownBoat(boat="B-7")) == "There is no boat B-7. Look into the harbour."


def test_a_fact_may_contain_anything() -> None:
    assert UnknownBoat(boat="{boat} %s").detail() == "There is no boat {boat} %s. Look into the harbour."


def test_a_translated_message_takes_the_same_facts() -> None:
    assert UnknownBoat(boat="B-7").detail("Es gibt kein Boot {boat}.") == "Es gibt kein Boot B-7."


def test_its_address_is_its_name_in_words() -> None:
    assert UnknownBoat.slug() == "unknown-boat"


def test_it_becomes_a_problem_document() -> None:
    field = FieldProblem(field="boat", message="is not there")
    expected = Problem(
        type="/problems/unknown-boat", title="Unknown boat", status=404, detail="There is no boat B-7. Look into the harbour.", fields=(field,)
    )
    assert UnknownBoat(boat="B-7", fields=(field,)).problem() == expected


def test_a_missing_fact_does_not_hide_the_error() -> None:
    assert str(UnknownBoat()) == "There is no boat ?. Look into the harbour."
    assert "'?'" in str(errors.InvalidSetting(setting="X"))


@pytest.mark.parametrize(("error", "status", "exit_code"), [(errors.NotSignedIn, 401, 3), (errors.InvalidRequest, 400, 2), (HanseError, 500, 1)])
def test_each_has_a_status_and_an_exit_code(error: type[HanseError], status: int, exit_code: int) -> None:
    assert (error.status, error.exit_code) == (status, exit_code)
