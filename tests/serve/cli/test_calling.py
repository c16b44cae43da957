"""`hanse call` runs any operation, with exit codes that scripts can act on."""

from __future__ import annotations

import json

import psycopg
import pytest

from hanse.base.config import Settings
from hanse.serve import registry
from tests.serve.cli.conftest import Hanse

EVENTS = json.dumps({"events": [{"message_id": "m-1", "name": "Product Viewed"}]})


def test_without_a_name_all_operations_are_listed(hanse: Hanse) -> None:
    listed = hanse("call")
    assert listed.code == 0
    for name, operation in registry.load().operations.items():
        assert name in listed.out
        assert operation.summary.split()[0] in listed.out


def test_the_list_can_be_had_as_json(hanse: Hanse) -> None:
    assert [each["name"] for each in hanse("call", "--json").answer] == sorted(registry.load().operations)


def test_an_operation_answers_as_json(hanse: Hanse) -> None:
    called = hanse("call", "events.record", EVENTS, "--json")
    assert (called.code, called.err) == (0, "")
    assert called.answer == {"accepted": 1, "duplicates": 0, "results": ["accepted"]}
    assert hanse("call", "events.record", EVENTS, "--json").answer["duplicates"] == 1


def test_an_operation_answers_people_in_words(hanse: Hanse) -> None:
    called = hanse("call", "events.record", EVENTS)
    assert called.out == 'accepted 1\nduplicates 0\nresults ["accepted"]\n'


@pytest.mark.parametrize(
    ("arguments", "code", "slug", "words"),
    [
        (("events.nothing",), 2, "unknown-operation", "There is no operation events.nothing"),
        (("events.record", "{"), 2, "invalid-request", "truncated"),
        (("events.record", "{}"), 2, "invalid-request", "missing required field `events`"),
        (("events.record", '{"events": [], "colour": 1}'), 2, "invalid-request", "events"),
        (("catalog.product", '{"product_id": "none"}'), 2, "unknown-product", "none"),
    ],
)
def test_what_is_wrong_is_told_with_an_exit_code(hanse: Hanse, arguments: tuple[str, ...], code: int, slug: str, words: str) -> None:
    told = hanse("call", *arguments)
    assert (told.code, told.out) == (code, "")
    assert words in told.err
    as_json = hanse("call", *arguments, "--json")
    assert (as_json.code, as_json.out, as_json.problem["type"]) == (code, "", f"/problems/{slug}")
    assert words in as_json.problem["detail"]


def test_a_wrong_field_is_named_with_what_to_do(hanse: Hanse) -> None:
    told = hanse("call", "events.record", '{"events": [{"message_id": "m", "extra": 1}]}')
    assert "events[0].extra: Object contains unknown field `extra` Leave it out, or look up its name." in told.err


def test_what_a_command_changes_is_audited(hanse: Hanse, settings: Settings) -> None:
    hanse("call", "events.record", EVENTS)
    with psycopg.connect(settings.database_url) as connection:
        assert connection.execute("SELECT actor_kind, action FROM audit_log").fetchall() == [("command line", "events.record")]


def test_a_database_that_is_away_is_told_in_a_sentence(hanse: Hanse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_DATABASE_URL", "host=/nowhere dbname=hanse connect_timeout=1")
    called = hanse("call", "events.record", EVENTS)
    assert called.code == 6
    assert called.err == "✗ The database is not available just now. Try again in a moment; `hanse doctor` says what is wrong.\n"


def test_a_home_that_cannot_be_used_is_told_in_a_sentence(hanse: Hanse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HANSE_DATABASE_URL")
    monkeypatch.setenv("HANSE_HOME", "/dev/null/home")
    called = hanse("key", "list")
    assert called.code == 6
    assert called.err.startswith("✗ The embedded PostgreSQL does not start: [Errno 20] Not a directory")


def test_a_setting_that_does_not_fit_is_told_by_name(hanse: Hanse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_LANGUAGE", "klingon")
    called = hanse("key", "list")
    assert called.code == 2
    assert called.err == "✗ The setting HANSE_LANGUAGE has the value 'klingon', but de or en is expected.\n"
