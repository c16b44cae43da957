"""Experiments in the console: none yet, made from a form, started, reported, stopped; and refused where they overlap."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hanse.base import database, ids
from hanse.base.decision import Basis
from hanse.data import decisions, events
from hanse.data.access.accounts import Role
from hanse.data.decisions.effect import Difference
from hanse.data.decisions.revenue import GroupRevenue, MoneyDifference, Revenue, Undecided
from hanse.data.events import Event
from hanse.data.experiments import running, store
from hanse.serve import registry
from hanse.serve.console import experiments, measures, texts
from hanse.serve.console.texts import Words
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.data.decisions.records import record
from tests.serve.console.conftest import Browser

FORM = {
    "name": "Drei statt sechs",
    "operation": "recommend.popular",
    "placement": "home",
    "hypothesis": "Weniger Produkte werden eher gesehen.",
    "measure": "buyers",
    "variant_1": "sechs",
    "weight_1": "1",
    "variant_2": "drei",
    "weight_2": "1,5",
    "parameters_2": '{"limit": 3}',
}
GERMAN = {"Accept-Language": "de"}


@pytest.fixture(scope="module")
def german() -> Words:
    return texts.load(registry.load(), "Europe/Berlin").words("de")


def made(browser: Browser, **facts: str) -> str:
    answer = browser.post("/experiments", {**FORM, **facts})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_an_empty_page_says_what_will_be_there(browser: Callable[..., Browser]) -> None:
    admin = browser(Role.ADMIN)
    assert "Noch keine Experimente" in admin.get("/experiments", headers=GERMAN).text
    assert 'id="hypothesis"' not in browser(Role.VIEWER).get("/experiments").text


def test_an_experiment_is_made_started_and_stopped(browser: Callable[..., Browser]) -> None:
    marketer = browser(Role.MARKETER)
    path = made(marketer)
    draft = marketer.get(path, headers=GERMAN).text
    assert "Es läuft noch nicht" in draft
    assert FORM["hypothesis"] in draft
    assert marketer.post(f"{path}/start").headers["location"] == path
    runs = marketer.get(path, headers=GERMAN).text
    assert "Noch niemand hat eine Variante bekommen" in runs
    assert "60\N{NO-BREAK SPACE}%" in runs
    assert FORM["name"] in marketer.get("/experiments").text
    assert FORM["name"] in marketer.get("/capabilities/recommend").text
    assert marketer.post(f"{path}/stop").headers["location"] == path
    assert "Experiment starten" not in marketer.get(path, headers=GERMAN).text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"parameters_2": "limit 3"}, "Die Parameter von drei sind nicht lesbar"),
        ({"variant_2": ""}, "variants"),
        ({"variant_2": "sechs"}, "two have the same name"),
        ({"weight_1": "viel"}, "weight"),
        ({"operation": "events.record"}, "gibt keine Antworten an Kontaktpunkte"),
        ({"hypothesis": " "}, "hypothesis"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(browser: Callable[..., Browser], facts: dict[str, str], said: str) -> None:
    answer = browser(Role.ADMIN).post("/experiments", {**FORM, **facts}, headers=GERMAN)
    assert answer.status_code in {400, 422}
    assert said in answer.text
    assert FORM["name"] in answer.text


def test_one_that_overlaps_is_refused_with_the_name_of_the_other(browser: Callable[..., Browser]) -> None:
    admin = browser(Role.ADMIN)
    admin.post(f"{made(admin)}/start")
    second = made(admin, name="Zweites", placement="")
    answer = admin.post(f"{second}/start", headers=GERMAN)
    assert answer.status_code == 409
    assert "läuft schon das Experiment Drei statt sechs" in answer.text


def test_the_report_names_the_winner_and_uneven_groups(browser: Callable[..., Browser], runtime: Runtime) -> None:
    admin = browser(Role.ADMIN)
    path = made(admin)
    admin.post(f"{path}/start")
    asyncio.run(_take_part(runtime, buyers={"sechs": 20, "drei": 180}))
    page = admin.get(path, headers=GERMAN).text
    assert "drei ist sicher die beste." in page
    assert re.search(r"sicher besser: \+\d+,\d\d", page)
    assert "Die Gruppen sind nicht so groß, wie sie sein sollten." in page, "300 each, where 40 % and 60 % were asked for"


async def _take_part(runtime: Runtime, *, buyers: dict[str, int]) -> None:
    connection = await database.connect(runtime.conninfo)
    async with connection:
        (experiment,) = await store.listing(connection)
        for name, count in buyers.items():
            people = [uuid4() for _ in range(300)]
            facts: dict[str, Any] = {"experiment_id": experiment.experiment_id, "variant": name, "variant_probability": 0.5, "basis": Basis.CONSENT}
            await decisions.put(connection, [record(decision_id=ids.new(NOW), profile_id=each, **facts) for each in people])
            orders = [
                Event(
                    message_id=str(each),
                    name="Order Completed",
                    profile_id=each,
                    source="shop",
                    occurred_at=NOW + timedelta(hours=1),
                    properties={"order_id": str(each), "revenue": 20, "currency": "EUR"},
                )
                for each in people[:count]
            ]
            await events.append(connection, orders, now=NOW + timedelta(hours=2))
        await connection.execute("UPDATE experiments SET stopped_at = %s", (NOW + timedelta(seconds=1),))


def difference(
    per_profile: float, low: float | None, high: float | None, reason: Undecided | None = None, days: int | None = None
) -> MoneyDifference:
    return MoneyDifference(
        per_profile_minor=per_profile,
        lower_per_profile_minor=low,
        upper_per_profile_minor=high,
        significant=reason is None,
        undecided=reason,
        days_needed=days,
    )


@pytest.mark.parametrize(
    ("gap", "ends", "said", "kind"),
    [
        (difference(12.3, 2, 22), (12_300, 123_456), "Brachte zwischen 123\N{NO-BREAK SPACE}€ und 1.235\N{NO-BREAK SPACE}€", "good"),
        (difference(-12.3, -22, -2), (-123_456, -500), "Kostete zwischen 5,00\N{NO-BREAK SPACE}€ und 1.235\N{NO-BREAK SPACE}€", "bad"),
        (
            difference(1, -2, 4, Undecided.SPREAD, 12),
            (-5, 9),
            "Lässt sich noch nicht sagen: Die Beträge streuen zu stark. Etwa 12 Tage bis zu einer Aussage.",
            "",
        ),
        (
            difference(1, -2, 4, Undecided.SPREAD, 900),
            (-5, 9),
            "Lässt sich nicht sagen: Die Beträge streuen zu stark für einen so kleinen Unterschied.",
            "",
        ),
        (
            difference(1, None, None, Undecided.FEW_BUYERS, 1),
            (None, None),
            "Lässt sich noch nicht sagen: In einer Gruppe haben weniger als 25 Kunden gekauft. Etwa 1 Tag bis dahin.",
            "",
        ),
        (
            difference(1, None, None, Undecided.FEW_BUYERS),
            (None, None),
            "Lässt sich noch nicht sagen: In einer Gruppe haben weniger als 25 Kunden gekauft.",
            "",
        ),
        (None, (None, None), "Noch nicht messbar: In einer Gruppe ist niemand.", ""),
    ],
)
def test_what_was_brought_in_money_is_said_or_why_it_cannot(
    german: Words, gap: MoneyDifference | None, ends: tuple[int | None, int | None], said: str, kind: str
) -> None:
    groups = {"treated": GroupRevenue(), "held_out": GroupRevenue()}
    found = Revenue(currency="EUR", difference=gap, lower_minor=ends[0], upper_minor=ends[1], **groups)  # type: ignore[arg-type]  # both are groups
    assert measures.money_verdict(german, found) == (said, kind)


def test_estimates_are_told_in_whole_units(german: Words) -> None:
    assert [measures.whole_money(german, each, "EUR") for each in (-123_456, 950, None)] == ["\N{MINUS SIGN}1.235\xa0€", "9,50\xa0€", "–"]
    assert measures.whole_money(german, 1234, "JPY") == "1.234\xa0¥"


def test_gaps_come_with_their_interval(german: Words) -> None:
    shares = Difference(points=1.5, lower_points=-0.5, upper_points=3.5, significant=False, days_needed=3)
    assert experiments.points_gap(german, shares) == ("+1,50", "−0,50 bis +3,50")
    assert experiments.points_gap(german, None) == experiments.money_gap(german, None, "EUR") == ("–", "")
    assert experiments.money_gap(german, difference(150, None, None, Undecided.FEW_BUYERS), "EUR") == ("1,50\xa0€", "")


def test_the_variant_of_the_form_is_what_people_get(browser: Callable[..., Browser], runtime: Runtime) -> None:
    admin = browser(Role.ADMIN)
    admin.post(f"{made(admin)}/start")

    async def drawn() -> set[tuple[str, float, str]]:
        connection = await database.connect(runtime.conninfo)
        async with connection:
            (experiment,) = await store.listing(connection)
        found = [running.assign(experiment, uuid4()) for _ in range(60)]
        return {(each.name, each.probability, str(each.parameters)) for each in found}

    assert asyncio.run(drawn()) == {("sechs", 0.4, "{}"), ("drei", 0.6, "{'limit': 3}")}
