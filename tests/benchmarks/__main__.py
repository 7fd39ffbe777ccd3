"""Print the benchmarks as tables, or as JSON with ``--json``."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

from tests.benchmarks import gate

_WAYS = ("header", "sha256", "inspect", "isolated", "pypdf")


def main() -> None:
    if "--json" in sys.argv:
        _say(json.dumps([asdict(row) for row in gate.rows()], indent=2))
        return
    _say("The gate: median milliseconds (quartiles of inspect), and peak memory in MiB.\n")
    for cells in _table():
        _say("| " + " | ".join(cells) + " |")


def _table() -> Iterator[list[str]]:
    heads = ["document", "KiB", *_WAYS, "quartiles", "beyond sha256", "pypdf / inspect"]
    heads += ["memory", "worker"]
    yield heads
    yield ["---"] * len(heads)
    for row in gate.rows():
        inspect = row.timings["inspect"]
        cells = [row.document, str(row.size // 1024)]
        cells += [f"{row.timings[way].median:.2f}" for way in _WAYS]
        cells += [f"{inspect.low:.2f} to {inspect.high:.2f}", f"{row.beyond_sha256:.2f}"]
        yield [*cells, f"{row.ratio_to_pypdf:.1f}", str(row.memory), str(row.worker_memory)]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
