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
from tests.journeys.processes import Serving, free_port, is_postgres, left_over, run, serving, wait_until

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

        key = json.loads(run(home, "key", "create", "agent", "--scope", "*", "--json").stdout)["key"]
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, trust_env=False) as http,
            mcp.Client(streamable_http_client(f"{server.address}/mcp", http_client=http)) as agent,
        ):
            assert "catalog_products" in {each.name for each in (await agent.list_tools()).tools}
            assert (await agent.call_tool("catalog_products", {})).structured_content
        assert server.post("/v1/events/record", EVENT % "m-1", key)["results"] == ["accepted"]

        before = server_pid(home)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: server.get("/ready")[0] == 200 and server_pid(home) != before, "the database is not back")
        assert server.post("/v1/events/record", EVENT % "m-1", key)["results"] == ["duplicate"]

        assert server.interrupt() < 15
        assert server.process.returncode == 0
        assert left_over(home) == {}
        assert not EmbeddedPostgres(home).is_ready()
        assert "Traceback" not in "".join(server.errors)


def test_after_kills_it_comes_back_with_everything(home: Path) -> None:
    home.mkdir()
    with serving(home) as server:
        server.ready()
        worker = one(home, "hanse worker", server)
        assert recorded(home, "m-1") == "accepted"
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: one(home, "hanse worker", server) != worker, "the worker was not started again")
        os.kill(one(home, "hanse serve", server), signal.SIGKILL)
        wait_until(lambda: server.get("/ready")[0] == 200, "the server process was not started again")

        server.kill()
        wait_until(lambda: all(is_postgres(each) for each in left_over(home).values()), "a process was left over")
        with serving(home, "--no-jobs") as again:
            assert again.ready().startswith(f"Hanse is ready at {again.address}")
            assert recorded(home, "m-1") == "duplicate"
            again.process.terminate()
            assert again.process.wait(timeout=15) == 0
            assert left_over(home) == {}


def one(home: Path, command: str, server: Serving) -> int:
    """Wait for one process of a command beside the supervisor; return its id."""
    found: list[int] = []

    def is_one() -> bool:
        found[:] = [pid for pid, each in left_over(home).items() if command in each and pid != server.process.pid]
        return len(found) == 1

    wait_until(is_one, f"there is no {command}")
    return found[0]


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


def test_commands_alone_keep_what_they_wrote_and_a_backup_moves_it(home: Path, tmp_path: Path) -> None:
    """Each starts and stops the embedded database, and the first makes it."""
    home.mkdir()
    assert recorded(home, "m-1") == "accepted"
    assert left_over(home) == {}
    facts = {each["what"]: each for each in json.loads(run(home, "doctor", "--json").stdout)}
    assert facts["database"]["message"].endswith(", embedded")
    assert {facts[what]["state"] for what in ("home folder", "database", "schema", "pgvector")} == {"ok"}

    (home / "models" / "x").mkdir(parents=True)
    (home / "models" / "x" / "array").write_bytes(b"\1\2\3")
    assert run(home, "backup", str(tmp_path / "b.tar")).returncode == 0
    other = tmp_path / "other"
    assert run(other, "restore", str(tmp_path / "b.tar")).returncode == 0
    assert recorded(other, "m-1") == "duplicate"
    assert (other / "models" / "x" / "array").read_bytes() == b"\1\2\3"
    assert left_over(home) | left_over(other) == {}
