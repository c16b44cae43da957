"""The process that keeps the others running: server processes, a worker for the jobs, and the embedded PostgreSQL.

It ends them all when it ends. Where it is killed, they notice and end by themselves.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import structlog

from hanse.base import config, database
from hanse.base.clock import SystemClock
from hanse.base.errors import HanseError
from hanse.base.postgres import DatabaseWillNotStart, EmbeddedPostgres
from hanse.data.access import accounts
from hanse.serve import telemetry

HOST = "127.0.0.1"
PORT = 8321
SUPERVISOR = "HANSE_SUPERVISOR"
"""Environment variable that tells a child who watches over it."""
WATCH_EVERY_SECONDS = 1.0
READY_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 5.0
"""How long a worker may take to end. Nothing is lost with one that is killed: its jobs are taken up again."""


class PortTaken(HanseError):
    """Port {port} on {host} is taken by another program. Choose another with --port, or leave it out to get a free one."""

    exit_code = 2


class ServerFailed(HanseError):
    """The server ended before it was ready. What it wrote above says why; `hanse doctor` looks further."""


class Child:
    """A process of ours that is started again when it ends before its time."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        """Start it."""
        self._arguments = arguments
        self._environment = environment
        self._process = self._start()

    def watch(self) -> None:
        """Start it again where it has ended."""
        if self._process.poll() is not None:
            structlog.get_logger().warning("a worker ended and is started again", code=self._process.returncode)
            self._process = self._start()

    def stop(self) -> None:
        """End it, gently first."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            self._process.wait(timeout=STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "hanse", *self._arguments], env=self._environment, stdin=subprocess.DEVNULL)


def serve(
    settings: config.Settings,
    conninfo: str,
    *,
    host: str = HOST,
    port: int | None = None,
    workers: int = 1,
    jobs: bool = True,
    shop: Mapping[str, str] | None = None,
    announce: Callable[[str], object],
) -> None:
    """Serve until stopped by a signal; tells in one line where, once it is ready.

    `shop` is what server processes have to know to show the pages of the sample shop, too.
    """
    from granian.constants import Interfaces, Loops

    telemetry.check(settings)
    port = free_port(host, port)
    os.environ.update(_environment(settings, conninfo) | dict(shop or {}))
    address = settings.public_url or f"http://{_bracketed(host)}:{port}"
    server = server_class()(
        "hanse.serve.http.app:create",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=workers,
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        websockets=False,
    )
    ready = threading.Event()

    def greet() -> None:
        if _answers(host, port):
            ready.set()
            beside = f", its sample shop at {address}/shop" if shop else ""
            announce(f"Hanse is ready at {address}{beside}{_invitation(address, conninfo)}")

    threading.Thread(target=greet, daemon=True, name="greeting").start()
    try:
        with _watching(settings, ready if jobs else None):
            server.serve()
    except SystemExit as ended:
        if ended.code and not ready.is_set():
            raise ServerFailed from None
        raise


def server_class() -> type[Any]:
    """Return granian's server, changed so that a second signal at the same moment does nothing.

    Its handler takes a lock; interrupted within it by a second signal, it would wait for itself for ever.
    """
    from granian.server import Server

    class Interruptible(Server):  # type: ignore[valid-type,misc]  # which class it is hangs on the platform
        def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
            if not self.interrupt_signal:
                super().signal_handler_interrupt(*args, **kwargs)

    return Interruptible


def free_port(host: str, wanted: int | None) -> int:
    """Return the port to listen on: the one wanted, else 8321, else any free one. Raises `PortTaken`."""
    for port in (wanted,) if wanted is not None else (PORT, 0):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((host, port))
                return int(probe.getsockname()[1])
    raise PortTaken(host=host, port=wanted)


def follow_parent() -> None:
    """End this process when its supervisor is gone, so that none is left over after a kill."""
    supervisor = os.environ.get(SUPERVISOR)
    if supervisor is None:
        return

    def watch() -> None:
        while os.getppid() == int(supervisor):
            time.sleep(WATCH_EVERY_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="follow parent").start()


def _environment(settings: config.Settings, conninfo: str) -> dict[str, str]:
    return {"HANSE_DATABASE_URL": conninfo, "HANSE_HOME": str(settings.home), SUPERVISOR: str(os.getpid())}


@contextmanager
def _watching(settings: config.Settings, ready: threading.Event | None) -> Iterator[None]:
    """Look after the database while the block runs, and after a worker for the jobs from when the server is ready; end it after."""
    done = threading.Event()
    postgres = None if settings.database_url else EmbeddedPostgres(settings.home)
    children: list[Child] = []

    def watch() -> None:
        while not done.wait(WATCH_EVERY_SECONDS):
            if postgres is not None and not postgres.is_ready():
                with suppress(DatabaseWillNotStart):
                    postgres.ensure_running()
            if ready is not None and ready.is_set() and not children:
                children.append(Child(["worker"], dict(os.environ)))
            for child in children:
                child.watch()

    watcher = threading.Thread(target=watch, daemon=True, name="supervisor")
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        for child in children:
            child.stop()


def _answers(host: str, port: int) -> bool:
    """Wait until the server answers; return whether it did in time."""
    deadline = time.monotonic() + READY_TIMEOUT_SECONDS
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError), direct.open(f"http://{_bracketed(host)}:{port}/health", timeout=2):
            return True
        time.sleep(0.1)
    return False


def _bracketed(host: str) -> str:
    """Return a host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def _invitation(address: str, conninfo: str) -> str:
    """Return how to sign in the first time; empty where there is an administrator."""
    token = asyncio.run(_first_link(conninfo))
    return f", sign in once at {address}/sign-in/{token}" if token else ""


async def _first_link(conninfo: str) -> str | None:
    """Return the token of a fresh link for the first administrator; null where there is one."""
    async with await database.connect(conninfo) as connection:
        try:
            return await accounts.first_link(connection, now=SystemClock().now())
        except accounts.AccountsExist:
            return None
