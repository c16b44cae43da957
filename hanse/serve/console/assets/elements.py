"""The storefront elements: TypeScript in `web/` beside the package, bundled by Vite into one module and checked by TypeScript.

They are built in a copy beside their npm packages, so that nothing is written into the source. Whoever installs a wheel has no `web/` and
needs none: the wheel carries what was built.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hanse.serve.console import assets

WEB = Path(__file__).parents[4] / "web"
NAME = "elements.js"


def sources() -> list[Path]:
    """Return what the elements are built from; nothing where there is no source."""
    if not WEB.is_dir():
        return []
    return [WEB / "package-lock.json", WEB / "tsconfig.json", WEB / "vite.config.js", *sorted((WEB / "src").iterdir())]


def bundle(output: Path) -> None:
    """Write the bundled module into a folder; raises `BuildFailed` and `MissingExtra`."""
    with _copied() as (folder, modules):
        assets.run([*assets.node(), str(modules / "vite" / "bin" / "vite.js"), "build"], folder)
        shutil.copy(folder / "dist" / NAME, output / NAME)


def check() -> None:
    """Check the types; raises `BuildFailed` with what TypeScript found."""
    with _copied() as (folder, modules):
        assets.run([*assets.node(), str(modules / "typescript" / "bin" / "tsc"), "--noEmit"], folder)


@contextmanager
def _copied() -> Iterator[tuple[Path, Path]]:
    """Have a copy of the source beside its packages for as long as the block runs."""
    modules = assets.node_modules(WEB)
    with tempfile.TemporaryDirectory(prefix="web-", dir=modules.parent) as name:
        folder = Path(name)
        for path in (WEB / "package.json", *sources()):
            target = folder / path.relative_to(WEB)
            target.parent.mkdir(exist_ok=True)
            shutil.copy(path, target)
        yield folder, modules
