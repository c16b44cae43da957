from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from http.cookies import SimpleCookie
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from hanse.base import database
from hanse.base.clock import FixedClock
from hanse.base.database import Connection
from hanse.data.access import accounts, audit
from hanse.data.access.accounts import Account, Role
from hanse.data.access.audit import AuditPage
from hanse.serve.console import session
from hanse.serve.runtime import Runtime
from tests.serve.console.conftest import Browser

PASSWORD = "ein Satz mit Leerzeichen"
ANNA = {"email": "anna@example.com", "name": "Anna Petersen", "password": PASSWORD}


def run(runtime: Runtime, work: Callable[..., Any], *arguments: Any) -> Any:
    async def go() -> Any:
        connection = await database.connect(runtime.conninfo)
        async with connection:
            return await work(connection, *arguments, now=runtime.resources.clock.now())

    return asyncio.run(go())


async def eva_lund(connection: Connection, now: datetime) -> Account:
    return await accounts.find_by_email(connection, "eva@example.com")


async def noted(connection: Connection, now: datetime) -> AuditPage:
    return await audit.page(connection)


@pytest.fixture
def link(runtime: Runtime) -> str:
    return f"/sign-in/{run(runtime, accounts.first_link)}"


def test_before_there_is_an_account_the_page_says_how_to_make_one(client: TestClient[Litestar]) -> None:
    assert "hanse link" in client.get("/sign-in").text


def test_the_first_link_makes_an_administrator_and_signs_in(client: TestClient[Litestar], link: str) -> None:
    assert client.get(link).status_code == 200

    answer = client.post(link, data=ANNA)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.get("/people").status_code == 200


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client: TestClient[Litestar], link: str) -> None:
    cookie = SimpleCookie(client.post(link, data=ANNA).headers["set-cookie"])[session.COOKIE]

    assert cookie["httponly"]
    assert (cookie["samesite"].lower(), cookie["path"], cookie["secure"]) == ("lax", "/", "")


def test_over_tls_the_session_cookie_is_for_tls_only(client: TestClient[Litestar], link: str) -> None:
    answer = client.post(f"https://testserver.local{link}", data=ANNA)

    assert SimpleCookie(answer.headers["set-cookie"])[session.COOKIE]["secure"]


def test_a_link_works_once(client: TestClient[Litestar], link: str) -> None:
    client.post(link, data=ANNA)
    client.cookies.clear()

    assert client.get(link).status_code == 403
    assert client.post(link, data={**ANNA, "email": "eva@example.com"}).status_code == 403


def test_a_weak_password_leaves_the_link_as_it_was(client: TestClient[Litestar], link: str) -> None:
    answer = client.post(link, data={**ANNA, "password": "kurz"})

    assert answer.status_code == 400
    assert "anna@example.com" in answer.text
    assert client.post(link, data=ANNA).status_code == 303


def test_signing_out_ends_the_session_on_the_server(client: TestClient[Litestar], link: str) -> None:
    client.post(link, data=ANNA)
    secret = client.cookies[session.COOKIE]
    token = client.get("/").text.split('name="csrf-token" content="')[1].split('"')[0]

    client.post("/sign-out", data={session.TOKEN_FIELD: token})
    client.cookies.set(session.COOKIE, secret)

    assert client.get("/").status_code == 303


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client: TestClient[Litestar], link: str) -> None:
    client.post(link, data=ANNA)
    client.cookies.clear()

    answer = client.post("/sign-in", data={**ANNA, "next": "/products?q=drill"})

    assert answer.headers["location"] == "/products?q=drill"


@pytest.mark.parametrize("wanted", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", ""])
def test_signing_in_leads_nowhere_else(client: TestClient[Litestar], link: str, wanted: str) -> None:
    client.post(link, data=ANNA)
    client.cookies.clear()

    assert client.post("/sign-in", data={**ANNA, "next": wanted}).headers["location"] == "/"


def test_guessing_locks_the_account_for_a_while(client: TestClient[Litestar], link: str, clock: FixedClock) -> None:
    client.post(link, data=ANNA)
    client.cookies.clear()
    for _ in range(5):
        wrong = client.post("/sign-in", data={**ANNA, "password": "geraten"}, headers={"Accept-Language": "de"})

    locked = client.post("/sign-in", data=ANNA)
    clock.advance(minutes=16)

    assert wrong.status_code == locked.status_code == 401
    assert "Nach fünf ist das Konto eine Weile gesperrt." in wrong.text
    assert client.post("/sign-in", data=ANNA).status_code == 303


def test_an_invitation_keeps_the_address_it_was_made_for(browser: Callable[..., Browser], runtime: Runtime) -> None:
    admin = browser(Role.ADMIN)
    page = admin.post("/people", {"email": "eva@example.com", "name": "Eva", "role": "marketer"}).text
    address = page.split('id="new-link">')[1].split("<")[0]
    admin.client.cookies.clear()

    admin.client.post(address, data={"email": "someone@example.com", "name": "Eva Lund", "password": PASSWORD})

    eva = run(runtime, eva_lund)
    assert (eva.name, eva.role, eva.invited) == ("Eva Lund", Role.MARKETER, False)


def test_signing_in_and_inviting_are_noted(client: TestClient[Litestar], link: str, runtime: Runtime) -> None:
    client.post(link, data=ANNA)

    page = run(runtime, noted)

    assert [(each.actor, each.action) for each in page.entries] == [("Anna Petersen", "account.redeem")]
