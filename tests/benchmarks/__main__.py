"""Print the benchmarks as tables, or as JSON with ``--json``."""

import json
import sys
from dataclasses import asdict

from tests.benchmarks import gate

_WAYS = ("header", "sha256", "inspect", "isolated", "pypdf")


def main() -> None:
    if "--json" in sys.argv:
        print(json.dumps([asdict(row) for row in gate.rows()], indent=2))
        return
    print("The gate: median milliseconds (quartiles of inspect), and peak memory in MiB\n")
    heads = ("document", "KiB", *_WAYS, "quartiles", "beyond sha256", "pypdf / inspect")
    print("| " + " | ".join((*heads, "memory", "worker")) + " |")
    print("|---" * (len(heads) + 2) + "|")
    for row in gate.rows():
        inspect = row.timings["inspect"]
        cells = [row.document, str(row.size // 1024)]
        cells += [f"{row.timings[way].median:.2f}" for way in _WAYS]
        cells += [f"{inspect.low:.2f} to {inspect.high:.2f}", f"{row.beyond_sha256:.2f}"]
        cells += [f"{row.ratio_to_pypdf:.1f}", str(row.memory), str(row.worker_memory)]
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
