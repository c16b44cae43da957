"""`hanse doctor` says what is wrong and what to do, and ends with 1 only where something is."""

from __future__ import annotations

import sys
from typing import Any

import psycopg
import pytest

from hanse.ai.text import speed
from hanse.ai.text.errors import EncoderMissing
from hanse.base.config import Settings
from hanse.serve import checks
from tests.serve.cli.conftest import Ended, Hanse


@pytest.fixture(autouse=True)
def built(monkeypatch: pytest.MonkeyPatch) -> None:
    """The console's scripts are built or not whatever the tests do."""
    monkeypatch.setattr(checks, "assets", lambda _: checks.Finding("console", "ok", "its scripts and styles are built"))


def finding(ended: Ended, what: str) -> dict[str, Any]:
    (found,) = [each for each in ended.answer if each["what"] == what]
    return dict(found)


def execute(settings: Settings, *statements: str) -> None:
    with psycopg.connect(settings.database_url) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_a_healthy_installation_is_healthy(hanse: Hanse) -> None:
    ended = hanse("doctor", "--json")
    assert ended.code == 0
    assert {each["state"] for each in ended.answer} <= {"ok", "warning"}
    for what in ("Python", "home folder", "database", "pgvector", "schema", "jobs", "dead letters"):
        assert finding(ended, what)["state"] == "ok", what


def test_every_remark_comes_with_what_to_do(hanse: Hanse, settings: Settings) -> None:
    execute(settings, "UPDATE alembic_version SET version_num = '9999'")
    ended = hanse("doctor", "--json")
    assert all(each["remedy"] for each in ended.answer if each["state"] != "ok")
    for_people = hanse("doctor").out
    assert "✗ schema: is at step 9999" in for_people
    assert "→ Start the newer Hanse." in for_people


def test_a_newer_schema_is_wrong_and_an_older_one_is_not(hanse: Hanse, settings: Settings) -> None:
    execute(settings, "UPDATE alembic_version SET version_num = '9999'")
    newer = hanse("doctor", "--json")
    assert (newer.code, finding(newer, "schema")["state"]) == (1, "wrong")
    execute(settings, "UPDATE alembic_version SET version_num = '0001'")
    older = hanse("doctor", "--json")
    assert (older.code, finding(older, "schema")["state"]) == (0, "warning")
    assert finding(older, "schema")["remedy"] == "The next start migrates it by itself."


@pytest.mark.parametrize(("seconds", "state"), [(0.03, "ok"), (0.4, "warning")])
def test_a_slow_encoder_is_said_with_what_to_do(hanse: Hanse, monkeypatch: pytest.MonkeyPatch, seconds: float, state: str) -> None:
    monkeypatch.setattr(speed, "of_a_query", lambda: seconds)
    found = finding(hanse("doctor", "--json"), "encoder")
    assert found["state"] == state
    assert f"reads a search in {seconds * 1000:.0f} ms" in found["message"]
    assert ("HANSE_EMBEDDINGS_URL" in found["remedy"]) == (state == "warning")


