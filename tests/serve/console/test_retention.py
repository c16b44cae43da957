"""How long events are kept is set in the console: what would be deleted is shown before, and what was set is noted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hanse.base import database
from hanse.data import events
from hanse.data.access.accounts import Role
from hanse.data.events import Event
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.console.conftest import Browser

RULE = {"type": "*", "name": "", "keep_days": "90"}


@pytest.fixture
def ask(runtime: Runtime) -> Callable[[str], list[tuple[Any, ...]]]:
    async def run(statement: str) -> list[tuple[Any, ...]]:
        connection = await database.connect(runtime.conninfo)
        async with connection:
            return [tuple(row.values()) for row in await (await connection.execute(statement.encode())).fetchall()]

    return lambda statement: asyncio.run(run(statement))


@pytest.fixture
def _old_events(runtime: Runtime) -> None:
    async def write() -> None:
        connection = await database.connect(runtime.conninfo)
        async with connection:
            given = [
                Event(message_id=f"m-{days}", name="a", user_id="u", source="shop", occurred_at=NOW - timedelta(days=days)) for days in (1, 91, 99)
            ]
            await events.append(connection, given, now=NOW)

    asyncio.run(write())


def test_without_rules_everything_is_kept_and_a_rule_is_proposed(browser: Callable[..., Browser]) -> None:
    page = browser().get("/data/retention").text

    assert "Alles wird für immer aufbewahrt" in page
    assert "keep_days=1095" in page


@pytest.mark.usefixtures("_old_events")
def test_what_a_rule_would_delete_is_shown_before_it_is_set(browser: Callable[..., Browser], ask: Callable[[str], Any]) -> None:
    page = browser().get("/data/retention", params=RULE).text

    assert "2 Ereignisse würden in der nächsten Nacht gelöscht." in page
    assert "08.03.2026" in page
    assert ask("SELECT count(*) FROM event_retention") == [(0,)]


def test_a_rule_is_set_and_taken_back_and_noted(browser: Callable[..., Browser], ask: Callable[[str], Any]) -> None:
    officer = browser(Role.PRIVACY)

    officer.post("/data/retention", {**RULE, "type": "track", "name": "Product Viewed"})
    rules = ask("SELECT type, name, keep_days FROM event_retention")
    officer.post("/data/retention/remove", {"type": "track", "name": "Product Viewed"})

    assert rules == [("track", "Product Viewed", 90)]
    assert ask("SELECT count(*) FROM event_retention") == [(0,)]
    assert ask("SELECT action, subject FROM audit_log ORDER BY action") == [
        ("events.retention", "track: Product Viewed"),
        ("events.retention_removed", "track: Product Viewed"),
    ]


@pytest.mark.parametrize("keep_days", ["0", "-1", "ewig", "99999999999", "1.5"])
def test_an_impossible_rule_is_refused_with_what_was_typed(browser: Callable[..., Browser], ask: Callable[[str], Any], keep_days: str) -> None:
    admin = browser()

    shown, answer = (
        admin.get("/data/retention", params={**RULE, "keep_days": keep_days}),
        admin.post("/data/retention", {**RULE, "keep_days": keep_days}),
    )

    assert (shown.status_code, answer.status_code) == (422, 422)
    assert f'value="{keep_days}"' in shown.text
    assert "1 bis 36.500 Tage" in shown.text
    assert ask("SELECT count(*) FROM event_retention") == [(0,)]


def test_a_rule_for_nothing_there_is_refused(browser: Callable[..., Browser]) -> None:
    assert browser().post("/data/retention", {**RULE, "type": "order"}).status_code == 422


@pytest.mark.parametrize("path", ["/data/retention", "/data/retention/remove"])
def test_who_may_not_is_refused_and_sees_no_form(browser: Callable[..., Browser], ask: Callable[[str], Any], path: str) -> None:
    service = browser(Role.SERVICE)

    assert service.post(path, RULE).status_code == 403
    assert 'name="keep_days"' not in service.get("/data/retention").text
    assert ask("SELECT count(*) FROM event_retention") == [(0,)]
