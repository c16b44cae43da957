"""`python -m tests`: the checks (format, lint, types, layers), then the tests; `--checks-only` leaves out the tests.

Each runs even when one before it failed, so that one run shows everything there is to mend.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
CHECKED = ("hanse", "benchmarks", "tests")

CHECKS = (
    ("format", [BIN / "ruff", "format", "--check", "--quiet", *CHECKED]),
    ("lint", [BIN / "ruff", "check", "--quiet", *CHECKED]),
    ("layers", [BIN / "lint-imports", "--no-cache"]),
    ("types", [BIN / "mypy", *CHECKED]),
)
TESTS = (
    "tests",
    [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "--cov=hanse", "--cov-report=term:skip-covered", "--no-cov-on-fail"],
)


def main(arguments: list[str]) -> int:
    """Run the checks and the tests; return how many of them failed."""
    steps = CHECKS if "--checks-only" in arguments else (*CHECKS, TESTS)
    failed = [name for name, command in steps if not _passes(name, [str(part) for part in command])]
    print(f"failed: {', '.join(failed)}" if failed else "all passed")  # noqa: T201  # this is a command
    return len(failed)


def _passes(name: str, command: list[str]) -> bool:
    begin = time.monotonic()
    done = subprocess.run(command, check=False, cwd=ROOT, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    print(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - begin:.0f} s", flush=True)  # noqa: T201  # this is a command
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
