"""`python -m tests`: the checks (format, lint, layers, types of Python and of TypeScript), then the tests; `--checks-only` leaves out the tests.

`--coverage` also says which lines no test runs, and takes longer. Each runs even when one before it failed, so that one run shows
everything there is to mend. The tests have a folder of their own: from the one that all sessions of pytest share, each new session shuts
out the user that the database runs as.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PATIENCE_SECONDS = 4500.0
"""Three times what the tests take on two quiet cores: what hangs ends by the time limit of its test long before."""
CHECKED = ("hanse", "benchmarks", "tests")

CHECKS = (
    ("format", [BIN / "ruff", "format", "--check", "--quiet", *CHECKED]),
    ("lint", [BIN / "ruff", "check", "--quiet", *CHECKED]),
    ("layers", [BIN / "lint-imports", "--no-cache"]),
    ("types", [BIN / "mypy", *CHECKED]),
    ("elements", [sys.executable, "-m", "hanse.serve.console.assets", "--check"]),
)
TESTS = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "--durations=15"]
COVERAGE = ["--cov=hanse", "--cov-report=term:skip-covered", "--no-cov-on-fail"]


def main(arguments: list[str]) -> int:
    """Run the checks and the tests; return how many of them failed."""
    with tempfile.TemporaryDirectory(prefix="hanse-tests-", ignore_cleanup_errors=True) as folder:  # who was stopped late may still write
        tests = [*TESTS, *(COVERAGE if "--coverage" in arguments else []), f"--basetemp={folder}/pytest"]
        steps = CHECKS if "--checks-only" in arguments else (*CHECKS, ("tests", tests))
        failed = [name for name, command in steps if not _passes(name, [str(part) for part in command])]
    print(f"failed: {', '.join(failed)}" if failed else "all passed")  # noqa: T201  # this is a command
    return len(failed)


def _passes(name: str, command: list[str]) -> bool:
    begin, passed = time.monotonic(), False
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(command, check=False, cwd=ROOT, timeout=PATIENCE_SECONDS)
        passed = done.returncode == 0
    print(f"{name}: {'ok' if passed else 'FAILED'} in {time.monotonic() - begin:.0f} s", flush=True)  # noqa: T201  # this is a command
    return passed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
