"""The form of a rule: what was typed becomes a rule, and a rule what could have been typed. Prices in whole units, shares in per cent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec

from hanse.capabilities.recommend.rules.schemas import (
    KINDS,
    Boost,
    Condition,
    Diversity,
    Draft,
    Exclude,
    Fallback,
    Filter,
    Frequency,
    Kind,
    Least,
    Pin,
)
from hanse.serve.console.texts import Words

NumberT = TypeVar("NumberT", int, float)
Read = Callable[["Typed"], msgspec.Struct]
LONGEST = 500
MOST_LINES = 500


@dataclass
class Typed:
    """What was typed, by the name of its field, and what is wrong with it."""

    values: Mapping[str, Sequence[str]]
    words: Words
    wrong: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return one line."""
        return next(iter(self.values.get(name, ())), "").replace("\0", "").strip()[:LONGEST]

    def flag(self, name: str) -> bool:
        """Return whether a box was ticked."""
        return self.text(name) == "true"

    def many(self, name: str) -> tuple[str, ...]:
        """Return what was given in several fields or boxes, each once."""
        found = (each.replace("\0", "").strip()[:LONGEST] for each in self.values.get(name, ()))
        return tuple(dict.fromkeys(each for each in found if each))[:MOST_LINES]

    def listed(self, name: str) -> tuple[str, ...]:
        """Return what was given in one line, parted by commas."""
        found = (each.strip()[:200] for each in self.text(name).split(","))
        return tuple(dict.fromkeys(each for each in found if each))

    def whole(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number, or null where nothing was typed; what is wrong with it is noted."""
        found = self.number(name, low, high)
        if found is not None and found != int(found):
            self.wrong[name] = self.words.gettext("This needs a whole number.")
        return None if found is None else int(found)

    def number(self, name: str, low: float, high: float) -> float | None:
        """Return a number with decimals, or null where nothing was typed; what is wrong with it is noted."""
        text = self.text(name).replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
        if not text:
            return None
        try:
            found = float(Decimal(text.replace(",", ".")))
        except InvalidOperation:
            self.wrong[name] = self.words.gettext(
                "This needs a number, such as %(example)s.", example="12,5" if self.words.language == "de" else "12.5"
            )
            return None
        if not low <= found <= high:
            told = {"low": self.words.number(low), "high": self.words.number(high)}
            self.wrong[name] = self.words.gettext("This lies between %(low)s and %(high)s.", **told)
            return None
        return found

    def share(self, name: str) -> float | None:
        """Return per cent as a share from 0 to 1."""
        found = self.number(name, -100, 100)
        return None if found is None else round(found / 100, 6)

    def minor(self, name: str) -> int | None:
        """Return a price in minor units."""
        found = self.number(name, 0, 10_000_000)
        return None if found is None else round(found * 100)

    def moment(self, name: str) -> datetime | None:
        """Return a moment in the console's time zone."""
        text = self.text(name)
        try:
            return datetime.fromisoformat(text).replace(tzinfo=self.words.zone).astimezone(UTC) if text else None
        except ValueError:
            self.wrong[name] = self.words.gettext("This needs a day and a time.")
            return None


def read(typed: Typed) -> Draft | None:
    """Return the rule that was typed; null where something is wrong with it, which `typed.wrong` says."""
    kind = chosen(typed.text("kind"))
    name = typed.text("name")[:200]
    if not name:
        typed.wrong["name"] = typed.words.gettext("Give the rule a name.")
    content = READERS[kind](typed)
    if isinstance(content, Pin) and not content.product_ids:
        typed.wrong["products"] = typed.words.gettext("Name at least one product.")
    starts_at, ends_at = typed.moment("starts_at"), typed.moment("ends_at")
    audience = {each: typed.listed(each) for each in ("segments", "devices", "channels")}
    audience["placements"] = tuple(dict.fromkeys((*typed.many("placements"), *typed.listed("other_placements"))))
    if typed.wrong:
        return None
    return Draft(name=name, on=typed.flag("on"), starts_at=starts_at, ends_at=ends_at, **audience, **{kind: content})  # type: ignore[arg-type]  # by name


def chosen(text: str) -> Kind:
    """Return a kind of rule; a filter where it is none."""
    for each in KINDS:
        if each == text:
            return each
    return "filter"


def write(draft: Draft, words: Words) -> Typed:
    """Return what could have been typed to get a rule."""
    found: dict[str, Any] = {"kind": draft.kind, "name": draft.name, "on": draft.on, "starts_at": draft.starts_at, "ends_at": draft.ends_at}
    found |= {each: ", ".join(getattr(draft, each)) for each in ("segments", "devices", "channels")} | {"placements": draft.placements}
    found |= WRITERS[draft.kind](draft.content)
    return Typed({name: _shown(value, words) for name, value in found.items()}, words)


def _filter(typed: Typed) -> Filter:
    return Filter(
        in_stock=typed.flag("in_stock"),
        margin_score=typed.share("margin"),
        from_minor=typed.minor("from_price"),
        to_minor=typed.minor("to_price"),
        currency=typed.text("currency")[:3].upper() or "EUR",
        from_ratio=typed.number("from_ratio", 0, 1_000),
        to_ratio=typed.number("to_ratio", 0, 1_000),
        categories=typed.many("categories"),
        without_categories=typed.many("without_categories"),
        brands=typed.many("brands"),
        without_brands=typed.many("without_brands"),
        own_range=typed.flag("own_range"),
        keep_unknown=not typed.flag("drop_unknown"),
    )


def _condition(typed: Typed, prefix: str) -> Condition:
    """Return the condition whose fields begin with a prefix."""
    attribute = typed.text(f"{prefix}attribute")[:200]
    return Condition(
        product_ids=typed.many(f"{prefix}products"),
        categories=typed.many(f"{prefix}categories"),
        brands=typed.many(f"{prefix}brands"),
        attribute=attribute or None,
        values=typed.listed(f"{prefix}values") if attribute else (),
        new_days=typed.whole(f"{prefix}new_days", 1, 3_650),
        margin_score=typed.share(f"{prefix}margin"),
        in_stock=typed.flag(f"{prefix}in_stock"),
    )


def _some(condition: Condition) -> Condition | None:
    return None if condition == Condition() else condition


def _exclude(typed: Typed) -> Exclude:
    return Exclude(
        product_ids=typed.many("products"),
        bought_days=typed.whole("bought_days", 1, 3_650),
        returned_days=typed.whole("returned_days", 1, 3_650),
        repeatable=_some(_condition(typed, "r_")),
    )


def _group(typed: Typed) -> Any:
    return typed.text("by") if typed.text("by") in {"brand", "parent"} else "category"


READERS: Mapping[Kind, Callable[[Typed], msgspec.Struct]] = {
    "filter": _filter,
    "boost": lambda typed: Boost(products=_condition(typed, "p_"), factor=_or(typed.number("factor", 0, 100), 2.0)),
    "pin": lambda typed: Pin(product_ids=typed.many("products"), place=_or(typed.whole("place", 1, 100), 1), at_hand=_some(_condition(typed, "h_"))),
    "exclude": _exclude,
    "diversity": lambda typed: Diversity(by=_group(typed), most=_or(typed.whole("most", 1, 1_000), 2), among=_or(typed.whole("among", 1, 1_000), 10)),
    "frequency": lambda typed: Frequency(times=_or(typed.whole("times", 1, 1_000), 5), days=_or(typed.whole("days", 1, 3_650), 7)),
    "fallback": lambda typed: Fallback(names=typed.many("names")[:20]),
    "least": lambda typed: Least(products=_or(typed.whole("least", 1, 1_000), 3)),
}


def _or(found: NumberT | None, usual: NumberT) -> NumberT:
    return usual if found is None else found


def _of_filter(found: Any) -> dict[str, Any]:
    same = ("in_stock", "currency", "from_ratio", "to_ratio", "categories", "without_categories", "brands", "without_brands", "own_range")
    prices = {"from_price": _units(found.from_minor), "to_price": _units(found.to_minor)}
    return {each: getattr(found, each) for each in same} | prices | {"margin": _per_cent(found.margin_score), "drop_unknown": not found.keep_unknown}


def _of_condition(found: Condition | None, prefix: str) -> dict[str, Any]:
    given = found or Condition()
    return {
        f"{prefix}products": given.product_ids,
        f"{prefix}categories": given.categories,
        f"{prefix}brands": given.brands,
        f"{prefix}attribute": given.attribute,
        f"{prefix}values": ", ".join(given.values),
        f"{prefix}new_days": given.new_days,
        f"{prefix}margin": _per_cent(given.margin_score),
        f"{prefix}in_stock": given.in_stock,
    }


def _of_exclude(found: Any) -> dict[str, Any]:
    days = {"bought_days": found.bought_days, "returned_days": found.returned_days}
    return {"products": found.product_ids, **days, **_of_condition(found.repeatable, "r_")}


WRITERS: Mapping[Kind, Callable[[Any], dict[str, Any]]] = {
    "filter": _of_filter,
    "boost": lambda found: {"factor": found.factor, **_of_condition(found.products, "p_")},
    "pin": lambda found: {"products": found.product_ids, "place": found.place, **_of_condition(found.at_hand, "h_")},
    "exclude": _of_exclude,
    "diversity": lambda found: {"by": found.by, "most": found.most, "among": found.among},
    "frequency": lambda found: {"times": found.times, "days": found.days},
    "fallback": lambda found: {"names": found.names},
    "least": lambda found: {"least": found.products},
}


def _units(minor: int | None) -> Decimal | None:
    return None if minor is None else Decimal(minor) / 100


def _per_cent(score: float | None) -> float | None:
    return None if score is None else round(score * 100, 4)


def _shown(value: Any, words: Words) -> tuple[str, ...]:
    """Write a value as somebody would type it."""
    if value is None or value is False:
        return ()
    if value is True:
        return ("true",)
    if isinstance(value, tuple):
        return value
    if isinstance(value, datetime):
        return (value.astimezone(words.zone).strftime("%Y-%m-%dT%H:%M"),)
    if isinstance(value, float | Decimal):
        text = f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
        return (text.replace(".", ",") if words.language == "de" else text,)
    return (str(value),)
