"""The IAB's own package for TC strings, installed once into the cache of this machine and run by Node beside our decoder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from hanse.serve.console import assets

HERE = Path(__file__).parent
NODE = vars(assets).get("node") or vars(assets)["_node"]


class Peer:
    """A process of Node that encodes choices."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def encode(self, choices: dict[str, Any]) -> dict[str, Any]:
        """Return the TC string of some choices as `text`, and as `read` what the package itself finds in it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(choices) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def started() -> Iterator[Peer]:
    """Give a running peer."""
    command = [*NODE(), str(HERE / "encode.mjs"), str(install())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Peer(process)
        assert process.stdin
        process.stdin.close()


def install() -> Path:
    """Install the package where it is not yet; return the folder it is in."""
    digest = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hanse" / "tests" / digest
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        if not (folder / "done").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder / name)
            subprocess.run([*assets._npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, check=True, capture_output=True)
            (folder / "done").touch()
    return folder