def test_an_encoder_that_cannot_be_loaded_is_wrong(hanse: Hanse, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> float:
        raise EncoderMissing(reason="its engine is for another processor")

    monkeypatch.setattr(speed, "of_a_query", missing)
    found = finding(hanse("doctor", "--json"), "encoder")
    assert (found["state"], found["message"]) == ("wrong", "it cannot be loaded: its engine is for another processor")


@pytest.mark.parametrize(("package", "said"), [(None, "are looked at"), ("PIL", "they are with: pip install 'hanse[vision]'")])
def test_whether_pictures_are_looked_at_is_said(hanse: Hanse, monkeypatch: pytest.MonkeyPatch, package: str | None, said: str) -> None:
    if package:
        monkeypatch.setitem(sys.modules, package, None)
    found = finding(hanse("doctor", "--json"), "pictures")
    assert found["state"] == "ok"
    assert found["message"].endswith(said)


def test_an_empty_database_is_looked_at_and_not_touched(hanse: Hanse, settings: Settings) -> None:
    execute(settings, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    ended = hanse("doctor", "--json")
    assert (ended.code, finding(ended, "schema")["state"]) == (0, "warning")
    with psycopg.connect(settings.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_database_that_is_away_is_wrong(hanse: Hanse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_DATABASE_URL", "postgresql://hanse:secret@127.0.0.1:1/hanse")
    ended = hanse("doctor", "--json")
    assert (ended.code, finding(ended, "database")["state"]) == (1, "wrong")
    assert "HANSE_DATABASE_URL" in finding(ended, "database")["remedy"]
    assert "secret" not in ended.out


def test_a_home_that_cannot_be_written_is_wrong(hanse: Hanse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_HOME", "/dev/null/home")
    ended = hanse("doctor", "--json")
    assert (ended.code, finding(ended, "home folder")["state"]) == (1, "wrong")
    monkeypatch.delenv("HANSE_DATABASE_URL")
    ended = hanse("doctor", "--json")
    assert finding(ended, "database")["message"].startswith("The embedded PostgreSQL does not start")


def test_a_wrong_setting_is_told_and_nothing_else(hanse: Hanse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_POOL_SIZE", "many")
    ended = hanse("doctor", "--json")
    assert (ended.code, [each["what"] for each in ended.answer]) == (1, ["settings"])
    assert "HANSE_POOL_SIZE" in ended.answer[0]["message"]


def test_jobs_that_nobody_does_are_remarked(hanse: Hanse, settings: Settings) -> None:
    execute(settings, "INSERT INTO procrastinate_jobs (task_name, queue_name, args) VALUES ('lake.refresh', 'default', '{}')")
    alone = finding(hanse("doctor", "--json"), "jobs")
    assert (alone["state"], alone["message"]) == ("warning", "0 workers, 1 waiting, 0 failed")
    assert "hanse worker" in alone["remedy"]
    execute(settings, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    assert finding(hanse("doctor", "--json"), "jobs")["state"] == "ok"


def test_jobs_that_failed_and_dead_letters_are_remarked(hanse: Hanse, settings: Settings) -> None:
    execute(
        settings,
        "INSERT INTO procrastinate_jobs (task_name, queue_name, args, status) VALUES ('lake.refresh', 'default', '{}', 'failed')",
        "INSERT INTO dead_letters (dead_letter_id, kind, source, field, reason, payload, created_at) "
        "VALUES (gen_random_uuid(), 'event', 'shop', 'name', 'wrong', '{}', now())",
    )
    ended = hanse("doctor", "--json")
    assert ended.code == 0
    assert finding(ended, "jobs")["message"] == "0 workers, 0 waiting, 1 failed"
    assert finding(ended, "dead letters")["message"] == "1 rows or events wait to be repaired"


def test_spark_is_missed_only_where_it_is_wanted(hanse: Hanse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_LAKE_ENGINE", "spark")
    monkeypatch.setitem(sys.modules, "pyspark", None)
    ended = hanse("doctor", "--json")
    assert (ended.code, finding(ended, "lake")["state"]) == (1, "wrong")
    assert finding(ended, "lake")["remedy"] == "Install it: pip install 'hanse[spark]'"


def test_little_room_is_remarked(hanse: Hanse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LEAST_FREE_BYTES", 10**18)
    assert finding(hanse("doctor", "--json"), "disk")["state"] == "warning"


def test_a_model_that_cannot_be_read_is_remarked(hanse: Hanse, settings: Settings) -> None:
    execute(
        settings,
        "INSERT INTO models (model_version, name, state, card, directory, created_at, activated_at) "
        "VALUES ('v1', 'recommend.popular', 'current', '{}', 'recommend.popular/v1', now(), now())",
    )
    ended = hanse("doctor", "--json")
    assert (ended.code, finding(ended, "models")["state"]) == (0, "warning")
    assert finding(ended, "models")["message"].startswith("recommend.popular, version v1: The model in ")


class Missing:
    """Finds LightGBM without the library of the system that it needs."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "lightgbm":
            raise OSError("libgomp.so.1: cannot open shared object file")


def test_a_library_of_the_system_that_is_missing_is_wrong(hanse: Hanse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    found = finding(hanse("doctor", "--json"), "learning")
    assert found["state"] == "wrong"
    assert "libgomp1" in found["remedy"]
