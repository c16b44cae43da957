"""`hanse serve` as people run it: ready in one line, shared with other commands, back after kills, and gone without a trace."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
from pathlib import Path

import httpx2
import mcp
import pytest
from mcp.client.streamable_http import streamable_http_client

from hanse.base.postgres import EmbeddedPostgres
from tests.base.processes import server_pid
from tests.journeys.processes import free_port, left_over, run, serving, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="what is left over is read from /proc")]

EVENT = '{"events": [{"message_id": "%s", "name": "Product Viewed", "user_id": "4711"}]}'


def recorded(home: Path, message_id: str) -> str:
    """Record an event with a command beside the server; return what became of it."""
    done = run(home, "call", "events.record", EVENT % message_id, "--json")
    assert done.returncode == 0, done.stderr
    (result,) = json.loads(done.stdout)["results"]
    return str(result)


async def test_it_serves_is_shared_comes_back_and_ends_cleanly(home: Path) -> None:
    home.mkdir()
    with serving(home) as server:
        line = server.ready()
        found = re.fullmatch(rf"Hanse is ready at {server.address}, sign in once at ({server.address}/sign-in/\S+)\n", line)
        assert found, line
        assert server.get("/health")[0] == 200
        assert server.get("/ready") == (200, '{"status":"ok"}')
        assert server.get(found[1].removeprefix(server.address))[0] == 200

        assert recorded(home, "m-1") == "accepted"
        key = json.loads(run(home, "key", "create", "agent", "--scope", "*", "--json").stdout)["key"]
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, trust_env=False) as http,
            mcp.Client(streamable_http_client(f"{server.address}/mcp", http_client=http)) as agent,
        ):
            tools = {each.name for each in (await agent.list_tools()).tools}
            assert "catalog_products" in tools
            assert (await agent.call_tool("catalog_products", {})).structured_content

        before = server_pid(home)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: server.get("/ready")[0] == 200 and server_pid(home) != before, "the database is not back")
        assert recorded(home, "m-1") == "duplicate"
        assert recorded(home, "m-2") == "accepted"

        assert server.interrupt() < 15
        assert server.process.returncode == 0
        assert left_over(home) == {}
        assert not EmbeddedPostgres(home).is_ready()
        assert "Traceback" not in "".join(server.errors)


def test_after_a_kill_its_processes_end_and_the_next_start_has_everything(home: Path) -> None:
    home.mkdir()
    with serving(home) as server:
        server.ready()
        wait_until(lambda: any("hanse worker" in each for each in left_over(home).values()), "no worker was started")
        assert recorded(home, "m-1") == "accepted"
        server.kill()
        wait_until(lambda: not any("hanse" in each for each in left_over(home).values()), "a process was left over")
        with serving(home, "--no-jobs") as again:
            assert again.ready().startswith(f"Hanse is ready at {again.address}")
            assert recorded(home, "m-1") == "duplicate"
            again.process.terminate()
            assert again.process.wait(timeout=15) == 0
            assert left_over(home) == {}


def test_a_worker_that_is_killed_is_started_again(home: Path) -> None:
    home.mkdir()
    with serving(home) as server:
        server.ready()

        def workers() -> set[int]:
            return {pid for pid, command in left_over(home).items() if command.endswith("hanse worker")}

        wait_until(lambda: len(workers()) == 1, "no worker was started")
        (killed,) = workers()
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: len(workers()) == 1 and workers() != {killed}, "the worker was not started again")
        servers = [pid for pid, command in left_over(home).items() if "hanse serve" in command and pid != server.process.pid]
        os.kill(servers[0], signal.SIGKILL)
        wait_until(lambda: server.get("/ready")[0] == 200, "the server process was not started again")
        assert server.interrupt() < 15


def test_a_port_that_is_taken_is_told_and_nothing_is_left(home: Path) -> None:
    home.mkdir()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(home, "serve", "--port", str(port))
    assert done.returncode == 2
    assert f"Port {port} on 127.0.0.1 is taken by another program. Choose another with --port" in done.stderr
    assert "Traceback" not in done.stderr
    assert left_over(home) == {}


def test_commands_one_after_the_other_keep_what_they_wrote(home: Path) -> None:
    """Each starts and stops the embedded database, and the first makes it."""
    home.mkdir()
    assert recorded(home, "m-1") == "accepted"
    assert left_over(home) == {}
    assert recorded(home, "m-1") == "duplicate"
    healthy = run(home, "doctor", "--json")
    facts = {each["what"]: each for each in json.loads(healthy.stdout)}
    assert facts["database"]["message"].endswith(", embedded")
    assert {facts[what]["state"] for what in ("home folder", "database", "schema", "pgvector")} == {"ok"}
    assert left_over(home) == {}


def test_a_backup_of_one_home_becomes_another(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    recorded(home, "m-1")
    (home / "models" / "x").mkdir(parents=True)
    (home / "models" / "x" / "array").write_bytes(b"\1\2\3")
    assert run(home, "backup", str(tmp_path / "b.tar")).returncode == 0
    other = tmp_path / "other"
    assert run(other, "restore", str(tmp_path / "b.tar")).returncode == 0
    assert recorded(other, "m-1") == "duplicate"
    assert (other / "models" / "x" / "array").read_bytes() == b"\1\2\3"
    assert left_over(home) | left_over(other) == {}
