"""The supervisor finds a port, and its children notice when it is gone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanse.serve import supervisor
from hanse.serve.supervisor import PortTaken, free_port

FOLLOW = "import os, sys, time; from hanse.serve import supervisor; supervisor.follow_parent(); print('here', flush=True); time.sleep(60)"
PARENT = f"""
import os, subprocess, sys
os.environ["HANSE_SUPERVISOR"] = str(os.getpid())
child = subprocess.Popen([sys.executable, "-c", {FOLLOW!r}], stdout=subprocess.PIPE, text=True)
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield int(listening.getsockname()[1])


def test_the_port_that_is_asked_for_is_taken_or_refused(taken: int) -> None:
    with pytest.raises(PortTaken, match=f"Port {taken} on 127.0.0.1 is taken"):
        free_port("127.0.0.1", taken)
    free = free_port("127.0.0.1", 0)
    assert free_port("127.0.0.1", free) == free


def test_without_a_wish_the_usual_port_is_taken_or_any_other(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    free = free_port("127.0.0.1", 0)
    monkeypatch.setattr(supervisor, "PORT", free)
    assert free_port("127.0.0.1", None) == free
    monkeypatch.setattr(supervisor, "PORT", taken)
    assert free_port("127.0.0.1", None) not in {taken, 0}


@pytest.mark.skipif(not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"), reason="this machine has no IPv6")  # noqa: PTH110  # a plain look
def test_a_port_of_ipv6_is_found_too() -> None:
    assert free_port("::1", 0) > 0


def test_a_child_ends_when_its_supervisor_is_gone() -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.kill()
    for _ in range(400):
        if _is_gone(child):
            return
        time.sleep(0.05)
    raise AssertionError(child)


def _is_gone(pid: int) -> bool:
    """Return whether a process has ended, even where nobody has asked for its exit code yet."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_process_without_a_supervisor_follows_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(supervisor.SUPERVISOR, raising=False)
    before = threading.active_count()
    supervisor.follow_parent()
    assert threading.active_count() == before


def test_a_second_signal_within_the_first_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    server = supervisor.server_class()("hanse.serve.http.app:create", factory=True)
    woken = []

    def wake() -> None:
        woken.append(True)
        server.signal_handler_interrupt()  # a second signal while the first one is dealt with

    monkeypatch.setattr(server.main_loop_interrupt, "set", wake)
    server.signal_handler_interrupt()
    assert (server.interrupt_signal, woken) == (True, [True])
