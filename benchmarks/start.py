"""What a newcomer waits for: `import hanse`, `hanse --help`, and the sample shop of 2,000 customers ready to answer."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Row, spread

RUNS = 10
CUSTOMERS = 2000


def measure(paths: list[Path]) -> list[Row]:
    """Time whole processes."""
    hanse = str(Path(sys.executable).parent / "hanse")
    python = [_seconds([sys.executable, "-c", "pass"]) for _ in range(RUNS)]
    imported = [_seconds([sys.executable, "-c", "import hanse"]) for _ in range(RUNS)]
    helped = [_seconds([hanse, "--help"]) for _ in range(RUNS)]
    with tempfile.TemporaryDirectory(prefix="hanse-benchmark-") as home:
        environment = {**os.environ, "HANSE_HOME": home, "HANSE_DATABASE_URL": ""}
        sample = _seconds([hanse, "sample", "--customers", str(CUSTOMERS)], environment)
        trained = _seconds([hanse, "train", "recommend"], environment)
    shop = f"{CUSTOMERS} customers"
    return [
        spread("-", "python -c pass", "time", "s", python, peer=True),
        spread("-", "import hanse", "time", "s", imported, limit="< 0.3"),
        spread("-", "hanse --help", "time", "s", helped, limit="< 0.5"),
        Row(data=shop, method="hanse sample", measure="time", value=sample, unit="s"),
        Row(data=shop, method="hanse train recommend", measure="time", value=trained, unit="s"),
        Row(data=shop, method="sample and train", measure="time", value=sample + trained, unit="s", limit="< 60"),
    ]


def _seconds(command: list[str], environment: dict[str, str] | None = None) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - begin
