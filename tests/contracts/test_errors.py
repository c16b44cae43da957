"""Every error says what is wrong and what to do, and everybody who raises it gives the facts that its message names."""

from __future__ import annotations

import ast
import string
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from hanse.base.errors import HanseError
from hanse.serve import reference

ROOT = Path(__file__).parents[2]
ERRORS = reference.error_classes()
BY_NAME = {error.__name__: error for error in ERRORS}
STATUSES = {400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 501, 502, 503}
EXIT_CODES = {1, 2, 3, 4, 5, 6}

every_error = pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)


def facts(error: type[HanseError]) -> set[str]:
    """Return the facts that an error's message names."""
    return {name.partition(".")[0].partition("[")[0] for _, name, _, _ in string.Formatter().parse(error.template()) if name}


def plain(error: type[HanseError]) -> bool:
    """Return whether an error takes its facts as they are, not through a constructor of its own."""
    return error.__init__ is HanseError.__init__


@every_error
def test_its_message_is_a_sentence_of_its_own(error: type[HanseError]) -> None:
    assert "__doc__" in vars(error)
    assert error.__doc__
    assert error.template().endswith((".", "!")) or error.template().endswith("}")
    assert error.template()[0].isupper() or error.template()[0] in "{`"


@every_error
def test_its_message_can_be_filled_whatever_the_facts_are(error: type[HanseError]) -> None:
    if plain(error):
        given: dict[str, Any] = dict.fromkeys(facts(error), "x {y} %s")
        assert error(**given).problem().detail
        assert error().detail()
    assert error.explanation().detail


@every_error
def test_its_status_and_exit_code_are_ones_that_programs_know(error: type[HanseError]) -> None:
    assert error.status in STATUSES
    assert error.exit_code in EXIT_CODES
    if error.status == 429:
        assert error.exit_code == 5
    if error.status in {401, 403}:
        assert error.exit_code == 3


def test_no_two_share_an_address() -> None:
    assert [slug for slug, count in Counter(error.slug() for error in ERRORS).items() if count > 1] == []


@lru_cache(maxsize=1)
def raised() -> list[tuple[str, type[HanseError], set[str] | None]]:
    """Return where errors are made in the code, and with which facts; none where they are not written out."""
    found: list[tuple[str, type[HanseError], set[str] | None]] = []
    for path in sorted((ROOT / "hanse").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and node.exc is not None and not isinstance(node.exc, ast.Call) and (error := _named(node.exc)):
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", error, set()))
            if isinstance(node, ast.Call) and (error := _named(node.func)):
                names = None if any(each.arg is None for each in node.keywords) else {each.arg for each in node.keywords if each.arg}
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", error, names))
    return found


def _named(node: ast.expr) -> type[HanseError] | None:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return BY_NAME.get(name)


def test_who_raises_one_gives_every_fact_its_message_names() -> None:
    missing = {
        where: sorted(facts(error) - given) for where, error, given in raised() if given is not None and not facts(error) <= given and plain(error)
    }
    assert missing == {}


@every_error
def test_it_is_raised_somewhere(error: type[HanseError]) -> None:
    used = {each for _, raised_error, _ in raised() for each in raised_error.__mro__}
    assert error in used or error.__subclasses__(), "nobody raises it"
