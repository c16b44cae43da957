"""`python -m benchmarks NAME [PATH ...] --json FILE`: runs one benchmark; without a name, says which there are."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import benchmarks
from benchmarks import report

FRAME = {"__main__", "report", "load", "scratch"}


def names() -> list[str]:
    """Return the benchmarks there are: the modules here that measure."""
    return sorted(each.name for each in iter_modules(benchmarks.__path__) if each.name not in FRAME)


def main() -> None:
    """Run the benchmark that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=benchmarks.__doc__)
    parser.add_argument("name", nargs="?", choices=names(), help="which benchmark")
    parser.add_argument("paths", nargs="*", type=Path, help="data to measure on, where the benchmark takes any")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the values to a file")
    arguments = parser.parse_args()
    if arguments.name is None:
        for name in names():
            print(f"{name:12} {(import_module(f'benchmarks.{name}').__doc__ or '').splitlines()[0]}")
        sys.exit(2)
    rows = import_module(f"benchmarks.{arguments.name}").measure(arguments.paths)
    made = report.Report(benchmark=arguments.name, rows=rows, environment=report.environment())
    report.show(made)
    if arguments.json:
        report.write(made, arguments.json)


if __name__ == "__main__":
    main()
