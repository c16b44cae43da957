"""Installs what tests need and pip has not: the npm packages that they load, a Tryton in an environment of its own, and a Chromium,
from Debian where we are root, else the one of Playwright."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from hanse.base.errors import HanseError
from hanse.serve.console import assets
from hanse.serve.console.assets import elements
from tests.sources.tryton import installing as tryton

CLIENTS = Path(__file__).parent / "serve" / "tracking" / "clients"
"""Where the lock file of the tracking clients is."""
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Return where a Chromium is; null where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or os.environ.get("CHROMIUM") or _of_playwright()


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None  # noqa: PTH110  # a plain look


def install() -> bool:
    """Install a Chromium where there is none; return whether there is one now."""
    if chromium() is None and shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=False, env=environment, stdout=subprocess.DEVNULL
        )
    if chromium() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return chromium() is not None


if __name__ == "__main__":
    try:
        assets.node_modules(CLIENTS)
        assets.node_modules(elements.WEB)
    except HanseError as error:
        sys.exit(f"The tests of tracking clients and of the storefront elements need packages from npm that could not be installed. {error.detail()}")
    tryton.ensure()
    if not install():
        sys.exit("The browser tests need a Chromium and none could be installed. As root: apt-get install chromium; then run this again.")
