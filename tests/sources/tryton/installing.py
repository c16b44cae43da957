"""Installs the Tryton that tests run against: an environment of its own beside that of the tests, and a database with its modules.

Tryton is GPL and is never imported by Hanse; tests speak with it over the network as Hanse does. Making the database takes half a minute,
so it is made once and copied for each session.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

CONSTRAINTS = Path(__file__).with_name("constraints.txt")
PLACE = Path(sys.prefix) / "tryton"
"""In the environment of the tests, so that `make clean` removes it."""
MODULES = ("trytond", "trytond-party", "trytond-product", "trytond-sale")
DATABASE = "crm"
PASSWORD = "a-password-of-tests"  # of a server that nobody but a test reaches


def ensure() -> Path:
    """Install what is not there yet; return the folder of the environment. Several processes may call it at once."""
    PLACE.mkdir(exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done, wanted = PLACE / "done", hashlib.sha256(CONSTRAINTS.read_bytes() + Path(__file__).read_bytes()).hexdigest()
        if not done.exists() or done.read_text() != wanted:
            _install()
            _make_database()
            done.write_text(wanted)
    return PLACE


def program(name: str) -> str:
    """Return where a program of Tryton is."""
    return str(PLACE / "bin" / name)


def template() -> Path:
    """Return where the database is that is copied for each session."""
    return PLACE / f"{DATABASE}.sqlite"


def configure(folder: Path, port: int = 0) -> Path:
    """Write the configuration of a server whose database lies in a folder; return where it is."""
    path = folder / "trytond.conf"
    path.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n")
    return path


def _install() -> None:
    venv.create(PLACE, with_pip=True)
    command = [program("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--constraint", str(CONSTRAINTS), *MODULES]
    subprocess.run(command, check=True)


def _make_database() -> None:
    template().unlink(missing_ok=True)
    template().touch()  # an empty file is a database of SQLite
    password = PLACE / "password"
    password.write_text(PASSWORD)
    command = [program("trytond-admin"), "-c", str(configure(PLACE)), "-d", DATABASE, "--email", "admin@example.org"]
    environment = {**os.environ, "TRYTONPASSFILE": str(password)}
    subprocess.run([*command, "-u", "party", "product", "sale", "--activate-dependencies"], check=True, env=environment, capture_output=True)


if __name__ == "__main__":
    ensure()
