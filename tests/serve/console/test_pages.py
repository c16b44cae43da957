from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from hanse.ai.models import Models, Problem
from hanse.data.access.accounts import Role
from hanse.serve.console import assets, pages, static_files
from tests.serve.console.conftest import Browser

HTML = {"Accept": "text/html,*/*", "Accept-Language": "de"}


def test_an_unknown_address_is_a_page_for_people(client: TestClient[Litestar]) -> None:
    answer = client.get("/no/such/page", headers=HTML)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Diese Seite gibt es nicht." in answer.text


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_address_is_a_problem_document_for_programs(client: TestClient[Litestar], method: str) -> None:
    answer = client.request(method, "/v1/no/such-operation")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "path", ["/products/none", f"/customers/{'0' * 8}-0000-7000-8000-{'0' * 12}", "/jobs/7", "/capabilities/none", "/capabilities/recommend/try/none"]
)
def test_what_is_not_there_says_so_on_a_page(browser: Callable[..., Browser], path: str) -> None:
    answer = browser().get(path, headers=HTML)

    assert answer.status_code == 404
    assert "Das hat nicht geklappt" in answer.text


def test_an_error_in_a_part_of_a_page_is_a_part_of_a_page(browser: Callable[..., Browser]) -> None:
    answer = browser().get("/products/none", headers={"HX-Request": "true", "HX-Target": "aside#drawer"})

    assert answer.status_code == 404
    assert "<html" not in answer.text


def test_the_empty_console_offers_the_next_step(browser: Callable[..., Browser]) -> None:
    admin = browser()

    for path in ("/", "/customers", "/products", "/data", "/data/imports"):
        page = admin.get(path).text
        assert "hanse sample" in page, path
        assert "/data/imports/new" in page, path


def test_a_remark_is_shown_once_and_escaped(browser: Callable[..., Browser]) -> None:
    admin = browser()
    admin.post("/people", {"email": "eva@example.com", "name": "<b>Eva</b>", "role": "viewer"})
    account_id = admin.get("/people").text.split("&lt;b&gt;Eva")[1].split('action="/people/')[1].split("/")[0]

    answer = admin.post(f"/people/{account_id}/disable")
    shown, again = admin.get(answer.headers["location"]).text, admin.get("/people").text

    assert "&lt;b&gt;Eva&lt;/b&gt; can no longer sign in." in shown or "&lt;b&gt;Eva&lt;/b&gt; kann sich nicht mehr anmelden." in shown
    assert f'action="/people/{account_id}/enable"' in shown
    assert 'class="toast"' not in again


def test_a_table_for_a_spreadsheet_holds_no_formula() -> None:
    body = pages.table("customers", ("name", "count"), [('=HYPERLINK("x")', 3), ("Anna; Petersen", -1)]).content

    assert body.decode() == '\ufeffname;count\r\n"\'=HYPERLINK(""x"")";3\r\n"Anna; Petersen";-1\r\n'


def test_lists_can_be_taken_away_as_a_table(browser: Callable[..., Browser]) -> None:
    admin = browser(Role.ADMIN)

    for path in ("/customers", "/products", "/jobs", "/audit", "/data/rejects"):
        answer = admin.get(path, params={"format": "csv"})
        assert answer.headers["content-type"] == "text/csv; charset=utf-8", path
        assert answer.headers["content-disposition"].startswith("attachment"), path


def test_assets_are_kept_for_good_and_sent_compressed(client: TestClient[Litestar]) -> None:
    address = static_files.address("app.js")

    small, plain = client.get(address, headers={"Accept-Encoding": "br, gzip"}), client.get(address, headers={"Accept-Encoding": "identity"})

    assert (small.headers["content-encoding"], small.headers["cache-control"]) == ("br", "public, max-age=31536000, immutable")
    assert "content-encoding" not in plain.headers
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) / 2


@pytest.mark.parametrize("name", ["..%2Fsource%2Fapp.js", "%2Fetc%2Fpasswd", ".hidden", "none.js"])
def test_nothing_but_assets_is_sent(client: TestClient[Litestar], name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_without_assets_the_page_names_the_command(browser: Callable[..., Browser], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = browser()
    monkeypatch.setattr(assets, "BUILT", tmp_path)
    static_files.manifest.cache_clear()
    try:
        answer = admin.get("/")
    finally:
        static_files.manifest.cache_clear()

    assert answer.status_code == 503
    assert "python -m hanse.serve.console.assets" in answer.text


def test_building_again_changes_nothing() -> None:
    assert assets.build() is False


def test_what_stands_between_backticks_is_code_and_nothing_else_is_markup() -> None:
    assert pages._prose("run `hanse <link>` & <b>") == "run <code>hanse &lt;link&gt;</code> &amp; &lt;b&gt;"


def test_a_model_that_cannot_be_read_is_told_on_the_pages_of_its_capability(
    browser: Callable[..., Browser], client: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem("recommend.viewed", "20261101-1", "its files are cut short", instead="20261031-1")
    monkeypatch.setattr(Models, "problems", (problem,))
    text = browser().get("/capabilities/recommend", headers=HTML).text
    assert "Das Modell recommend.viewed, Version 20261101-1, ist nicht lesbar." in text
    assert "Bis es neu gelernt ist, gilt Version 20261031-1." in text
    assert "its files are cut short" in text
