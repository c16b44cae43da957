"""What a pair of records is compared in, and how much each outcome weighs.

The comparisons are Splink's: a list of levels for each field, from exact to different, each a condition over the two values. The model is
Fellegi and Sunter's (1969): a level weighs log2(m / u), with m how often the same person's records come out so, and u how often those of two
persons do. How m and u are found without labels stands in `training`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float64]
DIFFERENT = 0
"""Number of the level that holds where no other does, in Splink's counting: -1 is unknown, the best level has the highest number."""
UNKNOWN = -1
SWAPPED, DISPLACED = "first and last name swapped", "one name in the other's place"
CROSSED = frozenset({SWAPPED, DISPLACED})
"""Levels of the surname that speak of the given name as well."""


@dataclass(frozen=True)
class Level:
    """One outcome of comparing a field."""

    condition: str
    words: str
    m: float
    """How often it comes out for the same person, before any training: from experience with customer files, sums to one over a field."""
    is_exact: bool = False
    """Whether a rare value weighs more than a common one."""
    is_null: bool = False


@dataclass(frozen=True)
class Comparison:
    """One field and the levels in which two values of it agree, best first; the last is `different`."""

    field: str
    levels: tuple[Level, ...]

    @property
    def valued(self) -> tuple[Level, ...]:
        """Return the levels that weigh something, best first."""
        return tuple(level for level in self.levels if not level.is_null)

    @property
    def is_conditional(self) -> bool:
        """Whether the field is left out in some pairs that have it, because another field says the same."""
        return " OR (" in self.levels[0].condition

    @property
    def exact(self) -> int | None:
        """Return the number of the level whose weight depends on how rare the value is."""
        found = [number for number, level in zip(range(len(self.valued) - 1, -1, -1), self.valued, strict=True) if level.is_exact]
        return found[0] if found else None

    @property
    def case(self) -> str:
        """Return the expression that gives the number of the level that holds."""
        numbers = iter(range(len(self.valued) - 1, -1, -1))
        conditions = (f"WHEN {level.condition} THEN {UNKNOWN if level.is_null else next(numbers)}" for level in self.levels[:-1])
        return f"CASE {' '.join(conditions)} ELSE {DIFFERENT} END"

    @property
    def m_prior(self) -> Weights:
        """Return m before training, by number of level."""
        return np.array([level.m for level in reversed(self.valued)])

    def words(self, number: int) -> str:
        """Return a level as a person reads it."""
        return "unknown" if number == UNKNOWN else self.valued[len(self.valued) - 1 - number].words


@dataclass(frozen=True)
class Model:
    """A trained model: everything that is needed to weigh a pair."""

    comparisons: tuple[Comparison, ...]
    match_probability: float
    """That two records taken at random are the same person."""
    m: tuple[Weights, ...]
    u: tuple[Weights, ...]
    """One array for each comparison, by number of level."""
    frequencies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Field and value to the share of records that have it; nan where the average of the field says more."""
    unseen: Mapping[str, float] = field(default_factory=dict)
    """Field to the share taken for a value that no record had when the model was trained; nan for the average of the field."""
    established: frozenset[str] = frozenset()
    """Given names that several records have: another one is then another name rather than a slip."""
    struck: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Values of a field that stand for nobody because too many have them."""

    @property
    def prior_weight(self) -> float:
        """Return what a pair weighs before anything is compared, in bits."""
        return float(np.log2(self.match_probability / (1 - self.match_probability)))

    @property
    def columns(self) -> list[str]:
        """Return the fields that are compared."""
        return [comparison.field for comparison in self.comparisons]


def comparisons(columns: Collection[str]) -> tuple[Comparison, ...]:
    """Return what records with these fields are compared in."""
    known = set(columns)
    made = []
    for name in columns:
        levels = _levels(name, known)
        made.append(Comparison(name, (_null(name, known), *levels)))
    return tuple(made)


def _levels(name: str, known: set[str]) -> tuple[Level, ...]:
    if name == "surname":
        return _surname(known)
    if name == "street" and "address_extra" in known:
        return Level(_swapped("street", "address_extra"), "address lines swapped", 0.01), *_text(name)
    return _LEVELS[name]() if name in _LEVELS else _other(name)


def _null(name: str, known: set[str]) -> Level:
    condition = f"{_l(name)} IS NULL OR {_r(name)} IS NULL"
    if name == "given_name" and "surname" in known:
        # Swapped names are one piece of evidence, not two: it is weighed with the surname.
        condition += f" OR ({_swapped()}) OR ({_displaced()})"
    if name == "address_extra" and "street" in known:
        condition += f" OR ({_swapped('street', 'address_extra')})"
    if name == "city" and "postcode" in known:
        # A town says nothing new about two addresses with the same postcode.
        condition += f" OR ({_same('postcode')})"
    return Level(condition, "unknown", 0, is_null=True)


def _given_name() -> tuple[Level, ...]:
    left, right = _l("given_name"), _r("given_name")
    short = f"least(length({left}), length({right}))"
    return (
        _exact("given_name", 0.78),
        Level(_alike("given_name", 0.92), "nearly the same", 0.09),
        Level(f"{_first_word(left)} = {_first_word(right)} OR ({short} = 1 AND left({left}, 1) = left({right}, 1))", "first name or initial", 0.03),
        Level(_alike("given_name", 0.8), "similar", 0.04),
        _different(0.06),
    )


