"""The page of privacy requests: noted, listed by deadline, answered by a file, an erasure or a restriction, and closed with a reason."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from hanse.base import database
from hanse.data import events
from hanse.data.access.accounts import Role
from hanse.data.events import Event
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.console.conftest import Browser

Ask = Callable[[str], list[tuple[Any, ...]]]
Sign = Callable[..., Browser]


@pytest.fixture
def ask(runtime: Runtime) -> Ask:
    async def run(statement: str) -> list[tuple[Any, ...]]:
        async with await database.connect(runtime.conninfo) as connection:
            return [tuple(row.values()) for row in await (await connection.execute(statement.encode())).fetchall()]

    return lambda statement: asyncio.run(run(statement))


@pytest.fixture
def _anna(runtime: Runtime) -> None:
    async def write() -> None:
        async with await database.connect(runtime.conninfo) as connection:
            await events.append(connection, [Event(message_id="m-1", name="Viewed", user_id="4711001", source="shop", occurred_at=NOW)], now=NOW)

    asyncio.run(write())


def noted(browser: Browser, kind: str = "access", who: str = "4711001") -> str:
    response = browser.post("/privacy", {"kind": kind, "who": who, "note": "per Brief"})
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MARKETER, Role.SERVICE])
def test_only_privacy_and_administrators_see_it(browser: Sign, role: Role) -> None:
    assert browser(role).get("/privacy").status_code == 403
    assert 'href="/privacy"' not in browser(role).get("/").text


@pytest.mark.usefixtures("_anna")
def test_a_request_is_noted_and_due_in_a_month(browser: Sign, ask: Ask) -> None:
    page = noted(browser(Role.PRIVACY))
    shown = browser(Role.PRIVACY).get(page).text

    assert "fällig am 15.07.2026" in shown
    assert "per Brief" in shown
    assert ask("SELECT due_at - received_at = interval '30 days' FROM privacy_requests") == [(True,)]
    assert "15.07.2026" in browser(Role.PRIVACY).get("/privacy").text
    assert ("privacy.open_request",) in ask("SELECT action FROM audit_log")


def test_nobody_is_noted_without_a_name(browser: Sign, ask: Ask) -> None:
    response = browser().post("/privacy", {"kind": "access", "who": " "})

    assert response.status_code == 422
    assert "Geben Sie an, woran die Person zu erkennen ist." in response.text
    assert ask("SELECT count(*) FROM privacy_requests") == [(0,)]


@pytest.mark.usefixtures("_anna")
def test_the_file_has_all_and_that_it_was_given_is_noted(browser: Sign, ask: Ask) -> None:
    signed = browser(Role.PRIVACY)
    response = signed.post(noted(signed) + "/export")

    assert response.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert b"4711001" in archive.read("identities.json")
        assert b"4711001" in archive.read("events.csv")
        assert "Was über Sie gespeichert ist" in archive.read("index.html").decode()
    assert {("privacy.export_given",), ("privacy.export",)} <= set(ask("SELECT action FROM audit_log"))


@pytest.mark.usefixtures("_anna")
def test_nobody_is_erased_without_the_word(browser: Sign, ask: Ask) -> None:
    signed = browser(Role.PRIVACY)
    response = signed.post(noted(signed, "erasure") + "/erase", {"word": "ja"})

    assert response.status_code == 422
    assert "Tippen Sie LÖSCHEN ein." in response.text
    assert ask("SELECT count(*) FROM profiles") == [(1,)]


@pytest.mark.usefixtures("_anna")
def test_the_word_erases_and_leaves_a_receipt_and_a_closed_request(browser: Sign, ask: Ask) -> None:
    signed = browser(Role.PRIVACY)
    response = signed.post(noted(signed, "erasure") + "/erase", {"word": "LÖSCHEN", "keep_orders": "true"})

    assert response.status_code == 303
    assert ask("SELECT count(*) FROM profiles") == [(0,)]
    assert ask("SELECT state, keep_orders FROM erasures") == [("done", True)]
    assert ask("SELECT state, subject::text, profile_id FROM privacy_requests") == [("done", "{}", None)]
    assert "Anna (privacy)" in signed.get("/privacy").text


@pytest.mark.usefixtures("_anna")
def test_processing_is_restricted_and_released(browser: Sign, ask: Ask) -> None:
    signed = browser(Role.PRIVACY)
    page = noted(signed, "restriction")
    signed.post(page + "/restrict", {"restricted": "true"})

    assert "Einschränkung aufheben" in signed.get(page).text
    assert ask("SELECT count(*) FROM profiles WHERE restricted_at IS NOT NULL") == [(1,)]
    signed.post(page + "/restrict", {"restricted": "false"})
    assert ask("SELECT count(*) FROM profiles WHERE restricted_at IS NOT NULL") == [(0,)]


def test_a_request_about_nobody_can_be_dismissed_with_a_reason_only(browser: Sign, ask: Ask) -> None:
    signed = browser(Role.PRIVACY)
    page = noted(signed, "erasure", "niemand@example.org")

    assert "Unter dem, was mitgeteilt wurde, ist niemand bekannt." in signed.get(page).text
    assert signed.post(page + "/erase", {"word": "LÖSCHEN"}).status_code == 404
    assert signed.post(page + "/close", {"state": "dismissed", "reason": " "}).status_code == 422
    assert signed.post(page + "/close", {"state": "dismissed", "reason": "unbekannt"}).status_code == 303
    assert ask("SELECT state, closing_reason, closed_by FROM privacy_requests") == [("dismissed", "unbekannt", "Anna (privacy)")]
    assert "unbekannt" not in signed.get("/privacy").text


@pytest.mark.usefixtures("_anna")
def test_the_deadline_is_extended_once_and_with_a_reason(browser: Sign, ask: Ask) -> None:
    signed = browser(Role.PRIVACY)
    page = noted(signed)

    assert signed.post(page + "/extend", {"reason": ""}).status_code == 422
    assert signed.post(page + "/extend", {"reason": "viele Anfragen"}).status_code == 303
    assert signed.post(page + "/extend", {"reason": "noch einmal"}).status_code == 409
    assert "15.09.2026" in signed.get(page).text


def test_figures_say_what_is_pressing(browser: Sign, runtime: Runtime) -> None:
    signed = browser(Role.PRIVACY)
    noted(signed)
    runtime.resources.clock.advance(days=40)  # type: ignore[attr-defined]  # the clock of tests
    page = browser(Role.PRIVACY).get("/privacy").text

    assert "die Frist ist verstrichen" in page
    assert "überfällig" in page
