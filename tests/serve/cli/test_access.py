"""`hanse key` makes, lists and revokes keys; `hanse link` lets the first administrator in."""

from __future__ import annotations

import psycopg

from hanse.base.config import Settings
from hanse.data.access import keys, proofs
from tests.serve.cli.conftest import Hanse


def audited(settings: Settings) -> list[tuple[str, str, str]]:
    with psycopg.connect(settings.database_url) as connection:
        return connection.execute("SELECT actor_kind, action, subject FROM audit_log ORDER BY at").fetchall()


def test_a_key_is_shown_once_and_works(hanse: Hanse, settings: Settings) -> None:
    made = hanse("key", "create", "shop", "--scope", "write", "--scope", "recommend", "--json")
    assert made.code == 0
    assert keys.is_well_formed(made.answer["key"])
    assert sorted(made.answer["scopes"]) == ["recommend", "write"]
    (listed,) = hanse("key", "list", "--json").answer
    assert (listed["name"], listed["prefix"], listed["revoked_at"]) == ("shop", made.answer["key"][: keys.SHOWN], None)
    assert made.answer["key"] not in hanse("key", "list").out
    assert audited(settings) == [("command line", "key.create", "shop")]


def test_a_key_for_people_stands_on_a_line_of_its_own(hanse: Hanse) -> None:
    first, second = hanse("key", "create", "shop", "--scope", "*").out.splitlines()
    assert keys.is_well_formed(first)
    assert second == "Keep it now: it is not shown again."


def test_the_list_for_people_says_what_each_may_do(hanse: Hanse) -> None:
    hanse("key", "create", "shop", "--scope", "write")
    hanse("key", "create", "erp", "--scope", "catalog")
    hanse("key", "revoke", "shop")
    lines = hanse("key", "list").out.splitlines()
    assert lines[0].split() == ["name", "begins", "with", "scopes", "last", "used", "revoked"]
    assert [line.split()[0] for line in lines[1:]] == ["erp", "shop"]


def test_a_revoked_key_is_marked_and_its_name_stays_taken(hanse: Hanse, settings: Settings) -> None:
    hanse("key", "create", "shop", "--scope", "write")
    assert hanse("key", "revoke", "shop", "--json").answer == {"revoked": "shop"}
    assert hanse("key", "list", "--json").answer[0]["revoked_at"]
    again = hanse("key", "create", "shop", "--scope", "write")
    assert (again.code, "exists already" in again.err) == (4, True)
    assert [action for _, action, _ in audited(settings)] == ["key.create", "key.revoke"]


def test_what_is_wrong_has_its_exit_code(hanse: Hanse) -> None:
    assert hanse("key", "create", "shop", "--scope", "everything").code == 2
    assert hanse("key", "create", "shop").code != 0
    assert hanse("key", "create", " ", "--scope", "*").code == 2
    unknown = hanse("key", "revoke", "nobody", "--json")
    assert (unknown.code, unknown.problem["type"]) == (2, "/problems/unknown-key")


def test_the_first_administrator_gets_a_link(hanse: Hanse) -> None:
    made = hanse("link", "--address", "https://hanse.example", "--json")
    assert made.code == 0
    assert made.answer["link"].startswith("https://hanse.example/sign-in/")
    assert hanse("link").out.startswith("http://127.0.0.1:8321/sign-in/")


def test_somebody_without_an_account_gets_none(hanse: Hanse) -> None:
    refused = hanse("link", "anna@example.org", "--json")
    assert refused.code != 0
    assert refused.problem["status"] == 404


def test_a_key_for_web_pages_has_a_secret_for_the_server_of_the_shop(hanse: Hanse, settings: Settings) -> None:
    made = hanse("key", "create", "pages", "--scope", "storefront", "--origin", "https://shop.example", "--json")
    hanse("key", "create", "erp", "--scope", "catalog")
    assert made.code == 0
    assert hanse("key", "list", "--json").answer[1]["origins"] == ["https://shop.example"]
    found = hanse("key", "secret", "pages", "--json").answer["secret"]
    assert found == hanse("key", "secret", "pages").out.strip() == proofs.secret(settings.home, "pages")
    assert (hanse("key", "secret", "erp").code, hanse("key", "secret", "nobody").code) == (2, 2)
    assert audited(settings)[-1] == ("command line", "key.secret", "pages")
