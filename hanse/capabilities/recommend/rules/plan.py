"""The rules of one placement made ready to be applied: worked out once for each change, kept in memory, the same for every answer.

What a rule says of a product whoever asks is worked out once for each product (`Plan.judge`), so that an answer only looks it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hanse.capabilities.recommend.rules.conditions import Check, Matches, filter_checks, is_reversed, matcher
from hanse.capabilities.recommend.rules.schemas import Condition, Diversity, Pin, Rule
from hanse.data.catalog.summaries import Summary

MOST_VERDICTS = 200_000
NOBODY = -1
"""The place of no rule at all."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as rules distinguish people: what comes with the request."""

    segments: frozenset[str] = frozenset()
    device: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of one product, whoever asks. Rules are named by their place in the plan."""

    summary: Summary
    excluded_by: int
    dropped_by: int
    fits: bool
    """Whether it is sold, and neither exclusions nor filters take it out."""
    factor: float
    boosted_by: tuple[int, ...]
    groups: tuple[str | None, ...]
    """For each rule of diversity the kind that the product counts as."""
    repeatable: tuple[bool, ...]
    """For each rule on what was bought whether people buy it again and again."""
    hands: tuple[bool, ...]
    """For each pin whether it holds where this product is at hand."""
    unknown: tuple[tuple[int, str], ...]
    """Which facts were missing for which rules."""


@dataclass(frozen=True, slots=True)
class Band:
    """Prices that go with the price of the product at hand."""

    place: int
    low: float
    high: float | None
    keep_unknown: bool


@dataclass(frozen=True, slots=True)
class _Filter:
    place: int
    checks: tuple[tuple[str, Check], ...]
    keep_unknown: bool


@dataclass
class Plan:
    """Rules in their order, sorted by what they do; made by `compile_plan`."""

    rules: tuple[Rule, ...]
    pins: tuple[tuple[int, Pin], ...] = ()
    bands: tuple[Band, ...] = ()
    ranges: tuple[int, ...] = ()
    bought: tuple[tuple[int, timedelta], ...] = ()
    returned: tuple[tuple[int, timedelta], ...] = ()
    rests: tuple[tuple[int, int, timedelta], ...] = ()
    """Shown how often within which time, for each rule."""
    boosts: tuple[tuple[int, Matches, float], ...] = ()
    diversity: tuple[tuple[int, Diversity], ...] = ()
    fallbacks: tuple[str, ...] = ()
    fallback_rule: int = NOBODY
    least: int = 0
    least_rule: int = NOBODY
    attributes: frozenset[str] = frozenset()
    """The attributes that conditions mention."""
    _filters: tuple[_Filter, ...] = ()
    _excluded: dict[str, int] = field(default_factory=dict)
    _repeatable: tuple[Matches, ...] = ()
    _hands: tuple[Matches, ...] = ()
    _ages: bool = False
    _judged_at: datetime | None = None
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    @property
    def needs_person(self) -> bool:
        """Return whether some rule asks what the person bought, returned, was shown or may buy."""
        return bool(self.bought or self.returned or self.rests or self.ranges)

    @property
    def pinned(self) -> tuple[str, ...]:
        """Return the products that may have to be shown although nobody recommended them."""
        return tuple(dict.fromkeys(each for _, pin in self.pins for each in pin.product_ids))

    def begin(self, now: datetime) -> None:
        """Prepare for an answer: what is new grows old, so that verdicts on age hold for an hour."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        if len(self.verdicts) > MOST_VERDICTS or (self._ages and hour != self._judged_at):
            self.verdicts.clear()
        self._judged_at = hour

    def judge(self, summary: Summary, now: datetime) -> Verdict:
        """Return what the rules say of a product, from memory where it has not changed."""
        found = self.verdicts.get(summary.product_id)
        if found is None or found.summary is not summary:
            found = self.verdicts[summary.product_id] = self._judge(summary, now)
        return found

    def _judge(self, summary: Summary, now: datetime) -> Verdict:
        dropped_by, unknown = self._filtered(summary, now)
        boosts = [(place, factor) for place, matches, factor in self.boosts if matches(summary, now)]
        factor = 1.0
        for _, each in boosts:
            factor *= each
        excluded_by = self._excluded.get(summary.product_id, self._excluded.get(summary.parent_id or "", NOBODY))
        return Verdict(
            summary=summary,
            excluded_by=excluded_by,
            dropped_by=dropped_by,
            fits=summary.state == "active" and excluded_by == NOBODY and dropped_by == NOBODY,
            factor=factor,
            boosted_by=tuple(place for place, _ in boosts),
            groups=tuple(_group(summary, rule) for _, rule in self.diversity),
            repeatable=tuple(matches(summary, now) for matches in self._repeatable),
            hands=tuple(matches(summary, now) for matches in self._hands),
            unknown=unknown,
        )

    def _filtered(self, summary: Summary, now: datetime) -> tuple[int, tuple[tuple[int, str], ...]]:
        unknown: list[tuple[int, str]] = []
        dropped_by = NOBODY
        for each in self._filters:
            for fact, check in each.checks:
                holds = check(summary, now)
                if holds is None:
                    unknown.append((each.place, fact))
                if (holds is False or (holds is None and not each.keep_unknown)) and dropped_by == NOBODY:
                    dropped_by = each.place
        return dropped_by, tuple(unknown)


