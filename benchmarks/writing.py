"""Writing the catalog out, a part of the benchmark `catalog`: seconds, peak memory of a process that does nothing else, and what is read back.

`python -m benchmarks.writing FORMAT HOME DATABASE FILE` is that process.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.report import Row
from hanse.base.config import Settings
from hanse.data.revisions.schemas import Entry, Found
from hanse.serve import runtime
from hanse.sources import feeds
from hanse.sources.feeds import ExportOptions, ExportRequest, Options, feed_of

FORMATS = ("bmecat", "merchant", "merchant-tsv", "jsonld")
SHOP = "https://shop.example"
MOST_MEGABYTES = 400


def measure(form: str, home: Path, conninfo: str, folder: Path) -> list[Row]:
    """Write the catalog in one format."""
    path = folder / f"written.{form}"
    command = [sys.executable, "-m", "benchmarks.writing", form, str(home), conninfo, str(path)]
    done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
    data, method = f"{done['products']:,} products, {done['bytes'] / 1e6:.0f} MB", f"write {form}"
    rows = [
        Row(data=data, method=method, measure="time", value=done["seconds"], unit="s"),
        Row(data=data, method=method, measure="peak memory", value=done["megabytes"], unit="MB", limit=f"< {MOST_MEGABYTES}"),
        Row(data=data, method=method, measure="left out", value=done["left_out"], unit="products"),
    ]
    if form == "bmecat":
        products, findings = _read_back(path)
        rows.append(Row(data=data, method=method, measure="read back", value=products, unit="products", limit=str(done["products"])))
        rows.append(Row(data=data, method=method, measure="found when read back", value=findings, unit="findings", limit="0"))
    path.unlink()
    return rows


def _read_back(path: Path) -> tuple[int, int]:
    products = findings = 0
    for item in feed_of(path).read(path, Options(strict=True)):
        products += isinstance(item, Entry)
        if isinstance(item, Found):
            findings += 1
            print(f"read back: {item}") if findings <= 5 else None
    return products, findings


async def _write(form: str, settings: Settings, conninfo: str, path: Path) -> dict[str, float]:
    options = ExportOptions(tax_rate=0.19, base_url=SHOP, product_url=f"{SHOP}/products/{{id}}")
    async with runtime.started(settings, conninfo) as running, running.context() as context:
        began = time.perf_counter()
        report = await feeds.export(context, ExportRequest(format=form, path=str(path), options=options))
        seconds = time.perf_counter() - began
    return {"products": report.products, "left_out": report.left_out, "bytes": report.bytes, "seconds": seconds, "megabytes": _peak_megabytes()}


def _peak_megabytes() -> float:
    """Return the peak of this program alone: `getrusage` counts the one that started it, too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    asked, folder, database, target = sys.argv[1:5]
    print(json.dumps(asyncio.run(_write(asked, Settings(home=Path(folder)), database, Path(target)))))
