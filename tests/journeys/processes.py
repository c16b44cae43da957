"""A running Hanse as a process of its own, as people start it, and what it leaves behind."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "hanse"]
PATIENCE_SECONDS = 60.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a command that works on a home folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HANSE_", "PYTHONDONTWRITE", "COV_"))}
    return {**kept, "HANSE_HOME": str(home), "HANSE_ENCODE": "false", "PYTHONPATH": str(ROOT), **more}


def run(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; one that takes too long tells where it is before it is killed."""
    command = [sys.executable, "-X", "faulthandler", *COMMAND[1:], *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(home, **more), cwd=home.parent
    ) as process:
        try:
            out, error = process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)
            raise AssertionError(process.communicate()[1]) from None
    return subprocess.CompletedProcess(command, process.returncode, out, error)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Serving:
    """`hanse serve` on a port, in a process group of its own."""

    def __init__(self, home: Path, *arguments: str, port: int | None = None) -> None:
        self.home = home
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.said: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(self.port), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(home),
            cwd=home.parent,
            start_new_session=True,
        )
        self.errors: list[str] = []
        assert self.process.stdout
        assert self.process.stderr
        self._readers = [_reading(self.process.stdout, self.said.put), _reading(self.process.stderr, self.errors.append)]

    def ready(self) -> str:
        """Wait for the line that says where it is."""
        wait_until(lambda: not self.said.empty() or self.process.poll() is not None, "it does not say that it is ready")
        assert not self.said.empty(), "".join(self.errors)
        return self.said.get()

    def get(self, path: str) -> tuple[int, str]:
        """Ask for a page; return status and body, or 0 where nobody answers."""
        try:
            with _DIRECT.open(self.address + path, timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def post(self, path: str, body: str, key: str) -> dict[str, Any]:
        """Call an operation; return its answer."""
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        with _DIRECT.open(urllib.request.Request(self.address + path, body.encode(), headers), timeout=30) as response:
            answer: dict[str, Any] = json.load(response)
            return answer

    def interrupt(self) -> float:
        """Press Ctrl-C; return how many seconds it took to end."""
        begin = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=PATIENCE_SECONDS)
        return time.monotonic() - begin

    def kill(self) -> None:
        """End the supervisor alone, as the kernel does."""
        self.process.kill()
        self.process.wait(timeout=PATIENCE_SECONDS)

    def close(self) -> None:
        """Have nothing left of it, whatever happened."""
        self.process.kill()
        self.process.wait(timeout=PATIENCE_SECONDS)
        wait_until(lambda: not _killed(self.home), "something cannot be killed")
        for reader in self._readers:
            reader.join(timeout=PATIENCE_SECONDS)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream
            stream.close()


def _killed(home: Path) -> bool:
    """Kill what works on a home folder; return whether there was anything."""
    found = left_over(home)
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return bool(found)


def _reading(stream: IO[str], take: Callable[[str], object]) -> threading.Thread:
    def read() -> None:
        for line in stream:
            take(line)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


@contextmanager
def serving(home: Path, *arguments: str, port: int | None = None) -> Iterator[Serving]:
    """Have Hanse serve a home; nothing is left of it after the block."""
    started = Serving(home, *arguments, port=port)
    try:
        yield started
    finally:
        started.close()


def left_over(home: Path) -> dict[int, str]:
    """Return the processes that work on a home folder, with their command lines."""
    wanted, found = f"HANSE_HOME={home}\0".encode(), {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (folder / "environ").read_bytes() and re.search(rb"\bstate:\s*[^Z]", (folder / "status").read_bytes().lower()):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    found.pop(os.getpid(), None)
    return found


def is_postgres(command: str) -> bool:
    """Return whether a command line is one of the database's; it outlives whoever started it."""
    return Path(command.split(" ", maxsplit=1)[0].rstrip(":")).name == "postgres"


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
