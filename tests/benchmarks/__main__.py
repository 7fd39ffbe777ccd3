"""Print the benchmarks as tables, or as JSON with ``--json``; all, or those that are named."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tests.benchmarks import (
    deletion,
    delivery,
    gate,
    reading,
    replacement,
    scenarios,
    sweeping,
    uploading,
)

BENCHMARKS: dict[str, Any] = {
    "gate": gate,
    "deletion": deletion,
    "replacement": replacement,
    "sweeping": sweeping,
    "scenarios": scenarios,
    "delivery": delivery,
    "reading": reading,
    "uploading": uploading,
}


def main() -> None:
    options = _options()
    names = options.names or list(BENCHMARKS)
    if options.json:
        found = {name: [asdict(row) for row in _rows(name, options.large)] for name in names}
        _say(json.dumps(found, indent=2))
        return
    for name in names:
        benchmark = BENCHMARKS[name]
        _say(f"\n{benchmark.TITLE}.\n")
        for line in (benchmark.HEADS, ["---"] * len(benchmark.HEADS)):
            _say("| " + " | ".join(line) + " |")
        for row in _rows(name, options.large):
            _say("| " + " | ".join(benchmark.cells(row)) + " |")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--large", action="store_true", help="sweep and read 1,000,000 events, too")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"There is no benchmark called {', '.join(sorted(unknown))}.")
    return options


def _rows(name: str, large: bool) -> Iterator[Any]:
    yield from BENCHMARKS[name].rows()
    if large and hasattr(BENCHMARKS[name], "large"):
        yield from BENCHMARKS[name].large()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
