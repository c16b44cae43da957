from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from hanse.data.decisions.effect import ArmResult, Day, DayOfArm, Difference, Effect
from hanse.data.decisions.interval import Proportion
from hanse.serve import registry
from hanse.serve.console import measures, phrases, texts
from hanse.serve.console.texts import Words


@pytest.fixture(scope="module")
def german() -> Words:
    return texts.load(registry.load(), "Europe/Berlin").words("de")


def difference(points: float, lower: float, upper: float, days_needed: int | None = None) -> Difference:
    return Difference(points=points, lower_points=lower, upper_points=upper, significant=lower > 0 or upper < 0, days_needed=days_needed)


@pytest.mark.parametrize(
    ("found", "sentence", "kind"),
    [
        (difference(2.5, 1.0, 4.0), "+2,50 Prozentpunkte mehr als ohne", "good"),
        (difference(-2.5, -4.0, -1.0), "−2,50 Prozentpunkte: weniger als ohne", "bad"),
        (difference(1.0, -1.0, 3.0, 9), "Noch nicht messbar: etwa 9 Tage bis zu einer Aussage", ""),
        (difference(1.0, -1.0, 3.0, 1), "Noch nicht messbar: etwa 1 Tag bis zu einer Aussage", ""),
        (difference(0.1, -1.0, 1.2, 3473), "Nicht messbar: Ein so kleiner Unterschied braucht mehr als ein Jahr bis zu einer Aussage", ""),
        (difference(0.0, -1.0, 1.0), "Nicht messbar: bisher kein Unterschied zu sehen", ""),
        (None, "Noch nicht messbar: In einer Gruppe ist niemand.", ""),
    ],
)
def test_a_difference_is_called_what_it_is(german: Words, found: Difference | None, sentence: str, kind: str) -> None:
    assert measures.verdict(german, found) == (sentence, kind)


def test_the_scale_holds_every_whisker() -> None:
    assert measures.scale([difference(1, -2, 4), None, difference(-6, -9, -3)]) == 9
    assert measures.scale([]) == measures.LEAST_SCALE


def test_the_rate_of_a_day_counts_seven_days_together() -> None:
    days = [DayOfArm(), DayOfArm(profiles=10, clickers=5), *(DayOfArm() for _ in range(6)), DayOfArm(profiles=30, clickers=3)]

    assert measures.smoothed(days) == [Proportion(0, 0), *([Proportion(5, 10)] * 7), Proportion(3, 30)]
    assert measures.smoothed(days[1:2] + days[-1:])[-1] == Proportion(8, 40)


def test_the_rates_come_with_their_interval(german: Words) -> None:
    day = Day(day=date(2026, 6, 1), treated=DayOfArm(answers=100, profiles=100, clickers=10), held_out=DayOfArm())
    chart = measures.click_rates(effect(day), german)

    assert chart
    treated, held_out = chart["spec"]["series"]
    assert treated["values"] == [0.1]
    assert treated["low"][0] == pytest.approx(0.0552, abs=1e-4)  # Wilson's interval of 10 out of 100
    assert treated["high"][0] == pytest.approx(0.1744, abs=1e-4)
    assert (held_out["values"], held_out["low"], held_out["high"]) == ([None], [None], [None])
    assert chart["rows"] == [("1. Juni", "10,0 (5,5–17,4)", "–")]


def effect(*days: Day) -> Effect:
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    nobody = ArmResult()
    return Effect(
        capability="recommend",
        since=moment,
        until=moment + timedelta(days=len(days)),
        order_window_days=7,
        treated=nobody,
        held_out=nobody,
        clicks=None,
        orders=None,
        days=days,
    )


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("checking 1,234,567 rows", "1.234.567 Zeilen werden geprüft"),
        ("writing 500 of 1,000", "500 von 1.000 geschrieben"),
        ("reading orders 2026.csv", "orders 2026.csv wird gelesen"),
        ("something new", "something new"),
        (None, ""),
    ],
)
def test_what_a_job_is_doing_is_said_in_german(german: Words, note: str | None, said: str) -> None:
    assert phrases.note(german, note) == said


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        (None, "auf Anforderung"),
        ("*/10 * * * *", "alle 10 Minuten"),
        ("25 * * * *", "stündlich, 25 Minuten nach voll"),
        ("0 4 1 * *", "0 4 1 * *"),
    ],
)
def test_a_schedule_is_said_as_people_do(german: Words, cron: str | None, said: str) -> None:
    assert phrases.schedule(german, cron) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"value": 18, "unit": "V"}, "18 V"),
        ({"value": 1.5, "unit": "kg"}, "1,5 kg"),
        ({"value": {"de": "rot", "en": "red"}}, "rot"),
        ({"value": True}, "ja"),
        ({"value": ["S", "M"]}, "S, M"),
        (None, "–"),
    ],
)
def test_technical_data_reads_with_its_unit(german: Words, value: object, said: str) -> None:
    assert phrases.attribute(german, value) == said


def test_a_month_has_a_name(german: Words) -> None:
    assert german.month("2026-06") == "Juni 2026"
    assert german.short_day(date(2026, 6, 15)) == "15. Juni"
