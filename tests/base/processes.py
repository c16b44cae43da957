"""Real processes for tests: each uses the embedded server of a home folder until it is told to leave, or killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
BECOME = """
import os, sys
import psycopg
from hanse.base import postgres
postgres._binaries()  # imported while the interpreter's files can still be read
if sys.argv[1]:
    os.setgroups([])
    os.setgid(int(sys.argv[1]))
    os.setuid(int(sys.argv[1]))
"""
CONNECT = BECOME + "psycopg.connect(sys.argv[2])"
USE = (
    BECOME
    + """
from pathlib import Path
from hanse.base.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[2]), sys.argv[3])
print(server.start(), flush=True)
sys.stdin.readline()
print(server.stop(), flush=True)
"""
)


class User:
    """A process that uses the server of a home folder."""

    def __init__(self, home: Path, settings: str, *, uid: int | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-c", USE, "" if uid is None else str(uid), str(home), settings],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def started(self) -> str:
        """Wait until it uses the server; return how to connect."""
        return self._line()

    def leave(self) -> bool:
        """Have it leave; return whether it stopped the server."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        stopped = self._line() == "True"
        self.process.wait(timeout=10)
        return stopped

    def kill(self) -> None:
        """End it as the kernel does when memory is short."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def _line(self) -> str:
        assert self.process.stdout
        assert self.process.stderr
        line = self.process.stdout.readline().strip()
        if not line:
            raise AssertionError(self.process.stderr.read())
        return line


@contextmanager
def using(home: Path, settings: str, *, uid: int | None = None) -> Iterator[User]:
    """Have a process use the server of a home folder; it is gone after the block."""
    started = User(home, settings, uid=uid)
    try:
        yield started
    finally:
        started.kill()
        for stream in (started.process.stdin, started.process.stdout, started.process.stderr):
            assert stream
            stream.close()


def server_pid(home: Path) -> int:
    """Return the process id of the server of a home folder."""
    return int((home / "postgres" / "postmaster.pid").read_text().split()[0])


def connect(conninfo: str, *, uid: int | None = None) -> str:
    """Connect as another user of this machine; return what came back to standard error."""
    command = [sys.executable, "-B", "-c", CONNECT, "" if uid is None else str(uid), conninfo]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT).stderr