def _surname(known: set[str]) -> tuple[Level, ...]:
    left, right = _l("surname"), _r("surname")
    part = f"list_contains(string_split({left}, ' '), {right}) OR list_contains(string_split({right}, ' '), {left})"
    return (
        *(_crossed_names() if "given_name" in known else ()),
        _exact("surname", 0.79),
        Level(_alike("surname", 0.92), "nearly the same", 0.08),
        Level(part, "part of a double name", 0.02),
        Level(_alike("surname", 0.8), "similar", 0.03),
        _different(0.06),
    )


def _crossed_names() -> tuple[Level, ...]:
    return Level(_swapped(), SWAPPED, 0.01), Level(_displaced(), DISPLACED, 0.01)


def _birth_date() -> tuple[Level, ...]:
    left, right = _l("birth_date"), _r("birth_date")
    turned = f"left({left}, 4) || right({left}, 2) || substr({left}, 5, 2) = {right}"
    parts = f"left({left}, 6) = left({right}, 6) OR right({left}, 4) = right({right}, 4)"
    return (
        _exact("birth_date", 0.83),
        Level(f"{_slips('birth_date', 1)} OR {turned}", "one slip, or day and month turned", 0.08),
        Level(parts, "two of day, month and year", 0.02),
        Level(_slips("birth_date", 2), "two slips", 0.02),
        _different(0.05),
    )


def _email() -> tuple[Level, ...]:
    left, right = (f"split_part({side}, '@', 1)" for side in (_l("email"), _r("email")))
    return (
        _exact("email", 0.72),
        Level(_slips("email", 2), "one or two slips", 0.06),
        Level(f"length({left}) >= 5 AND {left} = {right}", "same name at another provider", 0.05),
        _different(0.17),
    )


def _phone() -> tuple[Level, ...]:
    ends = f"right({_l('phone')}, 7) = right({_r('phone')}, 7)"
    return _exact("phone", 0.7), Level(f"{_slips('phone', 1)} OR {ends}", "one slip, or another prefix", 0.06), _different(0.24)


def _postcode() -> tuple[Level, ...]:
    return (
        _exact("postcode", 0.8),
        Level(_slips("postcode", 1), "one slip", 0.08),
        Level(f"left({_l('postcode')}, 2) = left({_r('postcode')}, 2)", "same region", 0.04),
        _different(0.08),
    )


def _house_number() -> tuple[Level, ...]:
    left, right = (f"regexp_extract({side}, '\\d+')" for side in (_l("house_number"), _r("house_number")))
    near = f"{left} = {right} OR (greatest(length({left}), length({right})) > 1 AND {_slips('house_number', 1)})"
    return _exact("house_number", 0.8), Level(near, "one slip, or another entrance", 0.08), _different(0.12)


def _number(name: str, *, exact: float, different: float) -> tuple[Level, ...]:
    slips = 1 - exact - different
    two = f"length({_l(name)}) >= 6 AND {_slips(name, 2)}"
    return _exact(name, exact), Level(_slips(name, 1), "one slip", 0.8 * slips), Level(two, "two slips", 0.2 * slips), _different(different)


def _text(name: str) -> tuple[Level, ...]:
    joined = " = ".join(f"replace({side}, ' ', '')" for side in (_l(name), _r(name)))
    return (
        _exact(name, 0.7),
        Level(f"{_alike(name, 0.92)} OR {joined}", "nearly the same", 0.12),
        Level(_alike(name, 0.8), "similar", 0.06),
        _different(0.12),
    )


def _other(name: str) -> tuple[Level, ...]:
    return _exact(name, 0.7), Level(_alike(name, 0.9), "nearly the same", 0.1), _different(0.2)


def _l(name: str) -> str:
    return f'"{name}_l"'


def _r(name: str) -> str:
    return f'"{name}_r"'


def _same(name: str) -> str:
    return f"{_l(name)} = {_r(name)}"


def _exact(name: str, m: float) -> Level:
    return Level(_same(name), "the same", m, is_exact=True)


def _different(m: float) -> Level:
    return Level("ELSE", "different", m)


def _alike(name: str, score: float) -> str:
    return _like(_l(name), _r(name), score)


def _slips(name: str, most: int) -> str:
    return f"damerau_levenshtein({_l(name)}, {_r(name)}) <= {most}"


def _swapped(one: str = "given_name", other: str = "surname", score: float = 0.88) -> str:
    """Both values stand in the other's place, slips and all, and do not fit where they stand."""
    crossed = f"{_like(_l(one), _r(other), score)} AND {_like(_l(other), _r(one), score)}"
    return f"{crossed} AND NOT ({_alike(one, score)}) AND NOT ({_alike(other, score)})"


def _displaced() -> str:
    """One name stands in the other's place, and neither fits where it stands: somebody corrected or overwrote one of them."""
    crossed = f"{_like(_l('given_name'), _r('surname'), 0.92)} OR {_like(_l('surname'), _r('given_name'), 0.92)}"
    return f"({crossed}) AND NOT ({_alike('given_name', 0.8)}) AND NOT ({_alike('surname', 0.8)})"


def _like(left: str, right: str, score: float) -> str:
    return f"jaro_winkler_similarity({left}, {right}) >= {score}"


def _first_word(text: str) -> str:
    return f"split_part({text}, ' ', 1)"


_LEVELS: dict[str, Callable[[], tuple[Level, ...]]] = {
    "given_name": _given_name,
    "birth_date": _birth_date,
    "email": _email,
    "phone": _phone,
    "postcode": _postcode,
    "house_number": _house_number,
    "national_id": partial(_number, "national_id", exact=0.88, different=0.05),
    # One person may have several customer numbers.
    "customer_number": partial(_number, "customer_number", exact=0.6, different=0.35),
    **{name: partial(_text, name) for name in ("street", "address_extra", "city", "company")},
}
