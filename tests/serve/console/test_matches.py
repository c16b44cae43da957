"""Pairs that may be one person on the page: seen masked, decided one after another, and told who was quicker."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from hanse.base import database
from hanse.data import profiles
from hanse.data.access.accounts import Role
from hanse.data.matches import pairs
from hanse.data.matches.pairs import Pair
from hanse.data.profiles import Profile, merging
from hanse.serve.runtime import Runtime
from tests.serve.console.conftest import Browser

SignIn = Callable[..., Browser]
PEOPLE = [UUID(int=number) for number in range(1, 5)]
GERMAN = {"Accept-Language": "de"}
EVIDENCE = [{"field": "surname", "level": "the same", "bits": 8.25}, {"field": "given name", "level": "different", "bits": -3.5}]


@pytest.fixture
def waiting(runtime: Runtime, client: object) -> list[str]:
    """Two pairs that wait, the likelier first."""
    found: list[str] = run(runtime, _fill)
    return found


async def _fill(runtime: Runtime, connection: Any) -> list[str]:
    now = runtime.resources.clock.now()
    made = [
        Profile(profile_id=each, traits={"firstName": f"Anna{number}", "lastName": "Petersen", "phone": "+494511234567"}, created_at=now)
        for number, each in enumerate(PEOPLE)
    ]
    await profiles.put(connection, made, source="crm", now=now)
    found = [Pair(PEOPLE[0], PEOPLE[1], 0.93, pairs.RELATIVE, EVIDENCE), Pair(PEOPLE[2], PEOPLE[3], 0.4, "not certain enough", EVIDENCE)]
    outcome = await pairs.propose(connection, found, {}, touched=PEOPLE, now=now)
    return [str(each) for each in outcome.kept_ids]


def run(runtime: Runtime, work: Callable[[Runtime, Any], Any]) -> Any:
    async def inside() -> Any:
        async with await database.connect(runtime.conninfo) as connection:
            return await work(runtime, connection)

    return asyncio.run(inside())


def members(runtime: Runtime) -> list[UUID]:
    async def ask(_: Runtime, connection: Any) -> list[UUID]:
        return await merging.members(connection, PEOPLE[0])

    found: list[UUID] = run(runtime, ask)
    return found


def version(page: str) -> str:
    (found,) = re.findall(r'name="version" value="([^"]+)"', page)
    return str(found)


def test_who_never_compared_anything_is_told_what_will_be_here(browser: SignIn) -> None:
    page = browser().get("/customers/matches", headers=GERMAN).text

    assert "Es wurde noch nichts verglichen" in page
    assert 'action="/jobs/run/matches.find"' in page


def test_pairs_wait_masked_with_what_each_field_says(browser: SignIn, waiting: list[str]) -> None:
    visitor = browser(Role.SERVICE)
    listed = visitor.get("/customers/matches", headers=GERMAN).text
    shown = visitor.get(f"/customers/matches/{waiting[0]}", headers=GERMAN).text

    assert [listed.index(each) for each in waiting] == sorted(listed.index(each) for each in waiting)
    assert "Petersen" not in listed + shown
    assert "anderer Vorname: vielleicht verwandt" in shown
    assert "1 von 2" in shown
    assert "+8,3" in shown or "+8,2" in shown
    assert ("gleich" in shown, "verschieden" in shown) == (True, True)
    assert f'href="/customers/{PEOPLE[0]}"' in shown
    assert "2 Paare von Kunden könnten je eine Person sein" in visitor.get("/", headers=GERMAN).text
    assert waiting[1] not in visitor.get("/customers/matches?band=high").text
    revealed = visitor.post(f"/customers/matches/{waiting[0]}/reveal").text
    assert "Petersen" in revealed


def test_a_decision_leads_to_the_next_pair_and_is_undone_from_the_remark(browser: SignIn, runtime: Runtime, waiting: list[str]) -> None:
    visitor = browser(Role.SERVICE)
    shown = visitor.get(f"/customers/matches/{waiting[0]}").text
    answer = visitor.post(f"/customers/matches/{waiting[0]}/decide", {"decision": "same", "version": version(shown), "note": "rief an"})
    following = visitor.get(answer.headers["location"], headers=GERMAN).text

    assert answer.headers["location"] == f"/customers/matches/{waiting[1]}"
    assert "2 von 2" in following
    assert members(runtime) == PEOPLE[:2]
    undone = visitor.post(f"/customers/matches/{waiting[0]}/undo")
    assert "wartet wieder" in visitor.get(undone.headers["location"], headers=GERMAN).text
    assert members(runtime) == PEOPLE[:1]
    log = browser(Role.ADMIN).get("/audit").text
    assert ("matches.decide" in log, "matches.undo" in log, "rief an" in log) == (True, True, False)


def test_the_second_reviewer_is_told_what_the_first_has_decided(browser: SignIn, runtime: Runtime, waiting: list[str]) -> None:
    address = f"/customers/matches/{waiting[0]}"
    seen = version(browser(Role.SERVICE).get(address).text)
    browser(Role.ADMIN).post(f"{address}/decide", {"decision": "different", "version": seen})
    answer = browser(Role.SERVICE).post(f"{address}/decide", {"decision": "same", "version": seen}, headers=GERMAN)

    assert answer.status_code == 409
    assert "Anna (admin) hat am 2026-06-15 12:00 UTC entschieden, dass diese beiden verschiedene Personen sind." in answer.text
    assert members(runtime) == PEOPLE[:1]


def test_nothing_is_decided_on_what_has_changed_since_it_was_seen(browser: SignIn, runtime: Runtime, waiting: list[str]) -> None:
    async def change(runtime: Runtime, connection: Any) -> None:
        now = runtime.resources.clock.now()
        await profiles.put(connection, [Profile(profile_id=PEOPLE[1], traits={"birthday": "1990-01-01"}, created_at=now)], source="shop", now=now)

    visitor = browser(Role.SERVICE)
    seen = version(visitor.get(f"/customers/matches/{waiting[0]}").text)
    run(runtime, change)
    answer = visitor.post(f"/customers/matches/{waiting[0]}/decide", {"decision": "same", "version": seen}, headers={"Accept-Language": "en"})

    assert answer.status_code == 409
    assert "has changed since you looked" in answer.text
    assert members(runtime) == PEOPLE[:1]


@pytest.mark.parametrize("what", ["decide", "undo", "reveal"])
def test_who_may_not_see_personal_data_decides_nothing(browser: SignIn, waiting: list[str], what: str) -> None:
    viewer = browser(Role.MARKETER)

    assert viewer.post(f"/customers/matches/{waiting[0]}/{what}").status_code == 403
    assert viewer.get(f"/customers/matches/{waiting[0]}").status_code == 403
    assert waiting[0] not in viewer.get("/customers/matches").text


def test_a_pair_that_is_gone_says_so(browser: SignIn) -> None:
    answer = browser().get(f"/customers/matches/{UUID(int=9)}", headers=GERMAN)

    assert answer.status_code == 404
    assert "Vielleicht wurde einer der beiden gelöscht" in answer.text
