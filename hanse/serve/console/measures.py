"""Effects and measures as sentences and pictures: what is significant, what is not yet, and how it went over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import dropwhile
from typing import Any

from babel import numbers

from hanse.ai.models.schemas import Entry
from hanse.base import money
from hanse.data.decisions import sequential
from hanse.data.decisions.effect import DayOfArm, Difference, Effect
from hanse.data.decisions.interval import Proportion
from hanse.data.decisions.revenue import MoneyDifference, Revenue, Undecided
from hanse.serve.console.texts import NOTHING, Words

SMOOTHED_DAYS = 7
LONGEST_WAIT_DAYS = 365
LEAST_SCALE = 0.5
"""Half the width of the scale of whiskers, in percentage points, at the least."""


def verdict(words: Words, difference: Difference | None) -> tuple[str, str]:
    """Return in a sentence what a difference says, and how good that is: `good`, `bad` or empty."""
    gettext = words.gettext
    if difference is None:
        return gettext("Not measurable yet: one side has nobody."), ""
    if difference.significant:
        points = words.points(difference.points)
        if difference.points > 0:
            return gettext("%(points)s percentage points more than without", points=points), "good"
        return gettext("%(points)s percentage points: fewer than without", points=points), "bad"
    if difference.days_needed is None:
        return gettext("Not measurable: no difference to be seen so far"), ""
    if difference.days_needed > LONGEST_WAIT_DAYS:
        return gettext("Not measurable: a difference this small takes more than a year to be sure of"), ""
    return words.ngettext(
        "Not measurable yet: about %(num)s day until it can be told",
        "Not measurable yet: about %(num)s days until it can be told",
        difference.days_needed,
    ), ""


def money_verdict(words: Words, revenue: Revenue) -> tuple[str, str]:
    """Return in a sentence what was brought in money, or why that cannot be told yet, and how good that is."""
    gettext, gap = words.gettext, revenue.difference
    if gap is None or not gap.significant:
        return undecided(words, gap), ""
    low, high = (whole_money(words, abs(end or 0), revenue.currency) for end in (revenue.lower_minor, revenue.upper_minor))
    if gap.per_profile_minor > 0:
        return gettext("Brought between %(low)s and %(high)s", low=low, high=high), "good"
    return gettext("Cost between %(low)s and %(high)s", low=high, high=low), "bad"


def undecided(words: Words, gap: MoneyDifference | None) -> str:
    """Return why it cannot be told yet whether one group spends more than the other, and about how long it takes."""
    gettext, ngettext = words.gettext, words.ngettext
    if gap is None:
        return gettext("Not measurable yet: one side has nobody.")
    if gap.undecided is Undecided.FEW_BUYERS:
        least = words.number(sequential.LEAST_BUYERS)
        if gap.days_needed is None:
            return gettext("It cannot be told yet: fewer than %(least)s customers of one side have bought.", least=least)
        return ngettext(
            "It cannot be told yet: fewer than %(least)s customers of one side have bought. About %(num)s day until then.",
            "It cannot be told yet: fewer than %(least)s customers of one side have bought. About %(num)s days until then.",
            gap.days_needed,
            least=least,
        )
    if gap.days_needed is None or gap.days_needed > LONGEST_WAIT_DAYS:
        return gettext("It cannot be told: the amounts differ too much for a difference this small.")
    return ngettext(
        "It cannot be told yet: the amounts differ too much. About %(num)s day until it can.",
        "It cannot be told yet: the amounts differ too much. About %(num)s days until it can.",
        gap.days_needed,
    )


def whole_money(words: Words, amount_minor: float | None, currency: str) -> str:
    """Return an amount in whole units of its currency, as estimates are told: `1.235 €`; with cents below 10 units."""
    if amount_minor is None:
        return NOTHING
    value = amount_minor / 10 ** money.digits(currency)
    digits = ".00" if abs(value) < 10 and money.digits(currency) else ""
    number, sign = f"#,##0{digits}", "\u2212"
    pattern = f"{number}\xa0¤;{sign}{number}\xa0¤" if words.language == "de" else f"¤{number};{sign}¤{number}"
    return numbers.format_currency(value, currency, pattern, locale=words.language, currency_digits=False)


def scale(differences: Iterable[Difference | None]) -> float:
    """Return half the width of a scale that holds all whiskers of a page, in percentage points."""
    ends = [abs(end) for each in differences if each for end in (each.lower_points, each.upper_points)]
    return max([LEAST_SCALE, *ends])


def click_rates(effect: Effect, words: Words) -> dict[str, Any] | None:
    """Return the chart of an effect's click rates by day; null where nobody was answered."""
    shown = list(dropwhile(lambda day: not (day.treated.answers or day.held_out.answers), effect.days))
    if not shown:
        return None
    days = [words.short_day(day.day) for day in shown]
    treated, held_out = smoothed([day.treated for day in shown]), smoothed([day.held_out for day in shown])
    series = [_band(words.gettext("treated"), treated, "treated"), _band(words.gettext("held out"), held_out, "held-out")]
    spec = {"kind": "line", "x": days, "series": series, "format": {"style": "percent", "maximumFractionDigits": 1}}
    rows = [(day, _with_interval(words, one), _with_interval(words, other)) for day, one, other in zip(days, treated, held_out, strict=True)]
    return {"spec": spec, "rows": rows}


def smoothed(days: Sequence[DayOfArm]) -> list[Proportion]:
    """Return how many clicked of those answered on each day and the six before it together."""
    windows = (days[max(0, end - SMOOTHED_DAYS) : end] for end in range(1, len(days) + 1))
    return [Proportion(sum(day.clickers for day in window), sum(day.profiles for day in window)) for window in windows]


def _band(name: str, shares: list[Proportion], role: str) -> dict[str, Any]:
    """Return shares as a line with its 95 % interval; a gap where there is nobody to count."""
    intervals = [share.wilson() if share.of else (None, None) for share in shares]
    values = [share.share if share.of else None for share in shares]
    return {"name": name, "values": values, "role": role, "low": [low for low, _ in intervals], "high": [high for _, high in intervals]}


def _with_interval(words: Words, share: Proportion) -> str:
    if not share.of:
        return words.share(None)
    low, high = share.wilson()
    return f"{words.share(share.share)} ({words.share(low)}–{words.share(high)})"


def counts(days: list[str], values: list[int], name: str, words: Words) -> dict[str, Any]:
    """Return a chart of one count by day."""
    spec = {"kind": "bar", "x": days, "series": [{"name": name, "values": values}]}
    return {"spec": spec, "rows": [(day, words.number(value)) for day, value in zip(days, values, strict=True)]}


def history(entries: list[Entry], chosen: Entry, words: Words) -> dict[str, Any] | None:
    """Return the chart of a model's first measure over its versions; null where there are fewer than two."""
    versions = [each for each in reversed(entries) if each.name == chosen.name and each.card.measures]
    measure = next(iter(chosen.card.measures), None)
    points = [each for each in versions if measure in each.card.measures]
    if measure is None or len(points) < 2:
        return None
    names, values = [words.time(each.created_at) for each in points], [each.card.measures[measure] for each in points]
    series: dict[str, Any] = {"name": measure, "values": values}
    intervals = [each.card.intervals.get(measure) for each in points]
    if all(intervals):
        series |= {"low": [each[0] for each in intervals if each], "high": [each[1] for each in intervals if each]}
    rows = [(name, words.score(value)) for name, value in zip(names, values, strict=True)]
    return {"measure": measure, "spec": {"kind": "line", "x": names, "series": [series], "format": {"maximumFractionDigits": 4}}, "rows": rows}
