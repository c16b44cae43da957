"""The embedded PostgreSQL: shared by processes, back after kills, private, and whole or not there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from hanse.base.postgres import SUPERUSER, DatabaseWillNotStart, EmbeddedPostgres
from tests.base.processes import connect, server_pid, using
from tests.conftest import FAST

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user; without root, every other test here shows it")
NOBODY = 65534


@pytest.fixture
def server(home: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(home, FAST)
    yield made
    made.stop()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of this machine can reach."""
    folder = Path(tempfile.mkdtemp(prefix="hanse-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def started(home: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(home, FAST)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def is_running(home: Path) -> bool:
    return EmbeddedPostgres(home).is_ready()


def write(conninfo: str, value: int) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (%s)", (value,))


def kept(conninfo: str) -> list[int]:
    with psycopg.connect(conninfo) as connection:
        return [row[0] for row in connection.execute("SELECT value FROM kept ORDER BY value")]


def test_two_processes_share_one_server_and_the_last_one_out_stops_it(home: Path) -> None:
    with using(home, FAST) as first, using(home, FAST) as second:
        conninfo = first.started()
        assert second.started() == conninfo
        write(conninfo, 1)
        assert not first.leave()
        assert kept(conninfo) == [1]
        assert second.leave()
        assert not is_running(home)


def test_after_a_kill_of_the_server_what_was_committed_is_there(home: Path) -> None:
    server = EmbeddedPostgres(home)  # with the settings people run it with
    conninfo = server.start()
    write(conninfo, 1)
    os.kill(server_pid(home), signal.SIGKILL)
    server.ensure_running()
    write(conninfo, 2)
    assert kept(conninfo) == [1, 2]
    assert server.stop()


def test_after_a_kill_of_its_only_user_the_server_is_used_again_and_stopped_in_the_end(home: Path, server: EmbeddedPostgres) -> None:
    with using(home, FAST) as killed:
        conninfo = killed.started()
        write(conninfo, 1)
        before = server_pid(home)
        killed.kill()
    assert server.start() == conninfo
    assert server_pid(home) == before
    assert kept(conninfo) == [1]
    assert server.stop()
    assert not is_running(home)


def test_after_a_kill_of_both_the_next_start_brings_it_back(home: Path, server: EmbeddedPostgres) -> None:
    with using(home, FAST) as killed:
        killed.started()
        os.kill(server_pid(home), signal.SIGKILL)
        killed.kill()
    server.start()
    assert server.is_ready()
    assert server.stop()


def test_a_number_that_another_program_has_now_does_not_keep_it_from_starting(home: Path, server: EmbeddedPostgres) -> None:
    """In a container that was started again, another process often has the killed server's number."""
    server.start()
    server.stop()
    user = None if os.geteuid() else server.data.owner()
    with subprocess.Popen(["sleep", "60"], user=user) as other:
        (server.data / "postmaster.pid").write_text(f"{other.pid}\n{server.data}\n0\n0\n\n\n\n\n")
        server.start()
        other.kill()
    assert server.is_ready()


@pytest.mark.parametrize("name", ["a" * 100, "with 'quotes' \"and\" $HOME;", "comma,comma"])
def test_a_home_may_have_any_path(tmp_path: Path, name: str) -> None:
    with started(tmp_path / name) as server:
        write(server.conninfo(), 1)
        assert kept(server.conninfo()) == [1]
    assert not server.is_ready()


def test_a_socket_folder_that_somebody_else_laid_out_is_not_used(tmp_path: Path, server: EmbeddedPostgres) -> None:
    server.home = tmp_path / ("long" * 30)
    folder = Path(psycopg.conninfo.conninfo_to_dict(server.conninfo())["host"])  # type: ignore[arg-type]  # a host is text
    folder.symlink_to(tmp_path)
    with pytest.raises(DatabaseWillNotStart, match="not ours alone"):
        server.start()
    folder.unlink()


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseWillNotStart, match="Not a directory"):
        EmbeddedPostgres(tmp_path / "file" / "home").start()


def test_a_server_that_refuses_to_start_gives_its_reason_and_can_be_left(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hanse.base.postgres.START_TIMEOUT_SECONDS", 0.5)
    server = EmbeddedPostgres(home, FAST + "port = nonsense\n")
    with pytest.raises(DatabaseWillNotStart, match="nonsense"):
        server.start()
    assert not server.stop()


def test_an_interrupted_creation_leaves_nothing_half_made(home: Path) -> None:
    with using(home, FAST) as killed:
        while not list(home.glob("postgres-*/PG_VERSION")):
            assert killed.process.poll() is None
        killed.kill()
    assert not (home / "postgres").exists()
    with using(home, FAST) as next_one:
        write(next_one.started(), 1)
        assert next_one.leave()
    with using(home, FAST) as later:
        later.started()
        assert sorted(path.name for path in home.iterdir()) == ["postgres", "postgres.lock", "postgres.users"]
        assert later.leave()


def test_two_processes_may_create_it_at_the_same_time(home: Path) -> None:
    with using(home, FAST) as first, using(home, FAST) as second:
        assert first.started() == second.started()
        assert [first.leave(), second.leave()] == [False, True]


def test_it_listens_on_no_port_and_its_folder_is_private(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW unix_socket_permissions").fetchone() == ("0700",)
        rules = connection.execute("SELECT type, auth_method FROM pg_hba_file_rules").fetchall()
    assert rules == [("local", "peer")]
    assert server.data.stat().st_mode & 0o077 == 0


@as_root
@pytest.mark.parametrize("length", [1, 100])
def test_another_user_of_the_machine_cannot_connect(open_folder: Path, length: int) -> None:
    with started(open_folder / ("h" * length)) as server:
        assert connect(server.conninfo()) == ""
        assert "Permission denied" in connect(server.conninfo(), uid=NOBODY)


@as_root
def test_who_gets_at_the_socket_all_the_same_is_not_let_in(open_folder: Path) -> None:
    with started(open_folder / "home") as server:
        server.data.chmod(0o711)
        (server.data / ".s.PGSQL.5432").chmod(0o777)
        assert "Peer authentication failed" in connect(server.conninfo(), uid=NOBODY)


@as_root
def test_it_runs_for_a_user_without_rights(postgres: EmbeddedPostgres, open_folder: Path) -> None:
    """Another server has opened the way to the programs."""
    os.chown(open_folder, NOBODY, NOBODY)
    with using(open_folder / "home", FAST, uid=NOBODY) as user:
        conninfo = user.started()
        assert (open_folder / "home" / "postgres").stat().st_uid == NOBODY
        assert connect(conninfo, uid=NOBODY) == ""
        assert user.leave()


@as_root
def test_a_user_that_the_system_does_not_know_is_told_so(postgres: EmbeddedPostgres, open_folder: Path) -> None:
    os.chown(open_folder, 54321, 54321)
    with using(open_folder / "home", FAST, uid=54321) as user, pytest.raises(AssertionError, match="could not look up effective user ID"):
        user.started()


def test_its_programs_are_at_hand(server: EmbeddedPostgres) -> None:
    done = subprocess.run([*server.program("pg_dump"), "--version"], check=True, capture_output=True, text=True)
    assert "(PostgreSQL) 18" in done.stdout


def test_what_people_send_does_not_reach_its_log(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("CREATE TABLE people (email text UNIQUE)")
        connection.execute("INSERT INTO people VALUES ('anna@example.org')")
        for statement in (
            "SELECT 'anna@example.org'::int",
            "INSERT INTO people VALUES ('anna@example.org')",
            'SELECT * FROM "anna@example.org"',
            "DO $$ BEGIN RAISE WARNING 'anna@example.org'; END $$",
        ):
            with suppress(psycopg.Error):
                connection.execute(statement.encode())
    server.stop()
    assert "anna@example.org" not in server.log.read_text()
    assert server.log.read_text(), "it does write a log"


def test_the_superuser_is_the_only_role_that_peers_may_take(server: EmbeddedPostgres) -> None:
    server.start()
    with psycopg.connect(server.conninfo(SUPERUSER), autocommit=True) as connection:
        connection.execute("CREATE ROLE other LOGIN")
    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        psycopg.connect(psycopg.conninfo.make_conninfo(server.conninfo(), user="other"))