def holds(rule: Rule, placement: str, asker: Asker, now: datetime) -> bool:
    """Return whether a rule is meant at a placement, for who asks, at this moment."""
    return (
        rule.on
        and (rule.starts_at is None or rule.starts_at <= now)
        and (rule.ends_at is None or now < rule.ends_at)
        and (not rule.placements or placement in rule.placements)
        and (not rule.segments or not asker.segments.isdisjoint(rule.segments))
        and (not rule.devices or asker.device in rule.devices)
        and (not rule.channels or asker.channel in rule.channels)
    )


def compile_plan(rules: Sequence[Rule]) -> Plan:
    """Return a plan of rules that all hold, in their order."""
    numbered = tuple(enumerate(rules))
    pins = tuple((place, rule.pin) for place, rule in numbered if rule.pin)
    filters = [(place, rule.filter) for place, rule in numbered if rule.filter]
    excludes = [(place, rule.exclude) for place, rule in numbered if rule.exclude]
    bought = [(place, each) for place, each in excludes if each.bought_days]
    fallback = next(((place, rule.fallback) for place, rule in numbered if rule.fallback), None)
    least = next(((place, rule.least) for place, rule in numbered if rule.least), None)
    conditions = list(mentioned(rules))
    return Plan(
        rules=tuple(rules),
        pins=pins,
        bands=tuple(
            Band(place, each.from_ratio or 0.0, each.to_ratio, each.keep_unknown)
            for place, each in filters
            if (each.from_ratio is not None or each.to_ratio is not None) and not is_reversed(each.from_ratio, each.to_ratio)
        ),
        ranges=tuple(place for place, each in filters if each.own_range),
        bought=tuple((place, timedelta(days=each.bought_days or 0)) for place, each in bought),
        returned=tuple((place, timedelta(days=each.returned_days)) for place, each in excludes if each.returned_days),
        rests=tuple((place, rule.frequency.times, timedelta(days=rule.frequency.days)) for place, rule in numbered if rule.frequency),
        diversity=tuple((place, rule.diversity) for place, rule in numbered if rule.diversity),
        fallbacks=fallback[1].names if fallback else (),
        fallback_rule=fallback[0] if fallback else NOBODY,
        least=least[1].products if least else 0,
        least_rule=least[0] if least else NOBODY,
        attributes=frozenset(each.attribute for each in conditions if each.attribute is not None),
        _filters=tuple(_Filter(place, checks, each.keep_unknown) for place, each in filters if (checks := tuple(filter_checks(each)))),
        boosts=tuple((place, matcher(rule.boost.products), rule.boost.factor) for place, rule in numbered if rule.boost),
        _excluded={product_id: place for place, each in reversed(excludes) for product_id in each.product_ids},
        _repeatable=tuple(matcher(each.repeatable) if each.repeatable else _never for _, each in bought),
        _hands=tuple(matcher(pin.at_hand) if pin.at_hand else _always for _, pin in pins),
        _ages=any(each.new_days is not None for each in conditions),
    )


def mentioned(rules: Iterable[Rule]) -> Iterable[Condition]:
    """Go through all conditions on products that rules have."""
    for rule in rules:
        if rule.boost:
            yield rule.boost.products
        if rule.pin and rule.pin.at_hand:
            yield rule.pin.at_hand
        if rule.exclude and rule.exclude.repeatable:
            yield rule.exclude.repeatable


def _group(summary: Summary, rule: Diversity) -> str | None:
    if rule.by == "category":
        return summary.categories[0] if summary.categories else None
    return summary.brand if rule.by == "brand" else summary.group_id


def _never(summary: Summary, now: datetime) -> bool:
    del summary, now
    return False


def _always(summary: Summary, now: datetime) -> bool:
    del summary, now
    return True
