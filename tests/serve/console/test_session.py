from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from hanse.data.access.accounts import Role
from hanse.serve.console import routing, session
from tests.serve.console.conftest import ORIGIN, Browser

ANY_ID = UUID(int=7)
EXAMPLES = {
    "{profile_id:uuid}": ANY_ID,
    "{import_id:uuid}": ANY_ID,
    "{upload_id:uuid}": ANY_ID,
    "{dead_letter_id:uuid}": ANY_ID,
    "{event_id:uuid}": ANY_ID,
    "{decision_id:uuid}": ANY_ID,
    "{key_id:uuid}": ANY_ID,
    "{link_id:uuid}": ANY_ID,
    "{note_id:uuid}": ANY_ID,
    "{other_id:uuid}": ANY_ID,
    "{request_id:uuid}": ANY_ID,
    "{proposal_id:uuid}": ANY_ID,
    "{account_id:uuid}": ANY_ID,
    "{call_id:uuid}": ANY_ID,
    "{rule_id:uuid}": ANY_ID,
    "{change_id:uuid}": ANY_ID,
    "{experiment_id:uuid}": ANY_ID,
    "{job_id:int}": 7,
    "{product_id:path}": "A-1",
    "{name:str}": "recommend",
    "{target_name:str}": "crm",
    "{shop_name:str}": "shop",
    "{model_name:str}": "house",
    "{prompt_name:str}": "propose",
    "{operation_name:str}": "popular",
}
OPEN_TO_VIEWERS = {"/sign-out", "/capabilities/recommend/try/popular", "/language/masking", "/language/claims/try", "/language/prompts/propose"}
"""What changes nothing and keeps nothing."""


def addresses(method: str) -> Iterator[str]:
    for handler in routing.HOUSE:
        if method in handler.http_methods:  # type: ignore[union-attr]  # all are route handlers
            for path in handler.paths:  # type: ignore[union-attr]  # as above
                address = reduce(lambda text, example: text.replace(example[0], str(example[1])), EXAMPLES.items(), path)
                assert "{" not in address, f"name an example for {path}"
                yield address


def test_every_page_asks_who_is_signed_out_to_sign_in(client: TestClient[Litestar]) -> None:
    answers = {path: client.get(path) for path in addresses("GET")}

    assert len(answers) > 25
    for path, answer in answers.items():
        assert answer.status_code == 303, path
        assert answer.headers["location"].partition("?")[0] == "/sign-in", path


def test_every_write_asks_who_is_signed_out_to_sign_in(client: TestClient[Litestar]) -> None:
    answers = {path: client.post(path) for path in addresses("POST")}

    assert {path: answer.headers.get("location") for path, answer in answers.items()} == dict.fromkeys(answers, "/sign-in")


def test_no_write_is_taken_without_the_token_of_the_session(client: TestClient[Litestar], browser: Callable[..., Browser]) -> None:
    browser(Role.ADMIN)

    for path in addresses("POST"):
        assert client.post(path).status_code == 403, path
        assert client.post(path, data={session.TOKEN_FIELD: "guessed"}).status_code == 403, path
        assert client.post(path, headers={session.TOKEN_HEADER: "guessed"}).status_code == 403, path


def test_a_viewer_may_look_and_nothing_else(browser: Callable[..., Browser]) -> None:
    viewer = browser(Role.VIEWER)

    refused = {path: viewer.post(path).status_code for path in addresses("POST") if path not in OPEN_TO_VIEWERS}

    assert refused == dict.fromkeys(refused, 403)


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
def test_a_form_from_another_site_is_refused_even_with_the_token(browser: Callable[..., Browser], headers: dict[str, str]) -> None:
    admin = browser(Role.ADMIN)

    answer = admin.post("/keys", {"name": "stolen", "scope": "write"}, headers=headers)

    assert answer.status_code == 403
    assert "stolen" not in admin.get("/keys").text


def test_a_sign_in_from_another_site_is_refused(client: TestClient[Litestar]) -> None:
    answer = client.post("/sign-in", data={"email": "a@example.com", "password": "x"}, headers={"Origin": "https://elsewhere.example"})

    assert answer.status_code == 403


def test_the_token_may_come_in_a_header_as_htmx_sends_it(browser: Callable[..., Browser]) -> None:
    admin = browser(Role.ADMIN)

    answer = admin.client.post("/sign-out", headers={session.TOKEN_HEADER: admin.token, "Origin": ORIGIN})

    assert answer.status_code == 303


def test_an_expired_page_is_sent_to_the_sign_in_and_back(client: TestClient[Litestar]) -> None:
    assert client.get("/products?q=drill").headers["location"] == "/sign-in?next=%2Fproducts%3Fq%3Ddrill"


def test_htmx_is_told_to_load_the_sign_in_instead_of_placing_it(client: TestClient[Litestar]) -> None:
    answer = client.get("/jobs", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/sign-in?next=%2Fjobs")


@pytest.mark.parametrize("path", ["/sign-in", "/"])
def test_pages_carry_a_strict_content_policy(browser: Callable[..., Browser], path: str) -> None:
    page = browser(Role.ADMIN).client
    if path == "/sign-in":
        page.cookies.clear()

    headers = page.get(path).headers

    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")


def test_the_role_decides_which_pages_are_offered(browser: Callable[..., Browser]) -> None:
    assert 'href="/people"' not in browser(Role.VIEWER).get("/settings").text
    assert 'href="/people"' in browser(Role.ADMIN).get("/settings").text


@pytest.mark.parametrize("path", ["/keys", "/people", "/audit", "/data/imports/new"])
def test_pages_of_administrators_are_closed_to_viewers(browser: Callable[..., Browser], path: str) -> None:
    answer = browser(Role.VIEWER).get(path, headers={"Accept-Language": "de"})

    assert answer.status_code == 403
    assert "Ihre Rolle erlaubt das nicht." in answer.text
