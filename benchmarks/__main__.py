"""`python -m benchmarks NAME [PATH ...] --json FILE`: runs one benchmark; without a name, says which there are."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import benchmarks
from benchmarks import report

FRAME = {"__main__", "report", "load", "scratch", "splink_peer"}


def names() -> list[str]:
    """Return the benchmarks there are: the modules here that measure."""
    return sorted(each.name for each in iter_modules(benchmarks.__path__) if each.name not in FRAME)


def main() -> None:
    """Run the benchmark that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=benchmarks.__doc__)
    parser.add_argument("name", nargs="?", choices=names(), help="which benchmark")
    parser.add_argument("paths", nargs="*", type=Path, help="data to measure on, where the benchmark takes any")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the values to a file")
    named = next((each for each in sys.argv[1:] if each in names()), None)
    chosen = import_module(f"benchmarks.{named}") if named else None
    takes_options = hasattr(chosen, "add_options")
    if chosen is not None and takes_options:
        chosen.add_options(parser)
    arguments = parser.parse_args()
    if chosen is None:
        for name in names():
            print(f"{name:12} {(import_module(f'benchmarks.{name}').__doc__ or '').splitlines()[0]}")
        sys.exit(2)
    rows = chosen.measure(arguments.paths, arguments) if takes_options else chosen.measure(arguments.paths)
    made = report.Report(benchmark=arguments.name, rows=rows, environment=report.environment())
    getattr(chosen, "show", report.show)(made)
    if arguments.json:
        report.write(made, arguments.json)


if __name__ == "__main__":
    main()
